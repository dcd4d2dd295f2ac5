"""Queries for the outcome of worklogs; status changes are read from the history of the tickets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import or_, select, text, update

from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.domains.worklogs.stream_codec import as_json
from assaydesk.platform.db.session import ReadSession, WriteSession


class Outcome(NamedTuple):
    """How a worklog ended, as stored."""

    id: int
    closing_at: datetime | None
    net_seconds_after_sla: int | None
    re_opened: bool


class Ended(NamedTuple):
    """A worklog with what its outcome depends on."""

    ticket_id: int
    started_at: datetime
    closings: list[datetime]
    sla_due_at: datetime | None
    outcome: Outcome


class StatusTurn(NamedTuple):
    """A ticket was closed, or opened again."""

    ticket_id: int
    at: datetime
    closed: bool


async def worklogs_of_tickets(session: ReadSession, ticket_ids: Collection[int]) -> list[Ended]:
    """All worklogs of the tickets."""
    rows = await session.execute(
        select(
            Worklog.ticket_id,
            Worklog.started_at,
            Worklog.closings,
            Worklog.sla_due_at,
            Worklog.id,
            Worklog.closing_at,
            Worklog.net_seconds_after_sla,
            Worklog.re_opened,
        ).where(Worklog.ticket_id.in_(list(ticket_ids)))
    )
    return [Ended(*row[:4], Outcome(*row[4:])) for row in rows]


async def status_turns(session: ReadSession, ticket_ids: Collection[int]) -> list[StatusTurn]:
    """Every time one of the tickets was closed or, being closed, opened."""
    status = TicketChange.changes["status"]
    rows = await session.execute(
        select(TicketChange.ticket_id, TicketChange.at, status["new"].astext == "closed").where(
            TicketChange.ticket_id.in_(list(ticket_ids)),
            or_(status["new"].astext == "closed", status["old"].astext == "closed"),
        )
    )
    return [StatusTurn(*row) for row in rows]


async def save_outcomes(session: WriteSession, outcomes: Sequence[Outcome]) -> None:
    """Write outcomes over the stored ones."""
    await session.execute(
        text(
            "update worklogs w set closing_at = r.closing_at, net_seconds_after_sla = r.net_seconds_after_sla, "
            "re_opened = r.re_opened from jsonb_populate_recordset(null::worklogs, cast(:rows as jsonb)) r "
            "where w.id = r.id"
        ),
        {"rows": as_json([outcome._asdict() for outcome in outcomes])},
    )


async def renew_due_dates(session: WriteSession, ticket_ids: Collection[int]) -> None:
    """Give the worklogs of the tickets' present SLA period the present SLA date."""
    await session.execute(
        update(Worklog)
        .where(
            Worklog.ticket_id == Ticket.id,
            Ticket.id.in_(list(ticket_ids)),
            Worklog.latest_interaction >= Ticket.sla_started_at,
            Worklog.sla_due_at.is_distinct_from(Ticket.sla_due_at),
        )
        .values(sla_due_at=Ticket.sla_due_at)
        .execution_options(synchronize_session=False)
    )


async def save_csat(session: WriteSession, csat: Mapping[int, dict[str, Any] | None]) -> None:
    """Write survey answers by worklog id."""
    rows = [{"id": id_, "csat": answer} for id_, answer in csat.items()]
    await session.execute(
        text(
            "update worklogs w set csat = r.csat "
            "from jsonb_populate_recordset(null::worklogs, cast(:rows as jsonb)) r where w.id = r.id"
        ),
        {"rows": as_json(rows)},
    )
