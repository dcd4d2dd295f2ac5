"""Queries of fairness probes."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, String, cast, delete, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.quality.fairness.models import FairnessProbe, FairnessTally
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


def readable(actor: Actor) -> ColumnElement[bool]:
    """One's own probes; all for those who manage scorecards."""
    if actor.has(Permission.QUALITY_MANAGE_SCORECARDS):
        return true()
    return FairnessProbe.created_by == actor.id


async def page(session: ReadSession, actor: Actor, *, limit: int, offset: int) -> tuple[Sequence[FairnessProbe], int]:
    wanted = readable(actor)
    query = select(FairnessProbe).where(wanted).order_by(FairnessProbe.id.desc()).limit(limit).offset(offset)
    total = await session.scalar(select(func.count()).select_from(FairnessProbe).where(wanted))
    return (await session.execute(query)).scalars().all(), total or 0


async def find(session: ReadSession, actor: Actor, probe_id: int) -> FairnessProbe | None:
    query = select(FairnessProbe).where(FairnessProbe.id == probe_id, readable(actor))
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock(session: WriteSession, probe_id: int) -> FairnessProbe | None:
    query = select(FairnessProbe).where(FairnessProbe.id == probe_id).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def visible(session: ReadSession, ids: Collection[int], seen: ColumnElement[bool]) -> list[int]:
    """Those of these worklogs that the caller may see."""
    query = select(Worklog.id).where(Worklog.id.in_(list(ids)), seen).order_by(Worklog.id)
    return list(await session.scalars(query))


async def drawn(session: ReadSession, seed: int, size: int, seen: ColumnElement[bool]) -> tuple[list[int], int]:
    """Worklogs with a reply, drawn by a hash of id and seed; and how many the caller may not see."""
    usable = (Worklog.context == "reply", Ticket.deleted_at.is_(None))
    joined = select(Worklog.id).join(Ticket, Ticket.id == Worklog.ticket_id).where(*usable)
    rank = func.md5(func.concat(cast(Worklog.id, String), literal(f":{seed}")))
    found = list(await session.scalars(joined.where(seen).order_by(rank).limit(size)))
    hidden = await session.scalar(select(func.count()).select_from(joined.where(~seen).subquery()))
    return found, hidden or 0


async def tallied(session: ReadSession, probe_id: int) -> dict[int, dict[str, Any]]:
    """By worklog: what was found so far."""
    query = select(FairnessTally.worklog_id, FairnessTally.outcomes).where(FairnessTally.probe_id == probe_id)
    return {row.worklog_id: row.outcomes for row in await session.execute(query)}


async def store_tally(session: WriteSession, probe_id: int, worklog_id: int, outcomes: dict[str, Any]) -> None:
    values = {"probe_id": probe_id, "worklog_id": worklog_id, "outcomes": outcomes}
    await session.execute(insert(FairnessTally).values(values).on_conflict_do_nothing())


async def drop_tallies(session: WriteSession, probe_id: int) -> None:
    await session.execute(delete(FairnessTally).where(FairnessTally.probe_id == probe_id))
