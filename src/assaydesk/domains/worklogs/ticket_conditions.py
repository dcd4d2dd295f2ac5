"""What the search of tickets asks of time tracking, as conditions on `Ticket.id`."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, any_, exists, literal, or_, select, true
from sqlalchemy.orm import aliased

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Presence, Worklog, WorkSegment
from assaydesk.domains.worklogs.recording import PRESENCE
from assaydesk.platform.db.base import BigInts


def worked_on(
    user_ids: Collection[int] | None, now: datetime, gap: timedelta, but: int | None = None
) -> ColumnElement[bool]:
    """Somebody works on the ticket: a ping a moment ago, or a live segment. Closing a ticket ends all before it.

    `user_ids` None: anybody. `but`: a user who does not count.
    """
    # Few people work at any moment: a list of their tickets, whatever the number of tickets.
    closed = aliased(Ticket)
    after_closing = or_(closed.status != "closed", closed.closed_at.is_(None))
    pinged = (
        select(Presence.ticket_id)
        .join(closed, closed.id == Presence.ticket_id)
        .where(
            Presence.at >= now - PRESENCE,
            or_(after_closing, Presence.at > closed.closed_at),
            _who(Presence.user_id.expression, user_ids, but),
        )
    )
    live = (
        select(WorkSegment.ticket_id)
        .join(closed, closed.id == WorkSegment.ticket_id)
        .where(
            WorkSegment.shared.is_(True),
            WorkSegment.until >= now - gap,
            WorkSegment.last_signal_at >= now - gap,
            WorkSegment.last_kind.in_(("ping", "action")),
            or_(after_closing, WorkSegment.last_signal_at > closed.closed_at),
            _who(WorkSegment.user_id.expression, user_ids, but),
        )
    )
    return Ticket.id.in_(pinged.union_all(live))


def handled_by_ai_agent(profile_ids: Collection[int] | None) -> ColumnElement[bool]:
    """An AI agent has a worklog on the ticket."""
    agents = select(Profile.id).where(Profile.type == "aiAgent")
    return exists().where(
        Worklog.ticket_id == Ticket.id,
        Worklog.user_id.in_(agents),
        _who(Worklog.user_id.expression, profile_ids, None),
    )


def _who(column: ColumnElement[int], user_ids: Collection[int] | None, but: int | None) -> ColumnElement[bool]:
    parts = [] if user_ids is None else [column == any_(literal(list(user_ids), BigInts))]
    return and_(true(), *parts, *([] if but is None else [column != but]))
