"""Refusals of the assessment endpoints (quality.md 8 and 19)."""

from collections.abc import Sequence

from assaydesk.domains.quality.assessments.lifecycle import Refusal
from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.errors import Conflict, Forbidden, NotFound, Unprocessable


class AssessmentNotFound(NotFound):
    def __init__(self, assessment_id: int) -> None:
        super().__init__(f"Assessment {assessment_id} does not exist.", assessmentId=assessment_id)


class SelfAssessment(Forbidden):
    """403: nobody assesses his or her own work, unless `qualityAllowSelfAssessment` is set."""

    default_message = "You cannot assess your own work."


class InvalidTransition(Conflict):
    """409: the state cannot be reached from the present one; `details.from`, `details.to`."""

    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"An assessment in the state {before} cannot become {after}.")
        # "from" is no name that Python allows for an argument.
        self.details = {"from": before, "to": after}


class InvalidState(Conflict):
    """409: the present state forbids it; `details.state`."""

    def __init__(self, state: str, message: str | None = None) -> None:
        super().__init__(message or f"An assessment in the state {state} cannot be changed.", state=state)


class AssessmentLocked(Conflict):
    """409: a finished review is reopened first."""

    def __init__(self, state: State) -> None:
        super().__init__(f"The assessment is {state}. Reopen it first.", state=state)


class AssessmentNotReady(Conflict):
    """409 with `Retry-After`: the AI has not finished yet."""

    def __init__(self, state: State) -> None:
        message = "The AI has not finished this assessment yet."
        super().__init__(message, headers={"Retry-After": "10"}, state=state)


class AlreadyRunning(Conflict):
    default_message = "The AI is working on this assessment."


class AssessmentNotDeleted(Conflict):
    default_message = "The assessment is not deleted."


class AssessmentExists(Conflict):
    """409: one live assessment a worklog and scorecard family; `details.assessmentId`."""

    def __init__(self, assessment_id: int) -> None:
        super().__init__("This work already has an assessment with this scorecard.", assessmentId=assessment_id)


class ScorecardNotActive(Conflict):
    default_message = "Only an active scorecard can be used for a new assessment."


class CriteriaNeedHuman(Conflict):
    """409, with the setting `qualityRequireHumanDecision`: `details.criteria` are the undecided ones."""

    def __init__(self, criteria: Sequence[int]) -> None:
        super().__init__("Some criteria still need a decision.", criteria=list(criteria))


class ScorecardFamilyMismatch(Unprocessable):
    default_message = "The scorecard is no revision of the one that this assessment was made with."


def refuse(refusal: Refusal, state: State, target: State) -> Conflict:
    """The error for a refused move."""
    if refusal is Refusal.LOCKED:
        return AssessmentLocked(state)
    if refusal is Refusal.NOT_READY:
        return AssessmentNotReady(state)
    if refusal is Refusal.ALREADY_RUNNING:
        return AlreadyRunning()
    if refusal is Refusal.NOT_DELETED:
        return AssessmentNotDeleted()
    if refusal is Refusal.INVALID_STATE:
        return InvalidState(state)
    return InvalidTransition(state, target)


class RunNotFound(NotFound):
    def __init__(self, run_id: int) -> None:
        super().__init__(f"Run {run_id} does not exist.", runId=run_id)


class BlindReview(Conflict):
    """409: what the AI said is not shown before the review is finished."""

    default_message = "This assessment is reviewed blind. Finish the review first."


class ReplayImpossible(Conflict):
    """409: the same question cannot be asked again.

    `details.reason`: noRun, runFailed, worklogRemoved, contentUnknown, modelNotConfigured, promptVersionUnknown.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message, reason=reason)
