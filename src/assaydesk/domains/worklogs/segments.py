"""From signals and customer messages to segments (worklog.md 2.2 to 2.4, 2.7).

The rules speak of one user on one ticket. First the signals form visits: presence without a gap. Then the messages that
start a new phase cut the visits. Both steps look at the whole set of events, so the order of arrival plays no part.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from assaydesk.domains.worklogs.types import Run, Signal, SignalKind

_ENDING: Final = {SignalKind.PING: 0, SignalKind.ACTION: 1, SignalKind.FINAL: 2}
"""Which signal of the last instant says how the visit ended: the highest."""

_LATE: Final = timedelta(seconds=60)
"""Events may arrive out of order by this much; a message known only later was stored with a date in the past."""


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """An inbound message that is neither a note nor spam.

    `stored_at` is when it became known here, `deleted_at` when it was deleted, if it was.
    """

    at: datetime
    stored_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How signals of one ticket form segments.

    `splits`: messages of the customer cut a live segment (every channel but chat and phone).
    """

    gap: timedelta = timedelta(seconds=60)
    tail: timedelta = timedelta()
    splits: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """Presence of one user on one ticket from `start` to `end`, in one phase (worklog.md 2.2 to 2.4).

    `opened_at` is where the presence began, before any cut; `last_signal_at` is where it was last confirmed.
    `last_kind` is `UNTRACKED` for the segment of length 0 that an action made while tracking was off.
    """

    start: datetime
    end: datetime
    phase: int
    opened_at: datetime
    last_signal_at: datetime
    last_kind: SignalKind


@dataclass(frozen=True, slots=True)
class _Visit:
    opened: datetime
    last: datetime
    kind: SignalKind

    def is_live(self, at: datetime, gap: timedelta) -> bool:
        """Whether a message at `at` meets the user here. At equal times the message comes first."""
        if self.kind is SignalKind.UNTRACKED or at <= self.opened:
            return False
        return at <= self.last or (self.kind is not SignalKind.FINAL and at - self.last <= gap)


def form_segments(
    signals: Iterable[Signal],
    messages: Iterable[CustomerMessage],
    rules: Rules,
    carry: Segment | None = None,
) -> list[Segment]:
    """The segments of one user on one ticket, ascending.

    `signals` and `messages` of the whole past in any order, or, with `carry`, the last segment so far, only signals not
    before `carry.last_signal_at` and the messages after it; `carry` then comes back first, as it stands afterwards.
    """
    known = [signal for signal in signals if signal.kind is not SignalKind.CREDIT]
    visits = _visits([signal for signal in known if signal.kind is not SignalKind.UNTRACKED], rules.gap, carry)
    moments = sorted(signal.at for signal in known)
    untracked = {signal.at for signal in known if signal.kind is SignalKind.UNTRACKED}
    visits += [
        _Visit(at, at, SignalKind.UNTRACKED)
        for at in untracked
        if not any(visit.opened <= at <= visit.last for visit in visits)
    ]
    visits.sort(key=lambda visit: visit.opened)
    return _cut(visits, _phase_starts(visits, messages, moments, rules), rules, carry)


def must_refold(last: Segment | None, signals: Iterable[Signal]) -> bool:
    """Whether the last segment is not enough to go on from, so that the whole past has to be read again."""
    if last is None:
        return False
    return last.last_kind is SignalKind.UNTRACKED or any(
        signal.at < last.last_signal_at or signal.kind is SignalKind.UNTRACKED for signal in signals
    )


def form_run_segments(runs: Iterable[Run], messages: Iterable[CustomerMessage]) -> list[Segment]:
    """The segments of an AI agent on one ticket: one a run, which messages of the customer never cut."""
    visits: list[_Visit] = []
    for run in sorted(runs, key=lambda run: run.start):
        if visits and run.start <= visits[-1].last:
            visits[-1] = _Visit(visits[-1].opened, max(visits[-1].last, run.end), SignalKind.FINAL)
        else:
            visits.append(_Visit(run.start, max(run.start, run.end), SignalKind.FINAL))
    rules = Rules(splits=False)
    moments = [visit.opened for visit in visits]
    return _cut(visits, _phase_starts(visits, messages, moments, rules), rules, None)


def _visits(signals: list[Signal], gap: timedelta, carry: Segment | None) -> list[_Visit]:
    visits = [_Visit(carry.opened_at, carry.last_signal_at, carry.last_kind)] if carry else []
    for signal in sorted(signals, key=lambda signal: (signal.at, _ENDING[signal.kind])):
        visit = visits[-1] if visits else None
        if visit is not None and signal.at == visit.last:
            visits[-1] = _Visit(visit.opened, visit.last, max(visit.kind, signal.kind, key=_ENDING.__getitem__))
        elif visit is not None and visit.kind is not SignalKind.FINAL and signal.at - visit.last <= gap:
            visits[-1] = _Visit(visit.opened, signal.at, signal.kind)
        else:
            visits.append(_Visit(signal.at, signal.at, signal.kind))
    return visits


def _phase_starts(
    visits: Sequence[_Visit], messages: Iterable[CustomerMessage], moments: Sequence[datetime], rules: Rules
) -> list[datetime]:
    """The times of the messages that raise the phase, ascending."""
    openings = [visit.opened for visit in visits]
    return sorted(
        message.at
        for message in messages
        if _was_there(message, moments)
        and not _came_late(message, openings)
        and (rules.splits or not any(visit.is_live(message.at, rules.gap) for visit in visits))
    )


def _was_there(message: CustomerMessage, moments: Sequence[datetime]) -> bool:
    """A message that was deleted before the user's next signal raises nothing; later deletions change no past work."""
    if message.deleted_at is None:
        return True
    following = bisect_left(moments, message.at)
    return following < len(moments) and moments[following] < message.deleted_at


def _came_late(message: CustomerMessage, openings: Sequence[datetime]) -> bool:
    """A message stored with a date before work that had begun by then does not divide that work."""
    if message.stored_at - message.at <= _LATE:
        return False
    return bisect_right(openings, message.at) < bisect_right(openings, message.stored_at)


def _cut(
    visits: Sequence[_Visit], phase_starts: Sequence[datetime], rules: Rules, carry: Segment | None
) -> list[Segment]:
    base = carry.phase if carry else 0
    segments: list[Segment] = []
    for visit, following in pairwise([*visits, None]):
        assert visit is not None
        start = carry.start if carry and not segments else visit.opened
        cuts = sorted({at for at in phase_starts if visit.opened < at <= visit.last}) if rules.splits else []
        for cut in cuts:
            phase = base + bisect_right(phase_starts, start)
            segments.append(Segment(start, cut, phase, visit.opened, cut, SignalKind.FINAL))
            start = cut
        end = visit.last + (rules.tail if visit.kind is SignalKind.PING else timedelta())
        if following is not None:
            end = min(end, following.opened)
        phase = base + bisect_right(phase_starts, start)
        segments.append(Segment(start, end, phase, visit.opened, visit.last, visit.kind))
    return segments
