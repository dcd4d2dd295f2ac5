"""What conversations tell others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from assaydesk.platform.events import Slot
from assaydesk.platform.security.actor import ActorKind


@dataclass(frozen=True, slots=True)
class ConversationAdded:
    """A message, note or draft was written or came in.

    `agent_id`: the user who wrote it, None for people outside. `at`: its own time, which may lie in the past.
    `written_here` is False when it was only stored (synchronisation, creation of a ticket by an outside system): then
    it is no work of `agent_id` here. `cortex_request_id`, `intent_ids`: suggestions that were taken over.
    """

    ticket_id: int
    conversation_id: int
    direction: str
    private: bool
    is_draft: bool
    agent_id: int | None
    at: datetime
    stored_at: datetime
    written_here: bool = True
    is_customer_message: bool = False
    actor_id: int | None = None
    actor_kind: ActorKind = ActorKind.SYSTEM
    tracking: bool = True
    cortex_request_id: int | None = None
    intent_ids: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftPublished:
    """A draft was sent. `author_id` wrote it at `draft_written_at`, `approver_id` (maybe the same) published it."""

    ticket_id: int
    conversation_id: int
    author_id: int | None
    approver_id: int | None
    draft_written_at: datetime
    at: datetime
    approver_kind: ActorKind = ActorKind.PERSON
    tracking: bool = True
    cortex_request_id: int | None = None
    intent_ids: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class ConversationChanged:
    """The text or recipients of a note, draft or stored message changed."""

    ticket_id: int
    conversation_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ConversationDeleted:
    """A message was deleted. `is_customer_message`: it counted as a message of the customer."""

    ticket_id: int
    conversation_id: int
    direction: str
    private: bool
    is_draft: bool
    is_customer_message: bool
    message_at: datetime
    at: datetime
    actor_id: int | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class MessageQueued:
    """A message shall leave by mail as soon as this transaction is committed."""

    ticket_id: int
    conversation_id: int


@dataclass(frozen=True, slots=True)
class DeliveryChanged:
    """The state of an outgoing message moved. `error` says why, where something went wrong."""

    ticket_id: int
    conversation_id: int
    before: str
    after: str
    error: str | None


@dataclass(frozen=True, slots=True)
class TicketForwarded:
    """A ticket was forwarded to addresses, to a sub-channel, or both."""

    ticket_id: int
    user_id: int | None
    to_email: tuple[str, ...]
    subchannel_id: int | None
    conversation_id: int | None
    at: datetime


REPLY_SURVEY: Slot[int, dict[str, Any]] = Slot("conversation.survey")
"""Conversation id -> the survey that was asked for with it: `reference`, `path` of its address, and `text` (language ->
the words that lead to it)."""


@dataclass(frozen=True, slots=True)
class FilesToFetch:
    """A message names files by their address; they are `pending` until they are fetched."""

    conversation_id: int
