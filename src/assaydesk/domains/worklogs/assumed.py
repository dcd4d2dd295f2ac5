"""Presence assumed for recorded conversations, whose sources know messages but no pings (worklog.md 2.8)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from assaydesk.domains.worklogs.types import Action, Contribution, Run, Signal, SignalKind

_PING: Final = timedelta(seconds=30)
_PAUSE: Final = timedelta(minutes=15)
_SHORTEST: Final = 30
_LONGEST: Final = 600
_CHARACTERS_A_SECOND: Final = 5


def live_presence(contributions: Sequence[Contribution], messages: Iterable[datetime], gap: timedelta) -> list[Signal]:
    """Signals of one person in a chat or call: there from the first to the last contribution.

    `messages`: the times of everybody's messages. A pause of more than 15 minutes without any of them ends the presence
    at the person's own last contribution; the next one begins another.
    """
    own = sorted({contribution.at for contribution in contributions})
    everything = sorted({*own, *messages})
    pauses = [before for before, after in pairwise(everything) if after - before > _PAUSE]
    stretches: dict[int, list[datetime]] = {}
    for at in own:
        stretches.setdefault(bisect_left(pauses, at), []).append(at)
    pings = [ping for stretch in stretches.values() for ping in _pings(stretch[0], stretch[-1], gap)]
    return [*pings, *acted(contributions)]


def written_presence(
    contributions: Sequence[Contribution], messages: Iterable[datetime], gap: timedelta
) -> list[Signal]:
    """Signals of one person on any other channel: each own message took one second per five characters to write.

    At least 30 and at most 600 seconds, and not longer than since the message before it, whoever wrote that.
    """
    times = sorted({*messages, *(contribution.at for contribution in contributions if contribution.length)})
    pings: list[Signal] = []
    for contribution in contributions:
        if contribution.length:
            effort = min(max(contribution.length // _CHARACTERS_A_SECOND, _SHORTEST), _LONGEST)
            begin = contribution.at - timedelta(seconds=effort)
            before = bisect_left(times, contribution.at) - 1
            pings += _pings(max(begin, times[before]) if before >= 0 else begin, contribution.at, gap)
    return [*pings, *acted(contributions)]


def stated_presence(
    segments: Iterable[tuple[datetime, datetime]], contributions: Sequence[Contribution], gap: timedelta
) -> list[Signal]:
    """Signals of one person whose presence the source states from beginning to end."""
    signals = acted(contributions)
    for start, end in segments:
        signals += [*_pings(start, end, gap), Signal(end, SignalKind.FINAL)]
    return signals


def assumed_run(contributions: Sequence[Contribution]) -> Run:
    """The one run of an AI agent that answered alone, from its first to its last contribution."""
    times = [contribution.at for contribution in contributions]
    return Run(min(times), max(times), tuple(acted(contributions)))


def acted(contributions: Iterable[Contribution]) -> list[Signal]:
    """The actions of the contributions; one without an action still shows that its author was there."""
    signals: list[Signal] = []
    for contribution in contributions:
        if not contribution.actions:
            signals.append(Signal(contribution.at, SignalKind.PING))
        for action in contribution.actions:
            conversation_id = contribution.conversation_id if action is Action.REPLY else None
            signals.append(Signal(contribution.at, SignalKind.ACTION, action, conversation_id, contribution.ai))
    return signals


def _pings(start: datetime, end: datetime, gap: timedelta) -> Iterator[Signal]:
    step = min(_PING, gap) if gap else _PING
    at = start
    while at < end:
        yield Signal(at, SignalKind.PING)
        at += step
    yield Signal(end, SignalKind.PING)
