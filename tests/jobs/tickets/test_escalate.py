"""Tickets whose date passes are escalated (ticket.md 7.4)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.tasks import escalate, reopen_due
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings

HOUR = timedelta(hours=1)


async def escalated(session: WriteSession) -> set[int]:
    return set(await session.scalars(select(Ticket.id).where(Ticket.is_escalated)))


async def test_given_a_date_that_passed_only_open_tickets_are_escalated(
    as_actor: Any, session: WriteSession, runtime: Runtime
) -> None:
    past, future = utc_now() - HOUR, utc_now() + HOUR
    late = await make_ticket(session, due_by=past)
    for values in (
        {"due_by": future}, {}, {"due_by": past, "status": "closed"}, {"due_by": past, "spam_status": "manual_spam"},
        {"due_by": past, "deleted_at": past}, {"due_by": future, "status": "pending", "sla_due_at": past},
        {"due_by": past, "due_by_defers": True}, {"due_by": past, "due_by_defers": True, "sla_due_at": future},
    ):  # fmt: skip
        await make_ticket(session, **values)
    deferred = await make_ticket(session, due_by=future, due_by_defers=True, sla_due_at=past)
    await session.commit()
    await set_settings(session, escalateOnSlaBreach=False)
    await session.commit()
    assert await escalate.function(runtime) is None
    await set_settings(session, escalateOnSlaBreach=True)
    await session.commit()
    assert await escalate.function(runtime) == {"tickets": 2}
    assert await escalated(session) == {late.id, deferred.id}
    # A person may clear it; the same date does not set it again, another one does.
    client = await as_actor()
    await client.patch(f"/ticket/{late.id}", json={"isEscalated": False})
    assert await escalate.function(runtime) == {"tickets": 0}
    await client.patch(f"/ticket/{late.id}", json={"dueBy": iso(utc_now() - timedelta(minutes=5))})
    assert await escalate.function(runtime) == {"tickets": 1}
    await client.patch(f"/ticket/{late.id}", json={"status": "closed"})
    assert late.id not in await escalated(session)


async def test_given_a_deferral_as_planned_it_is_no_broken_promise(
    as_actor: Any, session: WriteSession, runtime: Runtime
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    client = await as_actor()
    body = {"status": "pending", "dueBy": iso(utc_now() + HOUR)}
    assert (await client.patch(f"/ticket/{ticket.id}", json=body)).status_code == 200
    await session.execute(update(Ticket).values(due_by=utc_now() - HOUR))
    await session.commit()
    await reopen_due.function(runtime)
    assert await escalate.function(runtime) == {"tickets": 0}
    row = (await session.scalars(select(Ticket).execution_options(populate_existing=True))).one()
    assert (row.status, row.due_by_defers) == ("open", True)
    # Deferred again and taken up early: the date from before is back, and still only defers.
    await client.patch(f"/ticket/{ticket.id}", json=body)
    await client.patch(f"/ticket/{ticket.id}", json={"status": "open"})
    assert await escalate.function(runtime) == {"tickets": 0}
    # A date that a person sets counts.
    await client.patch(f"/ticket/{ticket.id}", json={"dueBy": iso(utc_now() - timedelta(minutes=1))})
    assert await escalate.function(runtime) == {"tickets": 1}
