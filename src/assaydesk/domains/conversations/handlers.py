"""What other domains learn from messages."""

from collections.abc import Collection

from assaydesk.domains.conversations import service
from assaydesk.domains.tickets.events import TICKET_THREAD, ThreadFacts
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def _threads(session: ReadSession, _: Actor, ticket_ids: Collection[int]) -> dict[int, ThreadFacts]:
    return await service.load_threads(session, ticket_ids)


def register() -> None:
    TICKET_THREAD.fill(_threads)
