"""What leaves by mail when something happens elsewhere."""

from assaydesk.domains.channels.sending_tasks import send
from assaydesk.domains.conversations.events import MessageQueued
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


async def _send(session: WriteSession, event: MessageQueued) -> None:
    await enqueue(session, send, key=f"mail:{event.conversation_id}", conversation_id=event.conversation_id)


def register() -> None:
    on(MessageQueued, _send)
