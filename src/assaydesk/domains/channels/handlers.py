"""What the channels do when something happens elsewhere."""

from assaydesk.domains.channels import sending_handlers


def register() -> None:
    sending_handlers.register()
