"""What a search looks for, and its conditions as SQL."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, cast, false, func, literal, or_, select
from sqlalchemy.dialects.postgresql import TSQUERY

from assaydesk.domains.tickets.models import Ticket, TicketSearch


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets are looked for. `filters`: conditions on `Ticket`, what the caller may see included.

    `query`: of the search table; None: no search; empty: a search that everything passes. `common`: one that finds most
    of it, when it may have many hits. `exact_id`: of the ticket that a number alone names. `nothing`: no ticket has the
    words.
    """

    filters: tuple[ColumnElement[bool], ...]
    query: str | None = None
    common: str | None = None
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
class Hits:
    """How many tickets have the words, all filters aside: counted so far as totals are, or estimated from a sample.

    `walked`: they are so many that no index is asked for all of them; rows are looked at in the order of the list.
    `ids`: all of them, when they are few.
    """

    number: int
    walked: bool = False
    ids: tuple[int, ...] | None = None


def query_of(words: str | None) -> ColumnElement[object]:
    return cast(literal(words or "", Text), TSQUERY)


def matches(words: str | None) -> ColumnElement[bool]:
    """The row of the search table has the words: for the index to answer."""
    return TicketSearch.words.op("@@", is_comparison=True)(query_of(words))


def shows(vector: ColumnElement[object], words: str | None) -> ColumnElement[bool]:
    """The same of a row that is at hand. As a function, because for the operator an index might be asked."""
    found: ColumnElement[bool] = func.ts_match_vq(vector, query_of(words))
    return found


def is_shown(ticket_id: ColumnElement[int], words: str | None) -> ColumnElement[bool]:
    """The same of a ticket. The offset keeps the condition at the row: looked up for each that a walk comes to."""
    row = select(literal(1)).select_from(TicketSearch).where(TicketSearch.ticket_id == ticket_id)
    return row.where(shows(TicketSearch.words.expression, words)).offset(0).exists()
