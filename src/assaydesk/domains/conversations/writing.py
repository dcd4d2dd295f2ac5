"""Adding one message to a ticket that the caller has locked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from assaydesk.domains.conversations import policy, repository
from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.bodies import Texts
from assaydesk.domains.conversations.delivery import keep_quotation, queue_message
from assaydesk.domains.conversations.errors import ChannelCannotReply, ChannelCannotSend, RecipientRequired
from assaydesk.domains.conversations.events import ConversationAdded
from assaydesk.domains.conversations.files import add_files
from assaydesk.domains.conversations.lifecycle import State
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.policy import Delivery
from assaydesk.domains.conversations.recipients import address_of
from assaydesk.domains.conversations.searching import SEARCHED, searched
from assaydesk.domains.tickets.search.index import index_messages
from assaydesk.domains.tickets.types import SPAM
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to be added. `columns`: further columns of `conversations`, as they are stored.

    One with the `delivery_status` `queued` leaves by mail, with `quoted` (HTML) beneath its text.
    """

    direction: str
    texts: Texts
    at: datetime
    private: bool = False
    is_draft: bool = False
    agent_id: int | None = None
    written_here: bool = True
    files: Sequence[Reference] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    quoted: str | None = None


async def add_message(
    session: WriteSession, actor: Actor, ticket: Mapping[str, Any], message: NewMessage
) -> Conversation:
    """Store the message with its files and tell the others."""
    now = utc_now()
    row = Conversation(
        ticket_id=ticket["id"],
        type=message.texts.type,
        direction=message.direction,
        private=message.private,
        is_draft=message.is_draft,
        agent_id=message.agent_id,
        body=message.texts.body,
        body_plain=message.texts.plain,
        body_clean=message.texts.clean,
        created_at=message.at,
        stored_at=now,
        **message.columns,
    )
    session.add(row)
    await session.flush()  # Files and listeners need the id.
    await add_files(session, row.id, message.files)
    if row.delivery_status == State.QUEUED:
        await queue_message(session, ticket, row, quoted=message.quoted)
    elif message.quoted:
        await keep_quotation(session, row.id, message.quoted)
    await session.flush()  # Listeners read what was stored.
    await index_messages(session, [searched({name: getattr(row, name) for name in SEARCHED})])
    await publish(
        session,
        ConversationAdded(
            ticket_id=row.ticket_id,
            conversation_id=row.id,
            direction=row.direction,
            private=row.private,
            is_draft=row.is_draft,
            agent_id=row.agent_id,
            at=row.created_at,
            stored_at=now,
            written_here=message.written_here,
            is_customer_message=is_customer_message(row, ticket),
            actor_id=actor.user_id,
            actor_kind=actor.kind,
            tracking=actor.tracking,
            cortex_request_id=row.cortex_request_id,
            intent_ids=tuple(row.intent_ids or ()),
        ),
    )
    return row


def is_customer_message(row: Conversation, ticket: Mapping[str, Any]) -> bool:
    """What the customer wrote, spam left out (worklog.md 2.4)."""
    return row.direction == "in" and not row.private and ticket["spam_status"] not in SPAM


def read_addresses(name: str, sent: Sequence[str], faults: list[FieldError]) -> list[str]:
    """The addresses of a field; those that are none are noted."""
    for index, text in enumerate(sent):
        if address_of(text) is None:
            faults.append(FieldError(f"{name}.{index}", "bad_format", "This is not an e-mail address."))
    return list(sent)


async def check_subchannel(session: ReadSession, subchannel_id: int | None) -> str | None:
    """What is wrong with the id, if anything is."""
    if subchannel_id is None or await repository.subchannel_exists(session, subchannel_id):
        return None
    return f"Subchannel {subchannel_id} does not exist."


def delivery_status(channel: str, to: Sequence[str]) -> str:
    """How a message to the customer leaves.

    Raises `ChannelCannotReply`, `ChannelCannotSend`, `RecipientRequired`.
    """
    delivery = policy.delivery_of(channel, to)
    if delivery is Delivery.CANNOT_REPLY:
        raise ChannelCannotReply
    if delivery is Delivery.CANNOT_SEND:
        raise ChannelCannotSend
    if delivery is Delivery.NEEDS_RECIPIENT:
        raise RecipientRequired
    return delivery.value
