"""Every query of routing: orders, handouts, silent tickets."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    any_,
    case,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.routing.models import Handout
from assaydesk.domains.routing.types import Place, Stretch
from assaydesk.domains.tickets.events import TICKET_WORKED_ON
from assaydesk.domains.tickets.models import KIND, ROUTABLE, ROUTING_ORDERS, WAITING, Ticket
from assaydesk.domains.worklogs.models import Presence, WorkSegment, WorkSignal
from assaydesk.platform.db.base import BigInt, BigInts, Timestamp
from assaydesk.platform.db.session import ReadSession, WriteSession

_DESC: Final = " desc"

MOST_KINDS: Final = 2000
MOST_FITTING: Final = 1000
"""Waiting tickets that are fetched and sorted; when more fit, the next one is found sooner in the order itself."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which tickets may be handed out to whom, and how they are sorted.

    `conditions`: beside those of `WAITING` and of own tickets. `of_kind`: more of them, which ask for nothing but tags
    and channel. `passed_over`: ids that are left out. `fitting`: all that wait and are of a kind that fits, when they
    are few.
    """

    user_id: int
    mode: int
    now: datetime
    gap: timedelta
    conditions: Sequence[ColumnElement[bool]]
    of_kind: Sequence[ColumnElement[bool]] = ()
    passed_over: Collection[int] = field(default=())
    fitting: Sequence[int] | None = None


class Candidate(NamedTuple):
    id: int
    agent_id: int | None
    tag_ids: list[int]


def _keys(mode: int) -> list[tuple[ColumnElement[Any], bool]]:
    """What an order sorts by: expression and whether it descends, in the very words of its index."""
    found: list[tuple[ColumnElement[Any], bool]] = []
    for words in ROUTING_ORDERS[mode]:
        descends = words.endswith(_DESC)
        found.append((literal_column(words.removesuffix(_DESC)), descends))
    return found


def order_of(mode: int, *, backwards: bool = False) -> list[ColumnElement[Any]]:
    return [key.desc() if descends != backwards else key.asc() for key, descends in _keys(mode)]


def beyond(mode: int, keys: Sequence[Any], *, backwards: bool = False) -> ColumnElement[bool]:
    """Strictly after (or before) the place that has these keys."""
    parts: list[ColumnElement[bool]] = []
    same: list[ColumnElement[bool]] = []
    for (key, descends), value in zip(_keys(mode), keys, strict=True):
        given = literal(value, Timestamp) if isinstance(value, datetime) else literal(value)
        parts.append(and_(*same, key < given if descends != backwards else key > given))
        same.append(key == given)
    return or_(*parts)


def own(user_id: int) -> ColumnElement[bool]:
    """The person is responsible or assigned."""
    return or_(Ticket.agent_id == user_id, Ticket.assigned_agent_ids.contains([user_id]))


async def lock_candidate(session: WriteSession, search: Search, stretch: Stretch, *, wait: bool) -> Candidate | None:
    """The first ticket of a stretch, locked. `wait`: for those that somebody is changing, which are else left out."""
    group = [own(search.user_id), text(ROUTABLE)] if stretch.own else [text(WAITING)]
    query = select(Ticket.id, Ticket.agent_id, Ticket.carried_tag_ids).where(
        *group, *search.conditions, *search.of_kind
    )
    if not stretch.own and search.fitting is not None:
        if not search.fitting:
            return None
        query = query.where(Ticket.id == any_(literal(list(search.fitting), BigInts)))
    if stretch.beyond is not None:
        query = query.where(
            beyond(search.mode, stretch.beyond.keys, backwards=stretch.backwards),
            Ticket.id != stretch.beyond.ticket_id,
        )
    if search.passed_over:
        query = query.where(not_(Ticket.id == any_(literal(sorted(search.passed_over), BigInts))))
    query = query.order_by(*order_of(search.mode, backwards=stretch.backwards)).limit(1)
    row = (await session.execute(query.with_for_update(key_share=True, skip_locked=not wait))).first()
    return None if row is None else Candidate(row[0], row[1], row[2])


# Jumps from one kind of waiting ticket to the next, however many tickets there are of each.
_KINDS: Final = text(f"""
with recursive found as (
  (select {KIND} as kind, channel, id from tickets where {WAITING} order by {KIND}, channel limit 1)
  union all
  select further.* from found cross join lateral (
    select {KIND} as kind, channel, id from tickets
    where {WAITING} and ({KIND}, channel) > (found.kind, found.channel) order by {KIND}, channel limit 1
  ) as further
)
select kind, channel as kind_channel, id as kind_id from found limit {MOST_KINDS + 1}
""")  # noqa: S608
_OF_KINDS: Final = text(f"""
select one.id from unnest(cast(:kinds as bigint[]), cast(:channels as text[])) as fitting (kind, kind_channel)
cross join lateral (
  select id from tickets where {WAITING} and {KIND} = fitting.kind and channel = fitting.kind_channel
  limit {MOST_FITTING + 1}
) as one limit {MOST_FITTING + 1}
""")  # noqa: S608


async def fitting(session: ReadSession, of_kind: Sequence[ColumnElement[bool]]) -> list[int] | None:
    """All waiting tickets of the kinds that fit. None: they are many, and some of them come early in every order."""
    kinds = _KINDS.columns(
        column("kind", BigInt), column("kind_channel", String), column("kind_id", BigInt)
    ).cte("kinds").prefix_with("materialized")  # fmt: skip
    number = select(func.count()).select_from(kinds).scalar_subquery()
    query = select(number, kinds.c.kind, kinds.c.kind_channel).join(Ticket, Ticket.id == kinds.c.kind_id)
    rows = (await session.execute(query.where(*of_kind))).all()
    if not rows:
        return None if (await session.scalar(select(number)) or 0) > MOST_KINDS else []
    if rows[0][0] > MOST_KINDS:
        return None
    given = {"kinds": [row.kind for row in rows], "channels": [row.kind_channel for row in rows]}
    ids = list(await session.scalars(_OF_KINDS, given))
    return ids if len(ids) <= MOST_FITTING else None


async def is_worked_on(session: ReadSession, ticket_id: int, search: Search) -> bool:
    """Whether a colleague works on a ticket, as seen after it was locked."""
    query = select(Ticket.id).where(
        Ticket.id == ticket_id, TICKET_WORKED_ON(None, search.now, search.gap, search.user_id)
    )
    return (await session.execute(query)).first() is not None


async def place_of(session: ReadSession, user_id: int, ticket_id: int, mode: int) -> Place | None:
    """Where a ticket stands, whether or not it would be handed out."""
    handed = exists().where(
        Handout.ticket_id == Ticket.id, Handout.user_id == user_id, Handout.left_at.is_(None), Handout.assigned
    )
    left = exists().where(Handout.ticket_id == Ticket.id, Handout.user_id == user_id, Handout.left_at.is_not(None))
    query = select(own(user_id), handed, left, *(key for key, _ in _keys(mode))).where(Ticket.id == ticket_id)
    row = (await session.execute(query)).first()
    return None if row is None else Place(ticket_id, tuple(row[3:]), bool(row[0]), bool(row[1]), bool(row[2]))


async def handout_of(session: ReadSession, user_id: int, ticket_id: int) -> Handout | None:
    query = select(Handout).where(Handout.user_id == user_id, Handout.ticket_id == ticket_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def passed_over(session: ReadSession, user_id: int, since: datetime) -> set[int]:
    """Tickets that the person left lately without working on them."""
    return set(
        await session.scalars(select(Handout.ticket_id).where(Handout.user_id == user_id, Handout.left_at > since))
    )


async def save_handout(
    session: WriteSession,
    user_id: int,
    ticket_id: int,
    *,
    at: datetime,
    assigned: bool,
    left_at: datetime | None = None,
) -> None:
    values = {"routed_at": at, "assigned": assigned, "left_at": left_at}
    query = insert(Handout).values(user_id=user_id, ticket_id=ticket_id, **values)
    await session.execute(query.on_conflict_do_update(index_elements=["user_id", "ticket_id"], set_=values))


async def lock_held(session: WriteSession, before: datetime, limit: int) -> list[int]:
    """Tickets that were handed out before then and are not in somebody's hands at this instant, locked."""
    query = (
        select(Ticket.id)
        .join(Handout, Handout.ticket_id == Ticket.id)
        .where(Handout.left_at.is_(None), Handout.routed_at <= before)
        .where(not_(_present(before)))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(of=Ticket, key_share=True, skip_locked=True)
    )
    return list(dict.fromkeys(await session.scalars(query)))


class Held(NamedTuple):
    user_id: int
    ticket_id: int
    takes_back: bool


async def held_without_life(session: ReadSession, ticket_ids: Collection[int], before: datetime) -> list[Held]:
    """Handouts of these tickets whose person shows no sign of life; `takes_back`: and has not worked on it."""
    query = (
        select(Handout.user_id, Handout.ticket_id, _untouched())
        .join(Ticket, Ticket.id == Handout.ticket_id)
        .where(Handout.ticket_id == any_(literal(list(ticket_ids), BigInts)))
        .where(Handout.left_at.is_(None), Handout.routed_at <= before, not_(_present(before)))
        .order_by(Handout.ticket_id, Handout.user_id)
    )
    return [Held(row[0], row[1], bool(row[2])) for row in await session.execute(query)]


class Touch(NamedTuple):
    """`takes_back`: routing made the person responsible, and that may be undone. `acted`: the person worked on it."""

    takes_back: bool
    acted: bool


async def touch_of(session: ReadSession, user_id: int, ticket_id: int) -> Touch | None:
    """What became of a ticket that the person holds by a handout."""
    query = select(_untouched(), _acted()).join(Ticket, Ticket.id == Handout.ticket_id)
    query = query.where(Handout.user_id == user_id, Handout.ticket_id == ticket_id, Handout.left_at.is_(None))
    row = (await session.execute(query)).first()
    return None if row is None else Touch(bool(row[0]), bool(row[1]))


def _acted() -> ColumnElement[bool]:
    return exists().where(
        WorkSignal.user_id == Handout.user_id,
        WorkSignal.ticket_id == Handout.ticket_id,
        WorkSignal.action.is_not(None),
        WorkSignal.at >= Handout.routed_at,
    )


def _untouched() -> ColumnElement[bool]:
    return and_(Handout.assigned, Ticket.agent_id == Handout.user_id, Ticket.status == "open", not_(_acted()))


def _present(since: datetime) -> ColumnElement[bool]:
    pinged = exists().where(
        Presence.ticket_id == Handout.ticket_id, Presence.user_id == Handout.user_id, Presence.at > since
    )
    live = exists().where(
        WorkSegment.ticket_id == Handout.ticket_id,
        WorkSegment.user_id == Handout.user_id,
        WorkSegment.last_signal_at > since,
        WorkSegment.last_kind.in_(("ping", "action")),
    )
    return or_(pinged, live)


async def end_handouts(session: WriteSession, held: Sequence[Held]) -> None:
    pairs = [(one.user_id, one.ticket_id) for one in held]
    if pairs:
        await session.execute(delete(Handout).where(tuple_(Handout.user_id, Handout.ticket_id).in_(pairs)))


async def forget_left(session: WriteSession, before: datetime) -> None:
    """Nobody needs to know any more who passed over what before then."""
    await session.execute(delete(Handout).where(Handout.left_at <= before))


async def lock_silent(session: WriteSession, before: datetime, limit: int) -> list[int]:
    """Pending tickets without any message since then."""
    heard = exists().where(
        Conversation.ticket_id == Ticket.id, Conversation.deleted_at.is_(None), Conversation.created_at > before
    )
    query = (
        select(Ticket.id)
        .where(Ticket.status == "pending", Ticket.created_at <= before, not_(heard))
        .where(Ticket.deleted_at.is_(None), Ticket.merged_into_ticket_id.is_(None))
        .order_by(Ticket.id)
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    return list(await session.scalars(query))


async def ranked(
    session: ReadSession, conditions: Sequence[ColumnElement[bool]], user_id: int, mode: int, *, limit: int, offset: int
) -> list[int]:
    """Ids of a part of a whole order, own tickets first."""
    group = case((own(user_id), 0), else_=1)
    query = select(Ticket.id).where(*conditions).order_by(group, *order_of(mode))
    return list(await session.scalars(query.limit(limit).offset(offset)))


def before_place(place: Place, user_id: int, mode: int, *, backwards: bool = True) -> ColumnElement[bool]:
    """Strictly before a place of the whole order; not `backwards`: after it."""
    mine = own(user_id)
    others = mine.is_not(true())  # Not `not`: of tickets that nobody has it would be null.
    within = beyond(mode, place.keys, backwards=backwards)
    same_group = and_(mine if place.is_own else others, within)
    if place.is_own == backwards:
        return same_group
    return or_(mine if backwards else others, same_group)


async def count(session: ReadSession, conditions: Sequence[ColumnElement[bool]]) -> int:
    return await session.scalar(select(func.count()).select_from(Ticket).where(*conditions)) or 0
