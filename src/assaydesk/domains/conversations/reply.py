"""POST reply: a message to the customer, a note or a draft (ticket.md 3.2)."""

from collections.abc import Mapping
from typing import Any

from assaydesk.domains.conversations import policy
from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.domains.conversations.delivery import quotation
from assaydesk.domains.conversations.files import settle_files
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.notices import tell_mentioned
from assaydesk.domains.conversations.recipients import address_of
from assaydesk.domains.conversations.schemas import ReplyCreate
from assaydesk.domains.conversations.templating import Filled, fill_for_ticket
from assaydesk.domains.conversations.thread import recommended_recipients, sending_address
from assaydesk.domains.conversations.writing import (
    NewMessage,
    add_message,
    check_subchannel,
    delivery_status,
    read_addresses,
)
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.security.actor import Actor


async def reply_to_ticket(session: WriteSession, actor: Actor, ticket_id: int, body: ReplyCreate) -> Conversation:
    """Write to the customer, or a note beside the ticket; `status` and `dueBy` act in the same transaction.

    Raises `TicketNotFound`, `TicketMerged`, `ValidationFailed`, `UnknownReference`, `RecipientRequired`,
    `AttachmentRefused`, `ChannelCannotReply`, `ChannelCannotSend`, `TemplateLimit`, and what a change of the
    status raises.
    """
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    filled = None
    if body.template_id is not None:
        filled = await fill_for_ticket(session, actor, ticket_id, body.template_id)
    texts, files = _read(body, filled, public=not body.private)
    files = await settle_files(session, actor, files, ticket_id=ticket_id)
    problem = await check_subchannel(session, body.subchannel_id)
    if problem is not None:
        raise UnknownReference(problem, field="subchannelId", value=body.subchannel_id)
    tickets.refuse_merged([ticket])
    columns: dict[str, Any] = {
        "subject": body.subject or (filled.subject if filled is not None else None),
        "email_template_id": filled.email_template_id if filled is not None else None,
        "intent_ids": body.intent_ids,
        "cortex_request_id": body.cortex_request_id,
        "channel_id": body.channel_id,
        "subchannel_id": body.subchannel_id,
        "from_email_name": actor.name,
    }
    at = utc_now()
    if body.private:
        message = NewMessage(
            direction=body.direction or "internal",
            texts=texts, at=at, private=True, agent_id=actor.user_id, files=files, columns=columns,
        )  # fmt: skip
        added = await add_message(session, actor, ticket, message)
        await tell_mentioned(session, actor, ticket_id, body.mentions)
    else:
        is_draft = body.is_draft or policy.becomes_draft(actor)
        columns |= await _addressed(session, ticket, body, is_draft=is_draft)
        asks = body.request_survey
        columns["request_survey"] = (await get_settings(session)).survey_request_on_reply if asks is None else asks
        message = NewMessage(
            direction="out", texts=texts, at=at, is_draft=is_draft, agent_id=actor.user_id, files=files,
            columns=columns, quoted=await quotation(session, ticket) if body.include_history else None,
        )  # fmt: skip
        added = await add_message(session, actor, ticket, message)
        if not is_draft:
            await tickets.note_reply(session, actor, ticket_id, at, responder_id=actor.user_id)
    values = {name: value for name in ("status", "due_by") if (value := getattr(body, name)) is not None}
    if values:
        await tickets.update_tickets(session, actor, [Patch(ticket_id, values)], several=False)
    return added


def _read(body: ReplyCreate, filled: Filled | None, *, public: bool) -> tuple[Texts, list[Reference]]:
    """Texts and files; a template gives the text when there is none of one's own, and its files."""
    faults: list[FieldError] = []
    files = read_references(body.attachments, faults)
    text = body.content.message if body.content is not None and body.content.message is not None else body.body
    texts = texts_of(text or "", body.type)
    if filled is not None:
        texts = texts_of(filled.html) if texts.is_empty else texts
        files += filled.files
    if texts.is_empty and not files and not faults:
        faults.append(FieldError("content.message", "required", "Write something, or attach a file."))
    if public:
        for name in ("to", "cc", "bcc"):
            read_addresses(name, getattr(body, name), faults)
    if public and body.direction == "internal":
        faults.append(FieldError("direction", "not_allowed", "An internal message is a note: send private true."))
    if faults:
        raise ValidationFailed(faults)
    return texts, files


async def _addressed(
    session: WriteSession, ticket: Mapping[str, Any], body: ReplyCreate, *, is_draft: bool
) -> dict[str, Any]:
    """Sender, recipients and state. A draft may still lack recipients; it gets them when it is published."""
    to, cc = body.to, body.cc
    if not to and policy.proposes_recipients(ticket["channel"]):
        proposed = (await recommended_recipients(session, [ticket["id"]]))[ticket["id"]]
        to = [one for one in proposed.to if address_of(one)]
        cc = cc or [one for one in proposed.cc if address_of(one)]
    waits = is_draft and ticket["channel"] != "system"
    status = "stored" if waits else delivery_status(ticket["channel"], to)
    return {
        "to_email": to,
        "cc_emails": cc,
        "bcc_emails": body.bcc,
        "delivery_status": status,
        "from_email": await sending_address(session, ticket, body.subchannel_id),
    }
