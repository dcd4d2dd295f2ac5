"""Pages of tickets, and how many there are, at the same cost for a thousand tickets and a million (ADR 0012).

A list is a sequence of parts, each with a total order that an index can serve: the ticket whose id was typed, the rows
with a value, the rows without one. A place in it is a part and the keys of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    Select,
    Text,
    and_,
    bindparam,
    cast,
    false,
    func,
    literal,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from assaydesk.domains.tickets.models import Ticket, TicketSearch
from assaydesk.domains.tickets.search import fields
from assaydesk.domains.tickets.search.cursor import BadCursor, Place, fits
from assaydesk.platform.db.base import BigInt
from assaydesk.platform.db.session import ReadSession

MOST_COUNTED: Final = 10_000
RANKED: Final = 1000
"""So many of the newest hits are put in order by how well they fit; older ones follow by age."""

_CUSTOM_PLANS: Final = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")
_BY_INDEX: Final = text("select set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)")
"""Of hundreds of rare words together the planner expects far too many hits, and would read the whole table. With less
memory a list of many hits names pages only, and every row of them is read and checked again."""

_ID: Final = "id"
_CREATED: Final = "createdAt"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are looked for. `filters`: conditions on `Ticket`, what the caller may see included.

    `query`: of the search table; None: no search; empty: a search that everything passes. `exact_id`: of the ticket
    that a number alone names. `nothing`: no ticket has the words.
    """

    filters: tuple[ColumnElement[bool], ...]
    query: str | None = None
    exact_id: int | None = None
    nothing: bool = False
    is_narrowed: bool = True

    @property
    def where(self) -> list[ColumnElement[bool]]:
        """All of it as conditions on `Ticket`."""
        return [*self.filters, *self._search()]

    def _search(self) -> list[ColumnElement[bool]]:
        if not self.query and not self.nothing:
            return []
        found = false() if self.nothing else Ticket.id.in_(select(TicketSearch.ticket_id).where(matches(self.query)))
        return [found if self.exact_id is None else or_(found, Ticket.id == self.exact_id)]


@dataclass(frozen=True, slots=True)
class Order:
    field: str
    descending: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the list: its condition, and what it is sorted by, the id last."""

    condition: ColumnElement[bool]
    keys: tuple[ColumnElement[Any], ...]
    types: tuple[type, ...]
    descending: bool
    exact: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where rows come from. `columns`: what of the sort keys stands there already."""

    query: Select[Any]
    id: ColumnElement[int]
    columns: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of one page in their order; `last`: the place of the last one, None at the end of the list."""

    ids: list[int]
    last: Place | None
    total: int
    is_exact: bool


def matches(query: str | None) -> ColumnElement[bool]:
    """The row of the search table has the words."""
    return TicketSearch.words.op("@@", is_comparison=True)(_query(query))


def _query(query: str | None) -> ColumnElement[Any]:
    return cast(literal(query or "", Text), TSQUERY)


async def find(
    session: ReadSession,
    wanted: Wanted,
    order: Order,
    *,
    limit: int,
    offset: int = 0,
    after: Place | None = None,
    exact_total: bool = False,
) -> Found:
    """One page. Raises `BadCursor` when `after` does not belong to this order."""
    await session.execute(_CUSTOM_PLANS)
    hits = None
    if wanted.query:
        await session.execute(_BY_INDEX)
        hits = await _hits(session, wanted)
    since = after.since if after is not None else None
    if order.field == fields.RELEVANCE and hits is not None and after is None and hits > RANKED:
        since = await _since(session, wanted)
    frame = _frame(wanted, order, hits)
    parts = _parts(wanted, order, frame, since)
    if after is not None and not (0 <= after.part < len(parts) and fits(after.keys, parts[after.part].types)):
        raise BadCursor
    rows, places = await _walk(session, wanted, frame, parts, limit=limit, offset=offset, after=after)
    last = Place(places[limit - 1], rows[limit - 1], since) if len(rows) > limit else None
    rows = rows[:limit]
    if last is None and after is None and (rows or not offset):
        return Found([row[-1] for row in rows], None, offset + len(rows), True)
    total, is_exact = await _total(session, wanted, hits, exact=exact_total)
    return Found([row[-1] for row in rows], last, total, is_exact)


async def _hits(session: ReadSession, wanted: Wanted) -> int:
    """How many rows of the search table have the words, up to one more than are counted."""
    some = select(literal(1)).select_from(TicketSearch).where(matches(wanted.query)).limit(MOST_COUNTED + 1)
    return await session.scalar(select(func.count()).select_from(some.subquery())) or 0


async def _since(session: ReadSession, wanted: Wanted) -> int | None:
    """The id of the oldest of the newest hits."""
    newest = select(TicketSearch.ticket_id).where(matches(wanted.query)).order_by(TicketSearch.ticket_id.desc())
    return await session.scalar(newest.offset(RANKED - 1).limit(1))


async def _total(session: ReadSession, wanted: Wanted, hits: int | None, *, exact: bool) -> tuple[int, bool]:
    """The number of tickets and whether it was counted: above ten thousand it is estimated unless `exact`."""
    if wanted.nothing and wanted.exact_id is None:
        return 0, True
    if hits is not None and not wanted.is_narrowed and wanted.exact_id is None and hits <= MOST_COUNTED:
        return hits, True
    frame = _frame(wanted, Order(_ID, False), hits)
    if hits is not None and hits > MOST_COUNTED and not (wanted.is_narrowed or exact):
        return max(MOST_COUNTED + 1, await _estimate(session, frame.query.add_columns(literal(1)))), False
    some = frame.query.add_columns(literal(1))
    if wanted.exact_id is not None:
        some = some.where(frame.id != wanted.exact_id)
    limited = some if exact else some.limit(MOST_COUNTED + 1)
    count: ColumnElement[int] = select(func.count()).select_from(limited.subquery()).scalar_subquery()
    if wanted.exact_id is not None:
        one = select(func.count()).select_from(Ticket).where(Ticket.id == wanted.exact_id, *wanted.filters)
        count = count + one.scalar_subquery()
    total = await session.scalar(select(count)) or 0
    if exact or total <= MOST_COUNTED:
        return total, True
    return max(MOST_COUNTED + 1, await _estimate(session, some)), False


async def _estimate(session: ReadSession, query: Select[Any]) -> int:
    """How many rows the planner expects."""
    connection = await session.connection()
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    plan = await connection.exec_driver_sql(f"explain (format json) {compiled}", dict(compiled.params))
    return int(plan.scalar_one()[0]["Plan"]["Plan Rows"])


def _frame(wanted: Wanted, order: Order, hits: int | None) -> _Frame:
    """Few hits are collected first and then looked at. Of many, rows are walked in their order until enough match."""
    if wanted.nothing:
        return _Frame(select().where(Ticket.id.is_(None)).select_from(Ticket), Ticket.id.expression)
    if not wanted.query or hits is None:
        return _Frame(select().select_from(Ticket).where(*wanted.filters), Ticket.id.expression)
    in_search = not wanted.is_narrowed and order.field in (_ID, _CREATED, fields.RELEVANCE)
    if order.field == fields.RELEVANCE or (in_search and hits > MOST_COUNTED):
        query = select().select_from(TicketSearch).where(matches(wanted.query))
        if not in_search:
            query = query.join(Ticket, Ticket.id == TicketSearch.ticket_id).where(*wanted.filters)
        columns: dict[str, ColumnElement[Any]] = {_CREATED: TicketSearch.created_at.expression}
        return _Frame(query, TicketSearch.ticket_id.expression, columns | {fields.RELEVANCE: _rank(wanted.query)})
    if hits <= MOST_COUNTED:
        found = _collected(wanted.query)
        query = select().select_from(found)
        if not in_search:
            query = query.join(Ticket, Ticket.id == found.c.ticket_id).where(*wanted.filters)
        return _Frame(query, found.c.ticket_id, {_CREATED: found.c.created_at})
    # The offset keeps the condition at the row: looked up for each ticket that the walk comes to.
    has_words = (
        select(literal(1)).select_from(TicketSearch)
        .where(TicketSearch.ticket_id == Ticket.id, matches(wanted.query)).offset(0).exists()
    )  # fmt: skip
    return _Frame(select().select_from(Ticket).where(*wanted.filters, has_words), Ticket.id.expression)


def _collected(query: str) -> CTE:
    hits = select(TicketSearch.ticket_id, TicketSearch.created_at).where(matches(query))
    return hits.cte("hits").prefix_with("materialized")


def _rank(query: str) -> ColumnElement[float]:
    """How well a ticket fits: its own words count ten times as much as those of messages, long threads less."""
    return cast(func.ts_rank(TicketSearch.words, _query(query), 1), Double)


def _parts(wanted: Wanted, order: Order, frame: _Frame, since: int | None) -> list[_Part]:
    id_ = frame.id
    others = [] if wanted.exact_id is None else [id_ != wanted.exact_id]
    parts: list[_Part] = []
    if wanted.exact_id is not None:
        parts.append(_Part(Ticket.id == wanted.exact_id, (Ticket.id.expression,), (int,), False, exact=True))
    if order.field == _ID:
        parts.append(_Part(and_(true(), *others), (id_,), (int,), order.descending))
        return parts
    if order.field == fields.RELEVANCE:
        rank = frame.columns.get(fields.RELEVANCE, literal(0.0, Double))
        newest = [] if since is None else [id_ >= since]
        parts.append(_part([*others, *newest], (rank, id_), (float, int), descending=True))
        if since is not None:
            parts.append(_part([*others, id_ < since], (id_,), (int,), descending=True))
        return parts
    column = frame.columns.get(order.field)
    column = fields.order_column(order.field) if column is None else column
    kind = column.type.python_type
    has_value = [column.is_not(None)] if fields.may_be_null(order.field) else []
    parts.append(_part([*others, *has_value], (column, id_), (kind, int), descending=order.descending))
    if has_value:
        parts.append(_part([*others, column.is_(None)], (id_,), (int,), descending=order.descending))
    return parts


def _part(
    conditions: Sequence[ColumnElement[bool]],
    keys: tuple[ColumnElement[Any], ...],
    types: tuple[type, ...],
    *,
    descending: bool,
) -> _Part:
    return _Part(and_(true(), *conditions), keys, types, descending)


async def _walk(
    session: ReadSession,
    wanted: Wanted,
    frame: _Frame,
    parts: Sequence[_Part],
    *,
    limit: int,
    offset: int,
    after: Place | None,
) -> tuple[list[tuple[Any, ...]], list[int]]:
    """Keys of the rows and the part that each stands in, a statement for each part that is needed.

    One row more than wanted says that there are more.
    """
    first = 0 if after is None else after.part
    rows: list[tuple[Any, ...]] = []
    places: list[int] = []
    for number, part in enumerate(parts[first:], first):
        whole = _of_part(wanted, frame, part)
        query = whole if after is None or number > first else whole.where(_after(part, after.keys))
        keys = (key.desc().nulls_first() if part.descending else key.asc() for key in part.keys)
        page = query.order_by(*keys).limit(limit + 1 - len(rows)).offset(offset)
        found = [tuple(row) for row in await session.execute(page)]
        rows += found
        places += [number] * len(found)
        if len(rows) > limit:
            break
        if found:
            offset = 0
        elif offset:
            offset -= await session.scalar(select(func.count()).select_from(whole.limit(offset).subquery())) or 0
    return rows, places


def _of_part(wanted: Wanted, frame: _Frame, part: _Part) -> Select[Any]:
    if part.exact:
        return select(*part.keys).select_from(Ticket).where(part.condition, *wanted.filters)
    return frame.query.add_columns(*part.keys).where(part.condition)


def _after(part: _Part, keys: Sequence[Any]) -> ColumnElement[bool]:
    """Behind the row with these keys, as one comparison of rows, which an index can start from."""
    given = [_literal(value, key) for value, key in zip(keys, part.keys, strict=True)]
    if len(given) == 1:
        return part.keys[0] < given[0] if part.descending else part.keys[0] > given[0]
    here, there = tuple_(*part.keys), tuple_(*given)
    return here < there if part.descending else here > there


def _literal(value: Any, key: ColumnElement[Any]) -> ColumnElement[Any]:
    kind = BigInt if type(value) is int else key.type
    return cast(bindparam(None, value, type_=kind), kind)
