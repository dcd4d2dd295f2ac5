"""Refusals of the appeal endpoints (quality.md 13 and 19)."""

from datetime import datetime

from assaydesk.kit.clock import iso
from assaydesk.platform.errors import Conflict, Forbidden, NotFound


class AppealNotFound(NotFound):
    def __init__(self, appeal_id: int) -> None:
        super().__init__(f"Appeal {appeal_id} does not exist.", appealId=appeal_id)


class OwnDecision(Forbidden):
    """403: nobody decides about the own work, nor, with `qualityAppealIndependentDecider`, about the own review."""

    default_message = "Somebody else has to decide this appeal."


class AppealOpen(Conflict):
    default_message = "An appeal against this assessment waits for its decision."


class AppealLimitReached(Conflict):
    """409: `details.limit`, the setting `qualityAppealMaxPerAssessment`."""

    def __init__(self, limit: int) -> None:
        super().__init__("There were as many appeals as there may be.", limit=limit)


class AppealWindowClosed(Conflict):
    """409: `details.until`, when the time was over."""

    def __init__(self, until: datetime) -> None:
        super().__init__("The time to appeal is over.", until=iso(until))
