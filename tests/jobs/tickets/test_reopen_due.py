"""Pending tickets come back at their due date (ticket.md 5.1)."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.tickets.tasks import reopen_due
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

DUE = datetime(2024, 6, 14, 9, tzinfo=UTC)


async def test_given_a_due_ticket_it_opens_once_and_keeps_its_date(runtime: Runtime, session: WriteSession) -> None:
    tag = await make_tag(session, sla_hours=8)
    waiting = {"status": "pending", "due_by_was_set_manually": True, "pending_since": DUE - timedelta(days=1)}
    due = await make_ticket(session, tags=[tag.id], due_by=DUE, **waiting)
    later = await make_ticket(session, due_by=utc_now() + timedelta(hours=1), **waiting)
    await session.commit()
    await reopen_due.function(runtime)
    await reopen_due.function(runtime)
    rows = {row.id: row for row in await session.scalars(select(Ticket).execution_options(populate_existing=True))}
    assert (rows[due.id].status, rows[due.id].due_by, rows[due.id].version) == ("open", DUE, 2)
    assert rows[due.id].sla_due_at > datetime(2024, 6, 12, 17, tzinfo=UTC)
    assert (rows[later.id].status, rows[later.id].version) == ("pending", 1)
    (line,) = (await session.scalars(select(TicketChange))).all()
    assert (line.user_id, line.changes["status"]) == (None, {"old": "pending", "new": "open"})
