"""How a queued export goes on. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from assaydesk.domains.exports.types import State


class Step(StrEnum):
    """What happens to an export."""

    CLAIM = "claim"
    FINISH = "finish"
    FAIL = "fail"
    CANCEL = "cancel"
    EXPIRE = "expire"


MOVES: Final[Mapping[tuple[State, Step], State]] = {
    (State.QUEUED, Step.CLAIM): State.RUNNING,
    # The worker that wrote it may have been killed: whoever gets the job claims it again.
    (State.RUNNING, Step.CLAIM): State.RUNNING,
    (State.RUNNING, Step.FINISH): State.DONE,
    (State.QUEUED, Step.FAIL): State.FAILED,
    (State.RUNNING, Step.FAIL): State.FAILED,
    (State.QUEUED, Step.CANCEL): State.CANCELLED,
    (State.RUNNING, Step.CANCEL): State.CANCELLED,
    (State.DONE, Step.EXPIRE): State.EXPIRED,
}


def move(state: State, step: Step) -> State | None:
    """The state after the step; None where there is no such step."""
    return MOVES.get((state, step))


def before(step: Step) -> list[str]:
    """The states from which the step leads on."""
    return sorted({str(state) for state, one in MOVES if one is step})
