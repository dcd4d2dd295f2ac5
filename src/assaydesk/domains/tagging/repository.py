"""Queries of the detection of tags."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import any_, func, literal, select, update

from assaydesk.domains.tags.models import Tag
from assaydesk.domains.tickets.models import TicketTag
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession


async def detectable(session: ReadSession) -> Sequence[Tag]:
    """Tags that can be put on tickets and say how, the default skill among them."""
    query = select(Tag).where(
        Tag.deleted_at.is_(None),
        Tag.reference == "ticket",
        Tag.visibility != "disabled",
        (func.cardinality(Tag.assignment) > 0) | Tag.properties.contains(["defaultSkill"]),
    )
    return (await session.scalars(query.order_by(Tag.id))).all()


async def has_skill(session: ReadSession, ticket_id: int) -> bool:
    query = (
        select(TicketTag.tag_id)
        .join(Tag, Tag.id == TicketTag.tag_id)
        .where(TicketTag.ticket_id == ticket_id, Tag.type == "skill", Tag.tag_routing)
    )
    return await session.scalar(query.limit(1)) is not None


async def note_origin(session: WriteSession, ticket_id: int, by_origin: Mapping[str, Collection[int]]) -> None:
    """Say what set the tags that the system has just put on a ticket."""
    for origin, tag_ids in by_origin.items():
        among = TicketTag.tag_id == any_(literal(list(tag_ids), BigInts))
        await session.execute(update(TicketTag).where(TicketTag.ticket_id == ticket_id, among).values(set_by=origin))
