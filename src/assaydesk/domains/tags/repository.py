"""Every query over tags. All signed-in callers may read all of them."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select, text

from assaydesk.domains.tags.models import Tag
from assaydesk.platform.db.session import ReadSession, WriteSession


async def get(session: ReadSession, tag_id: int) -> Tag | None:
    return (await session.scalars(select(Tag).where(Tag.id == tag_id, Tag.deleted_at.is_(None)))).one_or_none()


async def load(session: ReadSession, ids: Collection[int]) -> Sequence[Tag]:
    """Deleted ones included: they stay on old rows."""
    return (await session.scalars(select(Tag).where(Tag.id.in_(set(ids))))).all()


async def find(
    session: ReadSession,
    *,
    name_contains: str | None = None,
    type_: str | None = None,
    reference: str | None = None,
    include_disabled: bool = False,
) -> Sequence[Tag]:
    """By name as people read it, then by id."""
    query = select(Tag).where(Tag.deleted_at.is_(None))
    if name_contains:
        query = query.where(func.lower(Tag.name).contains(name_contains.lower(), autoescape=True))
    if type_ is not None:
        query = query.where(Tag.type == type_)
    if reference is not None:
        query = query.where(Tag.reference == reference)
    if not include_disabled:
        query = query.where(Tag.visibility != "disabled")
    by_name = func.lower(func.unaccent(Tag.name)).collate("C")
    return (await session.scalars(query.order_by(by_name, Tag.id))).all()


async def parents(session: ReadSession) -> dict[int, int | None]:
    """Tag -> parent, of all that are not deleted."""
    rows = await session.execute(select(Tag.id, Tag.parent_id).where(Tag.deleted_at.is_(None)))
    return {row.id: row.parent_id for row in rows}


async def names(session: ReadSession, ids: Collection[int]) -> dict[int, str]:
    if not ids:
        return {}
    rows = await session.execute(select(Tag.id, Tag.name).where(Tag.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


async def existing(session: ReadSession, ids: Collection[int]) -> set[int]:
    if not ids:
        return set()
    return set(await session.scalars(select(Tag.id).where(Tag.id.in_(set(ids)), Tag.deleted_at.is_(None))))


async def sibling(session: ReadSession, name: str, parent_id: int | None) -> int | None:
    """The tag of this name under the same parent."""
    query = select(Tag.id).where(
        func.lower(Tag.name) == name.lower(),
        func.coalesce(Tag.parent_id, 0) == (parent_id or 0),
        Tag.deleted_at.is_(None),
    )
    return await session.scalar(query)


async def default_skill(session: ReadSession) -> int | None:
    query = select(Tag.id).where(Tag.properties.contains(["defaultSkill"]), Tag.deleted_at.is_(None))
    return await session.scalar(query)


async def children(session: ReadSession, tag_id: int) -> Sequence[Tag]:
    return (await session.scalars(select(Tag).where(Tag.parent_id == tag_id, Tag.deleted_at.is_(None)))).all()


async def lock_tree(session: WriteSession) -> None:
    """Changes of tags take their turns: two that are right alone could make a circle, or one name twice, together."""
    await session.execute(text("lock table tags in share row exclusive mode"))
