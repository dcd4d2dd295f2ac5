"""Conditions that people write about tickets, customers and contracts, as data (ai-agents.md 3.3).

A leaf is `{"field", "operator", "value"}`, a group `{"all": [...]}`, `{"any": [...]}` or `{"not": {...}}`. A missing
path is null; nothing that stands in the data can make a condition fail with an error.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import regex

MOST_LEAVES: Final = 100
DEEPEST: Final = 5
SECONDS_FOR_A_PATTERN: Final = 0.1
_GROUPS: Final = ("all", "any", "not")
_WITHOUT_VALUE: Final = frozenset({"exists", "not exists"})
_ORDERED: Final = frozenset({">", ">=", "<", "<="})
OPERATORS: Final = frozenset(
    {"=", "!=", "contains", "not contains", "in", "not in", "startsWith", "endsWith", "matches"}
) | (_WITHOUT_VALUE | _ORDERED)
_BACK_REFERENCE: Final = regex.compile(r"\\[1-9]|\\[gk]|\(\?P=|\(\?R\)|\(\?[0-9+\-&]|\(\?P>")


@dataclass(frozen=True, slots=True)
class ConditionFault:
    """What is wrong with a condition, and where: `all.0.operator`."""

    path: str
    message: str


def check_condition(condition: object) -> list[ConditionFault]:
    """Every fault of a condition as somebody wrote it."""
    faults: list[ConditionFault] = []
    leaves = sum(1 for _ in _check(condition, "", 1, faults))
    if leaves > MOST_LEAVES:
        faults.append(ConditionFault("", f"At most {MOST_LEAVES} comparisons."))
    return faults


def _check(condition: object, path: str, depth: int, faults: list[ConditionFault]) -> Iterator[None]:
    if not isinstance(condition, Mapping):
        faults.append(ConditionFault(path, "Send an object."))
        return
    groups = [name for name in _GROUPS if name in condition]
    if not groups:
        yield
        _check_leaf(condition, path, faults)
        return
    if len(condition) != 1:
        faults.append(ConditionFault(path, "A group has exactly one key: all, any or not."))
    if depth >= DEEPEST:
        faults.append(ConditionFault(path, f"At most {DEEPEST} levels."))
        return
    name = groups[0]
    inner = condition[name]
    if name == "not":
        yield from _check(inner, _join(path, "not"), depth + 1, faults)
    elif not isinstance(inner, Sequence) or isinstance(inner, str) or not inner:
        faults.append(ConditionFault(_join(path, name), "Send a list of conditions."))
    else:
        for index, one in enumerate(inner):
            yield from _check(one, _join(path, f"{name}.{index}"), depth + 1, faults)


def _check_leaf(leaf: Mapping[str, Any], path: str, faults: list[ConditionFault]) -> None:
    field, operator = leaf.get("field"), leaf.get("operator")
    if not isinstance(field, str) or not field.strip() or len(field) > 200:
        faults.append(ConditionFault(_join(path, "field"), "Name a field, such as ticket.subject."))
    if operator not in OPERATORS:
        faults.append(ConditionFault(_join(path, "operator"), f"Use one of: {', '.join(sorted(OPERATORS))}."))
        return
    if operator in _WITHOUT_VALUE:
        return
    if "value" not in leaf:
        faults.append(ConditionFault(_join(path, "value"), "Send a value."))
    elif operator in ("in", "not in") and not isinstance(leaf["value"], list):
        faults.append(ConditionFault(_join(path, "value"), "Send a list."))
    elif operator == "matches" and not _is_pattern(leaf["value"]):
        message = "Send a regular expression without back-references, at most 500 characters."
        faults.append(ConditionFault(_join(path, "value"), message))


def _is_pattern(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 500 or _BACK_REFERENCE.search(value):
        return False
    try:
        regex.compile(value)
    except regex.error:
        return False
    return True


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def holds(condition: Mapping[str, Any], data: Mapping[str, Any], zone: ZoneInfo) -> bool:
    """Whether a checked condition is true of the data. Dates are compared in the zone."""
    if "all" in condition:
        return all(holds(one, data, zone) for one in condition["all"])
    if "any" in condition:
        return any(holds(one, data, zone) for one in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], data, zone)
    return _compare(value_at(data, condition["field"]), condition["operator"], condition.get("value"), zone)


def value_at(data: Mapping[str, Any], path: str) -> Any:
    """What stands at a dotted path; None where it ends early."""
    found: Any = data
    for name in path.strip().split("."):
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, Sequence) and not isinstance(found, str) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def _compare(found: Any, operator: str, value: Any, zone: ZoneInfo) -> bool:
    if operator.startswith("not "):
        return not _compare(found, operator[4:], value, zone)
    if operator in _ORDERED:
        return _ordered(found, operator, value, zone)
    match operator:
        case "=":
            return _equal(found, value)
        case "!=":
            return not _equal(found, value)
        case "exists":
            return found is not None
        case "in":
            return any(_equal(found, one) for one in value)
        case "contains" if isinstance(found, Sequence) and not isinstance(found, str):
            return any(_equal(one, value) for one in found)
    if found is None or isinstance(found, Mapping | list):
        return False
    text, part = str(found), str(value)
    match operator:
        case "contains":
            return part.casefold() in text.casefold()
        case "startsWith":
            return text.casefold().startswith(part.casefold())
        case "endsWith":
            return text.casefold().endswith(part.casefold())
    try:
        return regex.search(part, text[:100_000], timeout=SECONDS_FOR_A_PATTERN) is not None
    except (regex.error, TimeoutError):
        return False


def _equal(found: Any, value: Any) -> bool:
    if isinstance(found, bool) or isinstance(value, bool):
        return found is value
    if found == value:
        return True
    if isinstance(found, int | float) != isinstance(value, int | float):
        one, other = _number(found), _number(value)
        return one is not None and one == other
    return False


def _ordered(found: Any, operator: str, value: Any, zone: ZoneInfo) -> bool:
    one: Any = _number(found)
    other: Any = _number(value)
    if one is None or other is None:
        one, other = _moment(found, zone), _moment(value, zone)
    if one is None or other is None:
        return False
    match operator:
        case ">":
            return bool(one > other)
        case ">=":
            return bool(one >= other)
        case "<":
            return bool(one < other)
    return bool(one <= other)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if number == number else None


def _moment(value: Any, zone: ZoneInfo) -> datetime | None:
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=zone)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone)
