"""The condition language (ai-agents.md 3.3)."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.kit.conditions import OPERATORS, check_condition, holds

ZONE = ZoneInfo("Europe/Berlin")
DATA = {
    "ticket": {"subject": "My Bill", "priority": "high", "id": 42, "dueBy": "2024-06-12", "isEscalated": False},
    "contract": {"energy": "gas", "deposit": "72.5", "registers": [{"id": 1}, {"id": 2}]},
    "customer": None,
    "tagIds": [22, 23],
}


def leaf(field: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (leaf("ticket.subject", "=", "My Bill"), True),
        (leaf("ticket.subject", "=", "my bill"), False),
        (leaf("ticket.id", "=", "42"), True),
        (leaf("ticket.id", "!=", 42), False),
        (leaf("ticket.isEscalated", "=", False), True),
        (leaf("ticket.isEscalated", "=", 0), False),
        (leaf("ticket.subject", "contains", "bill"), True),
        (leaf("ticket.subject", "not contains", "meter"), True),
        (leaf("tagIds", "contains", 22), True),
        (leaf("tagIds", "contains", "23"), True),
        (leaf("tagIds", "contains", 2), False),
        (leaf("contract.deposit", ">", 72), True),
        (leaf("contract.deposit", "<=", "72.5"), True),
        (leaf("ticket.dueBy", "<", "2024-06-13"), True),
        (leaf("ticket.dueBy", ">=", "2024-06-12T00:00:00+02:00"), True),
        (leaf("ticket.subject", ">", 1), False),
        (leaf("ticket.priority", "in", ["high", "urgent"]), True),
        (leaf("ticket.priority", "not in", ["high"]), False),
        (leaf("ticket.subject", "startsWith", "MY"), True),
        (leaf("ticket.subject", "endsWith", "bill"), True),
        (leaf("ticket.subject", "matches", r"^My\s+B"), True),
        (leaf("contract.registers.1.id", "=", 2), True),
        (leaf("contract.registers.7.id", "exists"), False),
        (leaf("customer.name", "=", None), True),
        (leaf("customer.name", "not exists"), True),
        (leaf("customer.name", "<", 5), False),
        (leaf("customer.name", "contains", "x"), False),
        ({"all": [leaf("ticket.id", ">", 1), leaf("ticket.id", "<", 50)]}, True),
        ({"any": [leaf("ticket.id", "<", 1), {"not": leaf("ticket.id", "=", 1)}]}, True),
    ],
)
def test_conditions_hold_as_specified(condition: dict[str, Any], expected: bool) -> None:
    assert check_condition(condition) == []
    assert holds(condition, DATA, ZONE) is expected


def test_a_slow_pattern_ends_and_is_false() -> None:
    slow = leaf("text", "matches", r"^(a|a?)+$")
    assert holds(slow, {"text": "a" * 60 + "b"}, ZONE) is False


@pytest.mark.parametrize(
    ("condition", "path"),
    [
        ([], ""),
        ({}, "field"),
        (leaf("", "=", 1), "field"),
        (leaf("ticket.id", "like", 1), "operator"),
        (leaf("ticket.id", "in", 1), "value"),
        ({"field": "ticket.id", "operator": "="}, "value"),
        (leaf("ticket.subject", "matches", "("), "value"),
        (leaf("ticket.subject", "matches", r"(a)\1"), "value"),
        ({"all": []}, "all"),
        ({"all": [leaf("a", "=", 1)], "any": []}, ""),
        ({"any": [leaf("a", "=", 1), leaf("a", "==", 1)]}, "any.1.operator"),
        ({"not": {"not": {"not": {"not": {"not": leaf("a", "=", 1)}}}}}, "not.not.not.not"),
        ({"all": [leaf("a", "=", 1)] * 101}, ""),
    ],
)
def test_faults_are_named_at_their_place(condition: object, path: str) -> None:
    assert path in [fault.path for fault in check_condition(condition)]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(found=VALUES, operator=st.sampled_from(sorted(OPERATORS)), value=VALUES)
def test_no_data_breaks_a_checked_condition(found: Any, operator: str, value: Any) -> None:
    condition = leaf("a", operator, value)
    if not check_condition(condition):
        assert isinstance(holds(condition, {"a": found}, ZONE), bool)
