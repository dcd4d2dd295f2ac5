"""Queries for reminders."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, insert, or_, select, true, update

from assaydesk.domains.reminders.models import Reminder
from assaydesk.domains.reminders.types import Kind, State
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


class TicketState(NamedTuple):
    """What a deferral follows."""

    ticket_id: int
    status: str
    due_by: datetime | None


def readable(actor: Actor) -> ColumnElement[bool]:
    """One's own reminders and those that one has made; all with the right to manage them."""
    if actor.has(Permission.MANAGE_ANY_REMINDER):
        return true()
    return or_(Reminder.user_id == actor.id, Reminder.created_by == actor.id)


async def page(
    session: ReadSession, actor: Actor, wanted: Sequence[ColumnElement[bool]], page: Page
) -> tuple[list[Reminder], int]:
    """By date."""
    conditions = (readable(actor), *wanted)
    query = select(Reminder).where(*conditions).order_by(Reminder.remind_at, Reminder.id)
    total = await session.scalar(select(func.count()).select_from(Reminder).where(*conditions))
    return list(await session.scalars(query.limit(page.limit).offset(page.offset))), total or 0


async def get(session: ReadSession, actor: Actor, reminder_id: int) -> Reminder | None:
    query = select(Reminder).where(Reminder.id == reminder_id, readable(actor))
    return (await session.execute(query)).scalar_one_or_none()


async def get_for_update(session: WriteSession, reminder_id: int) -> Reminder | None:
    """Whoever changes a reminder holds its ticket first, so that nobody waits in a circle."""
    query = select(Reminder).where(Reminder.id == reminder_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def due(session: ReadSession, now: datetime, limit: int, after: int) -> list[tuple[int, int]]:
    """(id, ticket) of what people want to be reminded of. Deferrals come with their ticket."""
    rows = await session.execute(
        select(Reminder.id, Reminder.ticket_id)
        .where(
            Reminder.state == State.OPEN, Reminder.kind == Kind.MANUAL, Reminder.remind_at <= now, Reminder.id > after
        )
        .order_by(Reminder.id)
        .limit(limit)
    )
    return [(row.id, row.ticket_id) for row in rows]


async def tickets_now(session: ReadSession, ticket_ids: Collection[int]) -> list[TicketState]:
    rows = await session.execute(select(Ticket.id, Ticket.status, Ticket.due_by).where(Ticket.id.in_(list(ticket_ids))))
    return [TicketState(*row) for row in rows]


async def open_deferrals(session: WriteSession, ticket_ids: Collection[int]) -> dict[int, Reminder]:
    """By ticket; the caller holds the tickets."""
    query = select(Reminder).where(
        Reminder.ticket_id.in_(list(ticket_ids)), Reminder.kind == Kind.DEFERRAL, Reminder.state == State.OPEN
    )
    rows = await session.scalars(query.execution_options(populate_existing=True))
    return {row.ticket_id: row for row in rows}


async def add_many(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(Reminder), list(rows))


async def move(session: WriteSession, source_ids: Collection[int], target_id: int) -> None:
    """Let reminders that people made follow their ticket; they remember where they come from."""
    await session.execute(
        update(Reminder)
        .where(Reminder.ticket_id.in_(list(source_ids)), Reminder.kind == Kind.MANUAL)
        .values(ticket_id=target_id, merged_from_id=func.coalesce(Reminder.merged_from_id, Reminder.ticket_id))
        .execution_options(synchronize_session=False)
    )


async def move_back(session: WriteSession, source_id: int, target_id: int) -> None:
    await session.execute(
        update(Reminder)
        .where(Reminder.ticket_id == target_id, Reminder.merged_from_id == source_id)
        .values(ticket_id=source_id, merged_from_id=None)
        .execution_options(synchronize_session=False)
    )
