"""When the invented people work: shifts on working days, one thing at a time, now and then two."""

from bisect import insort
from collections import defaultdict
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from assaydesk.domains.demo.types import Person
from assaydesk.kit.clock import localize

ZONE: Final = ZoneInfo("Europe/Berlin")
_SATURDAY: Final = 5
_BREATH: Final = timedelta(seconds=40)


class Diary:
    """Who is busy from when to when. All times are instants; shifts are local.

    Nobody begins on the dot: each day has its own minute, by chance.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._settled: dict[tuple[str, date], timedelta] = {}
        self._busy: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)

    def book(self, person: Person, earliest: datetime, length: timedelta, *, beside_others: bool = False) -> datetime:
        """The first time from `earliest` on at which the person can do something of this length without a break.

        `beside_others`: it may be done while another ticket is open in a second window.
        """
        start = self._in_shift(person, earliest, length)
        if not beside_others:
            for begin, end in self._busy[person.key]:
                if begin < start + length and start < end:
                    start = self._in_shift(person, end + _BREATH, length)
        insort(self._busy[person.key], (start, start + length))
        return start

    def _in_shift(self, person: Person, earliest: datetime, length: timedelta) -> datetime:
        day = earliest.astimezone(ZONE).date()
        while True:
            if day.weekday() < _SATURDAY:
                opens, closes = (localize(datetime.combine(day, time(hour)), ZONE) for hour in person.shift)
                start = max(opens + self._settling(person, day), earliest)
                if start + length <= closes:
                    return start
            day += timedelta(days=1)

    def _settling(self, person: Person, day: date) -> timedelta:
        """How long after the beginning of the shift the first ticket is opened."""
        minutes = self._settled.get((person.key, day))
        if minutes is None:
            minutes = timedelta(seconds=self._random.randrange(3 * 60, 28 * 60))
            self._settled[person.key, day] = minutes
        return minutes
