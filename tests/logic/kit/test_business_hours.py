from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assaydesk.kit.business_hours import (
    BusinessHours,
    HolidayRegion,
    NoWorkingTime,
    WorkingPeriod,
    business_hours,
    is_known_region,
    minute_of_day,
)

BERLIN = ZoneInfo("Europe/Berlin")
WEEK = [{"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6)]
OFFICE = business_hours("Europe/Berlin", WEEK, ["2024-05-01", "2024-05-09"])


def local(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [  # ticket.md 7.2
        ("2024-05-13 10:00", 4, "2024-05-13 14:00"),
        ("2024-05-10 15:00", 4, "2024-05-13 11:00"),
        ("2024-05-11 12:00", 8, "2024-05-13 17:00"),
        ("2024-04-30 16:00", 8, "2024-05-02 16:00"),
        ("2024-05-06 17:00", 2, "2024-05-07 11:00"),
        ("2024-05-06 08:00", 40, "2024-05-13 17:00"),
        ("2024-05-06 09:00", 32, "2024-05-10 17:00"),
    ],
)
def test_due_dates(start: str, hours: int, due: str) -> None:
    assert OFFICE.add(local(start), timedelta(hours=hours)) == local(due)


@pytest.mark.parametrize(
    ("due", "closed", "seconds"),
    [  # ticket.md 7.3
        ("2024-05-02 16:00", "2024-05-03 10:00", 7200),
        ("2024-05-02 16:00", "2024-05-02 10:00", -21600),
        ("2024-05-10 17:00", "2024-05-12 12:00", 0),
        ("2024-05-10 16:00", "2024-05-13 09:30", 5400),
    ],
)
def test_net_seconds_between_due_and_closing(due: str, closed: str, seconds: int) -> None:
    assert OFFICE.seconds_between(local(due), local(closed)) == seconds


def test_without_working_hours_the_clock_always_runs() -> None:
    always = business_hours("Europe/Berlin", [], ["2024-05-01"])
    assert always.seconds_between(local("2024-04-30 23:00"), local("2024-05-02 01:00")) == 26 * 3600
    assert business_hours("Europe/Berlin", [{"weekday": 1, "from": "09:00", "to": "09:00"}]) == business_hours(
        "Europe/Berlin", []
    )
    assert always.add(local("2024-04-30 23:00"), timedelta(hours=26)) == local("2024-05-02 01:00")


def test_public_holidays_of_any_region_are_free() -> None:
    regions = [{"country": "DE", "state": "BY"}, {"country": "CH"}]
    calendar = business_hours("Europe/Berlin", WEEK, [], regions)
    assert calendar.is_free(date(2024, 1, 6))  # Epiphany is free in Bavaria, not in all of Germany.
    assert calendar.is_free(date(2024, 8, 1))  # The Swiss national day.
    assert not business_hours("Europe/Berlin", WEEK, [], [{"country": "DE"}]).is_free(date(2024, 1, 6))
    assert calendar.seconds_between(local("2024-11-01 00:00"), local("2024-11-02 00:00")) == 0


def test_unknown_regions_are_refused() -> None:
    assert is_known_region(HolidayRegion("DE", "BY"))
    assert not is_known_region(HolidayRegion("DE", "XX"))
    with pytest.raises(ValueError, match="unknown holiday region XX"):
        business_hours("UTC", WEEK, [], [{"country": "XX"}])


@pytest.mark.parametrize(("text", "minute"), [("00:00", 0), ("9:30", 570), ("24:00", 1440)])
def test_minute_of_day(text: str, minute: int) -> None:
    assert minute_of_day(text) == minute


@pytest.mark.parametrize("text", ["", "9", "09:60", "24:01", "-1:00", "09:5", "nine:00", "09:00:00"])
def test_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        minute_of_day(text)


def test_days_when_the_clocks_change_have_their_real_length() -> None:
    whole_days = BusinessHours(BERLIN, tuple(WorkingPeriod(day, 0, 1440) for day in range(1, 8)))
    assert whole_days.seconds_between(local("2024-03-31 00:00"), local("2024-04-01 00:00")) == 23 * 3600
    assert whole_days.seconds_between(local("2024-10-27 00:00"), local("2024-10-28 00:00")) == 25 * 3600


def test_wall_clock_times_that_do_not_exist_count_once() -> None:
    # 02:00-03:00 does not exist on this day: both windows stand for the same half hour, 03:00-03:30.
    sunday = (WorkingPeriod(7, 120, 150), WorkingPeriod(7, 180, 210))
    calendar = BusinessHours(BERLIN, sunday)
    assert calendar.seconds_between(local("2024-03-31 00:00"), local("2024-04-01 00:00")) == 1800


def test_a_calendar_without_working_time_says_so() -> None:
    never = BusinessHours(BERLIN, (WorkingPeriod(1, 540, 540),))
    for start in (local("2024-05-13 10:00"), datetime(9999, 12, 29, tzinfo=UTC)):
        with pytest.raises(NoWorkingTime):
            never.add(start, timedelta(hours=1))
    with pytest.raises(ValueError, match="only be added"):
        OFFICE.add(local("2024-05-13 10:00"), timedelta(seconds=-1))


ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Beirut", "Pacific/Apia", "UTC")]


@st.composite
def calendars(draw: st.DrawFn) -> BusinessHours:
    minutes = st.integers(0, 1440)
    periods = draw(st.lists(st.tuples(st.integers(1, 7), minutes, minutes), max_size=8))
    return BusinessHours(
        zone=draw(st.sampled_from(ZONES)),
        periods=tuple(WorkingPeriod(day, min(a, b), max(a, b)) for day, a, b in periods),
        holidays=draw(st.frozensets(st.dates(date(2011, 12, 28), date(2012, 1, 2)), max_size=2)),
    )


# The range holds both clock changes and the day that Samoa left out.
instants: st.SearchStrategy[datetime] = st.one_of(
    *(
        st.datetimes(low, high, timezones=st.just(UTC))
        for low, high in [
            (datetime(2011, 12, 27), datetime(2012, 1, 3)),  # noqa: DTZ001
            (datetime(2024, 3, 8), datetime(2024, 4, 2)),  # noqa: DTZ001
            (datetime(2024, 10, 25), datetime(2024, 11, 5)),  # noqa: DTZ001
        ]
    )
)


@given(calendars(), instants, instants, instants)
def test_working_time_is_additive_monotonic_and_signed(
    calendar: BusinessHours, one: datetime, two: datetime, three: datetime
) -> None:
    start, middle, end = sorted((one, two, three))
    if end - start > timedelta(days=60):
        end, middle = start + (end - start) % timedelta(days=60), start
    first, second = calendar.between(start, middle), calendar.between(middle, end)
    assert calendar.between(start, end) == first + second
    assert timedelta() <= first <= middle - start
    assert calendar.between(end, start) == -(first + second)


@given(calendars(), instants, st.timedeltas(timedelta(), timedelta(days=9)))
@settings(deadline=None)
def test_adding_is_the_inverse_of_measuring(calendar: BusinessHours, start: datetime, amount: timedelta) -> None:
    try:
        due = calendar.add(start, amount)
    except NoWorkingTime:
        assert calendar.between(start, start + timedelta(days=3650)) < amount
        return
    assert calendar.between(start, due) == amount
    if amount:
        assert calendar.between(start, due - timedelta(microseconds=1)) < amount


@pytest.mark.parametrize("bad", [{"weekday": 1, "from": "08:00"}, {"weekday": "x", "from": "08:00", "to": "09:00"}])
def test_broken_entries_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        business_hours("UTC", [bad])
