"""The time of a reminder has come (platform.md 6)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from assaydesk.domains.notifications.service import notify
from assaydesk.domains.notifications.types import Kind as NoticeKind
from assaydesk.domains.reminders import repository
from assaydesk.domains.reminders.events import ReminderDue
from assaydesk.domains.reminders.lifecycle import Command, Refusal, move
from assaydesk.domains.reminders.models import Reminder
from assaydesk.domains.reminders.types import State
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.types import Patch
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import DomainError
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

_WORDS: Final = {"en": "Reminder of ticket {}", "de": "Erinnerung an Ticket {}"}
_BACK: Final = {"en": "Ticket {} is open again", "de": "Ticket {} ist wieder offen"}


async def fire_due(session: ReadSession, *, limit: int, after: int = 0) -> list[tuple[int, int]]:
    """(id, ticket) of reminders whose time has come, beyond the id `after`."""
    return await repository.due(session, utc_now(), limit, after)


async def fire_one(session: WriteSession, reminder_id: int, ticket_id: int) -> bool:
    """Fire one of them, unless somebody else has done so or it was put off; answers whether it fired."""
    now = utc_now()
    try:
        await tickets.lock_visible(session, SYSTEM, ticket_id)
    except tickets.TicketNotFound:
        await _cancel(session, reminder_id, now)
        return False
    row = await repository.get_for_update(session, reminder_id)
    if row is None or row.state != State.OPEN or row.remind_at > now or row.ticket_id != ticket_id:
        return False
    await fire(session, [row], now)
    if row.reopen_ticket:
        await _reopen(session, row)
    return True


async def fire(session: WriteSession, rows: Sequence[Reminder], now: datetime, *, is_back: bool = False) -> None:
    """Mark as fired, tell the person and whoever listens. `is_back`: the ticket has just come back by itself."""
    for row in rows:
        after = move(State(row.state), Command.FIRE)
        if isinstance(after, Refusal):
            continue
        row.state, row.fired_at, row.modified_at = after, now, now
        await session.flush()  # Listeners read what was stored.
        words = {lang: text.format(row.ticket_id) for lang, text in (_BACK if is_back else _WORDS).items()}
        if row.text:
            words = {lang: f"{text}: {row.text}" for lang, text in words.items()}
        await notify(session, [row.user_id], NoticeKind.REMINDER, words, ticket_id=row.ticket_id)
        await publish(session, ReminderDue(row.id, row.ticket_id, row.user_id, now))


async def _cancel(session: WriteSession, reminder_id: int, now: datetime) -> None:
    """The ticket is gone, and with it the reason to be reminded."""
    row = await repository.get_for_update(session, reminder_id)
    after = move(State(row.state), Command.CANCEL) if row is not None else Refusal.OVER
    if row is not None and not isinstance(after, Refusal):
        row.state, row.modified_at = after, now


async def _reopen(session: WriteSession, row: Reminder) -> None:
    """Open a pending or closed ticket. One that was merged stays as it is: its messages stand elsewhere."""
    values: dict[str, object] = {"status": "open"}
    ticket = await tickets.get_visible(session, SYSTEM, row.ticket_id)
    if ticket["status"] == "open" or ticket["merged_into_ticket_id"] is not None:
        return
    if row.assign_on_reopen and row.user_id is not None:
        values["agent_id"] = row.user_id
    try:
        async with session.begin_nested():
            await tickets.update_tickets(session, SYSTEM, [Patch(row.ticket_id, values)], several=False)
    except DomainError:
        # Who was to take it has left: it opens for all.
        await tickets.update_tickets(session, SYSTEM, [Patch(row.ticket_id, {"status": "open"})], several=False)
