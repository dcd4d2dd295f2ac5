"""Changing, publishing and deleting messages (ticket.md 3.4, 3.5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from assaydesk.domains.conversations import policy, repository
from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.conversations.delivery import queue_message
from assaydesk.domains.conversations.delivery_repository import lock_message
from assaydesk.domains.conversations.errors import (
    ConversationNotEditable,
    ConversationNotFound,
    DraftAlreadyPublished,
)
from assaydesk.domains.conversations.events import ConversationChanged, ConversationDeleted, DraftPublished
from assaydesk.domains.conversations.files import add_files, settle_files
from assaydesk.domains.conversations.lifecycle import State
from assaydesk.domains.conversations.models import Conversation, ConversationText
from assaydesk.domains.conversations.recipients import address_of
from assaydesk.domains.conversations.schemas import ConversationUpdate
from assaydesk.domains.conversations.searching import reindex_threads
from assaydesk.domains.conversations.thread import recommended_recipients
from assaydesk.domains.conversations.writing import delivery_status, is_customer_message, read_addresses
from assaydesk.domains.tickets import service as tickets
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed, field_error
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.versions import refuse_stale

_ADDRESSES: Final = {"to": "to_email", "cc": "cc_emails", "bcc": "bcc_emails"}
_EDITS: Final = frozenset({"content", "body", "subject", "to", "cc", "bcc", "attachments"})


async def find_message(session: WriteSession, ticket_id: int, conversation_id: int) -> Conversation:
    """A message that is not deleted. Raises `ConversationNotFound`."""
    row = await repository.get(session, ticket_id, conversation_id)
    if row is None:
        raise ConversationNotFound(conversation_id)
    return row


async def update_message(
    session: WriteSession,
    actor: Actor,
    ticket_id: int,
    conversation_id: int,
    body: Mapping[str, Any],
    *,
    unmodified_since: str | None = None,
) -> tuple[Conversation, list[str]]:
    """Change a note or draft, or publish a draft; answers the message and the keys that nobody read.

    Raises `ConversationNotFound`, `PermissionDenied`, `ValidationFailed`, `ConversationNotEditable`,
    `DraftAlreadyPublished`, `StaleObject`, `TicketMerged`, and what sending raises.
    """
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    row = await find_message(session, ticket_id, conversation_id)
    publishes = body.get("isDraft") in (False, 0, "false", "0", "no", "off")
    if publishes:
        _need(policy.right_to_publish(actor, row.agent_id))
    if not publishes or body.keys() & _EDITS:
        _need(policy.right_to_edit(actor, row.agent_id))
    update = _read(body)
    files = await settle_files(session, actor, _check_fields(update), ticket_id=ticket_id)
    tickets.refuse_merged([ticket])
    refuse_stale(unmodified_since, modified_at=row.modified_at or row.created_at, version=row.version)
    _check_state(row, update)
    now = utc_now()
    if _edit(session, actor, row, update, files, now):
        await add_files(session, row.id, files)
        await session.flush()  # Listeners read what was stored.
        await reindex_threads(session, [ticket_id])
        await publish(session, ConversationChanged(ticket_id, row.id, now))
    if update.is_draft is False:
        await _publish(session, actor, ticket, row, now)
    return row, list(update.model_extra or ())


async def delete_message(
    session: WriteSession, actor: Actor, ticket_id: int, conversation_id: int, *, reason: str | None = None
) -> None:
    """Hide a message. Raises `ConversationNotFound`, `PermissionDenied`, `ConversationNotEditable`, `TicketMerged`."""
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    row = await find_message(session, ticket_id, conversation_id)
    await lock_message(session, row)
    mailed = row.message_id is not None and row.delivery_status != State.QUEUED
    is_open = row.delivery_status == State.QUEUED or row.is_draft or (row.private and not mailed)
    is_own = row.agent_id is not None and row.agent_id == actor.id
    if not is_open and is_own and row.direction == "out" and mailed and not actor.has(Permission.EDIT_ANY_CONVERSATION):
        raise ConversationNotEditable("The message was handed over already.", conversationId=row.id)
    _need(policy.right_to_delete(actor, row.agent_id, is_open=is_open))
    tickets.refuse_merged([ticket])
    if row.delivery_status == State.SENDING:
        raise ConversationNotEditable("The message is being sent at this moment.", conversationId=row.id)
    now = utc_now()
    row.deleted_at = now
    row.modified_at = now
    row.version += 1
    await session.flush()  # Listeners read what was stored.
    await reindex_threads(session, [ticket_id])
    changes = [Change(row.id, "deletedAt", None, now.isoformat())]
    if reason:
        changes.append(Change(row.id, "reason", None, reason))
    await write_audit(session, actor, "conversation:row:delete", "conversation", changes)
    await publish(
        session,
        ConversationDeleted(
            ticket_id=ticket_id,
            conversation_id=row.id,
            direction=row.direction,
            private=row.private,
            is_draft=row.is_draft,
            is_customer_message=is_customer_message(row, ticket),
            message_at=row.created_at,
            at=now,
            actor_id=actor.user_id,
            reason=reason,
        ),
    )


def keep_text(session: WriteSession, actor: Actor, row: Conversation, until: datetime) -> None:
    """Put the present text into the history."""
    session.add(ConversationText(conversation_id=row.id, body=row.body, until=until, edited_by=actor.user_id))


def _need(right: Permission | None) -> None:
    if right is not None:
        raise PermissionDenied(right)


def _read(body: Mapping[str, Any]) -> ConversationUpdate:
    try:
        return ConversationUpdate.model_validate(body)
    except ValidationError as failure:
        raise ValidationFailed([field_error(dict(error)) for error in failure.errors(include_url=False)]) from failure


def _check_fields(update: ConversationUpdate) -> list[Reference]:
    faults: list[FieldError] = []
    files = read_references(update.attachments, faults)
    for name in _ADDRESSES:
        read_addresses(name, getattr(update, name), faults)
    if _text(update) is not None and not (_text(update) or "").strip() and not files:
        faults.append(FieldError("content.message", "required", "Write something, or attach a file."))
    if "is_draft" in update.model_fields_set and update.is_draft is None:
        faults.append(FieldError("isDraft", "wrong_type", "Send true or false."))
    if faults:
        raise ValidationFailed(faults)
    return files


def _check_state(row: Conversation, update: ConversationUpdate) -> None:
    if row.published_at is not None and update.is_draft is False:
        raise DraftAlreadyPublished(conversationId=row.id)
    if not row.is_draft and (not row.private or update.is_draft is not None):
        raise ConversationNotEditable(conversationId=row.id)


def _text(update: ConversationUpdate) -> str | None:
    if update.content is not None and update.content.message is not None:
        return update.content.message
    return update.body


def _edit(
    session: WriteSession,
    actor: Actor,
    row: Conversation,
    update: ConversationUpdate,
    files: list[Reference],
    now: datetime,
) -> bool:
    """Set what differs; True when something did. Files are added to those that are there."""
    sent = update.model_fields_set
    changed = {column: getattr(update, name) for name, column in _ADDRESSES.items() if name in sent and row.is_draft}
    if "subject" in sent:
        changed["subject"] = update.subject
    text = _text(update)
    if text is not None and text != row.body:
        texts = texts_of(text, "text" if row.type == "text" else "html")
        changed |= {"body": texts.body, "body_plain": texts.plain, "body_clean": texts.clean}
        keep_text(session, actor, row, now)
    changed = {column: value for column, value in changed.items() if getattr(row, column) != value}
    if not changed and not files:
        return False
    for column, value in changed.items():
        setattr(row, column, value)
    row.edited_at = row.modified_at = now
    row.version += 1
    return True


async def _publish(
    session: WriteSession, actor: Actor, ticket: Mapping[str, Any], row: Conversation, now: datetime
) -> None:
    """Send a draft in the name of its author."""
    if not row.to_email and policy.proposes_recipients(ticket["channel"]):
        proposed = (await recommended_recipients(session, [row.ticket_id]))[row.ticket_id]
        row.to_email = [one for one in proposed.to if address_of(one)]
        row.cc_emails = row.cc_emails or [one for one in proposed.cc if address_of(one)]
    row.delivery_status = delivery_status(ticket["channel"], row.to_email)
    row.is_draft = False
    if row.delivery_status == State.QUEUED:
        await queue_message(session, ticket, row)
    row.published_at = row.modified_at = now
    row.published_by = actor.user_id
    row.version += 1
    await session.flush()  # Listeners read what was stored.
    await tickets.note_reply(session, actor, row.ticket_id, now, responder_id=row.agent_id)
    await publish(
        session,
        DraftPublished(
            ticket_id=row.ticket_id,
            conversation_id=row.id,
            author_id=row.agent_id,
            approver_id=actor.user_id,
            draft_written_at=row.created_at,
            at=now,
            approver_kind=actor.kind,
            tracking=actor.tracking,
            cortex_request_id=row.cortex_request_id,
            intent_ids=tuple(row.intent_ids or ()),
        ),
    )
