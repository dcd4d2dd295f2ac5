"""New tickets, and such that turned out to be no spam, are read."""

from assaydesk.domains.tagging.tasks import read
from assaydesk.domains.tickets.events import TicketsChanged, TicketsCreated
from assaydesk.domains.tickets.types import SPAM
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


async def _created(session: WriteSession, event: TicketsCreated) -> None:
    if not event.imported:
        for ticket_id in event.ticket_ids:
            await enqueue(session, read, key=f"{read.name}:{ticket_id}", ticket_id=ticket_id)


async def _no_spam(session: WriteSession, event: TicketsChanged) -> None:
    for change in event.changes:
        old, new = change.fields.get("spam_status", (None, None))
        if old in SPAM and new not in SPAM:
            await enqueue(session, read, key=f"{read.name}:{change.ticket_id}", ticket_id=change.ticket_id)


def register() -> None:
    on(TicketsCreated, _created)
    on(TicketsChanged, _no_spam)
