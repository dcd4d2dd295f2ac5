"""What routing does when tickets change."""

from assaydesk.domains.routing import service
from assaydesk.domains.tickets.events import TicketsChanged, TicketsCreated
from assaydesk.platform.events import on


def register() -> None:
    on(TicketsChanged, service.take_answers)
    on(TicketsCreated, service.take_continued)
