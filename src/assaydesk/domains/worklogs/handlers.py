"""What time tracking does when others tell something."""

from assaydesk.domains.conversations.events import ConversationAdded, DraftPublished
from assaydesk.domains.tickets.events import (
    TICKET_AI_AGENT,
    TICKET_PRESENCE,
    TICKET_WORKED_ON,
    PresenceEnded,
    TicketsChanged,
)
from assaydesk.domains.worklogs import service
from assaydesk.platform.events import on


def register() -> None:
    on(TicketsChanged, service.take_ticket_changes)
    on(ConversationAdded, service.take_message)
    on(DraftPublished, service.take_published_draft)
    on(PresenceEnded, service.end_presence)
    TICKET_PRESENCE.fill(service.presence_of)
    TICKET_WORKED_ON.fill(service.worked_on)
    TICKET_AI_AGENT.fill(service.handled_by_ai_agent)
