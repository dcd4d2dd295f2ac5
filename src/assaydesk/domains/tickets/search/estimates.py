"""How many tickets a search with frequent words finds, from a sample of them (ADR 0012).

The sample is made of whole pages of the table. It costs the same at any number of tickets, and is the same one for
every page of a list.
"""

from typing import Any, Final

from sqlalchemy import FromClause, bindparam, func, literal, select, text
from sqlalchemy.sql.util import ClauseAdapter

from assaydesk.domains.tickets.models import Ticket, TicketSearch
from assaydesk.domains.tickets.search.lexicon import MANY
from assaydesk.domains.tickets.search.wanted import Hits, Wanted, is_shown, shows
from assaydesk.platform.db.session import ReadSession

SAMPLED: Final = 5_000
"""Rows that are tested for words."""

FILTERED: Final = 20_000
"""Rows that are tested for filters, which costs little and may leave few; then for words those that pass."""

MOST_LOOKED_AT: Final = 2_000

SURE: Final = 13_000
"""When a sample says so many, there are more than are counted, whatever it missed."""

_ROWS: Final = text("select greatest(reltuples, 0) from pg_class where oid = cast(:name as regclass)").bindparams(
    bindparam("name")
)


async def estimated(session: ReadSession, wanted: Wanted) -> Hits | None:
    """Tickets that have the words. None when they are not so many for certain: then they are counted."""
    if not wanted.common:
        return None
    rows, share = await _sample(session, TicketSearch.__table__, SAMPLED)
    found = await session.scalar(select(func.count()).select_from(rows).where(shows(rows.c.words, wanted.common)))
    number = int((found or 0) / share)
    return Hits(number, walked=True) if number >= MANY else None


async def estimated_total(session: ReadSession, wanted: Wanted) -> int | None:
    """Those of them that pass the filters too. None when they are not many for certain."""
    rows, share = await _sample(session, Ticket.__table__, FILTERED)
    here = ClauseAdapter(rows)
    passing = select(rows.c.id).where(*(here.traverse(condition) for condition in wanted.filters))
    everything = passing.cte("passing").prefix_with("materialized")
    some = select(everything).order_by(everything.c.id % 97, everything.c.id).limit(MOST_LOOKED_AT).subquery()
    passed = select(func.count()).select_from(everything).scalar_subquery()
    shown = func.count().filter(is_shown(some.c.id, wanted.common))
    query = select(passed, func.count(), shown).select_from(some)
    all_passing, looked_at, found = (await session.execute(query)).one()
    number = int(all_passing * found / max(looked_at, 1) / share)
    return number if number >= SURE else None


async def _sample(session: ReadSession, table: FromClause, rows: int) -> tuple[Any, float]:
    """About so many rows of a table, and their share of it."""
    known = await session.scalar(_ROWS, {"name": table.description}) or 0
    share = min(1.0, rows / max(known, 1))
    return table.tablesample(func.system(share * 100), seed=literal(1)), share
