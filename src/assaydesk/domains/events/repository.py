"""Queries of the event log and of deliveries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, String, any_, bindparam, delete, func, insert, literal, or_, select, text, update

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.events.models import Event, EventAttempt, EventDelivery, EventHook
from assaydesk.platform.db.base import BigInts, Json
from assaydesk.platform.db.session import ReadSession, WriteSession

PATIENCE: Final = timedelta(minutes=5)
"""So long a later event of a ticket waits for the earlier one."""

_EMIT: Final = text(
    """
    with given as materialized (
        select * from jsonb_to_recordset(cast(:rows as jsonb))
            as given (number int, type text, ticket_id bigint, contract_id text, user_id bigint, data jsonb)
    ), hooks as materialized (
        select id, events from event_hooks where enabled and deleted_at is null
    ), written as (
        insert into events (type, ticket_id, contract_id, user_id, data, status, created_at, processed_at, tx_id)
        select given.type, given.ticket_id, given.contract_id, given.user_id, given.data, wanted.status, :at,
               case when wanted.status = 'closed' then cast(:at as timestamptz) end, :tx_id
        from given, lateral (
            select case when exists (select from hooks where given.type = any(hooks.events)) then 'open'
                        else 'closed' end as status
        ) as wanted order by given.number
        returning id, type, ticket_id, status
    ), queued as (
        insert into event_deliveries (event_id, hook_id, ticket_id, created_at, next_attempt_at)
        select written.id, hooks.id, written.ticket_id, :at, :at
        from written join hooks on written.type = any(hooks.events)
        where written.status = 'open' order by written.id, hooks.id
        returning hook_id
    )
    select distinct hook_id from queued
    """
).bindparams(bindparam("rows", type_=Json))


async def emit(session: WriteSession, rows: Sequence[Mapping[str, Any]], *, at: datetime, tx_id: str) -> list[int]:
    """Write events and queue them for the hooks that want them, in one statement; answers the hooks' ids."""
    numbered = [{"number": number, **row} for number, row in enumerate(rows)]
    return list(await session.scalars(_EMIT, {"rows": numbered, "at": at, "tx_id": tx_id}))


def among(one: Any, ids: Collection[int]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = one == any_(literal(list(ids), BigInts))
    return found


async def has_earlier_message(session: ReadSession, ticket_id: int, conversation_id: int) -> bool:
    """Whether another message of the ticket was stored before."""
    query = select(Conversation.id).where(Conversation.ticket_id == ticket_id, Conversation.id < conversation_id)
    return await session.scalar(query.limit(1)) is not None


async def get_event(session: ReadSession, event_id: int, *visible: ColumnElement[bool]) -> Event | None:
    return (await session.scalars(select(Event).where(Event.id == event_id, *visible))).one_or_none()


async def page(
    session: ReadSession, where: Sequence[ColumnElement[bool]], order: Sequence[Any], *, limit: int, offset: int
) -> tuple[Sequence[Event], int]:
    query = select(Event).where(*where)
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    return (await session.scalars(query.order_by(*order).limit(limit).offset(offset))).all(), total or 0


def contains(word: str) -> ColumnElement[bool]:
    """Events whose type or data name the word, case ignored."""
    return or_(
        Event.type.icontains(word, autoescape=True), func.cast(Event.data, String).icontains(word, autoescape=True)
    )


async def traces(session: ReadSession, event_ids: Collection[int]) -> dict[int, list[Any]]:
    """Every try of the events' deliveries, oldest first, with what comes next."""
    query = (
        select(
            EventDelivery.event_id, EventDelivery.hook_id, EventDelivery.next_attempt_at, EventDelivery.state,
            EventDelivery.attempt.label("attempts"), EventAttempt,
        )
        .join(EventAttempt, EventAttempt.delivery_id == EventDelivery.id)
        .where(among(EventDelivery.event_id, event_ids))
        .order_by(EventAttempt.id)
    )  # fmt: skip
    found: dict[int, list[Any]] = {}
    for row in await session.execute(query):
        found.setdefault(row.event_id, []).append(row)
    return found


async def hooks(session: ReadSession) -> Sequence[EventHook]:
    query = select(EventHook).where(EventHook.deleted_at.is_(None))
    return (await session.scalars(query.order_by(EventHook.order, EventHook.id))).all()


async def get_hook(session: ReadSession, hook_id: int) -> EventHook | None:
    query = select(EventHook).where(EventHook.id == hook_id, EventHook.deleted_at.is_(None))
    return (await session.scalars(query)).one_or_none()


async def deliveries(
    session: ReadSession, hook_id: int, where: Sequence[ColumnElement[bool]], *, limit: int, offset: int
) -> tuple[Sequence[Any], int]:
    """A hook's deliveries, newest first, each with its last try."""
    last = (
        select(EventAttempt)
        .where(EventAttempt.delivery_id == EventDelivery.id)
        .order_by(EventAttempt.id.desc())
        .limit(1)
        .lateral("last")
    )
    query = (
        select(EventDelivery, Event.type, last.c.started_at, last.c.duration_ms, last.c.http_status, last.c.error)
        .join(Event, Event.id == EventDelivery.event_id)
        .outerjoin(last, literal(True))
        .where(EventDelivery.hook_id == hook_id, *where)
    )
    count = select(func.count()).select_from(EventDelivery).where(EventDelivery.hook_id == hook_id, *where)
    rows = await session.execute(query.order_by(EventDelivery.id.desc()).limit(limit).offset(offset))
    return rows.all(), await session.scalar(count) or 0


async def claim(session: WriteSession, hook_id: int, *, now: datetime, until: datetime, limit: int) -> Sequence[Any]:
    """Deliveries that are due, with their events, for the caller alone.

    A later event of a ticket waits while an earlier one waits that is not older than five minutes.
    """
    earlier = EventDelivery.__table__.alias("earlier")
    blocked = (
        select(literal(1))
        .where(
            earlier.c.hook_id == EventDelivery.hook_id,
            earlier.c.ticket_id == EventDelivery.ticket_id,
            earlier.c.state == "waiting",
            earlier.c.id < EventDelivery.id,
            earlier.c.created_at > now - PATIENCE,
        )
        .exists()
    )
    due = (
        select(EventDelivery.id)
        .where(
            EventDelivery.hook_id == hook_id,
            EventDelivery.state == "waiting",
            EventDelivery.next_attempt_at <= now,
            or_(EventDelivery.claimed_until.is_(None), EventDelivery.claimed_until < now),
            ~blocked,
        )
        .order_by(EventDelivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await session.scalars(due))
    if not ids:
        return []
    await session.execute(
        update(EventDelivery)
        .where(among(EventDelivery.id, ids))
        .values(claimed_until=until, attempt=EventDelivery.attempt + 1)
    )
    query = (
        select(EventDelivery.id, EventDelivery.key, EventDelivery.attempt, Event)
        .join(Event, Event.id == EventDelivery.event_id)
        .where(among(EventDelivery.id, ids))
        .order_by(EventDelivery.id)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).all()


async def record(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append tries."""
    await session.execute(insert(EventAttempt), list(rows))


async def settle(
    session: WriteSession, delivery_id: int, state: str, *, next_attempt_at: datetime | None
) -> int | None:
    """Set the outcome of a try; the event's id, None when the delivery is gone."""
    done = update(EventDelivery).where(EventDelivery.id == delivery_id)
    values = {"state": state, "next_attempt_at": next_attempt_at, "claimed_until": None}
    return await session.scalar(done.values(values).returning(EventDelivery.event_id))


async def drop_delivery(session: WriteSession, delivery_id: int) -> None:
    await session.execute(delete(EventDelivery).where(EventDelivery.id == delivery_id))


async def close_events(session: WriteSession, event_ids: Collection[int], now: datetime) -> None:
    """Give events the status that follows from their deliveries."""
    waiting, failed = (
        select(literal(1)).where(EventDelivery.event_id == Event.id, EventDelivery.state == state).exists()
        for state in ("waiting", "failed")
    )
    await session.execute(
        update(Event)
        .where(among(Event.id, event_ids), ~waiting)
        .values(
            status=func.coalesce(select(literal("failed")).where(failed).scalar_subquery(), "closed"),
            processed_at=now,
        )
    )


async def hooks_with_due(session: ReadSession, now: datetime) -> list[int]:
    """Hooks that have something to be told now."""
    query = (
        select(EventDelivery.hook_id)
        .where(
            EventDelivery.state == "waiting",
            EventDelivery.next_attempt_at <= now,
            or_(EventDelivery.claimed_until.is_(None), EventDelivery.claimed_until < now),
        )
        .distinct()
    )
    return list(await session.scalars(query))


async def revive(session: WriteSession, event_id: int, now: datetime) -> list[int]:
    """Let the failed deliveries of an event wait again, from the first try on; answers the hooks' ids."""
    query = (
        update(EventDelivery)
        .where(EventDelivery.event_id == event_id, EventDelivery.state == "failed")
        .values(state="waiting", attempt=0, next_attempt_at=now, claimed_until=None)
        .returning(EventDelivery.hook_id)
    )
    found = list(await session.scalars(query))
    if found:
        await session.execute(update(Event).where(Event.id == event_id).values(status="open", processed_at=None))
    return found


async def give_up(session: WriteSession, hook_id: int) -> list[int]:
    """End what waits for a hook that is gone; answers the events."""
    query = (
        update(EventDelivery)
        .where(EventDelivery.hook_id == hook_id, EventDelivery.state == "waiting")
        .values(state="failed", next_attempt_at=None, claimed_until=None)
        .returning(EventDelivery.event_id)
    )
    return list(await session.scalars(query))


async def delete_old(session: WriteSession, before: datetime, limit: int) -> int:
    """Remove finished events that are older; answers how many."""
    old = select(Event.id).where(Event.created_at < before, Event.status != "open").order_by(Event.created_at)
    gone = delete(Event).where(Event.id.in_(old.limit(limit))).returning(Event.id)
    return len((await session.scalars(gone)).all())
