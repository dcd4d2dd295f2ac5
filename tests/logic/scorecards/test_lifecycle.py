"""The ten rules of a PATCH as a table of their own, walked against the code in every combination."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from assaydesk.domains.quality.scorecards.lifecycle import Action, Ask, Family, Notice, Plan, Refusal, plan
from assaydesk.domains.quality.scorecards.types import ScorecardState

DRAFT, ACTIVE, RETIRED, DELETED = ScorecardState
FLAGS = (False, True)
ASK = Ask(
    state=None,
    names_content=False,
    changes_addressed=False,
    changes_newest=False,
    create_new_revision=True,
    may_delete=False,
)
DELETE = replace(ASK, state=DELETED, may_delete=True)
GONE = Family(DELETED, None, addressed_is_newest=False)
SILENT, INSTEAD, FROM_NEWEST, FROM_ADDRESSED = Notice
CHANGE = replace(ASK, names_content=True, changes_addressed=True, changes_newest=True)


def newest(state: ScorecardState) -> Family:
    return Family(addressed=state, newest=state, addressed_is_newest=True)


def older(state: ScorecardState, newest: ScorecardState) -> Family:
    return Family(addressed=state, newest=newest, addressed_is_newest=False)


def planned(family: Family, ask: Ask) -> tuple[Action, ScorecardState, Notice]:
    result = plan(family, ask)
    assert isinstance(result, Plan)
    return result.action, result.state, result.notice


@pytest.mark.parametrize(
    ("rule", "family", "ask", "action", "state", "notice"),
    [
        (1, older(RETIRED, ACTIVE), CHANGE, Action.ADD_REVISION, ACTIVE, INSTEAD),
        (1, older(RETIRED, DRAFT), CHANGE, Action.OVERWRITE, DRAFT, INSTEAD),
        (1, older(ACTIVE, DRAFT), CHANGE, Action.OVERWRITE, DRAFT, INSTEAD),
        (1, older(RETIRED, RETIRED), CHANGE, Action.ADD_REVISION, DRAFT, INSTEAD),
        (1, older(RETIRED, ACTIVE), replace(CHANGE, changes_newest=False), Action.NOTHING, ACTIVE, INSTEAD),
        (2, newest(ACTIVE), CHANGE, Action.ADD_REVISION, ACTIVE, SILENT),
        (2, newest(ACTIVE), replace(CHANGE, state=DRAFT), Action.ADD_REVISION, DRAFT, SILENT),
        (2, newest(ACTIVE), replace(CHANGE, state=RETIRED), Action.ADD_REVISION, RETIRED, SILENT),
        (3, newest(ACTIVE), replace(CHANGE, create_new_revision=False), Action.OVERWRITE, ACTIVE, SILENT),
        (4, newest(DRAFT), CHANGE, Action.OVERWRITE, DRAFT, SILENT),
        (4, newest(DRAFT), replace(CHANGE, state=ACTIVE), Action.OVERWRITE, ACTIVE, SILENT),
        (5, newest(RETIRED), CHANGE, Action.ADD_REVISION, DRAFT, FROM_NEWEST),
        (5, newest(RETIRED), replace(CHANGE, state=ACTIVE), Action.ADD_REVISION, ACTIVE, FROM_NEWEST),
        (6, newest(DRAFT), replace(ASK, state=ACTIVE), Action.MOVE, ACTIVE, SILENT),
        (6, newest(DRAFT), replace(ASK, state=RETIRED), Action.MOVE, RETIRED, SILENT),
        (6, newest(ACTIVE), replace(ASK, state=RETIRED), Action.MOVE, RETIRED, SILENT),
        (6, newest(ACTIVE), replace(ASK, state=DRAFT), Action.MOVE, DRAFT, SILENT),
        (6, older(ACTIVE, DRAFT), replace(ASK, state=RETIRED), Action.MOVE, RETIRED, SILENT),
        (6, newest(RETIRED), replace(ASK, state=ACTIVE), Action.MOVE, ACTIVE, SILENT),
        (6, newest(ACTIVE), replace(ASK, state=ACTIVE), Action.NOTHING, ACTIVE, SILENT),
        (7, older(RETIRED, ACTIVE), replace(ASK, state=ACTIVE), Action.ROLL_BACK, ACTIVE, FROM_ADDRESSED),
        (8, older(RETIRED, ACTIVE), DELETE, Action.DELETE_FAMILY, DELETED, SILENT),
        (9, GONE, replace(ASK, state=DRAFT, may_delete=True), Action.RESTORE, DRAFT, SILENT),
    ],
)
def test_rule(rule: int, family: Family, ask: Ask, action: Action, state: ScorecardState, notice: Notice) -> None:
    assert planned(family, ask) == (action, state, notice), f"rule {rule}"


@pytest.mark.parametrize(
    ("family", "ask", "refusal"),
    [
        (newest(ACTIVE), replace(ASK, state=DELETED), Refusal.MAY_NOT_DELETE),
        (newest(ACTIVE), replace(CHANGE, state=DELETED, may_delete=True), Refusal.DELETED_WITH_CONTENT),
        (newest(RETIRED), replace(ASK, state=DRAFT), Refusal.NO_SUCH_MOVE),
        (older(RETIRED, ACTIVE), replace(ASK, state=DRAFT), Refusal.NO_SUCH_MOVE),
        (older(DELETED, ACTIVE), CHANGE, Refusal.ROW_IS_DELETED),
        (older(DELETED, ACTIVE), replace(ASK, state=DRAFT), Refusal.ROW_IS_DELETED),
        (older(DELETED, ACTIVE), replace(ASK, state=ACTIVE, may_delete=True), Refusal.ROW_IS_DELETED),
        (older(DELETED, ACTIVE), replace(CHANGE, state=DRAFT, may_delete=True), Refusal.ROW_IS_DELETED),
    ],
)
def test_refusal(family: Family, ask: Ask, refusal: Refusal) -> None:
    assert plan(family, ask) is refusal


def families() -> Iterator[Family]:
    for state in (DRAFT, ACTIVE, RETIRED):
        yield newest(state)
    for addressed, latest in product(ScorecardState, (DRAFT, ACTIVE, RETIRED)):
        # Two rows of a family are never both active or both draft.
        if addressed is not latest or addressed is RETIRED:
            yield older(addressed, latest)
    yield GONE


def asks(family: Family) -> Iterator[Ask]:
    flags = product((None, *ScorecardState), FLAGS, FLAGS, FLAGS, FLAGS, FLAGS)
    for ask in (Ask(*values) for values in flags):
        names_what_it_changes = ask.names_content or not (ask.changes_addressed or ask.changes_newest)
        same_row = family.addressed_is_newest and ask.changes_addressed != ask.changes_newest
        if names_what_it_changes and not same_row:
            yield ask


CASES = [(family, ask) for family in families() for ask in asks(family)]


def expected(family: Family, ask: Ask) -> tuple[Action, ScorecardState] | Refusal:
    """The rules again, as the specification prints them, from the last to the first."""
    state = ask.state
    if family.addressed is DELETED:
        if state in (DRAFT, RETIRED) and not ask.names_content and ask.may_delete:
            return Action.RESTORE, state
        return Refusal.ROW_IS_DELETED
    if state is DELETED:
        if not ask.may_delete:
            return Refusal.MAY_NOT_DELETE
        return Refusal.DELETED_WITH_CONTENT if ask.names_content else (Action.DELETE_FAMILY, DELETED)
    assert family.newest is not None
    redirected = ask.changes_addressed and not family.addressed_is_newest
    row = family.newest if redirected else family.addressed
    if ask.changes_addressed and ask.changes_newest:
        if row is ACTIVE and not ask.create_new_revision:
            return Action.OVERWRITE, state or ACTIVE
        if row is DRAFT:
            return Action.OVERWRITE, state or DRAFT
        return Action.ADD_REVISION, state or (ACTIVE if row is ACTIVE else DRAFT)
    if state in (None, row):
        return Action.NOTHING, row
    if row is RETIRED and state is DRAFT:
        return Refusal.NO_SUCH_MOVE
    if row is RETIRED and not (redirected or family.addressed_is_newest):
        return Action.ROLL_BACK, ACTIVE
    return Action.MOVE, state


def test_every_combination_follows_the_rules() -> None:
    assert len(CASES) > 1000
    for family, ask in CASES:
        result = plan(family, ask)
        found = result if isinstance(result, Refusal) else (result.action, result.state)
        assert found == expected(family, ask), (family, ask)


def carried_out(family: Family, result: Plan) -> list[ScorecardState]:
    """The rows' states after a plan, in a family with R and N and no others."""
    rows = [family.addressed] if family.addressed_is_newest else [family.addressed, family.newest or DELETED]
    if result.action is Action.DELETE_FAMILY:
        return [DELETED for _ in rows]
    if result.action in (Action.ADD_REVISION, Action.ROLL_BACK):
        rows.append(result.state)
        written = len(rows) - 1
    else:
        written = len(rows) - 1 if result.on_newest else 0
        rows[written] = result.state
    for position, state in enumerate(rows):
        retired = (result.retires_active and state is ACTIVE) or (result.retires_draft and state is DRAFT)
        brought_back = result.restores_others and state is DELETED
        if position != written and (retired or brought_back):
            rows[position] = RETIRED
    return rows


def test_every_plan_leaves_at_most_one_active_and_one_draft_row() -> None:
    for family, ask in CASES:
        result = plan(family, ask)
        if isinstance(result, Plan):
            rows = carried_out(family, result)
            assert max(rows.count(ACTIVE), rows.count(DRAFT)) <= 1, (family, ask, rows)


def test_a_plan_that_changes_nothing_touches_no_row() -> None:
    for family, ask in CASES:
        result = plan(family, ask)
        if isinstance(result, Plan) and result.action is Action.NOTHING:
            assert (result.retires_active, result.retires_draft, result.restores_others) == (False, False, False)


def test_a_draft_beside_an_active_revision_leaves_that_active() -> None:
    result = plan(newest(ACTIVE), replace(CHANGE, state=DRAFT))
    assert isinstance(result, Plan)
    assert not result.retires_active


def test_a_new_revision_that_is_retired_at_once_retires_the_active_one() -> None:
    result = plan(newest(ACTIVE), replace(CHANGE, state=RETIRED))
    assert isinstance(result, Plan)
    assert result.retires_active


def test_one_deleted_revision_comes_back_alone_a_family_as_a_whole() -> None:
    ask = replace(ASK, state=RETIRED, may_delete=True)
    alone, whole = plan(older(DELETED, ACTIVE), ask), plan(GONE, ask)
    assert isinstance(alone, Plan)
    assert isinstance(whole, Plan)
    assert (alone.restores_others, whole.restores_others) == (False, True)
