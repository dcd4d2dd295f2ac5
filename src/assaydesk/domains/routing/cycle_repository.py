"""Queries about who handled a ticket last."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import any_, literal, select
from sqlalchemy.orm import aliased

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession


async def closers(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, int]:
    """The person who closed each ticket the last time."""
    query = (
        select(TicketChange.ticket_id, TicketChange.user_id)
        .join(Profile, Profile.id == TicketChange.user_id)
        .where(TicketChange.ticket_id == any_(literal(list(ticket_ids), BigInts)))
        .where(TicketChange.changes["status"]["new"].as_string() == "closed", Profile.type.in_(("user", "enneo")))
        .order_by(TicketChange.id)
    )
    return {row[0]: row[1] for row in await session.execute(query) if row[1] is not None}


async def continued(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """Those that go on with a closed ticket: its id, and when it was closed."""
    before = aliased(Ticket)
    query = (
        select(Ticket.id, before.id, before.closed_at)
        .join(before, before.id == Ticket.previous_ticket_id)
        .where(Ticket.id == any_(literal(list(ticket_ids), BigInts)), before.closed_at.is_not(None))
    )
    return {row[0]: (row[1], row[2]) for row in await session.execute(query) if row[2] is not None}
