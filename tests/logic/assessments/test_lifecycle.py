"""Every command in every state (quality.md 4.3)."""

import pytest

from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.types import State

C, R = Command, Refusal
UNPROCESSED, RUNNING, READY = State.UNPROCESSED, State.AI_IN_PROGRESS, State.AI_READY
ONGOING, REVIEWED, DISCUSSED = State.REVIEW_ONGOING, State.REVIEWED, State.DISCUSSED
ERROR, DELETED = State.ERROR, State.DELETED
NO = R.INVALID_TRANSITION

ORDER = (UNPROCESSED, RUNNING, READY, ONGOING, REVIEWED, DISCUSSED, ERROR, DELETED)
TABLE = {
    C.CLAIM: (RUNNING, NO, RUNNING, NO, NO, NO, RUNNING, NO),
    C.REFRESH: (RUNNING, R.ALREADY_RUNNING, RUNNING, RUNNING, R.LOCKED, R.LOCKED, RUNNING, R.INVALID_STATE),
    C.RECORD: (NO, READY, NO, NO, NO, NO, NO, NO),
    C.RECORD_KEEPING: (NO, ONGOING, NO, NO, NO, NO, NO, NO),
    C.WAIT: (NO, UNPROCESSED, NO, NO, NO, NO, NO, NO),
    C.GIVE_UP: (NO, ERROR, NO, NO, NO, NO, NO, NO),
    C.PUT_BACK: (NO, ONGOING, NO, NO, NO, NO, NO, NO),
    C.EDIT: (R.NOT_READY, R.NOT_READY, ONGOING, ONGOING, REVIEWED, R.LOCKED, ONGOING, R.INVALID_STATE),
    C.REVIEW: (R.NOT_READY, R.NOT_READY, REVIEWED, REVIEWED, REVIEWED, NO, NO, R.INVALID_STATE),
    C.DISCUSS: (R.NOT_READY, R.NOT_READY, DISCUSSED, DISCUSSED, DISCUSSED, DISCUSSED, NO, R.INVALID_STATE),
    C.REOPEN: (NO, NO, NO, NO, ONGOING, ONGOING, NO, NO),
    C.APPEAL: (R.NOT_READY, R.NOT_READY, ONGOING, ONGOING, REVIEWED, REVIEWED, ONGOING, R.INVALID_STATE),
    C.DELETE: (DELETED,) * 8,
    C.DELETE_WITH_FAMILY: (DELETED, NO, NO, NO, NO, NO, NO, NO),
    C.RESTORE: (R.NOT_DELETED,) * 7 + (ONGOING,),
}  # fmt: skip


@pytest.mark.parametrize("command", list(Command))
@pytest.mark.parametrize("state", list(State))
def test_given_a_state_and_a_command_the_move_is_that_of_the_table(state: State, command: Command) -> None:
    expected = TABLE[command][ORDER.index(state)]
    assert move(state, command, before=ONGOING) is expected


@pytest.mark.parametrize("before", [None, State.AI_IN_PROGRESS])
def test_given_work_that_nobody_does_any_more_it_comes_back_unprocessed(before: State | None) -> None:
    assert move(State.DELETED, Command.RESTORE, before) is State.UNPROCESSED
    assert move(State.AI_IN_PROGRESS, Command.PUT_BACK, before) is State.UNPROCESSED
