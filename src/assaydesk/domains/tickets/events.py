"""What tickets tell others, and what only higher domains know about a ticket."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false

from assaydesk.platform.events import Slot
from assaydesk.platform.security.actor import ActorKind


@dataclass(frozen=True, slots=True)
class Changed:
    """What one patch did to one ticket.

    `fields`: column name -> (old, new), tags as `tag_ids` (sorted tuples of ids). `by_hand`: those of the fields that
    the caller asked for; the others are consequences (a due date that follows from tags, a closing time). A due date
    that only says until when a ticket is pending is no change by hand.
    """

    ticket_id: int
    version: int
    fields: Mapping[str, tuple[Any, Any]]
    by_hand: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class TicketsChanged:
    """One request changed tickets. A ticket that the request names twice appears twice, in order.

    `track_time` False: keep it out of time tracking. `actor_id` None: the system did it. `tracking`: the actor's time
    is being tracked. `fell_due`: pending tickets came back at their due date.
    """

    changes: tuple[Changed, ...]
    actor_id: int | None
    actor_kind: ActorKind
    at: datetime
    track_time: bool = True
    tracking: bool = True
    fell_due: bool = False


@dataclass(frozen=True, slots=True)
class TicketsCreated:
    """New tickets, their first messages included. `imported`: history from elsewhere, nothing may be sent for it."""

    ticket_ids: tuple[int, ...]
    actor_id: int | None
    at: datetime
    imported: bool = False


@dataclass(frozen=True, slots=True)
class PresenceEnded:
    """Somebody says that he or she is no longer working on these tickets (`workedOnBy: null`)."""

    ticket_ids: tuple[int, ...]
    user_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketsMerged:
    """The messages of the sources stand in the target now; the sources are closed (ticket.md 12)."""

    source_ids: tuple[int, ...]
    target_id: int
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketUnmerged:
    """A merged ticket was taken out of the target again, with its messages."""

    source_id: int
    target_id: int
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketSplit:
    """Messages of a ticket moved to a new one."""

    ticket_id: int
    new_ticket_id: int
    conversation_ids: tuple[int, ...]
    actor_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class ThreadFacts:
    """What a ticket shows of its messages: the first one, and whom to answer.

    `attachments` are in their wire form; `author_id` is the user who wrote the first message, if a user did.
    """

    body: str | None = None
    body_plain: str | None = None
    body_clean: str | None = None
    author_id: int | None = None
    attachments: list[dict[str, Any]] = field(default_factory=list)
    reply_to: tuple[str, ...] = ()
    reply_cc: tuple[str, ...] = ()


TICKET_PRESENCE: Slot[int, list[int]] = Slot("ticket.presence")
"""Ticket id -> ids of the users who work on it at this moment. Filled by worklogs."""

TICKET_THREAD: Slot[int, ThreadFacts] = Slot("ticket.thread")
"""Ticket id -> first message and recommended recipients. Filled by conversations."""


class Condition:
    """A condition on `Ticket.id` that only a higher domain can express; nothing holds while nobody has filled it."""

    def __init__(self) -> None:
        self._source: Callable[..., ColumnElement[bool]] | None = None

    def fill(self, source: Callable[..., ColumnElement[bool]]) -> None:
        """Register the one function."""
        self._source = source

    def __call__(self, *arguments: Any) -> ColumnElement[bool]:
        return false() if self._source is None else self._source(*arguments)


TICKET_WORKED_ON = Condition()
"""`(user ids or None for anybody, now, gap of time tracking, user id not to count or None)`: somebody works on the
ticket at this moment. Filled by worklogs."""

TICKET_AI_AGENT = Condition()
"""`(profile ids of AI agents or None for any)`: one of them worked on the ticket. Filled by worklogs."""

TICKET_HAS_DRAFT = Condition()
"""`()`: a draft waits. Filled by conversations."""

TICKET_HAS_ATTACHMENT = Condition()
"""`()`: a message has a file. Filled by conversations."""

TICKET_REPLY: Slot[int, ThreadFacts] = Slot("ticket.reply")
"""Ticket id -> recommended recipients and the author of the first message, without texts: what lists show. Filled by
conversations."""
