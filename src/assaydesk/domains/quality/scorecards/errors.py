"""Refusals of the scorecard endpoints (quality.md 3, 19)."""

from collections.abc import Sequence

from assaydesk.domains.quality.scorecards.events import GateFinding
from assaydesk.domains.quality.scorecards.reading import Fault
from assaydesk.platform.errors import Conflict, FieldError, NotFound, ValidationFailed


class ScorecardNotFound(NotFound):
    def __init__(self, scorecard_id: int) -> None:
        super().__init__(f"Scorecard {scorecard_id} does not exist.", scorecardId=scorecard_id)


class ScorecardDeleted(Conflict):
    """409: the addressed row is deleted; only a restore changes that."""

    def __init__(self, scorecard_id: int) -> None:
        super().__init__(
            f"Scorecard {scorecard_id} is deleted. Who may delete scorecards restores it with a body of only "
            '{"state": "draft"} or {"state": "retired"}.',
            scorecardId=scorecard_id,
        )


class ScorecardActive(Conflict):
    """409: the active revision cannot be deleted alone."""

    def __init__(self, scorecard_id: int) -> None:
        super().__init__(
            f"Scorecard {scorecard_id} is the active revision. Retire it first, or delete the whole family.",
            scorecardId=scorecard_id,
        )


class InvalidTransition(Conflict):
    """409: the state cannot be reached from the present one; `details.from`, `details.to`."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"A scorecard that is {before} cannot become {after} by its state alone.")
        # "from" is no name that Python allows for an argument.
        self.details = {"from": before, "to": after}


class GoldenGateFailed(Conflict):
    """409: a golden set of the family has not passed with this content; `details.runId`, or `details.reason`."""

    def __init__(self, finding: GateFinding) -> None:
        super().__init__(finding.message, **finding.details)


def refuse(faults: Sequence[Fault]) -> None:
    """Raise `ValidationFailed` with all faults, if there are any."""
    if faults:
        raise ValidationFailed([FieldError(fault.path or "body", fault.code, fault.message) for fault in faults])
