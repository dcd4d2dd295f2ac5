"""Filters as SQL: what each comparator means, and that every fault is named."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Boolean, DateTime, Integer, Text, column
from sqlalchemy.dialects import postgresql

from assaydesk.platform.errors import UnknownFilterKey, ValidationFailed
from assaydesk.platform.filters import COMPARATORS, ColumnField, FilterInput, Kind, SetField, conditions

TAGS = SetField(lambda ids: column("tag").is_not(None) if ids is None else column("tag").in_(ids))
FIELDS = {
    "id": ColumnField(column("id", Integer), Kind.ID),
    "name": ColumnField(column("name", Text), Kind.TEXT),
    "at": ColumnField(column("at", DateTime(timezone=True)), Kind.INSTANT),
    "open": ColumnField(column("open", Boolean), Kind.BOOLEAN),
    "tag": TAGS,
}
ZONE = ZoneInfo("Europe/Berlin")


def sql(key: str, comparator: str, **members: Any) -> str:
    item = FilterInput.model_validate({"key": key, "comparator": comparator, **members})
    [condition] = conditions([item], FIELDS, ZONE)
    return str(condition.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))


@pytest.mark.parametrize(
    ("key", "comparator", "members", "expected"),
    [
        ("id", "equal", {"value": "4"}, "id IN (4)"),
        ("t.id", "equal", {"value": 4}, "id IN (4)"),
        ("id", "eq", {"value": None}, "id IS NULL"),
        ("id", "in", {"values": [1, None]}, "id IN (1) OR id IS NULL"),
        ("id", "in", {"values": []}, "false"),
        ("id", "notIn", {"values": [1]}, "NOT coalesce(id IN (1), false)"),
        ("id", "between", {"from": 1, "to": None}, "id >= 1"),
        ("id", ">=", {"value": 1}, "id >= 1"),
        ("id", "isNotNull", {}, "id IS NOT NULL"),
        ("name", "like", {"value": "A%"}, "coalesce(strpos(lower(name), lower('A%%')) > 0, false)"),
        ("name", "startsWith", {"value": "A"}, "starts_with(lower(name), lower('A'))"),
        ("open", "equal", {"value": "yes"}, "open"),
        ("tag", "in", {"values": [1, 2]}, "tag IN (1, 2)"),
        ("tag", "isNull", {}, "tag IS NULL"),
        ("tag", "notEqual", {"value": 1}, "NOT coalesce(tag IN (1), false)"),
    ],
)
def test_comparators(key: str, comparator: str, members: dict[str, Any], expected: str) -> None:
    assert sql(key, comparator, **members) == expected


@pytest.mark.parametrize(
    ("comparator", "members", "expected"),
    [
        ("between", {"from": "2024-06-12", "to": "2024-06-12"}, ("2024-06-11 22:00:00+00", "2024-06-12 21:59:59.999")),
        ("greater", {"value": "2024-06-12"}, ("> '2024-06-12 21:59:59.999999",)),
        ("less", {"value": "2024-06-12"}, ("< '2024-06-11 22:00:00",)),
    ],
)
def test_a_day_stands_for_its_beginning_or_its_end(
    comparator: str, members: dict[str, Any], expected: tuple[str, ...]
) -> None:
    text = sql("at", comparator, **members)
    assert all(part in text for part in expected)


def test_unknown_keys_name_the_known_ones() -> None:
    with pytest.raises(UnknownFilterKey) as caught:
        conditions([FilterInput(key="nope", comparator="equal", value=1)], FIELDS, ZONE)
    assert caught.value.details == {"key": "nope", "allowedKeys": ["at", "id", "name", "open", "tag"]}


values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.lists(st.integers())


@given(
    st.sampled_from(sorted(FIELDS)),
    st.sampled_from(COMPARATORS) | st.text(max_size=6),
    values,
    st.none() | st.lists(values, max_size=3),
    values,
    values,
)
def test_whatever_is_sent_becomes_sql_or_a_named_fault(
    key: str, comparator: str, value: Any, many: Any, low: Any, high: Any
) -> None:
    item = FilterInput.model_construct(
        {"key", "comparator", "value", "values", "from_", "to"},
        key=key, comparator=comparator, value=value, values=many, from_=low, to=high,
    )  # fmt: skip
    paths: list[str] = []
    try:
        for condition in conditions([item], FIELDS, ZONE):
            str(condition.compile(dialect=postgresql.dialect()))
    except ValidationFailed as failure:
        paths = [field.path for field in failure.fields]
    assert all(path.startswith("filters.0.") for path in paths)
