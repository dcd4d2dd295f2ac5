"""When it is to be found out who wrote a ticket, and what people made of the result."""

from assaydesk.domains.conversations.events import ConversationAdded
from assaydesk.domains.identification import service
from assaydesk.domains.identification.events import IdentificationDue
from assaydesk.domains.identification.tasks import identify
from assaydesk.domains.tickets.events import TicketsChanged, TicketsCreated
from assaydesk.domains.tickets.types import SPAM
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(TicketsCreated, _created)
    on(ConversationAdded, _written)
    on(TicketsChanged, _changed)
    on(IdentificationDue, _identify)


async def _created(session: WriteSession, event: TicketsCreated) -> None:
    if not event.imported:
        await service.ask_for(session, event.ticket_ids)


async def _written(session: WriteSession, event: ConversationAdded) -> None:
    if event.is_customer_message:
        await service.ask_for(session, [event.ticket_id])


async def _changed(session: WriteSession, event: TicketsChanged) -> None:
    cleared = [
        one.ticket_id
        for one in event.changes
        if "spam_status" in one.fields
        and one.fields["spam_status"][0] in SPAM
        and one.fields["spam_status"][1] not in SPAM
    ]
    if cleared:
        await service.ask_for(session, cleared)
    await service.note_decisions(session, event.changes, event.actor_id, event.actor_kind, event.at)


async def _identify(session: WriteSession, event: IdentificationDue) -> None:
    for ticket_id in event.ticket_ids:
        await enqueue(session, identify, key=f"{identify.name}:{ticket_id}", ticket_id=ticket_id)
