"""Parallel windows: time that a user spends on several tickets at once is divided among them (worklog.md 2.6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Window:
    """One segment of the user. `work_point`: the first counting action of its worklog, None when there is none."""

    ticket_id: int
    start: datetime
    end: datetime
    work_point: datetime | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What of a window counts, in microseconds: in all, and after the work point."""

    total: Fraction
    after_work: Fraction


def share_time(windows: Sequence[Window]) -> list[Share]:
    """Every window's share, parallel to `windows`: in each instant the n tickets with a live one get 1/n each."""
    moments = sorted({moment for window in windows for moment in _moments(window)})
    begins, ends = defaultdict(list), defaultdict(list)
    for index, window in enumerate(windows):
        begins[window.start].append(index)
        ends[window.end].append(index)
    # Lengths are added up by the number of tickets first: adding whole numbers is exact and fast.
    lengths: list[defaultdict[int, int]] = [defaultdict(int) for _ in windows]
    lengths_after: list[defaultdict[int, int]] = [defaultdict(int) for _ in windows]
    live: set[int] = set()
    for start, end in pairwise(moments):
        live.update(begins[start])
        live.difference_update(ends[start])
        length = (end - start) // _MICROSECOND
        tickets = len({windows[index].ticket_id for index in live})
        for index in live:
            lengths[index][tickets] += length
            work_point = windows[index].work_point
            if work_point is not None and start >= work_point:
                lengths_after[index][tickets] += length
    return [
        Share(_divide(total), _divide(after_work)) for total, after_work in zip(lengths, lengths_after, strict=True)
    ]


def whole(share: Fraction) -> int:
    """A share as whole microseconds, rounded half up."""
    return (2 * share.numerator + share.denominator) // (2 * share.denominator)


def milliseconds(shares: Iterable[int]) -> int:
    """The sum of shares in microseconds as milliseconds, rounded half up (thirds of a second add up again)."""
    return (sum(shares) + 500) // 1000


def seconds(total_milliseconds: int) -> int:
    """Milliseconds rounded half up to seconds."""
    return (total_milliseconds + 500) // 1000


def _moments(window: Window) -> tuple[datetime, ...]:
    if window.work_point is not None and window.start < window.work_point < window.end:
        return window.start, window.work_point, window.end
    return window.start, window.end


def _divide(lengths: dict[int, int]) -> Fraction:
    return sum((Fraction(length, tickets) for tickets, length in lengths.items()), Fraction())
