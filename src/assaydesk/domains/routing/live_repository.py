"""Queries of the live queue."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, literal, select, text

from assaydesk.domains.tickets.models import WAITING, Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession


async def waiting(session: ReadSession, tag_ids: Collection[int], subchannel_id: int | None) -> dict[str, int]:
    """Live chats that nobody has, by channel."""
    query = select(Ticket.channel, func.count()).where(
        text(WAITING), Ticket.channel == "chat", Ticket.is_customer_active.is_(True)
    )
    if tag_ids:
        query = query.where(Ticket.carried_tag_ids.overlap(literal(sorted(tag_ids), BigInts)))
    if subchannel_id is not None:
        query = query.where(Ticket.subchannel_id == subchannel_id)
    return {row[0]: row[1] for row in await session.execute(query.group_by(Ticket.channel))}


async def mean_handling_seconds(session: ReadSession, since: datetime) -> dict[str, float]:
    """Mean length of the work on one live conversation since then, by channel."""
    query = (
        select(Ticket.channel, func.avg(Worklog.duration_ms))
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Worklog.latest_interaction >= since, Ticket.channel.in_(("chat", "phone")))
        .group_by(Ticket.channel)
    )
    return {row[0]: float(row[1]) / 1000 for row in await session.execute(query)}
