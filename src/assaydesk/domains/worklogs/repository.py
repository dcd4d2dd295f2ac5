"""Reading worklogs; every read begins with whose worklogs the caller may see (worklog.md 8.1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    UnaryExpression,
    any_,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.profiles.models import Profile, ProfileTeam
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Presence, ToolCall, Worklog, WorkSegment
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

VIEW_ALL = (
    Permission.WORKLOG_VIEW_ALL,
    Permission.QUALITY_VIEW_ASSESSMENT_ALL,
    Permission.QUALITY_DO_ASSESSMENTS_ALL,
)
VIEW_TEAM = (
    Permission.WORKLOG_VIEW_TEAM_MATE,
    Permission.QUALITY_VIEW_ASSESSMENT_TEAM_MATE,
    Permission.QUALITY_DO_ASSESSMENTS_TEAM,
)
VIEW_OWN = (Permission.WORKLOG_VIEW_OWN, Permission.QUALITY_VIEW_ASSESSMENT_OWN)
VIEW_ANY = (Permission.READ_TICKET, *VIEW_OWN, *VIEW_TEAM, *VIEW_ALL)

_COLUMNS = tuple(Worklog.__table__.columns)
_SELECT = select(*_COLUMNS)


def readable(actor: Actor) -> ColumnElement[bool]:
    """Own worklogs, those of team mates, all; and those of AI agents for whoever may read the ticket."""
    if actor.has(*VIEW_ALL):
        return true()
    scopes: list[ColumnElement[bool]] = [false()]
    if actor.has(*VIEW_OWN, *VIEW_TEAM):
        scopes.append(Worklog.user_id == actor.id)
    if actor.has(*VIEW_TEAM) and actor.team_ids:
        mates = select(ProfileTeam.profile_id).where(ProfileTeam.team_id.in_(sorted(actor.team_ids)))
        scopes.append(Worklog.user_id.in_(mates))
    if actor.has(Permission.READ_TICKET):
        scopes.append(Worklog.user_id.in_(select(Profile.id).where(Profile.type == "aiAgent")))
    return or_(*scopes)


async def of_ticket(session: ReadSession, actor: Actor, ticket_id: int) -> Sequence[Any]:
    """The ticket's worklogs that the caller may see, ascending."""
    query = (
        select(*_COLUMNS)
        .where(Worklog.ticket_id == ticket_id, readable(actor))
        .order_by(Worklog.date, Worklog.latest_interaction, Worklog.id)
    )
    return (await session.execute(query)).all()


async def page(
    session: ReadSession,
    actor: Actor,
    conditions: Sequence[ColumnElement[bool]],
    order: Sequence[UnaryExpression[Any]],
    *,
    limit: int,
    offset: int,
) -> tuple[Sequence[Any], int]:
    """One page of the worklogs that the caller may see, and how many there are in all."""
    not_deleted = exists().where(Ticket.id == Worklog.ticket_id, Ticket.deleted_at.is_(None))
    wanted = (readable(actor), not_deleted, *conditions)
    query = select(*_COLUMNS).where(*wanted).order_by(*order).limit(limit).offset(offset)
    rows = (await session.execute(query)).all()
    if rows and len(rows) < limit:
        return rows, offset + len(rows)
    count = select(func.count()).select_from(Worklog).where(*wanted)
    return rows, await session.scalar(count) or 0


async def find(session: ReadSession, actor: Actor, worklog_id: int) -> Any:
    """One worklog, if the caller may see it."""
    query = (
        select(*_COLUMNS)
        .join(Ticket, Ticket.id == Worklog.ticket_id)
        .where(Worklog.id == worklog_id, Ticket.deleted_at.is_(None), readable(actor))
    )
    return (await session.execute(query)).first()


async def get_many(session: ReadSession, ids: Collection[int]) -> Sequence[Any]:
    """Worklogs by id, whoever asks."""
    # One array instead of a list of parameters: the statement stays the same for any number of ids.
    query = _SELECT.where(Worklog.id == any_(literal(list(ids), BigInts)))
    return (await (await session.connection()).execute(query)).all()


async def segments_of(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, list[Any]]:
    """The segments of worklogs, ascending."""
    if not worklog_ids:
        return {}
    query = (
        select(WorkSegment.worklog_id, WorkSegment.id, WorkSegment.since, WorkSegment.until, WorkSegment.actions)
        .where(WorkSegment.worklog_id.in_(list(worklog_ids)))
        .order_by(WorkSegment.since, WorkSegment.id)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.worklog_id].append(row)
    return found


async def tool_calls_of(session: ReadSession, worklog_ids: Collection[int]) -> dict[int, list[Any]]:
    """The tool calls of worklogs in the order in which they were made."""
    columns = tuple(ToolCall.__table__.columns)
    query = select(*columns).where(ToolCall.worklog_id.in_(list(worklog_ids))).order_by(ToolCall.at, ToolCall.id)
    found: dict[int, list[Any]] = defaultdict(list)
    for row in await session.execute(query):
        found[row.worklog_id].append(row)
    return found


async def note_presence(session: WriteSession, user_id: int, ticket_id: int, at: datetime) -> None:
    """Remember a ping."""
    statement = insert(Presence).values(ticket_id=ticket_id, user_id=user_id, at=at)
    newest = func.greatest(Presence.at, statement.excluded.at)
    await session.execute(statement.on_conflict_do_update(index_elements=["ticket_id", "user_id"], set_={"at": newest}))


async def forget_presence(session: WriteSession, user_id: int, ticket_ids: Collection[int]) -> None:
    """The user has left these tickets."""
    await session.execute(delete(Presence).where(Presence.user_id == user_id, Presence.ticket_id.in_(list(ticket_ids))))


async def present(
    session: ReadSession, ticket_ids: Collection[int], *, pinged_since: datetime, live_since: datetime
) -> dict[int, list[int]]:
    """The users with a live segment or a recent ping, by ticket. Closing a ticket ends all presence before it."""
    rows = await session.execute(
        text(
            """
            select distinct p.ticket_id, p.user_id from (
              select ticket_id, user_id, at from ticket_presence
              where ticket_id = any(:ids) and at >= :pinged_since
              union all
              select ticket_id, user_id, last_signal_at from work_segments
              where ticket_id = any(:ids) and shared and until >= :live_since and last_signal_at >= :live_since
                and last_kind in ('ping', 'action')
            ) p join tickets t on t.id = p.ticket_id
            where t.status <> 'closed' or t.closed_at is null or p.at > t.closed_at
            order by p.ticket_id, p.user_id
            """
        ),
        {"ids": list(ticket_ids), "pinged_since": pinged_since, "live_since": live_since},
    )
    found: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row.user_id)
    return dict(found)


async def live_tickets(
    session: ReadSession, user_id: int, ticket_ids: Collection[int], *, live_since: datetime
) -> list[int]:
    """Those of the tickets on which the user has a live segment."""
    query = select(WorkSegment.ticket_id).where(
        WorkSegment.user_id == user_id,
        WorkSegment.ticket_id.in_(list(ticket_ids)),
        WorkSegment.last_signal_at >= live_since,
        WorkSegment.last_kind.in_(["ping", "action"]),
    )
    return list((await session.execute(query)).scalars().unique())
