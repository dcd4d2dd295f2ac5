"""What the search of tickets learns of messages."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, select

from assaydesk.domains.conversations import repository
from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.search import index
from assaydesk.domains.tickets.search.index import SearchedMessage
from assaydesk.platform.db.session import WriteSession

SEARCHED: Final = ("ticket_id", "direction", "subject", "from_email", "from_email_name", "body_clean")


def searched(row: Mapping[str, Any]) -> SearchedMessage:
    """The part of a message that people search by, of its columns `SEARCHED`.

    The writer's address only where it is none of our mailboxes.
    """
    return SearchedMessage(
        ticket_id=row["ticket_id"],
        body_clean=row["body_clean"],
        subject=row["subject"],
        sender=(row["from_email_name"], row["from_email"]) if row["direction"] == "in" else (),
    )


async def reindex_threads(session: WriteSession, ticket_ids: Collection[int]) -> None:
    """After messages of these tickets were changed, deleted or moved."""
    threads: dict[int, list[SearchedMessage]] = {ticket_id: [] for ticket_id in ticket_ids}
    for row in await repository.searched_columns(session, ticket_ids):
        threads[row["ticket_id"]].append(searched(row))
    await index.reindex_messages(session, threads)


def has_draft() -> ColumnElement[bool]:
    """A draft waits in the ticket."""
    drafts = select(Conversation.ticket_id).where(Conversation.is_draft.is_(True), Conversation.deleted_at.is_(None))
    return Ticket.id.in_(drafts)


def has_attachment() -> ColumnElement[bool]:
    """A message of the ticket has a file."""
    files = select(Attachment.id).join(Conversation, Conversation.id == Attachment.conversation_id)
    return files.where(Conversation.ticket_id == Ticket.id, Conversation.deleted_at.is_(None)).exists()
