"""What a PATCH does to a family of revisions (quality.md 2.3).

R is the addressed row, N the newest row that is not deleted.

The one invariant behind the rules: a family has at most one active row and one draft; the row that takes such a state
wins, and the row that had it is retired, never lost.
"""

from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from assaydesk.domains.quality.scorecards.types import ScorecardState

DRAFT, ACTIVE, RETIRED, DELETED = ScorecardState

MOVES: Final = frozenset({(DRAFT, ACTIVE), (DRAFT, RETIRED), (ACTIVE, RETIRED), (ACTIVE, DRAFT), (RETIRED, ACTIVE)})
"""Rule 6: the moves of a row by `state` alone. For a retired R that is not N, the last is the roll-back of rule 7."""


class Action(Enum):
    NOTHING = "nothing"
    OVERWRITE = "overwrite"
    ADD_REVISION = "addRevision"
    """A row after N, with N's content and the body's changes."""
    ROLL_BACK = "rollBack"
    """A row after N, with R's content."""
    MOVE = "move"
    DELETE_FAMILY = "deleteFamily"
    RESTORE = "restore"


class Notice(Enum):
    """Which message the answer carries."""

    NONE = "none"
    UPDATED_INSTEAD = "updatedInstead"
    CREATED_FROM_NEWEST = "createdFromNewest"
    CREATED_FROM_ADDRESSED = "createdFromAddressed"


class Refusal(Enum):
    """The value is the code of the answer: 403, 422, 409, 409."""

    MAY_NOT_DELETE = "permission_denied"
    DELETED_WITH_CONTENT = "validation_failed"
    ROW_IS_DELETED = "scorecard_deleted"
    NO_SUCH_MOVE = "invalid_transition"


@dataclass(frozen=True, slots=True)
class Ask:
    """A PATCH. A body may send content that is already there, so naming content and changing it are two things."""

    state: ScorecardState | None
    names_content: bool
    changes_addressed: bool
    """R would change if the body were written to it."""
    changes_newest: bool
    """The same for N."""
    create_new_revision: bool
    may_delete: bool


@dataclass(frozen=True, slots=True)
class Family:
    """The rows as the PATCH finds them; `newest` is None when every row is deleted."""

    addressed: ScorecardState
    newest: ScorecardState | None
    addressed_is_newest: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """`state` is the one that the written row ends in; `target` tells which row that is, unless a row is added."""

    action: Action
    state: ScorecardState
    on_newest: bool = False
    retires_active: bool = False
    """The other row that is active, if there is one, becomes retired."""
    retires_draft: bool = False
    restores_others: bool = False
    """The other rows of a deleted family come back as retired."""
    notice: Notice = Notice.NONE


def plan(family: Family, ask: Ask) -> Plan | Refusal:
    """The effect of a PATCH, or why it has none."""
    if family.addressed is DELETED or family.newest is None:
        return _restore(family, ask)
    if ask.state is DELETED:
        return _delete(ask)
    if not ask.changes_addressed:
        return _move(family.addressed, ask, roll_back=not family.addressed_is_newest)
    if family.addressed_is_newest:
        return _write(family.newest, ask, Notice.NONE)
    return _write(family.newest, ask, Notice.UPDATED_INSTEAD)


def _restore(family: Family, ask: Ask) -> Plan | Refusal:
    """Rules 9 and 10."""
    if ask.may_delete and not ask.names_content and ask.state in (DRAFT, RETIRED):
        return replace(_ending(Action.RESTORE, ask.state), restores_others=family.newest is None)
    return Refusal.ROW_IS_DELETED


def _delete(ask: Ask) -> Plan | Refusal:
    """Rule 8."""
    if not ask.may_delete:
        return Refusal.MAY_NOT_DELETE
    return Refusal.DELETED_WITH_CONTENT if ask.names_content else Plan(Action.DELETE_FAMILY, DELETED)


def _move(state: ScorecardState, ask: Ask, *, roll_back: bool, on_newest: bool = False) -> Plan | Refusal:
    """Rules 6 and 7, on R or, after a redirection, on N."""
    if ask.state is None or ask.state is state:
        return Plan(Action.NOTHING, state, on_newest)
    if (state, ask.state) not in MOVES:
        return Refusal.NO_SUCH_MOVE
    if state is RETIRED and roll_back:
        return _ending(Action.ROLL_BACK, ACTIVE, notice=Notice.CREATED_FROM_ADDRESSED)
    return _ending(Action.MOVE, ask.state, on_newest=on_newest)


def _write(newest: ScorecardState, ask: Ask, notice: Notice) -> Plan | Refusal:
    """Rules 1 to 5: the changes go to N."""
    if not ask.changes_newest:
        moved = _move(newest, ask, roll_back=False, on_newest=True)
        return moved if isinstance(moved, Refusal) else replace(moved, notice=notice)
    if newest is RETIRED:
        told = Notice.CREATED_FROM_NEWEST if notice is Notice.NONE else notice
        return _ending(Action.ADD_REVISION, ask.state or DRAFT, on_newest=True, notice=told)
    if newest is ACTIVE and ask.create_new_revision:
        added = _ending(Action.ADD_REVISION, ask.state or ACTIVE, on_newest=True, notice=notice)
        return replace(added, retires_active=added.state is not DRAFT)
    return _ending(Action.OVERWRITE, ask.state or newest, on_newest=True, notice=notice)


def _ending(action: Action, state: ScorecardState, *, on_newest: bool = False, notice: Notice = Notice.NONE) -> Plan:
    return Plan(action, state, on_newest, retires_active=state is ACTIVE, retires_draft=state is DRAFT, notice=notice)
