"""Queries of saved views."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, delete, func, insert, literal, or_, select

from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.search.service import Wanted
from assaydesk.domains.workbench.models import TicketView, TicketViewPosition
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor


async def of_actor(session: ReadSession, actor: Actor) -> list[tuple[TicketView, int | None]]:
    """Every view that the caller may use, with its place, in the caller's order."""
    place = and_(TicketViewPosition.view_id == TicketView.id, TicketViewPosition.user_id == actor.id)
    query = (
        select(TicketView, TicketViewPosition.position)
        .outerjoin(TicketViewPosition, place)
        .where(
            TicketView.deleted_at.is_(None),
            or_(
                TicketView.owner_id == actor.id,
                TicketView.visibility == "all",
                and_(
                    TicketView.visibility == "team",
                    TicketView.team_ids.overlap(literal(sorted(actor.team_ids), BigInts)),
                ),
            ),
        )
        .order_by(TicketViewPosition.position.asc().nulls_last(), TicketView.id)
    )
    return [(row[0], row[1]) for row in await session.execute(query)]


async def get(session: ReadSession, view_id: int) -> TicketView | None:
    query = select(TicketView).where(TicketView.id == view_id, TicketView.deleted_at.is_(None))
    return (await session.scalars(query)).one_or_none()


async def set_order(session: WriteSession, user_id: int, ids: Sequence[int]) -> None:
    """Give a person's views these places."""
    await session.execute(delete(TicketViewPosition).where(TicketViewPosition.user_id == user_id))
    rows = [{"user_id": user_id, "view_id": view_id, "position": place} for place, view_id in enumerate(ids)]
    if rows:
        await session.execute(insert(TicketViewPosition), rows)


async def count_up_to(session: ReadSession, wanted: Wanted, most: int) -> int:
    """How many tickets pass, counted no further than `most`."""
    some: Any = select(literal(1)).select_from(Ticket).where(*wanted.where).limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0
