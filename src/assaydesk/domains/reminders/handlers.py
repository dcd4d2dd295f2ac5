"""Reminders follow their tickets."""

from assaydesk.domains.reminders import service
from assaydesk.domains.tickets.events import TicketsChanged, TicketsMerged, TicketUnmerged
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


async def _merged(session: WriteSession, event: TicketsMerged) -> None:
    await service.follow_merge(session, event.source_ids, event.target_id)


async def _unmerged(session: WriteSession, event: TicketUnmerged) -> None:
    await service.follow_unmerge(session, event.source_id, event.target_id)


def register() -> None:
    on(TicketsChanged, service.follow_tickets)
    on(TicketsMerged, _merged)
    on(TicketUnmerged, _unmerged)
