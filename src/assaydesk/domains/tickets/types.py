"""Words of tickets (ticket.md 1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class Status(StrEnum):
    """`open`: to be worked on; `pending`: paused until its due date; `closed`: done."""

    OPEN = "open"
    PENDING = "pending"
    CLOSED = "closed"


class Priority(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    URGENT = "urgent"


class Channel(StrEnum):
    EMAIL = "email"
    PORTAL = "portal"
    PHONE = "phone"
    LETTER = "letter"
    SYSTEM = "system"
    CHAT = "chat"
    WALK_IN = "walkIn"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"
    INTERNAL = "internal"


class SpamStatus(StrEnum):
    """`auto_*` by machines, `manual_*` by people; null is not checked (ticket.md 11)."""

    AUTO_CLEAN = "auto_clean"
    MANUAL_CLEAN = "manual_clean"
    AUTO_SPAM = "auto_spam"
    AUTO_PROGRAMMATIC = "auto_programmatic"
    MANUAL_SPAM = "manual_spam"


SPAM: Final = frozenset({SpamStatus.AUTO_SPAM, SpamStatus.AUTO_PROGRAMMATIC, SpamStatus.MANUAL_SPAM})
MANUAL_SPAM: Final = frozenset({SpamStatus.MANUAL_SPAM, SpamStatus.MANUAL_CLEAN})

OLDER_STATUS: Final = {
    "resolved": Status.CLOSED,
    "waitingOnCustomer": Status.PENDING,
    "waitingOnThirdParty": Status.PENDING,
}
"""Names of earlier versions that are still accepted."""

PRIORITY_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What the rules of tickets ask of a tag. `sla_hours` are working hours; `priority` None leaves it alone."""

    id: int
    name: str = ""
    is_private: bool = False
    is_selectable: bool = True
    sla_hours: int | None = None
    priority: Priority | None = None


@dataclass(frozen=True, slots=True)
class Patch:
    """What somebody wants to change on one ticket.

    `values`: column name -> typed value, only what was sent; besides columns `tag_ids` (the whole set), `add_tag_ids`,
    `remove_tag_ids`. Dates are still as they were sent. `path` stands before the names of faulty fields: `3.`.
    """

    ticket_id: int
    values: Mapping[str, Any]
    ends_presence: bool = False
    path: str = ""
