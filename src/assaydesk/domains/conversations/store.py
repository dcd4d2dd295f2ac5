"""POST store: a message that was sent or received elsewhere (ticket.md 3.3)."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from assaydesk.domains.conversations import repository
from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.domains.conversations.editing import keep_text
from assaydesk.domains.conversations.events import ConversationChanged
from assaydesk.domains.conversations.files import settle_files
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.schemas import StoreCreate
from assaydesk.domains.conversations.searching import reindex_threads
from assaydesk.domains.conversations.writing import NewMessage, add_message, check_subchannel
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import TicketsCreated
from assaydesk.domains.tickets.types import SPAM, Patch, Status
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor

_OF_THE_TICKET: Final[tuple[str, ...]] = (
    "status",
    "due_by",
    "first_response_due_by",
    "priority",
    "customer_id",
    "contract_id",
)
_OF_THE_MESSAGE: Final = {
    "from_": "from_email", "from_name": "from_email_name", "to": "to_email", "cc_emails": "cc_emails",
    "bcc_emails": "bcc_emails", "subject": "subject", "raw_data": "raw_data", "intent_ids": "intent_ids",
    "crm_notification_id": "crm_notification_id", "agent_id": "agent_id", "channel_id": "channel_id",
    "subchannel_id": "subchannel_id",
}  # fmt: skip


class Stored(NamedTuple):
    """`conversation.ticket_id` may be another ticket than the one that was named: one that continues it."""

    conversation: Conversation
    is_new: bool


async def store_message(session: WriteSession, actor: Actor, ticket_id: int, body: StoreCreate) -> Stored:
    """Keep a message; one of a known `externalConversationId` is updated. It is no work that was done here.

    Raises `TicketNotFound`, `TicketMerged`, `ValidationFailed`, `UnknownReference`, and what a change of the ticket
    raises.
    """
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    settings = await get_settings(session)
    texts, files, at = await _read(session, body, settings)
    files = await settle_files(session, actor, files, ticket_id=ticket_id, written_here=False)
    tickets.refuse_merged([ticket])
    if body.external_conversation_id is not None:
        known = await repository.by_external_id(session, ticket_id, body.external_conversation_id)
        if known is not None:
            await _update(session, actor, known, body, texts)
            return Stored(known, is_new=False)
    from_customer = body.direction == "in" and not body.private
    sent = body.model_fields_set
    if from_customer and body.status is None and is_past_reopening(ticket, settings, at):
        ticket = await tickets.continue_ticket(session, actor, ticket, at)
    message = NewMessage(
        direction=body.direction,
        texts=texts,
        at=at,
        private=body.private,
        agent_id=body.agent_id,
        written_here=False,
        files=files,
        columns={column: getattr(body, name) for name, column in _OF_THE_MESSAGE.items() if name != "agent_id"}
        | {"external_conversation_id": body.external_conversation_id},
    )
    added = await add_message(session, actor, ticket, message)
    if added.ticket_id != ticket_id:
        await publish(session, TicketsCreated((added.ticket_id,), actor.user_id, at))
    if from_customer:
        await tickets.note_customer_message(session, actor, added.ticket_id, at, reopens=body.status is None)
    elif body.direction == "out" and not body.private:
        await tickets.note_reply(session, actor, added.ticket_id, at, responder_id=body.agent_id)
    values = {name: getattr(body, name) for name in _OF_THE_TICKET if name in sent and getattr(body, name) is not None}
    if values:
        patch = Patch(added.ticket_id, values)
        await tickets.update_tickets(session, actor, [patch], track_time=False, several=False)
    return Stored(added, is_new=True)


async def _read(
    session: WriteSession, body: StoreCreate, settings: InstanceSettings
) -> tuple[Texts, list[Reference], datetime]:
    faults: list[FieldError] = []
    files = read_references(body.attachments, faults)
    given = body.body if body.body is not None else (body.content.message if body.content is not None else None)
    texts = texts_of(given, body.type, plain=body.body_plain, clean=body.body_clean)
    if texts.is_empty and not texts.body.strip() and not files and not faults:
        faults.append(FieldError("body", "required", "A message has a text or a file."))
    at = tickets.read_date("createdAt", body.created_at, settings.zone, faults) or utc_now()
    if faults:
        raise ValidationFailed(faults)
    problem = await check_subchannel(session, body.subchannel_id)
    if problem is not None:
        raise UnknownReference(problem, field="subchannelId", value=body.subchannel_id)
    if body.agent_id is not None and not await load_profiles(session, [body.agent_id]):
        raise UnknownReference(f"User {body.agent_id} does not exist.", field="agentId", value=body.agent_id)
    return texts, files, at


def is_past_reopening(ticket: Mapping[str, Any], settings: InstanceSettings, at: datetime) -> bool:
    """Closed for so long that the customer's message begins a ticket of its own (ticket.md 5.2)."""
    closed_at: datetime | None = ticket["closed_at"]
    if ticket["status"] != Status.CLOSED or closed_at is None or ticket["spam_status"] in SPAM:
        return False
    return at - closed_at > timedelta(days=settings.reopen_window_days)


async def _update(session: WriteSession, actor: Actor, row: Conversation, body: StoreCreate, texts: Texts) -> None:
    """Take over what is new in a message that is known already."""
    now = utc_now()
    changed = {
        column: getattr(body, name)
        for name, column in _OF_THE_MESSAGE.items()
        if name in body.model_fields_set and name != "raw_data" and getattr(body, name) != getattr(row, column)
    }
    if texts.body != row.body:
        keep_text(session, actor, row, now)
        changed |= {"type": texts.type, "body": texts.body, "body_plain": texts.plain, "body_clean": texts.clean}
    if not changed:
        return
    for column, value in changed.items():
        setattr(row, column, value)
    row.modified_at = now
    row.version += 1
    await session.flush()  # Listeners read what was stored.
    await reindex_threads(session, [row.ticket_id])
    await publish(session, ConversationChanged(row.ticket_id, row.id, now))
