"""Filters of lists: `{"key", "comparator", "values", "value", "from", "to"}` as SQL (conventions.md 8.3).

A list names its fields; nothing a client sends reaches the SQL but as a bound value.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from sqlalchemy import ColumnElement, and_, false, func, literal, not_, or_, true

from assaydesk.kit.clock import day_of, parse_instant
from assaydesk.platform.errors import FieldError, UnknownFilterKey, ValidationFailed
from assaydesk.platform.schema import MAX_ID, RequestSchema

MAX_VALUES: Final = 1000
_ALIASES: Final = {
    "eq": "equal", "=": "equal", "ne": "notEqual", "!=": "notEqual", "gt": "greater", ">": "greater",
    "gte": "greaterOrEqual", ">=": "greaterOrEqual", "lt": "less", "<": "less", "lte": "lessOrEqual",
    "<=": "lessOrEqual", "like": "contains",
}  # fmt: skip
_EQUALITY: Final = frozenset({"equal", "notEqual", "in", "notIn"})
_NULLNESS: Final = frozenset({"isNull", "isNotNull"})
_TEXTUAL: Final = frozenset({"contains", "notContains", "startsWith"})
_ORDERED: Final[dict[str, Callable[[Any, Any], ColumnElement[bool]]]] = {
    "greater": gt, "greaterOrEqual": ge, "less": lt, "lessOrEqual": le,
}  # fmt: skip
_RANGES: Final = frozenset({*_ORDERED, "between"})
COMPARATORS: Final = tuple(sorted(_EQUALITY | _NULLNESS | _TEXTUAL | _RANGES))


FieldName = Annotated[str, Field(max_length=100), AfterValidator(lambda name: name.removeprefix("t."))]
"""What to filter or order by. The table prefix of `t.createdAt` is optional (conventions.md 8.2)."""


class FilterInput(RequestSchema):
    """One filter. Only the members that the comparator reads count."""

    key: FieldName
    comparator: str = Field(max_length=20, description=f"One of {', '.join(COMPARATORS)}.")
    values: list[Any] | None = Field(None, max_length=MAX_VALUES)
    value: Any = None
    from_: Any = Field(None, alias="from")
    to: Any = None


class Kind(StrEnum):
    """What the values of a field are; it decides which comparators read it."""

    ID = "id"
    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    INSTANT = "instant"
    DAY = "day"

    @property
    def comparators(self) -> frozenset[str]:
        extra = {Kind.TEXT: _TEXTUAL, Kind.BOOLEAN: frozenset[str]()}.get(self, _RANGES)
        return _EQUALITY | _NULLNESS | extra


@dataclass(frozen=True, slots=True)
class ColumnField:
    """A field with one value a row. `choices`: the only values that there are."""

    expression: ColumnElement[Any]
    kind: Kind
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SetField:
    """A field with any number of values a row; it matches when any of them does.

    `holds`: the condition that a row has one of the values, or, for None, any value at all.
    """

    holds: Callable[[Sequence[Any] | None], ColumnElement[bool]]
    kind: Kind = Kind.ID
    choices: tuple[str, ...] = ()


Fields = Mapping[str, ColumnField | SetField]


def conditions(filters: Sequence[FilterInput], fields: Fields, zone: ZoneInfo) -> list[ColumnElement[bool]]:
    """The conditions, to be combined with AND. `zone`: of dates that come without one.

    Raises `UnknownFilterKey`, or `ValidationFailed` with all other faults at once.
    """
    for item in filters:
        if item.key not in fields:
            raise UnknownFilterKey(key=item.key, allowedKeys=sorted(fields))
    faults: list[FieldError] = []
    found: list[ColumnElement[bool]] = []
    for index, item in enumerate(filters):
        reader = _Reader(f"filters.{index}", fields[item.key], item, zone, faults)
        condition = reader.condition()
        if condition is not None:
            found.append(condition)
    if faults:
        raise ValidationFailed(faults)
    return found


@dataclass(slots=True)
class _Reader:
    path: str
    field: ColumnField | SetField
    item: FilterInput
    zone: ZoneInfo
    faults: list[FieldError]

    def condition(self) -> ColumnElement[bool] | None:
        comparator = _ALIASES.get(self.item.comparator, self.item.comparator)
        field = self.field
        allowed = _EQUALITY | _NULLNESS if isinstance(field, SetField) else field.kind.comparators
        if comparator not in allowed:
            return self._refuse("comparator", "not_allowed", f"Use one of {', '.join(sorted(allowed))}.")
        if comparator in _NULLNESS:
            missing = not_(field.holds(None)) if isinstance(field, SetField) else field.expression.is_(None)
            return missing if comparator == "isNull" else not_(missing)
        if comparator in _EQUALITY:
            return self._equality(comparator)
        assert isinstance(field, ColumnField)
        return self._textual(comparator, field) if comparator in _TEXTUAL else self._ordered(comparator, field)

    def _equality(self, comparator: str) -> ColumnElement[bool] | None:
        many = comparator in {"in", "notIn"}
        if many and self.item.values is None:
            return self._refuse("values", "required", "This comparator needs values.")
        if not many and "value" not in self.item.model_fields_set:
            return self._refuse("value", "required", "This comparator needs a value.")
        sent = (self.item.values or []) if many else [self.item.value]
        name = "values" if many else "value"
        values = [self._value(value, name) for value in sent if value is not None]
        matches = self._one_of(values, with_missing=None in sent)
        # Never null when it is negated, so that rows without a value match; plain otherwise, so that indexes serve it.
        return matches if comparator in {"in", "equal"} else not_(func.coalesce(matches, false()))

    def _one_of(self, values: Sequence[Any], *, with_missing: bool) -> ColumnElement[bool]:
        field = self.field
        parts: list[ColumnElement[bool]] = []
        if isinstance(field, SetField):
            parts += [field.holds(values)] if values else []
            parts += [not_(field.holds(None))] if with_missing else []
        else:
            if field.kind is Kind.BOOLEAN:
                parts += [field.expression if value else not_(field.expression) for value in dict.fromkeys(values)]
            elif values:
                parts.append(field.expression.in_(values))
            parts += [field.expression.is_(None)] if with_missing else []
        return or_(false(), *parts)

    def _textual(self, comparator: str, field: ColumnField) -> ColumnElement[bool] | None:
        if not isinstance(self.item.value, str):
            return self._refuse("value", "wrong_type", "This comparator needs a text.")
        text = func.lower(field.expression)
        sought = func.lower(literal(self.item.value))
        if comparator == "startsWith":
            return func.starts_with(text, sought)
        contained = func.coalesce(func.strpos(text, sought) > 0, false())
        return contained if comparator == "contains" else not_(contained)

    def _ordered(self, comparator: str, field: ColumnField) -> ColumnElement[bool] | None:
        if comparator == "between":
            if self.item.from_ is None and self.item.to is None:
                return self._refuse("from", "required", "Give from, to or both.")
            low = self._bound(self.item.from_, "from")
            high = self._bound(self.item.to, "to", upper_end=True)
            above = true() if low is None else field.expression >= low
            return and_(above, true() if high is None else field.expression <= high)
        if self.item.value is None:
            return self._refuse("value", "required", "This comparator needs a value.")
        value = self._bound(self.item.value, "value", upper_end=comparator in {"lessOrEqual", "greater"})
        return None if value is None else _ORDERED[comparator](field.expression, value)

    def _bound(self, value: Any, member: str, *, upper_end: bool = False) -> Any:
        return None if value is None else self._value(value, member, upper_end=upper_end)

    def _value(self, value: Any, member: str, *, upper_end: bool = False) -> Any:
        """One value in the type of the field; None when it is faulty, which is noted."""
        kind = self.field.kind
        if kind in {Kind.INSTANT, Kind.DAY}:
            return self._date(value, member, upper_end=upper_end)
        if kind is Kind.BOOLEAN:
            words = {"true": True, "1": True, "yes": True, "on": True}
            words |= {"false": False, "0": False, "no": False, "off": False}
            if str(value).strip().lower() in words:
                return words[str(value).strip().lower()]
            self._fault(member, "wrong_type", "This must be true or false.")
            return None
        if kind is Kind.TEXT:
            if not isinstance(value, str):
                self._fault(member, "wrong_type", "This must be a text.")
                return None
            if self.field.choices and value not in self.field.choices:
                self._fault(member, "not_allowed", f"Use one of {', '.join(self.field.choices)}.")
            return value
        return self._number(value, member)

    def _number(self, value: Any, member: str) -> int | float | None:
        try:
            if isinstance(value, bool):
                raise ValueError
            number = float(value)
            whole = int(value) if isinstance(value, int) or str(value).strip().lstrip("-").isdecimal() else None
        except (TypeError, ValueError, OverflowError):
            self._fault(member, "wrong_type", "This must be a number.")
            return None
        if self.field.kind is Kind.ID and whole is None:
            self._fault(member, "wrong_type", "This must be a whole number.")
            return None
        if not abs(number) <= MAX_ID:
            self._fault(member, "out_of_range", "This number is too large.")
            return None
        return number if whole is None else whole

    def _date(self, value: Any, member: str, *, upper_end: bool) -> Any:
        try:
            moment = parse_instant(value, self.zone, upper_end=upper_end)
        except (ValueError, OverflowError):
            self._fault(member, "bad_format", "This is no date.")
            return None
        return day_of(moment, self.zone) if self.field.kind is Kind.DAY else moment

    def _refuse(self, member: str, code: str, message: str) -> ColumnElement[bool] | None:
        self._fault(member, code, message)
        return None

    def _fault(self, member: str, code: str, message: str) -> None:
        self.faults.append(FieldError(f"{self.path}.{member}", code, message))
