"""Words of routing (ticket.md 2.7, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Direction(StrEnum):
    EARLIEST = "earliest"
    PREVIOUS = "previous"
    NEXT = "next"


class Reason(StrEnum):
    """Why nobody gets anything."""

    EMPTY = "empty"
    NOT_ROUTABLE = "notRoutable"


@dataclass(frozen=True, slots=True)
class Handed:
    """What a caller gets: a ticket, or why there is none."""

    ticket_id: int | None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket stands in somebody's order. `keys`: values of what the order sorts by.

    `is_own`: the person is responsible or assigned. `handed_out`: only because routing made it so. `left`: the person
    had it and went on lately.
    """

    ticket_id: int
    keys: Sequence[Any]
    is_own: bool
    handed_out: bool
    left: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of an order: own tickets or those that wait, from a place on, forwards or backwards."""

    own: bool
    beyond: Place | None = None
    backwards: bool = False
