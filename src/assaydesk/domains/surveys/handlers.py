"""Surveys go out with replies."""

from assaydesk.domains.conversations.events import REPLY_SURVEY, ConversationAdded, DraftPublished
from assaydesk.domains.surveys import service
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


async def _message_added(session: WriteSession, event: ConversationAdded) -> None:
    if event.direction == "out" and not event.private and not event.is_draft and event.written_here:
        await service.ask(session, event.ticket_id, event.conversation_id)


async def _draft_published(session: WriteSession, event: DraftPublished) -> None:
    await service.ask(session, event.ticket_id, event.conversation_id)


def register() -> None:
    on(ConversationAdded, _message_added)
    on(DraftPublished, _draft_published)
    REPLY_SURVEY.fill(service.surveys_of_messages)
