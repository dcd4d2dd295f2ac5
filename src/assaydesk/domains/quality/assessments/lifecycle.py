"""The states of an assessment: one table of moves, and why a move is refused (quality.md 4.3)."""

from enum import StrEnum
from typing import Final

from assaydesk.domains.quality.assessments.types import State


class Command(StrEnum):
    """What may happen to an assessment."""

    CLAIM = "claim"
    """A worker takes it: new, due again after an error, or because its worklog grew."""
    REFRESH = "refresh"
    """A person has the judge run again."""
    RECORD = "record"
    """The judge is done; no human values are kept."""
    RECORD_KEEPING = "recordKeeping"
    """The judge is done; a review with human values goes on."""
    WAIT = "wait"
    """A try failed or was broken off; another one follows."""
    GIVE_UP = "giveUp"
    """The first try and three retries failed."""
    PUT_BACK = "putBack"
    """A renewed run failed: scores and state stay as they were."""
    EDIT = "edit"
    REVIEW = "review"
    DISCUSS = "discuss"
    REOPEN = "reopen"
    APPEAL = "appeal"
    """An appeal was accepted, wholly or partly."""
    DELETE = "delete"
    DELETE_WITH_FAMILY = "deleteWithFamily"
    RESTORE = "restore"


class Refusal(StrEnum):
    """Why a command is refused; each is the code of the error."""

    INVALID_TRANSITION = "invalid_transition"
    LOCKED = "assessment_locked"
    NOT_READY = "assessment_not_ready"
    ALREADY_RUNNING = "already_running"
    NOT_DELETED = "assessment_not_deleted"
    INVALID_STATE = "invalid_state"


class Before(StrEnum):
    """In the table in place of a state: the one that was left."""

    STATE = "stateBefore"


_S, _C = State, Command
MOVES: Final[dict[tuple[State, Command], State | Before]] = {
    (_S.UNPROCESSED, _C.CLAIM): _S.AI_IN_PROGRESS,
    (_S.ERROR, _C.CLAIM): _S.AI_IN_PROGRESS,
    (_S.AI_READY, _C.CLAIM): _S.AI_IN_PROGRESS,
    (_S.UNPROCESSED, _C.REFRESH): _S.AI_IN_PROGRESS,
    (_S.ERROR, _C.REFRESH): _S.AI_IN_PROGRESS,
    (_S.AI_READY, _C.REFRESH): _S.AI_IN_PROGRESS,
    (_S.REVIEW_ONGOING, _C.REFRESH): _S.AI_IN_PROGRESS,
    (_S.AI_IN_PROGRESS, _C.RECORD): _S.AI_READY,
    (_S.AI_IN_PROGRESS, _C.RECORD_KEEPING): _S.REVIEW_ONGOING,
    (_S.AI_IN_PROGRESS, _C.WAIT): _S.UNPROCESSED,
    (_S.AI_IN_PROGRESS, _C.GIVE_UP): _S.ERROR,
    (_S.AI_IN_PROGRESS, _C.PUT_BACK): Before.STATE,
    (_S.AI_READY, _C.EDIT): _S.REVIEW_ONGOING,
    (_S.ERROR, _C.EDIT): _S.REVIEW_ONGOING,
    (_S.REVIEW_ONGOING, _C.EDIT): _S.REVIEW_ONGOING,
    (_S.REVIEWED, _C.EDIT): _S.REVIEWED,
    (_S.AI_READY, _C.REVIEW): _S.REVIEWED,
    (_S.REVIEW_ONGOING, _C.REVIEW): _S.REVIEWED,
    (_S.REVIEWED, _C.REVIEW): _S.REVIEWED,
    (_S.AI_READY, _C.DISCUSS): _S.DISCUSSED,
    (_S.REVIEW_ONGOING, _C.DISCUSS): _S.DISCUSSED,
    (_S.REVIEWED, _C.DISCUSS): _S.DISCUSSED,
    (_S.DISCUSSED, _C.DISCUSS): _S.DISCUSSED,
    (_S.REVIEWED, _C.REOPEN): _S.REVIEW_ONGOING,
    (_S.DISCUSSED, _C.REOPEN): _S.REVIEW_ONGOING,
    (_S.AI_READY, _C.APPEAL): _S.REVIEW_ONGOING,
    (_S.REVIEW_ONGOING, _C.APPEAL): _S.REVIEW_ONGOING,
    (_S.ERROR, _C.APPEAL): _S.REVIEW_ONGOING,
    (_S.REVIEWED, _C.APPEAL): _S.REVIEWED,
    (_S.DISCUSSED, _C.APPEAL): _S.REVIEWED,
    **{(state, _C.DELETE): _S.DELETED for state in State},
    (_S.UNPROCESSED, _C.DELETE_WITH_FAMILY): _S.DELETED,
    (_S.DELETED, _C.RESTORE): Before.STATE,
}  # fmt: skip

_REFUSALS: Final[dict[tuple[State, Command], Refusal]] = {
    (_S.DISCUSSED, _C.EDIT): Refusal.LOCKED,
    (_S.UNPROCESSED, _C.EDIT): Refusal.NOT_READY,
    (_S.AI_IN_PROGRESS, _C.EDIT): Refusal.NOT_READY,
    (_S.DELETED, _C.EDIT): Refusal.INVALID_STATE,
    (_S.UNPROCESSED, _C.REVIEW): Refusal.NOT_READY,
    (_S.AI_IN_PROGRESS, _C.REVIEW): Refusal.NOT_READY,
    (_S.DELETED, _C.REVIEW): Refusal.INVALID_STATE,
    (_S.UNPROCESSED, _C.DISCUSS): Refusal.NOT_READY,
    (_S.AI_IN_PROGRESS, _C.DISCUSS): Refusal.NOT_READY,
    (_S.DELETED, _C.DISCUSS): Refusal.INVALID_STATE,
    (_S.UNPROCESSED, _C.APPEAL): Refusal.NOT_READY,
    (_S.AI_IN_PROGRESS, _C.APPEAL): Refusal.NOT_READY,
    (_S.DELETED, _C.APPEAL): Refusal.INVALID_STATE,
    (_S.REVIEWED, _C.REFRESH): Refusal.LOCKED,
    (_S.DISCUSSED, _C.REFRESH): Refusal.LOCKED,
    (_S.AI_IN_PROGRESS, _C.REFRESH): Refusal.ALREADY_RUNNING,
    (_S.DELETED, _C.REFRESH): Refusal.INVALID_STATE,
    **{(state, _C.RESTORE): Refusal.NOT_DELETED for state in State if state is not State.DELETED},
}


def move(state: State, command: Command, before: State | None = None) -> State | Refusal:
    """Where a command leads, or why it is refused.

    `before` is the state that was left for `aiInProgress` or `deleted`; work that was broken off comes back as
    `unprocessed`, because nobody does it any more.
    """
    target = MOVES.get((state, command))
    if target is None:
        return _REFUSALS.get((state, command), Refusal.INVALID_TRANSITION)
    if isinstance(target, Before):
        return before if before and before is not State.AI_IN_PROGRESS else State.UNPROCESSED
    return target
