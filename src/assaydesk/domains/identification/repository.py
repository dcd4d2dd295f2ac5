"""Every query over identifications."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.identification.models import Identification
from assaydesk.platform.db.session import ReadSession, WriteSession


async def get(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, Identification]:
    query = select(Identification).where(Identification.ticket_id.in_(set(ticket_ids)))
    return {row.ticket_id: row for row in await session.scalars(query)} if ticket_ids else {}


async def put(session: WriteSession, ticket_id: int, values: dict[str, Any]) -> None:
    """Make or change the row of a ticket."""
    query = insert(Identification).values(ticket_id=ticket_id, **values)
    await session.execute(query.on_conflict_do_update(index_elements=["ticket_id"], set_=values))


async def note_correction(session: WriteSession, ticket_id: int) -> None:
    await session.execute(
        update(Identification).where(Identification.ticket_id == ticket_id).values(corrected=True, due_at=None)
    )


async def take_due(session: WriteSession, now: datetime, limit: int) -> list[int]:
    """Tickets whose next try has come; taken, they are not due any more."""
    due = select(Identification.ticket_id).where(Identification.due_at <= now).order_by(Identification.due_at)
    chosen = due.limit(limit).with_for_update(skip_locked=True).scalar_subquery()
    taken = update(Identification).where(Identification.ticket_id.in_(chosen)).values(due_at=None)
    return sorted(await session.scalars(taken.returning(Identification.ticket_id)))
