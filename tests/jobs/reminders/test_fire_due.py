"""Reminders fire once, whoever looks (platform.md 6)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.profiles.service import AGENT_ROLE
from assaydesk.domains.reminders.events import ReminderDue
from assaydesk.domains.reminders.models import Reminder
from assaydesk.domains.reminders.tasks import fire_due
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.tasks import reopen_due
from assaydesk.kit.clock import utc_now
from assaydesk.platform import events
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.profiles import make_profile
from tests.factories.reminders import PAST, make_reminder
from tests.factories.tickets import make_ticket


async def _fresh(session: WriteSession, model: Any, id_: int) -> Any:
    return await session.scalar(select(model).where(model.id == id_).execution_options(populate_existing=True))


async def test_what_was_missed_fires_once(runtime: Runtime, session: WriteSession) -> None:
    heard: list[ReminderDue] = []

    async def hear(_: WriteSession, event: ReminderDue) -> None:
        heard.append(event)

    ticket, person = await make_ticket(session), await make_profile(session, role=AGENT_ROLE)
    row = await make_reminder(session, ticket_id=ticket.id, user_id=person.id)
    later = await make_reminder(session, ticket_id=ticket.id, user_id=person.id, remind_at=utc_now() + timedelta(1))
    over = await make_reminder(session, ticket_id=ticket.id, user_id=person.id, state="done")
    await session.commit()
    events.on(ReminderDue, hear)
    try:
        assert await fire_due.function(runtime) == {"reminders": 1}
        assert await fire_due.function(runtime) == {"reminders": 0}
    finally:
        events._handlers[ReminderDue].remove(hear)
    states = [(await _fresh(session, Reminder, one.id)).state for one in (row, later, over)]
    assert states == ["fired", "open", "done"]
    assert [(event.reminder_id, event.user_id) for event in heard] == [(row.id, person.id)]
    (notice,) = (await session.scalars(select(Notification))).all()
    assert (notice.user_id, notice.kind, notice.ticket_id) == (person.id, "reminder", ticket.id)
    assert notice.text["de"] == f"Erinnerung an Ticket {ticket.id}: Call back"
    assert (await _fresh(session, Ticket, ticket.id)).status == "open"


async def test_it_opens_and_assigns(runtime: Runtime, session: WriteSession) -> None:
    person = await make_profile(session, role=AGENT_ROLE)
    gone = await make_profile(session, role=AGENT_ROLE, state="deleted")
    closed = await make_ticket(session, status="closed", closed_at=PAST)
    waiting = await make_ticket(
        session,
        status="pending",
        due_by=utc_now() + timedelta(days=2),
        pending_since=PAST,
        due_by_was_set_manually=True,
    )
    left, deleted = await make_ticket(session, status="closed"), await make_ticket(session, deleted_at=PAST)
    merged = await make_ticket(session, status="closed", merged_into_ticket_id=closed.id)
    wish = {"reopen_ticket": True, "assign_on_reopen": True}
    for ticket in (closed, waiting, deleted, merged):
        await make_reminder(session, ticket_id=ticket.id, user_id=person.id, **wish)
    await make_reminder(session, ticket_id=left.id, user_id=gone.id, **wish)
    deferral = await make_reminder(
        session, ticket_id=waiting.id, user_id=person.id, kind="deferral", remind_at=waiting.due_by
    )
    await session.commit()
    await fire_due.function(runtime)
    rows = [await _fresh(session, Ticket, ticket.id) for ticket in (closed, waiting, left, merged)]
    assert [(row.status, row.agent_id) for row in rows] == [
        ("open", person.id), ("open", person.id), ("open", None), ("closed", None)
    ]  # fmt: skip
    assert (await _fresh(session, Reminder, deferral.id)).state == "cancelled"
    open_ones = await session.scalar(select(func.count()).select_from(Reminder).where(Reminder.state == "open"))
    assert open_ones == 0


async def test_a_deferral_fires_when_the_ticket_comes_back(runtime: Runtime, session: WriteSession) -> None:
    person = await make_profile(session, role=AGENT_ROLE)
    ticket = await make_ticket(session, status="pending", due_by=PAST, pending_since=PAST, due_by_was_set_manually=True)
    row = await make_reminder(session, ticket_id=ticket.id, user_id=person.id, kind="deferral", text="")
    await session.commit()
    assert await fire_due.function(runtime) == {"reminders": 0}
    await reopen_due.function(runtime)
    await reopen_due.function(runtime)
    assert (await _fresh(session, Reminder, row.id)).state == "fired"
    (notice,) = (await session.scalars(select(Notification))).all()
    assert notice.text["en"] == f"Ticket {ticket.id} is open again"


async def test_two_workers_fire_once(committed: Database, runtime: Runtime) -> None:
    async with committed.write() as session:
        person = await make_profile(session, role=AGENT_ROLE)
        for _ in range(5):
            ticket = await make_ticket(session, status="closed")
            await make_reminder(session, ticket_id=ticket.id, user_id=person.id, reopen_ticket=True)
    own = replace(runtime, database=committed)
    found = await asyncio.gather(*(fire_due.function(own) for _ in range(3)))
    assert sum(one["reminders"] for one in found if one) == 5
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(Notification)) == 5
