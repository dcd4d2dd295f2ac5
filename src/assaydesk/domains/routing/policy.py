"""Decisions of routing: which part of an order is next, and who gets a customer's answer (ticket.md 2.7, 6.4)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from assaydesk.domains.routing.types import Direction, Place, Stretch

RESERVED: Final = timedelta(seconds=60)
"""A ticket that was handed out is kept so long without a sign of life."""

LEFT_ALONE: Final = timedelta(minutes=30)
"""A ticket that somebody passed over is not offered to the same person again for so long."""

UNSEEN: Final = timedelta(seconds=90 + 60)
"""After that a person counts as offline: 90 seconds, and a minute in which being seen is not written down again."""


def stretches(direction: Direction, place: Place | None) -> list[Stretch]:
    """Where to look, in this order. Own tickets come before all others, also those that routing made one's own.

    Going back from a ticket that routing handed out leads to what stood before it while it still waited.
    """
    if direction is Direction.EARLIEST or place is None:
        return [Stretch(own=True), Stretch(own=False)]
    if direction is Direction.NEXT:
        if place.is_own:
            return [Stretch(own=True, beyond=place), Stretch(own=False)]
        if place.left:
            return [Stretch(own=True), Stretch(own=False)]
        return [Stretch(own=False, beyond=place)]
    if place.is_own and not place.handed_out:
        return [Stretch(own=True, beyond=place, backwards=True)]
    return [Stretch(own=False, beyond=place, backwards=True), Stretch(own=True, backwards=True)]


@dataclass(frozen=True, slots=True)
class Answered:
    """A customer wrote on a ticket that was closed or pending.

    `closed_for`: how long ago it was closed, None when it was pending. `last_agent_id`: who handled it last.
    """

    agent_id: int | None
    assigned: Sequence[int]
    last_agent_id: int | None
    closed_for: timedelta | None


@dataclass(frozen=True, slots=True)
class LastRules:
    """The settings. `agent`: answers go to the last agent; `team`: to the agent's team."""

    agent: bool
    team: bool
    days: int


@dataclass(frozen=True, slots=True)
class Assignment:
    agent_id: int | None
    assigned: tuple[int, ...]


def assignment_of(case: Answered, rules: LastRules, present: Collection[int], mates: Sequence[int]) -> Assignment:
    """Who gets the answer. `present`: those of the people who are neither away nor gone.

    `mates`: the other members of the last agent's teams who are there. Nobody who is away keeps the ticket.
    """
    away = case.agent_id is not None and case.agent_id not in present
    agent = None if away else case.agent_id
    stay = Assignment(agent, tuple(one for one in case.assigned if one in present))
    recent = case.closed_for is not None and case.closed_for <= timedelta(days=rules.days)
    if not recent or case.last_agent_id is None:
        return stay
    if rules.agent and case.last_agent_id in present:
        return Assignment(case.last_agent_id, stay.assigned)
    if rules.team:
        members = [one for one in (case.last_agent_id, *mates) if one in present or one in mates]
        if members:
            return Assignment(None, tuple(dict.fromkeys(members)))
    return stay
