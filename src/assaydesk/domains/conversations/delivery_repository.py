"""Every query over messages that leave by mail."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import any_, func, literal, or_, select

from assaydesk.domains.conversations.models import Conversation, Delivery
from assaydesk.platform.db.base import Texts
from assaydesk.platform.db.session import ReadSession, WriteSession


class Outgoing(NamedTuple):
    message: Conversation
    delivery: Delivery


async def lock(session: WriteSession, conversation_id: int) -> Outgoing | None:
    """A message with what is known of its way out, held until the end of the transaction."""
    query = (
        select(Conversation, Delivery)
        .join(Delivery, Delivery.conversation_id == Conversation.id)
        .where(Conversation.id == conversation_id)
        .with_for_update(key_share=True)
    )
    row = (await session.execute(query.execution_options(populate_existing=True))).first()
    return None if row is None else Outgoing(row[0], row[1])


async def ticket_of(session: ReadSession, conversation_id: int) -> int | None:
    return await session.scalar(select(Conversation.ticket_id).where(Conversation.id == conversation_id))


async def lock_message(session: WriteSession, row: Conversation) -> None:
    """Hold a message, so that nobody begins to send it meanwhile."""
    await session.refresh(row, with_for_update={"key_share": True})


async def delivery_of(session: ReadSession, conversation_id: int) -> Delivery | None:
    return await session.get(Delivery, conversation_id, populate_existing=True)


async def due(session: ReadSession, now: datetime, limit: int) -> list[int]:
    """Messages whose next try has come, or whose sender is dead; the oldest first."""
    query = (
        select(Conversation.id)
        .join(Delivery, Delivery.conversation_id == Conversation.id)
        .where(Conversation.delivery_status.in_(("queued", "sending")), Conversation.deleted_at.is_(None))
        .where(or_(Conversation.delivery_status == "sending", Delivery.next_try_at <= now))
        .where(or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now))
        .order_by(Delivery.next_try_at, Conversation.id)
        .limit(limit)
    )
    return list(await session.scalars(query))


async def sent_since(session: ReadSession, mailbox_id: int, since: datetime, *, but: int) -> int:
    """How many messages a mailbox handed over since then or works on now; one message is left out."""
    counts = or_(Delivery.accepted_at >= since, Delivery.leased_until > func.now())
    query = select(func.count()).where(Delivery.mailbox_id == mailbox_id, counts, Delivery.conversation_id != but)
    return await session.scalar(query) or 0


async def thread(session: ReadSession, ticket_id: int, before: int) -> Sequence[Mapping[str, Any]]:
    """Ids and directions of the messages that the customer knows, oldest first."""
    c = Conversation.__table__.c
    query = (
        select(c.id, c.direction, c.message_id, c.delivery_status)
        .where(c.ticket_id == ticket_id, c.id != before, c.private.is_(False), c.is_draft.is_(False))
        .where(c.deleted_at.is_(None), c.message_id.is_not(None))
        .order_by(c.created_at, c.id)
    )
    return [cast(Mapping[str, Any], row) for row in (await session.execute(query)).mappings()]


async def public_messages(
    session: ReadSession, ticket_id: int, limit: int, *, direction: str | None = None
) -> list[Conversation]:
    """What the customer knows of a ticket, the newest first."""
    query = select(Conversation).where(
        Conversation.ticket_id == ticket_id, Conversation.private.is_(False), Conversation.is_draft.is_(False),
        Conversation.deleted_at.is_(None),
    )  # fmt: skip
    if direction is not None:
        query = query.where(Conversation.direction == direction)
    ordered = query.order_by(Conversation.created_at.desc(), Conversation.id.desc()).limit(limit)
    return list(await session.scalars(ordered))


async def ids_by_message_id(session: ReadSession, message_ids: Collection[str]) -> list[int]:
    """Outgoing messages with one of the ids, the newest first."""
    query = select(Conversation.id).where(
        Conversation.message_id == any_(literal(list(message_ids), Texts)), Conversation.direction == "out"
    )
    return list(await session.scalars(query.order_by(Conversation.id.desc())))
