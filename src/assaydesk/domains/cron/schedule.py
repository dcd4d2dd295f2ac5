"""Cron texts, and when they are due in a time zone. Pure.

Five fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday). `*`, lists, ranges, steps, and names
of months and days. When both days are restricted, either is enough, as in every cron.

Clock changes: a time that occurs twice is due once, at the first, unless the job runs in every hour; one that does not
exist is due at the same instant, shifted by the jump (conventions.md 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PART: Final = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")
_SEARCHED_DAYS: Final = 9 * 366
"""The 29th of February is at most eight years away."""
_ALWAYS: Final = "* * * * *"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The values that each field allows, ascending."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def on(self, day: date) -> bool:
        """Whether the job is due at all on this day."""
        if day.month not in self.months:
            return False
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return of_month or of_week if self.either_day else of_month and of_week


@lru_cache(maxsize=200)
def parse(text: str) -> Schedule:
    """Read a cron text. Raises `ValueError` for anything that is none, or that is never due."""
    words = text.lower().split()
    if len(words) != 5:
        raise ValueError("a schedule has five fields: minute, hour, day of month, month, day of week")
    minute, hour, day, month, weekday = words
    weekdays = frozenset(value % 7 for value in _values(weekday, 0, 7, _DAYS, 0))
    found = Schedule(
        minutes=_values(minute, 0, 59),
        hours=_values(hour, 0, 23),
        days=frozenset(_values(day, 1, 31)),
        months=frozenset(_values(month, 1, 12, _MONTHS, 1)),
        weekdays=weekdays,
        either_day=not day.startswith("*") and not weekday.startswith("*"),
    )
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
    if not found.either_day and all(min(found.days) > longest.get(one, 31) for one in found.months):
        raise ValueError("there is no such day in any of the months")
    return found


def next_tick(text: str, zone: ZoneInfo, after: datetime) -> datetime:
    """The first time strictly after `after` at which the schedule is due, in UTC."""
    after = after.astimezone(UTC)
    if text == _ALWAYS:
        return after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    schedule = parse(text)
    first = after.astimezone(zone).date() - timedelta(days=1)
    for day in (first + timedelta(days=offset) for offset in range(_SEARCHED_DAYS)):
        if schedule.on(day):
            due = min((tick for tick in _ticks(schedule, day, zone, after) if tick > after), default=None)
            if due is not None:
                return due
    raise ValueError("this schedule is never due")


def last_tick(text: str, zone: ZoneInfo, since: datetime, now: datetime) -> datetime | None:
    """The latest due time after `since` up to `now`; None when there is none. Earlier ones that were missed count
    as one with it."""
    due = next_tick(text, zone, since)
    if due > now:
        return None
    # Going on from close to the present keeps this short after a long stop.
    for back in (timedelta(hours=1), timedelta(days=1), timedelta(days=31), timedelta(days=_SEARCHED_DAYS)):
        start = max(due, now - back)
        found = due if start == due else None
        tick = next_tick(text, zone, start)
        while tick <= now:
            found, tick = tick, next_tick(text, zone, tick)
        if found is not None:
            return found
    return due


def _ticks(schedule: Schedule, day: date, zone: ZoneInfo, after: datetime) -> Iterator[datetime]:
    folds = (0, 1) if len(schedule.hours) == 24 else (0,)
    for hour in schedule.hours:
        # An hour that is over in both of its readings need not be looked at minute by minute.
        if _instant(day, hour, 59, zone, 1) < after - timedelta(hours=1):
            continue
        for minute in schedule.minutes:
            for fold in folds:
                yield _instant(day, hour, minute, zone, fold)


def _instant(day: date, hour: int, minute: int, zone: ZoneInfo, fold: int) -> datetime:
    naive = datetime.combine(day, time(hour, minute, fold=fold))
    local = naive.replace(tzinfo=zone)
    if fold and local.utcoffset() != naive.replace(tzinfo=zone, fold=0).utcoffset():
        exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == naive.replace(fold=0)
        local = local if exists else local.replace(fold=0)
    return local.astimezone(UTC)


def _values(field: str, low: int, high: int, names: tuple[str, ...] = (), first: int = 0) -> tuple[int, ...]:
    found: set[int] = set()
    for part in field.split(","):
        match = _PART.fullmatch(part)
        if match is None:
            raise ValueError(f"{part[:20]} is no part of a schedule")
        star, begin, end, step = match.groups()
        start = low if star else _number(begin, names, first)
        stop = high if star or (step and not end) else _number(end or begin, names, first)
        if not low <= start <= stop <= high or (step and not int(step)):
            raise ValueError(f"{part[:20]} is not within {low} to {high}")
        found.update(range(start, stop + 1, int(step or 1)))
    return tuple(sorted(found))


def _number(word: str, names: tuple[str, ...], first: int) -> int:
    if word in names:
        return names.index(word) + first
    if not (word.isascii() and word.isdigit()) or len(word) > 2:
        raise ValueError(f"{word[:20]} is no number")
    return int(word)
