"""What an export consists of: columns as SQL, and the lookups beside a row that they need."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, FromClause, Table, Text, case, cast, func, null, text
from sqlalchemy.types import TypeEngine

from assaydesk.domains.exports.types import Privacy
from assaydesk.kit.business_hours import BusinessHours
from assaydesk.platform.filters import ColumnField, FilterInput, Kind, SetField
from assaydesk.platform.security.actor import Actor

ZONELESS: Final = "YYYY-MM-DD HH24:MI:SS"
ISO: Final = 'YYYY-MM-DD"T"HH24:MI:SS"Z"'


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and under which settings. `zone`: of the times that are printed, `input_zone`: of those in filters.

    `roots`: tag id -> name of the root of its tree. `names`: tag id -> own name of tags that are no roots.
    """

    actor: Actor
    now: datetime
    zone: ZoneInfo
    input_zone: ZoneInfo
    privacy: Privacy
    hours: BusinessHours
    roots: Mapping[str, str]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lookup:
    """A lookup for each row, as a lateral query; `{r}` in its SQL stands for the row. It answers exactly one row.

    `after`: lookups that it reads in turn.
    """

    sql: str
    columns: Mapping[str, TypeEngine[Any]]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()

    def beside(self, row: str, name: str) -> FromClause:
        """The lookup under its name, beside the rows called `row`."""
        query = text(self.sql.replace("{r}", row)).bindparams(**self.parameters)
        return query.columns(**self.columns).lateral(name)


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is what filters and orders see; `shown` what is printed, where that differs.

    `needs`: the lookups that it reads. `finish` turns what the database printed into the cell. `free`: the text comes
    from people, so a spreadsheet must be kept from reading it as a formula.
    """

    name: str
    value: ColumnElement[Any] | Callable[[], ColumnElement[Any]]
    kind: Kind
    needs: tuple[str, ...] = ()
    shown: ColumnElement[Any] | None = None
    finish: Callable[[Any], Any] | None = None
    free: bool = False

    def sought(self) -> ColumnElement[Any]:
        """What filters and orders see; a costly one is made only when it is asked for."""
        return self.value if isinstance(self.value, ColumnElement) else self.value()

    def cell(self) -> ColumnElement[Any]:
        """What is printed."""
        return (self.sought() if self.shown is None else self.shown).label(self.name)


@dataclass(frozen=True, slots=True)
class Plan:
    """An export for one caller.

    `columns` gets the columns of the row, and those of the lookups by name. `where`: which rows the caller may see, on
    `table`. `further`: filter keys that are no columns, on `table` too. `unused`: columns that need not be carried.
    """

    table: Table
    lookups: Mapping[str, Lookup]
    columns: Callable[[Any, Mapping[str, Any]], list[Column]]
    where: tuple[ColumnElement[bool], ...]
    order: str
    further: Mapping[str, ColumnField | SetField] = field(default_factory=dict)
    read_filter: Callable[[FilterInput], FilterInput] | None = None
    unused: tuple[str, ...] = ()


def instant(name: str, moment: Any, asked: Asked, *needs: str) -> Column:
    """A point in time as the zone-less text of exports."""
    return Column(name, moment, Kind.INSTANT, needs, func.to_char(func.timezone(asked.zone.key, moment), ZONELESS))


def iso_instant(name: str, moment: Any, *needs: str) -> Column:
    """A point in time as ISO 8601 in UTC."""
    return Column(name, moment, Kind.INSTANT, needs, func.to_char(func.timezone("UTC", moment), ISO))


def seconds_between(start: Any, end: Any) -> ColumnElement[Any]:
    """Whole seconds, fractions cut off towards zero."""
    return cast(func.trunc(func.extract("epoch", end) - func.extract("epoch", start)), BigInteger)


def person_id(name: str, value: Any, asked: Asked, *needs: str) -> Column:
    """The id of a person; null where people are anonymous."""
    shown = cast(null(), BigInteger) if asked.privacy is Privacy.ANONYMOUS else value
    return Column(name, shown, Kind.ID, needs)


def person_name(name: str, person: Any, asked: Asked, *needs: str) -> Column:
    """The name of somebody by the level of privacy: the name, the pseudonym, or null. AI agents are no people."""
    own = func.trim(person.first_name + " " + person.last_name)
    hidden = cast(null(), Text) if asked.privacy is Privacy.ANONYMOUS else person.name_reports
    value = own if asked.privacy is Privacy.FULL else case((person.type == "aiAgent", own), else_=hidden)
    return Column(name, value, Kind.TEXT, needs, free=True)


def person_email(name: str, person: Any, asked: Asked, *needs: str) -> Column:
    """The address of somebody; null unless everything may be told."""
    value = person.email if asked.privacy is Privacy.FULL else cast(null(), Text)
    return Column(name, value, Kind.TEXT, needs, free=True)


def raw_data(value: Any, asked: Asked, *needs: str) -> list[Column]:
    """The raw data as JSON text, left out unless everything may be told."""
    if asked.privacy is not Privacy.FULL:
        return []
    return [Column("rawData", cast(value, Text), Kind.TEXT, needs, free=True)]
