"""Jobs of the channels: those that fetch mail and those that send it."""

from assaydesk.domains.channels import fetching_tasks, sending_tasks

__all__ = ["fetching_tasks", "sending_tasks"]
