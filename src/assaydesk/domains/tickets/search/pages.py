"""Pages of tickets, and how many there are, at the same cost for a thousand tickets and a million (ADR 0012).

A list is a sequence of parts, each with a total order that an index can serve: the ticket whose id was typed, the rows
with a value, the rows without one. A place in it is a part and the keys of a row.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import (
    CTE,
    ColumnElement,
    Double,
    Select,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
)

from assaydesk.domains.tickets.models import Ticket, TicketSearch
from assaydesk.domains.tickets.search import estimates, fields
from assaydesk.domains.tickets.search.cursor import BadCursor, Place, fits
from assaydesk.domains.tickets.search.wanted import Hits, Order, Wanted, is_shown, matches, query_of, shows
from assaydesk.platform.db.base import BigInt, BigInts
from assaydesk.platform.db.session import ReadSession

MOST_COUNTED: Final = 10_000
RANKED: Final = 1000
"""So many of the newest hits are put in order by how well they fit; older ones follow by age."""

LOOKED_AT: Final = 10_000
"""So many tickets a walk looks at for words that very many have; if the page is not full then, the index is asked."""

_CUSTOM_PLANS: Final = text("select set_config('plan_cache_mode', 'force_custom_plan', true)")
_BY_INDEX: Final = text("select set_config('enable_seqscan', 'off', true), set_config('work_mem', '64MB', true)")
"""Of hundreds of rare words together the planner expects far too many hits, and would read the whole table. With less
memory a list of many hits names pages only, and every row of them is read and checked again."""

_ID: Final = "id"
_CREATED: Final = "createdAt"


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch of the list: its condition, and what it is sorted by, the id last."""

    condition: ColumnElement[bool]
    keys: tuple[ColumnElement[Any], ...]
    types: tuple[type, ...]
    descending: bool
    exact: bool = False
    ranked: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where rows come from. `columns`: what of the sort keys stands there already. `words`: rows still have to be
    tested for them, which the walk does.
    """

    query: Select[Any]
    id: ColumnElement[int]
    columns: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    words: str | None = None
    has_vector: bool = False

    @property
    def whole(self) -> Select[Any]:
        """All rows, words tested: the index of words is asked for all that have them."""
        return (
            self.query
            if self.words is None
            else self.query.where(self.id.in_(select(_collected(matches(self.words)).c[0])))
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Ids of one page in their order; `last`: the place of the last one, None at the end of the list."""

    ids: list[int]
    last: Place | None
    total: int
    is_exact: bool


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
        hits = await estimates.estimated(session, wanted) or await _counted(session, wanted)
    since = after.since if after is not None else None
    if order.field == fields.RELEVANCE and hits is not None and after is None and hits.number > RANKED:
        since = await _since(session, wanted, hits)
    if order.field == fields.RELEVANCE and since is None and hits is not None:
        hits = replace(hits, walked=False)
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


async def _counted(session: ReadSession, wanted: Wanted) -> Hits:
    """How many rows of the search table have the words, up to one more than are counted."""
    some = select(TicketSearch.ticket_id).where(matches(wanted.query)).limit(MOST_COUNTED + 1).subquery()
    ids = await session.scalar(select(func.array_agg(some.c.ticket_id, type_=BigInts))) or ()
    return Hits(len(ids), ids=tuple(ids) if len(ids) <= MOST_COUNTED else None)


async def _since(session: ReadSession, wanted: Wanted, hits: Hits) -> int | None:
    """The id of the oldest of the newest hits; of very many, of the tickets that are looked at for them."""
    newest = select(TicketSearch.ticket_id).order_by(TicketSearch.ticket_id.desc()).limit(1)
    if not hits.walked:
        return await session.scalar(newest.where(matches(wanted.query)).offset(RANKED - 1))
    # Long lists of words take long to test.
    most = max(RANKED, min(LOOKED_AT, 2_000_000 // len((wanted.query or "").split("|"))))
    return await session.scalar(newest.offset(most - 1))


async def _total(session: ReadSession, wanted: Wanted, hits: Hits | None, *, exact: bool) -> tuple[int, bool]:
    """The number of tickets and whether it was counted: above ten thousand it is estimated unless `exact`."""
    if wanted.nothing and wanted.exact_id is None:
        return 0, True
    if hits is not None and not wanted.is_narrowed and wanted.exact_id is None and hits.number <= MOST_COUNTED:
        return hits.number, True
    if hits is not None and hits.walked and not exact:
        number = await estimates.estimated_total(session, wanted) if wanted.is_narrowed else hits.number
        if number is not None:
            return number, False
    frame = _frame(wanted, Order(_ID, False), hits)
    rows = frame.query.where(is_shown(frame.id, frame.words)) if frame.words and not exact else frame.whole
    if hits is not None and hits.number > MOST_COUNTED and not (wanted.is_narrowed or exact):
        return max(MOST_COUNTED + 1, await _estimate(session, rows.add_columns(literal(1)))), False
    some = rows.add_columns(literal(1))
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


def _frame(wanted: Wanted, order: Order, hits: Hits | None) -> _Frame:
    """Few hits are collected first and then looked at. Of many, rows are walked in their order until enough match."""
    if wanted.nothing:
        return _Frame(select().where(Ticket.id.is_(None)).select_from(Ticket), Ticket.id.expression)
    if not wanted.query or hits is None:
        return _Frame(select().select_from(Ticket).where(*wanted.filters), Ticket.id.expression)
    in_search = not wanted.is_narrowed and order.field in (_ID, _CREATED, fields.RELEVANCE)
    columns: dict[str, ColumnElement[Any]] = {_CREATED: TicketSearch.created_at.expression}
    if order.field == fields.RELEVANCE or (in_search and hits.ids is None):
        query = select().select_from(TicketSearch)
        if not in_search:
            query = query.join(Ticket, Ticket.id == TicketSearch.ticket_id).where(*wanted.filters)
        columns[fields.RELEVANCE] = _rank(wanted.query)
        id_ = TicketSearch.ticket_id.expression
        if hits.walked:
            return _Frame(query, id_, columns, wanted.query, has_vector=True)
        return _Frame(query.where(matches(wanted.query)), id_, columns)
    if hits.ids is not None:
        found = _collected(TicketSearch.ticket_id == any_(literal(list(hits.ids), BigInts)))
        query = select().select_from(found)
        if not in_search:
            query = query.join(Ticket, Ticket.id == found.c.ticket_id).where(*wanted.filters)
        return _Frame(query, found.c.ticket_id, {_CREATED: found.c.created_at})
    query = select().select_from(Ticket).where(*wanted.filters)
    if hits.walked:
        return _Frame(query, Ticket.id.expression, words=wanted.query)
    return _Frame(query.where(is_shown(Ticket.id.expression, wanted.query)), Ticket.id.expression)


def _collected(condition: ColumnElement[bool]) -> CTE:
    hits = select(TicketSearch.ticket_id, TicketSearch.created_at).where(condition)
    return hits.cte("hits").prefix_with("materialized")


def _rank(query: str) -> ColumnElement[float]:
    """How well a ticket fits: its own words count ten times as much as those of messages, long threads less."""
    return cast(func.ts_rank(TicketSearch.words, query_of(query), 1), Double)


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
        parts.append(_Part(and_(true(), *others, *newest), (rank, id_), (float, int), True, ranked=since is not None))
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
        beyond = [] if after is None or number > first else [_after(part, after.keys)]
        whole = _of_part(wanted, frame, part)
        missing = limit + 1 - len(rows)
        found = await _near(session, frame, part, beyond, missing, offset)
        if found is None:
            page = whole.where(*beyond).order_by(*_sorted(part.keys, part)).limit(missing).offset(offset)
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


async def _near(
    session: ReadSession,
    frame: _Frame,
    part: _Part,
    beyond: Sequence[ColumnElement[bool]],
    missing: int,
    offset: int,
) -> list[tuple[Any, ...]] | None:
    """The next rows of a walk over tickets that still have to be tested for the words. None: it would lead too far."""
    if frame.words is None or part.exact or part.ranked:
        return None
    columns = [key.label(f"k{number}") for number, key in enumerate(part.keys)]
    vector = [TicketSearch.words.label("vector")] if frame.has_vector else []
    ahead = frame.query.where(part.condition, *beyond).order_by(*_sorted(part.keys, part))
    rows = ahead.add_columns(*columns, *vector).limit(LOOKED_AT).subquery()
    keys = [rows.c[column.name] for column in columns]
    tested = shows(rows.c.vector, frame.words) if vector else is_shown(keys[-1], frame.words)
    page = select(*keys).where(tested).order_by(*_sorted(keys, part)).limit(missing).offset(offset)
    found = [tuple(row) for row in await session.execute(page)]
    if len(found) < missing:
        further = ahead.add_columns(literal(1)).limit(1).offset(LOOKED_AT)
        if await session.scalar(further) is not None:
            return None
    return found


def _sorted(keys: Sequence[ColumnElement[Any]], part: _Part) -> list[ColumnElement[Any]]:
    return [key.desc().nulls_first() if part.descending else key.asc() for key in keys]


def _of_part(wanted: Wanted, frame: _Frame, part: _Part) -> Select[Any]:
    if part.exact:
        return select(*part.keys).select_from(Ticket).where(part.condition, *wanted.filters)
    query = frame.whole
    if part.ranked and frame.words is not None:
        query = frame.query.where(shows(TicketSearch.words.expression, frame.words))
    return query.add_columns(*part.keys).where(part.condition)


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
