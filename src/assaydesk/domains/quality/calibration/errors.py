"""Refusals of the calibration endpoints (quality.md 15 and 19)."""

from assaydesk.domains.quality.calibration.types import CalibrationState
from assaydesk.platform.errors import Conflict, NotFound


class CalibrationNotFound(NotFound):
    """404: unknown, or the caller is neither manager nor reviewer."""

    def __init__(self, calibration_id: int) -> None:
        super().__init__(f"Calibration {calibration_id} does not exist.", calibrationId=calibration_id)


class ItemNotFound(NotFound):
    """404: the piece of work is no part of the session, or it was removed."""

    def __init__(self, worklog_id: int) -> None:
        super().__init__(f"Worklog {worklog_id} is not part of this calibration.", worklogId=worklog_id)


class InvalidState(Conflict):
    """409: the state of the session forbids it."""

    def __init__(self, state: CalibrationState, needed: CalibrationState) -> None:
        super().__init__(f"The calibration is {state}; it has to be {needed}.", state=state)


class AlreadySubmitted(Conflict):
    default_message = "This sheet is submitted and stays as it is."


class TooFewSubmissions(Conflict):
    """409: agreement needs two people; `details.submitted` says how many submitted sheets there are."""

    def __init__(self, submitted: int) -> None:
        super().__init__(
            "Two sheets at least have to be submitted before the result can be computed.", submitted=submitted
        )
