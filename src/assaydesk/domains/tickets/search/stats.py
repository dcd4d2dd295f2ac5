"""Numbers over the tickets of a backlog (ticket.md 2.14): three statements, whatever their number."""

from collections import Counter
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, select

from assaydesk.domains.tickets.events import TICKET_HAS_DRAFT
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.tickets.search.wanted import Wanted
from assaydesk.domains.tickets.types import SPAM
from assaydesk.kit.clock import day_of, localize
from assaydesk.platform.db.session import ReadSession


async def read_stats(session: ReadSession, wanted: Wanted, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """What is open counts by channel, priority and tag; `overdue` and `unassigned` too are of open tickets."""
    today = localize(datetime.combine(day_of(now, zone), time.min), zone)
    is_open, is_live = Ticket.status == "open", Ticket.status != "closed"
    counted = {
        "open": is_open,
        "pending": Ticket.status == "pending",
        "closed": Ticket.status == "closed",
        "closedToday": and_(Ticket.status == "closed", Ticket.closed_at >= today),
        "createdToday": Ticket.created_at >= today,
        "overdue": and_(is_open, Ticket.due_by < now),
        "escalated": and_(is_live, Ticket.is_escalated),
        "unassigned": and_(is_open, Ticket.agent_id.is_(None)),
        "spam": Ticket.spam_status.in_(sorted(SPAM)),
    }
    counts = [func.count().filter(condition).label(name) for name, condition in counted.items()]
    query = select(Ticket.channel, Ticket.priority, *counts).where(*wanted.where)
    groups = (await session.execute(query.group_by(Ticket.channel, Ticket.priority))).mappings().all()
    channels: Counter[str] = Counter()
    priorities: Counter[str] = Counter()
    for group in groups:
        channels[group["channel"]] += group["open"]
        priorities[group["priority"]] += group["open"]
    open_ids = select(Ticket.id).where(*wanted.where, is_open)
    by_tag = (
        select(TicketTag.tag_id, func.count().label("open"))
        .where(TicketTag.ticket_id.in_(open_ids))
        .group_by(TicketTag.tag_id)
        .order_by(func.count().desc(), TicketTag.tag_id)
    )
    drafts = select(func.count()).select_from(Ticket).where(*wanted.where, is_live, TICKET_HAS_DRAFT())
    return {
        **{name: sum(group[name] for group in groups) for name in counted},
        "drafts": await session.scalar(drafts) or 0,
        "byChannel": {name: count for name, count in sorted(channels.items()) if count},
        "byPriority": {name: count for name, count in sorted(priorities.items()) if count},
        "byTag": [{"tagId": row.tag_id, "open": row.open} for row in await session.execute(by_tag)],
    }
