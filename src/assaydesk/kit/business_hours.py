"""Working time between two instants, and an instant some working time later (ticket.md 7).

Working hours are wall-clock times of the instance's time zone; lengths are real elapsed time. A window from 00:00 to
24:00 therefore has 23 or 25 hours on the days when the clocks change. A wall-clock time that occurs twice means the
first, one that does not exist means the same instant shifted by the jump (conventions.md 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import holidays as holiday_calendars

_MINUTES_A_DAY: Final = 24 * 60
_LONGEST_SEARCH: Final = timedelta(days=10 * 366)
"""How far `add` looks for working time before it says that there is none."""
_END_OF_TIME: Final = datetime(9999, 12, 30, tzinfo=UTC)


class NoWorkingTime(ValueError):
    """The calendar leaves no working time in which the asked amount could pass."""


@dataclass(frozen=True, slots=True)
class WorkingPeriod:
    """One stretch of working time of a week. `weekday`: 1 = Monday. Minutes count from midnight, 0 to 1440."""

    weekday: int
    from_minute: int
    to_minute: int


@dataclass(frozen=True, slots=True)
class HolidayRegion:
    """A country (ISO 3166-1) and, optionally, one of its states, whose public holidays are free."""

    country: str
    state: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """When work is done. Without periods the clock runs always, holidays included."""

    zone: ZoneInfo
    periods: tuple[WorkingPeriod, ...] = ()
    holidays: frozenset[date] = frozenset()
    regions: tuple[HolidayRegion, ...] = ()

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from `start` to `end`; negative when `end` lies before `start`."""
        if end < start:
            return -self.between(end, start)
        if not self.periods:
            return end.astimezone(UTC) - start.astimezone(UTC)
        worked = timedelta()
        for opens, closes in self._windows(start, end):
            worked += max(min(closes, end) - max(opens, start), timedelta())
        return worked

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Whole working seconds from `start` to `end`, fractions cut off towards zero."""
        return int(self.between(start, end) / timedelta(seconds=1))

    def add(self, start: datetime, amount: timedelta) -> datetime:
        """The first instant (UTC) at which `amount` of working time has passed since `start`.

        `amount` must not be negative. Raises `NoWorkingTime` when the calendar has too little of it.
        """
        if amount < timedelta():
            raise ValueError("working time can only be added, not taken away")
        begin = start.astimezone(UTC)
        if not self.periods or not amount:
            return begin + amount
        left = amount
        for opens, closes in self._windows(begin, min(begin, _END_OF_TIME - _LONGEST_SEARCH) + _LONGEST_SEARCH):
            usable = closes - max(opens, begin)
            if usable >= left:
                return max(opens, begin) + left
            left -= max(usable, timedelta())
        raise NoWorkingTime(f"no {amount} of working time after {begin.isoformat()}")

    def is_free(self, day: date) -> bool:
        """Whether `day` is listed as a holiday or is a public one in any of the regions."""
        return day in self.holidays or any(day in _public_holidays(region, day.year) for region in self.regions)

    def windows(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The windows of working time (UTC), ascending, from the first to the last that overlaps `start` to `end`."""
        return ((opens, closes) for opens, closes in self._windows(start, end) if closes > start and opens < end)

    def _windows(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Disjoint windows of working time in UTC, ascending; all that overlap `start` to `end`, and a few around them.

        The clip at the end of the window before matters where the clocks jump: wall-clock times that do not exist fall
        upon later ones, and such time must not count twice.
        """
        ordered = sorted(self.periods, key=lambda period: period.from_minute)
        by_weekday = {day: [period for period in ordered if period.weekday == day] for day in range(1, 8)}
        covered = datetime.min.replace(tzinfo=UTC)
        first, last = (moment.astimezone(self.zone).date() for moment in (start, end))
        last_ordinal = min(last, _END_OF_TIME.date()).toordinal()
        for day in map(date.fromordinal, range(max(first.toordinal() - 2, 1), last_ordinal + 1)):
            periods = by_weekday[day.isoweekday()]
            if not periods or self.is_free(day):
                continue
            for period in periods:
                opens = max(self._instant(day, period.from_minute), covered)
                closes = self._instant(day, period.to_minute)
                if opens < closes:
                    covered = closes
                    yield opens, closes

    def _instant(self, day: date, minute: int) -> datetime:
        if minute == _MINUTES_A_DAY:
            day, minute = day + timedelta(days=1), 0
        return datetime.combine(day, time(*divmod(minute, 60)), self.zone).astimezone(UTC)


def business_hours(
    timezone: str,
    working_hours: Iterable[Mapping[str, Any]],
    holidays: Iterable[str | date] = (),
    holiday_regions: Iterable[Mapping[str, Any]] = (),
) -> BusinessHours:
    """The working time that the settings `timezone`, `workingHours`, `holidays` and `holidayRegions` describe.

    Empty periods are left out. Raises `ValueError` for a time, date, zone or region that does not exist.
    """
    regions = tuple(HolidayRegion(region["country"], region.get("state")) for region in holiday_regions)
    for region in regions:
        if not is_known_region(region):
            raise ValueError(f"unknown holiday region {region.country} {region.state or ''}".rstrip())
    periods = (
        WorkingPeriod(int(entry["weekday"]), minute_of_day(entry["from"]), minute_of_day(entry["to"]))
        for entry in working_hours
    )
    return BusinessHours(
        zone=ZoneInfo(timezone),
        periods=tuple(period for period in periods if period.from_minute < period.to_minute),
        holidays=frozenset(day if isinstance(day, date) else date.fromisoformat(day) for day in holidays),
        regions=regions,
    )


def minute_of_day(text: str) -> int:
    """Minutes from midnight of "HH:MM"; "24:00" is the end of the day. Raises `ValueError`."""
    hours, separator, minutes = text.partition(":")
    if not separator or not (hours + minutes).isdecimal() or len(minutes) != 2:
        raise ValueError(f"{text!r} is not a time of the form HH:MM")
    minute = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or minute > _MINUTES_A_DAY:
        raise ValueError(f"{text!r} is not a time of a day")
    return minute


def is_known_region(region: HolidayRegion) -> bool:
    """Whether public holidays of this country and state are known."""
    known = _countries().get(region.country)
    return known is not None and (region.state is None or region.state in known)


@lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    return holiday_calendars.list_supported_countries(include_aliases=True)


@lru_cache(maxsize=1024)
def _public_holidays(region: HolidayRegion, year: int) -> frozenset[date]:
    return frozenset(holiday_calendars.country_holidays(region.country, subdiv=region.state, years=year))
