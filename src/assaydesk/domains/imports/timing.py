"""Made-up times for what a source leaves without one: the same at every run, in the past, at a plausible pace.

Source: worklog.md 2.8. Everything depends on the key of the conversation and on the turns alone, never on the clock:
`not_after` only presses together what would otherwise lie in the future.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from random import Random
from typing import Final

from assaydesk.domains.imports.formats.types import Action, Message, Participant, ParticipantType, Role, ToolCall, Turn

ANCHOR: Final = datetime(2025, 3, 3, tzinfo=UTC)
"""A Monday. Conversations without any time begin on a working day of the twelve weeks before it."""
LIVE_CHANNELS: Final = frozenset({"chat", "phone", "walkIn"})
_WEEKS: Final = 12
_OPENING_SECONDS: Final = 8 * 3600
_STARTS_WITHIN_SECONDS: Final = 7 * 3600
_LONGEST_LIVE: Final = timedelta(hours=4)
"""After a start until 15:00 this ends on the same day, in most time zones too."""
_LONGEST_OTHER: Final = timedelta(days=30)
_MINUTE, _HOUR = 60.0, 3600.0


class Origin(StrEnum):
    """Said in `rawData.times`."""

    SOURCE = "source"
    PARTLY_MADE_UP = "partly made up"
    MADE_UP = "made up"


@dataclass(frozen=True, slots=True)
class Timeline:
    """`times`: one for each turn, never falling, never after `not_after`."""

    times: tuple[datetime, ...]
    origin: Origin


def make_timeline(
    key: str,
    channel: str,
    turns: Sequence[Turn],
    participants: Sequence[Participant],
    *,
    not_after: datetime,
    started_at: datetime | None = None,
) -> Timeline:
    """Times for all turns; those that the source states stay as they are and must not fall.

    `started_at`: time of the first turn when that has none. `key`: that of the conversation in the instance.
    """
    known = [turn.at for turn in turns]
    given = sum(moment is not None for moment in known)
    origin = Origin.SOURCE if given == len(known) else Origin.PARTLY_MADE_UP if given or started_at else Origin.MADE_UP
    if not turns or origin is Origin.SOURCE:
        return Timeline(tuple(moment for moment in known if moment), origin)
    gaps = _gaps(Random(_seed(key)), channel, turns, participants)
    if known[0] is None and (started_at or not given):
        known[0] = min(filter(None, [started_at or _start(key), *known]))
    return Timeline(tuple(_fill(known, gaps, turns, not_after)), origin)


def _seed(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:8])


def _start(key: str) -> datetime:
    """A working day and a second of its opening hours, by the hash of the key."""
    day, second = divmod(_seed(key), _STARTS_WITHIN_SECONDS)
    week, weekday = divmod(day % (5 * _WEEKS), 5)
    days_before = 7 * (week + 1) - weekday
    return ANCHOR - timedelta(days=days_before) + timedelta(seconds=_OPENING_SECONDS + second)


def _gaps(random: Random, channel: str, turns: Sequence[Turn], participants: Sequence[Participant]) -> list[timedelta]:
    """How long each turn takes after the one before it; together at most what the channel allows."""
    machines = {person.key for person in participants if person.type is ParticipantType.AI_AGENT}
    live = channel in LIVE_CHANNELS
    gaps, heard = [timedelta()], _length(turns[0])
    for turn in turns[1:]:
        seconds = _seconds(random, turn, heard, live=live, by_machine=turn.author in machines)
        gaps.append(timedelta(milliseconds=round(seconds * 1000)))
        heard = _length(turn)
    longest = _LONGEST_LIVE if live else _LONGEST_OTHER
    total = sum(gaps, timedelta())
    return [gap * (longest / total) for gap in gaps] if total > longest else gaps


def _length(turn: Turn) -> int:
    return len(turn.text) if isinstance(turn, Message) else 0


def _seconds(random: Random, turn: Turn, heard: int, *, live: bool, by_machine: bool) -> float:
    """Reading at 25 characters a second, typing at 5; machines and other channels at their own pace."""
    if isinstance(turn, ToolCall) and turn.together:
        return 0.0
    if isinstance(turn, ToolCall):
        return random.uniform(0.8, 2.5) if by_machine else random.uniform(4, 20)
    if isinstance(turn, Action):
        return random.uniform(0.2, 1) if by_machine else random.uniform(1, 6)
    if turn.role in (Role.NOTE, Role.SYSTEM):
        return random.uniform(5, 40) if live else random.uniform(30, 20 * _MINUTE)
    if by_machine:
        return random.uniform(2, 4) + min(len(turn.text) / 150, 20)
    if live:
        return random.uniform(2, 15) + min(heard / 25, 45) + min(len(turn.text) / 5, 120)
    hours = (1, 20) if turn.role is Role.CUSTOMER else (0.2, 6)
    return random.uniform(*hours) * _HOUR


def _fill(
    known: Sequence[datetime | None], gaps: Sequence[timedelta], turns: Sequence[Turn], not_after: datetime
) -> list[datetime]:
    """Put the gaps between the known times; where they do not fit they shrink together.

    What precedes a turn of the same author is done just before it: a look-up belongs to the answer that follows.
    """
    stated = [index for index, moment in enumerate(known) if moment is not None]
    times: list[datetime] = [moment or not_after for moment in known]
    for index in range(stated[0] - 1, -1, -1):
        times[index] = times[index + 1] - gaps[index + 1]
    for left, right in zip(stated, [*stated[1:], len(known)], strict=True):
        last = min(right, len(known) - 1)
        end = times[right] if right < len(known) else max(not_after, times[left])
        needed = sum(gaps[left + 1 : last + 1], timedelta())
        share = min(1.0, (end - times[left]) / needed) if needed else 0.0
        for index in range(left + 1, right):
            times[index] = min(times[index - 1] + gaps[index] * share, end)
        index = right - 1
        while right < len(known) and share == 1.0 and index > left and turns[index].author == turns[right].author:
            times[index] = times[index + 1] - gaps[index + 1]
            index -= 1
    return times
