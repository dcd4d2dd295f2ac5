from datetime import datetime, timedelta

import pytest

from assaydesk.domains.worklogs.experience import closing_date, net_seconds_after_sla, sla_met, was_reopened
from assaydesk.kit.business_hours import business_hours

HOURS = business_hours("UTC", [{"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6)])


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2024-05-{text}+00:00")


def test_the_first_closing_at_or_after_the_start_counts() -> None:
    closings = [at("14 10:00"), at("13 10:00"), at("13 12:00")]
    assert closing_date(at("13 10:00"), closings) == at("13 10:00")
    assert closing_date(at("13 10:01"), closings) == at("13 12:00")
    assert closing_date(at("14 10:01"), closings) is None


@pytest.mark.parametrize(
    ("due", "closing", "now", "net", "met"),
    [
        (None, "13 12:00", "20 00:00", None, None),
        ("13 12:00", "13 11:00", "20 00:00", -3600, True),
        ("13 12:00", "13 12:00", "20 00:00", 0, True),
        ("10 17:00", "12 12:00", "20 00:00", 0, True),
        ("13 12:00", "13 12:01", "20 00:00", 60, False),
        ("13 12:00", None, "13 12:00", None, None),
        ("13 12:00", None, "13 12:01", None, False),
    ],
)
def test_sla(due: str | None, closing: str | None, now: str, net: int | None, met: bool | None) -> None:
    due_at = at(due) if due else None
    closed_at = at(closing) if closing else None
    assert net_seconds_after_sla(due_at, closed_at, HOURS) == net
    assert sla_met(due_at, net, at(now)) is met


@pytest.mark.parametrize(
    ("opened", "expected"), [([], False), (["13 11:59"], False), (["15 12:00"], True), (["15 12:01"], False)]
)
def test_reopened_within_the_period(opened: list[str], expected: bool) -> None:
    assert was_reopened([at("13 12:00")], map(at, opened), timedelta(days=2)) is expected
