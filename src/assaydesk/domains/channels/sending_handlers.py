"""What leaves by mail when something happens elsewhere."""

from assaydesk.domains.auth.events import LinkToMail
from assaydesk.domains.channels.sending_tasks import mail_account_link, send
from assaydesk.domains.conversations.events import MessageQueued
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


async def _send(session: WriteSession, event: MessageQueued) -> None:
    await enqueue(session, send, key=f"mail:{event.conversation_id}", conversation_id=event.conversation_id)


async def _mail_link(session: WriteSession, event: LinkToMail) -> None:
    await enqueue(session, mail_account_link, key=f"link:{event.link_id}", link_id=event.link_id)


def register() -> None:
    on(LinkToMail, _mail_link)
    on(MessageQueued, _send)
