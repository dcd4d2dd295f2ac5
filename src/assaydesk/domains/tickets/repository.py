"""Every query over tickets. Sets are read and written in one statement each, whatever their size."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from typing import cast as typing_cast

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    any_,
    case,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import TypeEngine

from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tickets import policy
from assaydesk.domains.tickets.models import Ticket, TicketChange, TicketTag
from assaydesk.domains.tickets.types import SPAM, Status
from assaydesk.domains.tickets.work import STATE_COLUMNS, State
from assaydesk.platform.db.base import BigInt, BigInts, Json, Texts
from assaydesk.platform.db.recordset import recordset
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.logging import current_transaction
from assaydesk.platform.security.actor import Actor

_TABLE: Final = typing_cast(Table, Ticket.__table__)
_SHOWN: Final = tuple(one for one in _TABLE.columns if one.name != "raw_data")


def readable(actor: Actor) -> ColumnElement[bool]:
    """The tickets that this caller may see."""
    return Ticket.deleted_at.is_(None) if policy.may_see(actor) else false()


async def get(
    session: ReadSession, actor: Actor, ticket_ids: Collection[int], *, raw: bool = False
) -> dict[int, dict[str, Any]]:
    """Rows by id, those that the caller may see; `raw` adds `raw_data`."""
    columns = (*_SHOWN, _TABLE.c.raw_data) if raw else _SHOWN
    rows = await session.execute(select(*columns).where(_among(Ticket.id, ticket_ids), readable(actor)))
    return {row["id"]: dict(row) for row in rows.mappings()}


async def versions(session: ReadSession, actor: Actor, ticket_ids: Collection[int]) -> dict[int, int]:
    """Versions by id, of those that the caller may see."""
    rows = await session.execute(
        select(Ticket.id, Ticket.version).where(_among(Ticket.id, ticket_ids), readable(actor))
    )
    return {row.id: row.version for row in rows}


async def lock(
    session: WriteSession, actor: Actor, ticket_ids: Collection[int], columns: Collection[str] = ()
) -> dict[int, State]:
    """States for changing, without tags. Locked in the order of ids, so that parallel requests cannot block each other.

    The lock lets messages be added meanwhile; they refer to the row and do not change it.
    """
    wanted = _columns_for_rules(frozenset(columns))
    query = select(*wanted).where(_among(Ticket.id, ticket_ids), readable(actor)).order_by(Ticket.id)
    rows = await session.execute(query.with_for_update(key_share=True))
    names = [one.name for one in wanted]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


async def unfinished_of(session: ReadSession, profile_id: int) -> list[tuple[int, int | None, list[int]]]:
    """Tickets that are not closed and name the person: id, responsible user, assigned users."""
    named = or_(Ticket.agent_id == profile_id, Ticket.assigned_agent_ids.contains([profile_id]))
    rows = await session.execute(
        select(Ticket.id, Ticket.agent_id, Ticket.assigned_agent_ids)
        .where(named, Ticket.status != "closed", Ticket.deleted_at.is_(None), Ticket.merged_into_ticket_id.is_(None))
        .order_by(Ticket.id)
    )
    return [(row.id, row.agent_id, row.assigned_agent_ids) for row in rows]


async def lock_due(session: WriteSession, now: datetime, limit: int) -> dict[int, State]:
    """Pending tickets whose date has come and that nobody else is changing."""
    wanted = _columns_for_rules(frozenset())
    query = (
        select(*wanted)
        .where(Ticket.status == Status.PENDING, Ticket.due_by <= now, Ticket.deleted_at.is_(None))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    names = [one.name for one in wanted]
    return {row[0]: dict(zip(names, row, strict=True)) for row in await session.execute(query)}


async def lock_overdue(session: WriteSession, now: datetime, limit: int) -> dict[int, State]:
    """Open tickets that have not been escalated for the date that counts, which has passed."""
    wanted = _columns_for_rules(frozenset())
    counting = case((Ticket.due_by_defers, Ticket.sla_due_at), else_=Ticket.due_by)
    # Said twice over, so that the partial indexes serve.
    passed = or_(Ticket.due_by <= now, Ticket.due_by_defers & (Ticket.sla_due_at <= now))
    clean = or_(Ticket.spam_status.is_(None), Ticket.spam_status.not_in(SPAM))
    query = (
        select(*wanted)
        .where(
            # The words of the partial indexes.
            text("tickets.status = 'open' and not tickets.is_escalated"),
            passed, counting <= now, counting.is_distinct_from(Ticket.escalated_for), clean,
            Ticket.deleted_at.is_(None), Ticket.merged_into_ticket_id.is_(None),
        )
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )  # fmt: skip
    names = [one.name for one in wanted]
    return {row[0]: dict(zip(names, row, strict=True)) for row in await session.execute(query)}


async def was_set_by_somebody(session: ReadSession, ticket_id: int, names: Sequence[str]) -> bool:
    """Whether a signed-in caller ever changed one of the fields (wire names)."""
    named = or_(*(TicketChange.changes.has_key(name) for name in names))
    query = select(TicketChange.id).where(TicketChange.ticket_id == ticket_id, TicketChange.user_id.is_not(None), named)
    return await session.scalar(query.limit(1)) is not None


async def tickets_of_customers(session: ReadSession, customer_ids: Collection[str], limit: int) -> list[int]:
    """Ids of tickets that are linked to one of the customers."""
    query = select(Ticket.id).where(Ticket.customer_id.in_(set(customer_ids)), Ticket.deleted_at.is_(None))
    return list(await session.scalars(query.order_by(Ticket.id).limit(limit)))


@lru_cache(maxsize=64)
def _columns_for_rules(more: frozenset[str]) -> tuple[Any, ...]:
    return tuple(_TABLE.c[name] for name in dict.fromkeys((*STATE_COLUMNS, *sorted(more))))


async def tags_of(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Ids of the tags of each ticket, ascending. After `lock`: a statement of its own sees what others committed."""
    query = select(TicketTag.ticket_id, func.array_agg(TicketTag.tag_id)).where(_among(TicketTag.ticket_id, ticket_ids))
    rows = await session.execute(query.group_by(TicketTag.ticket_id))
    return {row[0]: tuple(sorted(row[1])) for row in rows}


async def subchannels(session: ReadSession, ids: Collection[int]) -> set[int]:
    """Those of the sub-channels that exist."""
    if not ids:
        return set()
    query = select(Subchannel.id).where(_among(Subchannel.id, ids), Subchannel.deleted_at.is_(None))
    return set(await session.scalars(query))


async def by_external_ids(session: ReadSession, external_ids: Collection[str]) -> dict[str, int]:
    """Ticket ids by the ids of outside systems."""
    if not external_ids:
        return {}
    query = select(Ticket.external_ticket_id, Ticket.id).where(
        Ticket.external_ticket_id == any_(literal(list(external_ids), Texts))
    )
    return {str(row[0]): row[1] for row in await session.execute(query)}


async def add(session: WriteSession, values: Mapping[str, Any]) -> int | None:
    """The id of a new ticket; None when its outside id is taken."""
    query = insert(Ticket).values(values).on_conflict_do_nothing(index_elements=[Ticket.external_ticket_id])
    return await session.scalar(query.returning(Ticket.id))


async def add_many(
    session: WriteSession, rows: Sequence[Mapping[str, Any]], columns: Collection[str]
) -> dict[str, int]:
    """Add tickets with outside ids; answers the ids of those that were not there yet."""
    given = recordset(rows, {name: _TABLE.c[name].type for name in columns})
    source = select(*(given.c[name] for name in columns))
    query = insert(Ticket).from_select(list(columns), source)
    done = query.on_conflict_do_nothing(index_elements=[Ticket.external_ticket_id])
    found = await session.execute(done.returning(Ticket.external_ticket_id, Ticket.id))
    return {str(row[0]): row[1] for row in found}


async def write(
    session: WriteSession, rows: Sequence[Mapping[str, Any]], columns: Collection[str], at: datetime
) -> None:
    """Give each ticket (`id`, `version`, `columns`) its values."""
    types = {name: _TABLE.c[name].type for name in ("id", "version", *columns)}
    given = recordset(rows, types)
    values = {_TABLE.c[name]: given.c[name] for name in types if name != "id"}
    await session.execute(
        update(_TABLE).where(_TABLE.c.id == given.c.id).values({**values, _TABLE.c.modified_at: literal(at)})
    )


async def write_history(
    session: WriteSession, rows: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime, kind: str = "changed"
) -> None:
    """Append history lines (`ticket_id`, `version`, `changes`) in their order."""
    types: dict[str, TypeEngine[Any]] = {"ticket_id": BigInt, "version": TicketChange.version.type, "changes": Json}
    given = recordset(rows, types)
    shared = {"at": at, "user_id": actor.user_id, "kind": kind, "tx_id": current_transaction()}
    columns = TicketChange.__table__.c
    source = select(*given.c, *(literal(value, columns[name].type) for name, value in shared.items()))
    await session.execute(insert(TicketChange).from_select([*types, *shared], source))


async def say_tags_are_carried(session: WriteSession, carried: bool) -> None:
    """Whether the tickets' own column of tags has been written already; else a trigger writes it."""
    await session.execute(select(func.set_config("assaydesk.tags_are_carried", "on" if carried else "off", True)))


async def remove_tags(session: WriteSession, pairs: Sequence[tuple[int, int]]) -> None:
    """Take tags off tickets: pairs of ticket and tag."""
    given = recordset([{"ticket_id": ticket, "tag_id": tag} for ticket, tag in pairs], _PAIR)
    both = (TicketTag.ticket_id == given.c.ticket_id) & (TicketTag.tag_id == given.c.tag_id)
    await session.execute(delete(TicketTag).where(both))


async def add_tags(
    session: WriteSession, pairs: Sequence[tuple[int, int]], *, set_by: str, user_id: int | None, at: datetime
) -> None:
    """Put tags on tickets: pairs of ticket and tag."""
    given = recordset([{"ticket_id": ticket, "tag_id": tag} for ticket, tag in pairs], _PAIR)
    source = select(given.c.ticket_id, given.c.tag_id, literal(set_by, String), literal(user_id, BigInt), literal(at))
    names = ["ticket_id", "tag_id", "set_by", "set_by_user_id", "set_at"]
    await session.execute(insert(TicketTag).from_select(names, source).on_conflict_do_nothing())


async def replace_tag_of_closed(session: WriteSession, tag_id: int, into: int) -> int:
    """Tickets that are closed, merged or deleted take the other tag as it was set; answers how many."""
    finished = or_(Ticket.status == "closed", Ticket.deleted_at.is_not(None), Ticket.merged_into_ticket_id.is_not(None))
    carried = select(
        TicketTag.ticket_id, literal(into, BigInt), TicketTag.set_by, TicketTag.set_by_user_id, TicketTag.set_at
    ).join(Ticket, Ticket.id == TicketTag.ticket_id)
    source = carried.where(TicketTag.tag_id == tag_id, finished)
    names = ["ticket_id", "tag_id", "set_by", "set_by_user_id", "set_at"]
    await session.execute(insert(TicketTag).from_select(names, source).on_conflict_do_nothing())
    old = select(Ticket.id).where(Ticket.id == TicketTag.ticket_id, finished).exists()
    gone = await session.execute(
        delete(TicketTag).where(TicketTag.tag_id == tag_id, old).returning(TicketTag.ticket_id)
    )
    return len(gone.all())


async def unfinished_with_tag(session: ReadSession, tag_id: int, limit: int) -> list[int]:
    """Ids of tickets that carry the tag, smallest first."""
    query = select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id)
    return list(await session.scalars(query.order_by(TicketTag.ticket_id).limit(limit)))


async def changes_since(session: ReadSession, ticket_id: int, version: int) -> Sequence[TicketChange]:
    """History lines that came after a version, oldest first, at most 100."""
    query = select(TicketChange).where(TicketChange.ticket_id == ticket_id, TicketChange.version > version)
    return (await session.scalars(query.order_by(TicketChange.id).limit(100))).all()


async def tickets_with_tag(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """Up to a hundred tickets that carry each tag."""
    found: dict[int, list[int]] = {}
    for tag_id in tag_ids:
        query = select(TicketTag.ticket_id).where(TicketTag.tag_id == tag_id).limit(100)
        found[tag_id] = list(await session.scalars(query))
    return found


def _among(one: InstrumentedAttribute[int], ids: Collection[int]) -> ColumnElement[bool]:
    """Among these ids, which travel as one parameter, however many they are."""
    return one == any_(literal(list(set(ids)), BigInts))


_PAIR: Final[dict[str, TypeEngine[Any]]] = {"ticket_id": BigInt, "tag_id": BigInt}


async def load(session: ReadSession, ids: Collection[int]) -> dict[int, Ticket]:
    """Rows for other domains, deleted ones included."""
    if not ids:
        return {}
    return {row.id: row for row in await session.scalars(select(Ticket).where(_among(Ticket.id, ids)))}
