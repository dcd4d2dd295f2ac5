"""Messages: the public face of the domain."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from assaydesk.domains.conversations import repository
from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.conversations.editing import delete_message, find_message, update_message
from assaydesk.domains.conversations.fetching import (
    IMAGE_BYTES,
    WantedImage,
    files_are_pending,
    files_to_fetch,
    find_remote_image,
    give_up_fetching,
    keep_fetched,
    keep_remote_image,
)
from assaydesk.domains.conversations.files import (
    attach_files,
    attachments_of,
    file_columns,
    file_to_download,
    keep_received,
    keep_upload,
    remove_unused,
    visible_attachment,
)
from assaydesk.domains.conversations.forwarding import forward_ticket
from assaydesk.domains.conversations.links import image_links
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.moving import merge_tickets, split_ticket, unmerge_ticket
from assaydesk.domains.conversations.opening import open_ticket
from assaydesk.domains.conversations.reply import reply_to_ticket
from assaydesk.domains.conversations.resending import resend_message
from assaydesk.domains.conversations.rows import ConversationRow
from assaydesk.domains.conversations.searching import has_attachment, has_draft, reindex_threads, searched
from assaydesk.domains.conversations.store import Stored, store_message
from assaydesk.domains.conversations.thread import load_replies, load_threads
from assaydesk.domains.conversations.view import conversation_row
from assaydesk.domains.conversations.writing import NewMessage, add_message
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.tickets.search.index import index_messages
from assaydesk.platform.db.session import ReadSession, WriteSession

__all__ = [
    "IMAGE_BYTES",
    "ImportedMessage",
    "NewMessage",
    "Stored",
    "WantedImage",
    "add_message",
    "attach_files",
    "attachments_of",
    "customer_messages",
    "delete_message",
    "file_to_download",
    "files_are_pending",
    "files_to_fetch",
    "find_message",
    "find_remote_image",
    "forward_ticket",
    "give_up_fetching",
    "has_attachment",
    "has_draft",
    "insert_imported",
    "keep_fetched",
    "keep_received",
    "keep_remote_image",
    "keep_upload",
    "list_messages",
    "load_replies",
    "load_threads",
    "merge_tickets",
    "messages_of",
    "open_ticket",
    "read_message",
    "reindex_threads",
    "remove_unused",
    "reply_to_ticket",
    "resend_message",
    "split_ticket",
    "store_message",
    "unmerge_ticket",
    "update_message",
    "visible_attachment",
]  # fmt: skip


async def list_messages(
    session: ReadSession, ticket_id: int, *, include_deleted: bool = False, include_raw_data: bool = False
) -> list[ConversationRow]:
    """The messages of a ticket in their wire form, oldest first; three queries."""
    rows = await repository.page(session, ticket_id, deleted=include_deleted, raw=include_raw_data)
    return await _shown(session, rows, with_raw_data=include_raw_data)


async def read_message(session: ReadSession, conversation_id: int) -> ConversationRow:
    """One message in its wire form."""
    return (await _shown(session, [await repository.get_row(session, conversation_id)]))[0]


async def messages_of(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, list[Conversation]]:
    """All messages of the tickets that are not deleted, notes and drafts included, oldest first."""
    found: dict[int, list[Conversation]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in await repository.of_tickets(session, ticket_ids):
        found[row.ticket_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """When the customer wrote, and when that became known here."""

    conversation_id: int
    at: datetime
    stored_at: datetime


async def customer_messages(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, list[CustomerMessage]]:
    """Inbound messages that count as the customer's, oldest first: no notes, no deleted ones, no spam tickets."""
    found: dict[int, list[CustomerMessage]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in await repository.customer_messages(session, ticket_ids):
        found[row.ticket_id].append(CustomerMessage(row.id, row.created_at, row.stored_at))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMessage:
    """A message as it stands elsewhere, with its own time. It sends nothing and raises no event.

    `body`: HTML or text, by `type`; `plain` is derived unless given.
    """

    ticket_id: int
    direction: Literal["in", "out", "internal"]
    at: datetime
    body: str
    type: Literal["html", "text"] = "text"
    plain: str | None = None
    private: bool = False
    agent_id: int | None = None
    from_email: str | None = None
    from_email_name: str | None = None
    to_email: Sequence[str] = ()
    subject: str | None = None
    external_conversation_id: str | None = None
    cortex_request_id: int | None = None
    intent_ids: Sequence[Any] = ()
    raw_data: Mapping[str, Any] | None = None
    files: Sequence[Reference] = field(default_factory=tuple)


async def insert_imported(session: WriteSession, messages: Sequence[ImportedMessage]) -> list[int]:
    """Add messages in two or three statements; answers their ids in order."""
    if not messages:
        return []
    rows, files = [], []
    for position, message in enumerate(messages):
        texts = texts_of(message.body, message.type, plain=message.plain)
        rows.append(
            {
                "ticket_id": message.ticket_id,
                "type": texts.type,
                "direction": message.direction,
                "private": message.private,
                "is_draft": False,
                "agent_id": message.agent_id,
                "from_email": message.from_email,
                "from_email_name": message.from_email_name,
                "to_email": list(message.to_email),
                "cc_emails": [],
                "bcc_emails": [],
                "subject": message.subject,
                "body": texts.body,
                "body_plain": texts.plain,
                "body_clean": texts.clean,
                "intent_ids": list(message.intent_ids),
                "cortex_request_id": message.cortex_request_id,
                "external_conversation_id": message.external_conversation_id,
                "delivery_status": "stored",
                "raw_data": message.raw_data,
                "created_at": message.at,
                "stored_at": message.at,
                "version": 1,
            }
        )
        files += [
            file_columns(file)
            | {"message": position, "position": number, "extraction_status": "skipped", "created_at": message.at}
            for number, file in enumerate(message.files)
        ]
    made = await repository.add_many(session, rows, files)
    await index_messages(session, [searched(row) for row in rows])
    return made


async def _shown(
    session: ReadSession, rows: Sequence[Mapping[str, Any]], *, with_raw_data: bool = False
) -> list[ConversationRow]:
    files = await repository.files_of(session, [row["id"] for row in rows])
    people = await load_profiles(session, {row["agent_id"] for row in rows if row["agent_id"] is not None})
    links = await image_links(session, rows, files)
    return [
        conversation_row(
            row,
            people.get(row["agent_id"]),
            files.get(row["id"], ()),
            links=links.get(row["id"]),
            with_raw_data=with_raw_data,
        )
        for row in rows
    ]
