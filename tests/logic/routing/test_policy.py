"""Decisions of routing (ticket.md 2.7, 6.4)."""

from datetime import timedelta

import pytest

from assaydesk.domains.routing.policy import Answered, Assignment, LastRules, assignment_of, stretches
from assaydesk.domains.routing.types import Direction, Place, Stretch
from assaydesk.domains.routing.wording import explain_tags

WAITS = Place(5, (), is_own=False, handed_out=False)
HANDED = Place(5, (), is_own=True, handed_out=True)
LEFT = Place(5, (), is_own=False, handed_out=False, left=True)
OWN = Place(5, (), is_own=True, handed_out=False)


@pytest.mark.parametrize(
    ("direction", "place", "expected"),
    [
        (Direction.EARLIEST, None, [Stretch(own=True), Stretch(own=False)]),
        (Direction.NEXT, HANDED, [Stretch(own=True, beyond=HANDED), Stretch(own=False)]),
        (Direction.NEXT, OWN, [Stretch(own=True, beyond=OWN), Stretch(own=False)]),
        (Direction.NEXT, LEFT, [Stretch(own=True), Stretch(own=False)]),
        (Direction.NEXT, WAITS, [Stretch(own=False, beyond=WAITS)]),
        (Direction.PREVIOUS, OWN, [Stretch(own=True, beyond=OWN, backwards=True)]),
        (
            Direction.PREVIOUS,
            HANDED,
            [Stretch(own=False, beyond=HANDED, backwards=True), Stretch(own=True, backwards=True)],
        ),
        (
            Direction.PREVIOUS,
            WAITS,
            [Stretch(own=False, beyond=WAITS, backwards=True), Stretch(own=True, backwards=True)],
        ),
    ],
)
def test_the_order_is_walked_from_where_the_caller_stands(
    direction: Direction, place: Place | None, expected: list[Stretch]
) -> None:
    assert stretches(direction, place) == expected


DAY = timedelta(days=1)
BOTH = LastRules(agent=True, team=True, days=30)
NONE = LastRules(agent=False, team=False, days=30)
TEAM = LastRules(agent=False, team=True, days=30)


@pytest.mark.parametrize(
    ("case", "rules", "present", "mates", "expected"),
    [
        # Nobody is responsible: the last agent gets it back, when the settings say so and within the days.
        (Answered(None, (), 7, DAY), BOTH, {7}, (), Assignment(7, ())),
        (Answered(None, (), 7, DAY), NONE, {7}, (), Assignment(None, ())),
        (Answered(None, (), 7, 31 * DAY), BOTH, {7}, (), Assignment(None, ())),
        (Answered(None, (), 7, None), BOTH, {7}, (), Assignment(None, ())),
        # Away: the team, or anybody.
        (Answered(7, (), 7, DAY), BOTH, {8}, (8,), Assignment(None, (8,))),
        (Answered(7, (), 7, DAY), BOTH, set(), (), Assignment(None, ())),
        (Answered(7, (7, 8), 7, None), NONE, {8}, (), Assignment(None, (8,))),
        # The team alone.
        (Answered(None, (), 7, DAY), TEAM, {7, 8}, (8,), Assignment(None, (7, 8))),
        (Answered(7, (), 7, None), TEAM, {7, 8}, (8,), Assignment(7, ())),
    ],
)
def test_an_answer_goes_to_whoever_handled_the_ticket_last(
    case: Answered, rules: LastRules, present: set[int], mates: tuple[int, ...], expected: Assignment
) -> None:
    assert assignment_of(case, rules, present, mates) == expected


@pytest.mark.parametrize(
    ("held", "matching", "verdict"),
    [({1, 2}, "all", "Fits"), ({1}, "all", "Does not fit"), ({1}, "atLeastOne", "Fits"), ({3}, "atLeastOne", "Does")],
)
def test_tags_are_explained(held: set[int], matching: str, verdict: str) -> None:
    text = explain_tags([(1, "Bills"), (2, "Meters")], held, is_routed=True, matching=matching)
    assert text.startswith(verdict)


def test_tags_that_do_not_count_are_explained() -> None:
    assert "fits everybody" in explain_tags([], {1}, is_routed=True, matching="all")
    assert "not active" in explain_tags([(1, "Bills")], set(), is_routed=False, matching="all")
