"""Due dates from promised working hours (ticket.md 7.2)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.tickets.sla import DueDates, Terms, due_dates, paused_seconds, promised_hours
from assaydesk.kit.business_hours import business_hours

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6)]
TERMS = Terms(business_hours("Europe/Berlin", WEEK, ["2024-05-01", "2024-05-09"]))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2024-05-13 10:00", 4, "2024-05-13 14:00"),
        ("2024-05-10 15:00", 4, "2024-05-13 11:00"),
        ("2024-05-11 12:00", 8, "2024-05-13 17:00"),
        ("2024-04-30 16:00", 8, "2024-05-02 16:00"),
        ("2024-05-06 17:00", 2, "2024-05-07 11:00"),
        ("2024-05-06 08:00", 40, "2024-05-13 17:00"),
        ("2024-05-06 09:00", 32, "2024-05-10 17:00"),
    ],
)
def test_given_the_documented_table_the_due_date_is_its(start: str, hours: int, due: str) -> None:
    assert due_dates(local(start), hours, 0, TERMS).due == local(due)


def test_given_no_setting_the_first_response_has_half_the_time() -> None:
    start = local("2024-05-13 10:00")
    assert due_dates(start, 8, 0, TERMS).first_response == local("2024-05-13 14:00")
    explicit = Terms(TERMS.calendar, first_response_hours=1)
    assert due_dates(start, 8, 0, explicit).first_response == local("2024-05-13 11:00")
    assert due_dates(start, None, 0, explicit) == DueDates(None, None)


def test_given_a_pause_only_the_due_date_moves() -> None:
    start = local("2024-05-13 10:00")
    dates = due_dates(start, 4, 2 * 3600, TERMS)
    assert (dates.due, dates.first_response) == (local("2024-05-13 16:00"), local("2024-05-13 12:00"))


def test_given_waiting_over_a_weekend_only_working_time_counts() -> None:
    waited = paused_seconds(local("2024-05-10 16:00"), local("2024-05-13 10:00"), TERMS)
    assert waited == 2 * 3600
    running = Terms(TERMS.calendar, pause_while_pending=False)
    assert paused_seconds(local("2024-05-10 16:00"), local("2024-05-13 10:00"), running) == 0
    assert paused_seconds(None, local("2024-05-13 10:00"), TERMS) == 0


def test_given_several_promises_the_strictest_holds() -> None:
    assert promised_hours([8, None, 4, 24]) == 4
    assert promised_hours([None]) is None
    assert promised_hours([]) is None


def test_given_a_calendar_without_working_time_nothing_falls_due() -> None:
    never = Terms(business_hours("UTC", [{"weekday": 1, "from": "09:00", "to": "10:00"}], ["2024-05-13"]))
    assert due_dates(datetime(2024, 5, 13, tzinfo=UTC), 10_000, 0, never) == DueDates(None, None)


@given(
    st.datetimes(datetime(2023, 1, 1), datetime(2026, 1, 1), timezones=st.just(BERLIN)),  # noqa: DTZ001
    st.integers(1, 100),
    st.integers(0, 500_000),
)
def test_given_any_start_the_promise_holds_exactly_its_working_time(start: datetime, hours: int, paused: int) -> None:
    due = due_dates(start, hours, paused, TERMS).due
    assert due is not None
    assert TERMS.calendar.between(start, due) == timedelta(hours=hours, seconds=paused)
