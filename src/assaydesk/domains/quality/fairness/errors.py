"""Refusals of the fairness endpoints."""

from assaydesk.platform.errors import NotFound


class FairnessProbeNotFound(NotFound):
    """404: unknown, or the caller neither made it nor manages scorecards."""

    def __init__(self, probe_id: int) -> None:
        super().__init__(f"Fairness probe {probe_id} does not exist.", probeId=probe_id)
