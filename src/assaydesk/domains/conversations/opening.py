"""POST ticket: a ticket is opened with its first message (ticket.md 2.3)."""

from datetime import datetime
from typing import Any, Final

from assaydesk.domains.conversations import policy, repository
from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.domains.conversations.files import settle_files
from assaydesk.domains.conversations.schemas import TicketCreate
from assaydesk.domains.conversations.templating import Filled, fill_for_opening
from assaydesk.domains.conversations.writing import NewMessage, add_message, delivery_status, read_addresses
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.events import TicketsCreated
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor

_SENDER_NEEDED: Final = frozenset({"email", "portal", "chat"})
_BY_RULES: Final = (
    "subchannel_id", "priority", "status", "subject", "first_response_due_by", "due_by", "contract_id", "customer_id",
    "external_ticket_id", "language", "additional_data", "raw_data",
)  # fmt: skip


async def open_ticket(session: WriteSession, actor: Actor, body: TicketCreate, *, process: str | None = None) -> int:
    """Make a ticket with its first message, or update the one that has its `externalTicketId`; answers the id.

    `process`: how the AI is to treat it, else what the body says (ticket.md 2.3). Raises `ValidationFailed` and its
    kin, `PermissionDenied` for private tags, `TicketMerged`.
    """
    actor = tickets.with_sight(actor)
    settings = await get_settings(session)
    faults: list[FieldError] = []
    files = read_references(body.attachments, faults)
    texts = texts_of(body.body, plain=body.body_plain)
    filled = None
    if body.template_id is not None:
        filled = await _fill(session, actor, body)
        body = body.model_copy(update={"subject": body.subject or filled.subject})
        texts = texts_of(filled.html) if texts.is_empty else texts
        files += filled.files
    created_at = tickets.read_date("createdAt", body.created_at, settings.zone, faults) or utc_now()
    _check(body, texts, files, faults)
    if not faults:
        files = await settle_files(session, actor, files, written_here=body.direction == "out")
    values = {name: value for name in _BY_RULES if (value := getattr(body, name)) is not None}
    if body.tags:
        values["tag_ids"] = body.tags
    known = None
    if body.external_ticket_id is not None:
        known = await tickets.ticket_by_external_id(session, body.external_ticket_id)
    if known is None:
        new = tickets.NewTicket(body.channel, created_at, fixed=_fixed(body, created_at, process), values=values)
        created = await tickets.create_ticket(session, actor, new, faults=faults)
        if created.is_new:
            await _write_first_message(
                session, actor, created.ticket_id, body, texts, files, created_at,
                email_template_id=filled.email_template_id if filled is not None else None,
            )  # fmt: skip
            await publish(session, TicketsCreated((created.ticket_id,), actor.user_id, created_at))
            return created.ticket_id
        known = created.ticket_id
    await _update(session, actor, known, body, values, texts, files, faults)
    return known


async def _fill(session: WriteSession, actor: Actor, body: TicketCreate) -> Filled:
    known = {
        "subject": body.subject, "channel": body.channel, "from": body.from_, "fromName": body.from_name,
        "to": body.to, "language": body.language, "customerId": body.customer_id, "contractId": body.contract_id,
        "tagIds": body.tags or [], "additionalData": body.additional_data or {},
    }  # fmt: skip
    return await fill_for_opening(
        session, actor, body.template_id or 0, contract_id=body.contract_id, ticket=known,
        data=body.template_data or {},
    )  # fmt: skip


def _check(body: TicketCreate, texts: Texts, files: list[Reference], faults: list[FieldError]) -> None:
    if not (body.subject or body.template_id or body.attachments or not texts.is_empty):
        faults.append(FieldError("subject", "required", "Send a subject, a body or attachments."))
    if body.direction == "in" and body.channel in _SENDER_NEEDED and not body.from_:
        faults.append(FieldError("from", "required", "Say who wrote."))
    if body.direction == "out":
        if not body.to:
            faults.append(FieldError("to", "required", "Say to whom it goes."))
        if body.channel not in ("chat", "phone"):
            read_addresses("to", body.to, faults)


def _fixed(body: TicketCreate, created_at: datetime, process: str | None) -> dict[str, Any]:
    return {
        "direction": body.direction,
        "from_address": body.from_,
        "from_name": body.from_name,
        "to_addresses": body.to,
        "cc_emails": body.cc,
        "bcc_emails": body.bcc,
        "reply_cc_emails": body.cc,
        "channel_id": body.channel_id,
        "processing": process or body.process or "batch",
        "last_customer_message_at": created_at if body.direction == "in" else None,
    }


async def _write_first_message(
    session: WriteSession,
    actor: Actor,
    ticket_id: int,
    body: TicketCreate,
    texts: Texts,
    files: list[Reference],
    at: datetime,
    *,
    email_template_id: int | None,
) -> None:
    """Nothing is written when there is only a subject. What goes out is work of the caller."""
    if texts.is_empty and not files:
        return
    ticket = await tickets.get_visible(session, actor, ticket_id)
    goes_out = body.direction == "out"
    is_draft = goes_out and policy.becomes_draft(actor)
    columns: dict[str, Any] = {
        "from_email": body.from_,
        "from_email_name": body.from_name if body.direction == "in" else (body.from_name or actor.name),
        "to_email": body.to,
        "cc_emails": body.cc,
        "bcc_emails": body.bcc,
        "subject": body.subject,
        "email_template_id": email_template_id,
    }
    if goes_out and not is_draft:
        columns["delivery_status"] = delivery_status(body.channel, body.to)
    message = NewMessage(
        direction=body.direction,
        texts=texts,
        at=at,
        private=body.direction == "internal",
        is_draft=is_draft,
        agent_id=None if body.direction == "in" else actor.user_id,
        written_here=body.direction != "in",
        files=files,
        columns=columns,
    )
    await add_message(session, actor, ticket, message)
    if goes_out and not is_draft:
        await tickets.note_reply(session, actor, ticket_id, at, responder_id=actor.user_id)


async def _update(
    session: WriteSession,
    actor: Actor,
    ticket_id: int,
    body: TicketCreate,
    values: dict[str, Any],
    texts: Texts,
    files: list[Reference],
    faults: list[FieldError],
) -> None:
    """The ticket is known: set what was sent, add what is new to its messages."""
    tickets.refuse(faults)
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    tickets.refuse_merged([ticket])
    is_news = not texts.is_empty or bool(files)
    if is_news and not files and await repository.last_text(session, ticket_id) == texts.plain:
        is_news = False
    if is_news:
        at = utc_now()
        columns = {
            "from_email": body.from_,
            "from_email_name": body.from_name,
            "to_email": body.to,
            "cc_emails": body.cc,
            "bcc_emails": body.bcc,
            "subject": body.subject,
        }
        message = NewMessage(direction="in", texts=texts, at=at, written_here=False, files=files, columns=columns)
        await add_message(session, actor, ticket, message)
        await tickets.note_customer_message(session, actor, ticket_id, at, reopens=body.status is None)
    await tickets.update_tickets(session, actor, [Patch(ticket_id, values)], track_time=False, several=False)
