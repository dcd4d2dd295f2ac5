"""POST forward: a ticket goes to somebody outside, or to another sub-channel (ticket.md 2.9)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from assaydesk.domains.conversations import delivery_repository
from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.domains.conversations.delivery import earlier
from assaydesk.domains.conversations.events import TicketForwarded
from assaydesk.domains.conversations.files import attachments_of, settle_files
from assaydesk.domains.conversations.history import forwarded
from assaydesk.domains.conversations.mail_schemas import TicketForward
from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.conversations.thread import sending_address
from assaydesk.domains.conversations.writing import NewMessage, add_message, read_addresses
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.settings.subchannels import load_subchannels
from assaydesk.domains.tags.service import load_tags
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

_MOST_MESSAGES: Final = 50
_MOST_FILES: Final = 100


async def forward_ticket(
    session: WriteSession, actor: Actor, ticket_id: int, body: TicketForward
) -> Conversation | None:
    """Send the ticket to addresses, move it to a sub-channel, or both; answers the message or note, if there is one.

    The mail is a private outgoing message: the customer does not know of it, and answers to it come back as private
    notes. Raises `TicketNotFound`, `TicketMerged`, `ValidationFailed`, `UnknownReference`, `AttachmentRefused`.
    """
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    texts, files = _read(body)
    values = await _move(session, body)
    files = await settle_files(session, actor, files, ticket_id=ticket_id)
    tickets.refuse_merged([ticket])
    at = utc_now()
    added: Conversation | None = None
    if body.to_email:
        quoted = None
        history = await delivery_repository.public_messages(session, ticket_id, _MOST_MESSAGES)
        if body.include_attachments:
            files = [*files, *await _files_of(session, history, _MOST_FILES - len(files))]
        if body.include_history:
            zone = (await get_settings(session)).zone
            quoted = forwarded(await earlier(session, history), zone, ticket["language_code"]) or None
        columns = {
            "subject": body.subject, "to_email": body.to_email, "cc_emails": body.cc, "bcc_emails": body.bcc,
            "from_email": await sending_address(session, ticket, None), "from_email_name": actor.name,
            "delivery_status": "queued",
        }  # fmt: skip
        message = NewMessage(
            direction="out", texts=texts, at=at, private=True, agent_id=actor.user_id, files=files, columns=columns,
            quoted=quoted,
        )  # fmt: skip
        added = await add_message(session, actor, ticket, message)
    elif not texts.is_empty or files:
        note = NewMessage(
            direction="internal", texts=texts, at=at, private=True, agent_id=actor.user_id, files=files,
            columns={"subject": body.subject, "from_email_name": actor.name},
        )  # fmt: skip
        added = await add_message(session, actor, ticket, note)
    if values:
        # Tags that only rules set may come with a sub-channel; whoever may forward may cause that.
        mover = replace(actor, permissions=actor.permissions | {Permission.MANAGE_TAGS})
        await tickets.update_tickets(session, mover, [Patch(ticket_id, values)], several=False)
    details = {
        "toEmail": body.to_email, "subchannelId": body.to_subchannel_id,
        "conversationId": added.id if added is not None else None,
    }  # fmt: skip
    await tickets.log_activity(session, ticket_id, "forwarded", at=at, user_id=actor.user_id, details=details)
    await publish(
        session,
        TicketForwarded(
            ticket_id=ticket_id,
            user_id=actor.user_id,
            to_email=tuple(body.to_email),
            subchannel_id=body.to_subchannel_id,
            conversation_id=added.id if added is not None else None,
            at=at,
        ),
    )
    return added


def _read(body: TicketForward) -> tuple[Texts, list[Reference]]:
    faults: list[FieldError] = []
    files = read_references(body.attachments, faults)
    texts = texts_of(body.body or "")
    if not body.to_email and body.to_subchannel_id is None:
        faults.append(FieldError("toEmail", "required", "Say to whom: toEmail or toSubchannelId."))
    for wire, name in (("toEmail", "to_email"), ("cc", "cc"), ("bcc", "bcc")):
        read_addresses(wire, getattr(body, name), faults)
    if faults:
        raise ValidationFailed(faults)
    return texts, files


async def _move(session: ReadSession, body: TicketForward) -> dict[str, Any]:
    """What changes of the ticket."""
    values: dict[str, Any] = {
        name: value for name in ("status", "due_by") if (value := getattr(body, name)) is not None
    }
    if body.to_subchannel_id is None:
        return values
    target = (await load_subchannels(session, [body.to_subchannel_id])).get(body.to_subchannel_id)
    if target is None or target.deleted_at is not None:
        raise UnknownReference(
            f"Subchannel {body.to_subchannel_id} does not exist.", field="toSubchannelId", value=body.to_subchannel_id
        )
    values |= {"subchannel_id": target.id, "agent_id": None, "assigned_agent_ids": ()}
    tags = await _tags_of(session, target.data or {})
    return values | ({"add_tag_ids": tags} if tags else {})


async def _tags_of(session: ReadSession, data: Mapping[str, Any]) -> list[int]:
    """Tags that the sub-channel gives to its tickets; those that nobody can set any more are passed over."""
    named = data.get("defaultTagIds")
    ids = [one for one in named if isinstance(one, int)] if isinstance(named, list) else []
    known = await load_tags(session, ids)
    return [
        one
        for one in ids
        if one in known
        and known[one].deleted_at is None
        and known[one].visibility != "disabled"
        and known[one].reference == "ticket"
    ]


async def _files_of(session: ReadSession, history: Sequence[Conversation], most: int) -> list[Reference]:
    """Stored files of the messages once more, oldest first; dangerous ones stay here."""
    found = await attachments_of(session, [row.id for row in history])
    rows = [file for row in reversed(history) for file in found.get(row.id, [])]
    usable = [file for file in rows if file.file_id is not None and file.risk_class != "dangerous"]
    return [_again(file) for file in usable[: max(0, most)]]


def _again(file: Attachment) -> Reference:
    return Reference(
        file.name, file.original_url, file.content_type, file.risk_class,  # type: ignore[arg-type]
        file.size, file.width, file.height, inline=file.inline, file_id=file.file_id, content_id=file.content_id,
    )  # fmt: skip
