"""What other domains learn from messages."""

from collections.abc import Collection

from assaydesk.domains.conversations import notices, service
from assaydesk.domains.conversations.events import ConversationAdded, ConversationDeleted, FilesToFetch
from assaydesk.domains.conversations.tasks import fetch_files
from assaydesk.domains.tickets.events import (
    TICKET_HAS_ATTACHMENT,
    TICKET_HAS_DRAFT,
    TICKET_REPLY,
    TICKET_THREAD,
    ThreadFacts,
    TicketsChanged,
)
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue
from assaydesk.platform.security.actor import Actor


async def _threads(session: ReadSession, _: Actor, ticket_ids: Collection[int]) -> dict[int, ThreadFacts]:
    return await service.load_threads(session, ticket_ids)


async def _replies(session: ReadSession, _: Actor, ticket_ids: Collection[int]) -> dict[int, ThreadFacts]:
    return await service.load_replies(session, ticket_ids)


async def _fetch(session: WriteSession, event: FilesToFetch) -> None:
    await enqueue(session, fetch_files, conversation_id=event.conversation_id)


async def _draft_waits(session: WriteSession, event: ConversationAdded) -> None:
    if event.is_draft and event.written_here and not event.private:
        await notices.tell_approvers(session, event)


async def _draft_rejected(session: WriteSession, event: ConversationDeleted) -> None:
    if event.is_draft and not event.private:
        await notices.tell_author(session, event)


def register() -> None:
    on(ConversationAdded, _draft_waits)
    on(ConversationDeleted, _draft_rejected)
    on(TicketsChanged, notices.tell_assigned)
    on(FilesToFetch, _fetch)
    TICKET_THREAD.fill(_threads)
    TICKET_REPLY.fill(_replies)
    TICKET_HAS_DRAFT.fill(service.has_draft)
    TICKET_HAS_ATTACHMENT.fill(service.has_attachment)
