"""The states of an appeal, who may move it, and when one may be made (quality.md 13). Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from assaydesk.domains.quality.appeals.types import OPEN_STATES, AppealObstacle, AppealState
from assaydesk.domains.quality.assessments.types import REVIEWED_STATES, State


class Command(StrEnum):
    TAKE_UP = "takeUp"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    ACCEPT_PARTLY = "acceptPartly"
    REJECT = "reject"


_S, _C = AppealState, Command
_RESULTS: Final = {
    _C.WITHDRAW: _S.WITHDRAWN,
    _C.ACCEPT: _S.ACCEPTED,
    _C.ACCEPT_PARTLY: _S.PARTIALLY_ACCEPTED,
    _C.REJECT: _S.REJECTED,
}
MOVES: Final[dict[tuple[AppealState, Command], AppealState]] = {
    (_S.OPEN, _C.TAKE_UP): _S.UNDER_REVIEW,
    **{(state, command): result for state in OPEN_STATES for command, result in _RESULTS.items()},
    # The same wish again changes nothing; a decision is never taken twice.
    (_S.UNDER_REVIEW, _C.TAKE_UP): _S.UNDER_REVIEW,
    (_S.WITHDRAWN, _C.WITHDRAW): _S.WITHDRAWN,
}
DECISIONS: Final[dict[AppealState, Command]] = {
    _S.ACCEPTED: _C.ACCEPT,
    _S.PARTIALLY_ACCEPTED: _C.ACCEPT_PARTLY,
    _S.REJECTED: _C.REJECT,
}


def move(state: AppealState, command: Command) -> AppealState | None:
    """Where a command leads; None when the appeal is settled."""
    return MOVES.get((state, command))


def window_end(assessed: datetime | None, discussed: datetime | None, days: int) -> datetime | None:
    """Until when an appeal can be made; None when nothing says since when the result is known."""
    known = [moment for moment in (assessed, discussed) if moment is not None]
    return max(known) + timedelta(days=days) if known else None


def obstacle(
    state: State, earlier: list[AppealState], *, most: int, until: datetime | None, now: datetime
) -> AppealObstacle | None:
    """What stands against a new appeal. `earlier`: the states of those that there are."""
    if state not in REVIEWED_STATES:
        return AppealObstacle.INVALID_STATE
    if any(one in OPEN_STATES for one in earlier):
        return AppealObstacle.OPEN
    if len(earlier) >= most:
        return AppealObstacle.LIMIT
    if until is not None and now > until:
        return AppealObstacle.WINDOW
    return None


def may_decide(actor_id: int, *, assessed_user: int, assessed_by: int | None, independent: bool) -> bool:
    """Nobody judges an appeal about one's own work, nor, by the setting, about one's own review."""
    return actor_id != assessed_user and not (independent and actor_id == assessed_by)
