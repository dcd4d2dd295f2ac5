"""Queries that carry messages from ticket to ticket."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import any_, bindparam, delete, func, insert, literal, select, text

from assaydesk.domains.conversations.models import Conversation, TicketMerge
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.db.session import ReadSession, WriteSession

_TAKE = text(
    """
    insert into conversation_moves
        (conversation_id, from_ticket_id, to_ticket_id, kind, external_conversation_id, moved_at)
    select c.id, c.ticket_id, :target, :kind,
           case when c.external_conversation_id is null then null
                when row_number() over (partition by c.external_conversation_id order by c.id) > 1
                  or exists (select 1 from conversations o
                             where o.ticket_id = :target and o.external_conversation_id = c.external_conversation_id)
                then c.external_conversation_id end,
           :at
    from conversations c
    where c.ticket_id = any(:sources) and (:only is null or c.id = any(:only))
    order by c.id
    returning id
    """
).bindparams(bindparam("sources", type_=BigInts), bindparam("only", type_=BigInts))

_CARRY = text(
    """
    update conversations c set ticket_id = m.to_ticket_id,
        external_conversation_id = case when m.external_conversation_id is null then c.external_conversation_id end
    from conversation_moves m where m.id = any(:moves) and c.id = m.conversation_id
    """
).bindparams(bindparam("moves", type_=BigInts))

_BACK = text(
    """
    with gone as (
        delete from conversation_moves m using conversations c
        where m.kind = 'merge' and m.from_ticket_id = :source and m.to_ticket_id = :target
          and c.id = m.conversation_id and c.ticket_id = :target
        returning m.conversation_id, m.external_conversation_id
    )
    update conversations c set ticket_id = :source,
        external_conversation_id = coalesce(g.external_conversation_id, c.external_conversation_id)
    from gone g where c.id = g.conversation_id
    """
)


async def move(
    session: WriteSession,
    sources: Collection[int],
    target: int,
    *,
    kind: str,
    at: datetime,
    only: Collection[int] | None = None,
) -> None:
    """Carry the messages of the sources, or only the named ones, to the target, deleted ones included.

    One of two messages with the same outside id gives it up; the move remembers it.
    """
    values = {"sources": list(sources), "target": target, "kind": kind, "at": at}
    moved = await session.execute(_TAKE, {**values, "only": None if only is None else list(only)})
    await session.execute(_CARRY, {"moves": [row.id for row in moved]})


async def move_back(session: WriteSession, source: int, target: int) -> None:
    """Give a source the messages back that came from it and still stand in the target."""
    await session.execute(_BACK, {"source": source, "target": target})


async def note_merges(
    session: WriteSession, statuses: Sequence[tuple[int, str]], target: int, *, at: datetime, by: int | None
) -> None:
    """Remember what each source (id, status) was, for taking it out again."""
    rows = [
        {"source_id": source, "target_id": target, "status": status, "merged_at": at, "merged_by": by}
        for source, status in statuses
    ]
    await session.execute(insert(TicketMerge), rows)


async def take_merge(session: WriteSession, source: int, target: int) -> str | None:
    """The status that the source had; None when it was not merged into this target."""
    query = delete(TicketMerge).where(TicketMerge.source_id == source, TicketMerge.target_id == target)
    return await session.scalar(query.returning(TicketMerge.status))


async def last_customer_messages(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, datetime]:
    """When the customer wrote last in each ticket, by the messages that stand there."""
    query = (
        select(Conversation.ticket_id, func.max(Conversation.created_at))
        .where(
            Conversation.ticket_id == any_(literal(list(ticket_ids), BigInts)),
            Conversation.direction == "in",
            Conversation.private.is_(False),
            Conversation.deleted_at.is_(None),
        )
        .group_by(Conversation.ticket_id)
    )
    return {row[0]: row[1] for row in await session.execute(query)}
