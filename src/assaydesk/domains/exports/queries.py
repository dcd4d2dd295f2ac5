"""From a plan and what was asked for to the statements of an export.

One statement for all rows: inside, the page of rows by filter, order, limit and offset; around it, the lookups that the
columns need, so that only rows which are printed are looked up.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, Subquery, UnaryExpression, func, select, true

from assaydesk.domains.exports.columns import Column, Plan
from assaydesk.domains.exports.writers import finished
from assaydesk.kit.table_files import Row
from assaydesk.platform.errors import FieldError, UnknownFilterKey, ValidationFailed
from assaydesk.platform.filters import ColumnField, Fields, FilterInput, conditions

_PAGE: Final = "page"
_SORT: Final = "sorted_by"
_TITLE: Final = "Export"


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for. It is kept as JSON with a queued export. `named`: parameters that only one export has."""

    limit: int
    offset: int
    order_by_field: str | None
    order_by_direction: str
    filters: tuple[FilterInput, ...]
    named: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "limit": self.limit,
            "offset": self.offset,
            "orderByField": self.order_by_field,
            "orderByDirection": self.order_by_direction,
            "filters": [item.model_dump(by_alias=True, exclude_unset=True) for item in self.filters],
            "named": dict(self.named),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Query":
        return cls(
            stored["limit"],
            stored["offset"],
            stored["orderByField"],
            stored["orderByDirection"],
            tuple(FilterInput.model_validate(item) for item in stored["filters"]),
            stored.get("named", {}),
        )


@dataclass(frozen=True, slots=True)
class Statements:
    """What to send: the rows, and how many they are. `columns`: of the rows, in their order."""

    rows: Select[Any]
    count: Select[Any]
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows that go into one sheet or text file. `turn` makes cells of what the database answered.

    `free`: places of columns with text from people.
    """

    title: str
    names: tuple[str, ...]
    free: tuple[int, ...]
    rows: Select[Any]
    turn: Callable[[Row], Row]


def sheet_of(statements: Statements) -> Sheet:
    """The only sheet of an export with fixed columns."""
    columns = statements.columns
    finish = tuple((place, column.finish) for place, column in enumerate(columns) if column.finish is not None)
    return Sheet(
        _TITLE,
        tuple(column.name for column in columns),
        tuple(place for place, column in enumerate(columns) if column.free),
        statements.rows,
        partial(finished, finish=finish),
    )


def build(plan: Plan, query: Query, zone: Any) -> Statements:
    """The statements of an export. Raises `UnknownFilterKey`, or `ValidationFailed` with all other faults."""
    page, counted = _page(plan, query, zone)
    beside = {name: lookup.beside(_PAGE, name) for name, lookup in plan.lookups.items()}
    columns = plan.columns(page.c, {name: one.c for name, one in beside.items()})
    used = {name for column in columns for name in column.needs}
    source = _joined(page, beside, used)
    order = _ordered(page.c[_SORT], page.c[plan.table.primary_key.columns.keys()[0]], query.order_by_direction)
    rows = select(*(column.cell() for column in columns)).select_from(source).order_by(*order)
    count = select(func.count()).select_from(counted)
    return Statements(rows, count, tuple(columns))


def _page(plan: Plan, query: Query, zone: Any) -> tuple[Subquery, Subquery]:
    """The rows with their columns, and the same without, for counting."""
    beside = {name: lookup.beside(plan.table.name, name) for name, lookup in plan.lookups.items()}
    columns = {
        column.name: column for column in plan.columns(plan.table.c, {name: one.c for name, one in beside.items()})
    }
    field = query.order_by_field or plan.order
    if field not in columns:
        raise UnknownFilterKey(key=field, allowedKeys=sorted(columns))
    named = [item.key for item in query.filters if item.key in columns and item.key not in plan.further]
    where = _conditions(plan, columns, query.filters, zone)
    used = {name for key in (field, *named) for name in columns[key].needs}
    sort = columns[field].sought()
    identity = plan.table.primary_key.columns[plan.table.primary_key.columns.keys()[0]]
    carried = [one for one in plan.table.columns if one.name not in plan.unused]
    source = _joined(plan.table, beside, used)
    wanted = (*plan.where, *where)
    order = _ordered(sort, identity, query.order_by_direction)
    page = select(*carried, sort.label(_SORT)).select_from(source).where(*wanted).order_by(*order)
    counted = select(identity).select_from(source).where(*wanted)
    return (
        page.limit(query.limit).offset(query.offset).subquery(_PAGE),
        counted.limit(query.limit).offset(query.offset).subquery(),
    )


def _joined(row: FromClause, beside: Mapping[str, FromClause], used: Collection[str]) -> FromClause:
    joined = row
    for name, one in beside.items():
        if name in used:
            joined = joined.join(one, true())
    return joined


def _ordered(
    value: ColumnElement[Any], identity: ColumnElement[Any], direction: str
) -> tuple[UnaryExpression[Any], UnaryExpression[Any]]:
    if direction == "desc":
        return value.desc().nulls_last(), identity.desc()
    return value.asc().nulls_last(), identity.asc()


def _conditions(
    plan: Plan, columns: Mapping[str, Column], filters: Sequence[FilterInput], zone: Any
) -> list[ColumnElement[bool]]:
    known = {*columns, *plan.further}
    for item in filters:
        if item.key not in known:
            raise UnknownFilterKey(key=item.key, allowedKeys=sorted(known))
    found: list[ColumnElement[bool]] = []
    faults: list[FieldError] = []
    for index, item in enumerate(filters):
        fields: Fields
        if item.key in plan.further:
            fields, sought = plan.further, item if plan.read_filter is None else plan.read_filter(item)
        else:
            column = columns[item.key]
            fields, sought = {item.key: ColumnField(column.sought(), column.kind)}, item
        try:
            found += conditions([sought], fields, zone)
        except ValidationFailed as failure:
            faults += [FieldError(f"filters.{index}{one.path[9:]}", one.code, one.message) for one in failure.fields]
    if faults:
        raise ValidationFailed(faults)
    return found
