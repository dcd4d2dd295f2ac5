"""Every query over notifications. Each person has only their own."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import any_, func, literal, select, update

from assaydesk.domains.notifications.models import Notification
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.paging import Page


async def page(session: ReadSession, user_id: int, page: Page) -> Sequence[Notification]:
    """Newest first."""
    query = select(Notification).where(Notification.user_id == user_id).order_by(Notification.id.desc())
    return (await session.scalars(query.limit(page.limit).offset(page.offset))).all()


async def count(session: ReadSession, user_id: int) -> tuple[int, int]:
    """All of a person, and the unread ones."""
    query = select(func.count(), func.count().filter(Notification.read_at.is_(None)))
    total, unread = (await session.execute(query.where(Notification.user_id == user_id))).one()
    return total, unread


async def unread_of(session: ReadSession, user_ids: Collection[int]) -> dict[int, int]:
    """Number of unread ones by person; people without any are left out."""
    query = (
        select(Notification.user_id, func.count().label("number"))
        .where(Notification.user_id == any_(literal(list(set(user_ids)), BigInts)), Notification.read_at.is_(None))
        .group_by(Notification.user_id)
    )
    return {row.user_id: row.number for row in await session.execute(query)}


async def mark_read(session: WriteSession, user_id: int, ids: Collection[int] | None, at: datetime) -> None:
    """`ids` None: all of them."""
    query = update(Notification).where(Notification.user_id == user_id, Notification.read_at.is_(None))
    if ids is not None:
        query = query.where(Notification.id == any_(literal(list(set(ids)), BigInts)))
    await session.execute(query.values(read_at=at))


async def was_told(session: ReadSession, kind: str, url: str, since: datetime) -> bool:
    query = select(Notification.id).where(
        Notification.kind == kind, Notification.url == url, Notification.created_at >= since
    )
    return await session.scalar(query.limit(1)) is not None
