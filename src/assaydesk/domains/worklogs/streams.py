"""One user on one ticket: what is stored, and what becomes of it when signals come in. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from assaydesk.domains.worklogs.rollup import Group, Key, key_of, roll_up
from assaydesk.domains.worklogs.segments import (
    CustomerMessage,
    Rules,
    Segment,
    form_run_segments,
    form_segments,
    must_refold,
)
from assaydesk.domains.worklogs.sharing import Window, share_time, whole
from assaydesk.domains.worklogs.types import Run, Signal, SignalKind

LIVE_CHANNELS: Final = frozenset({"chat", "phone"})
"""There the messages of the customer do not split (worklog.md 2.4)."""


@dataclass(slots=True)
class Stored:
    """A segment as stored; `id` is None before that. Shares are microseconds."""

    segment: Segment
    key: Key
    id: int | None = None
    worklog_id: int | None = None
    actions: tuple[str, ...] = ()
    share_us: int = 0
    after_work_us: int = 0
    messages_seen: int = 0


@dataclass(slots=True)
class Stream:
    """One user on one ticket: all segments and messages, or only the last segment and the messages after it.

    `seen`: how many messages are not after the last signal of the last segment.
    """

    ticket_id: int
    channel: str
    segments: list[Stored] = field(default_factory=list)
    messages: list[CustomerMessage] = field(default_factory=list)
    seen: int = 0


@dataclass(slots=True)
class Change:
    """What a stream is to become. `segments`: those that were looked at, ascending; `gone`: ids that vanish.

    `since` to `until`: where the user's time is different from before; both None when nowhere.
    """

    ticket_id: int
    segments: list[Stored]
    gone: list[int] = field(default_factory=list)
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What the rules take from the instance settings."""

    zone: ZoneInfo
    gap: timedelta
    tail: timedelta

    def rules(self, channel: str) -> Rules:
        return Rules(self.gap, self.tail, splits=channel not in LIVE_CHANNELS)


def goes_on(stream: Stream, signals: Sequence[Signal]) -> bool:
    """Whether the last segment is enough to take the signals in; otherwise the whole stream has to be read."""
    last = stream.segments[-1] if stream.segments else None
    if last is None:
        return not any(signal.kind is SignalKind.UNTRACKED for signal in signals)
    return stream.seen == last.messages_seen and not must_refold(last.segment, signals)


def go_on(stream: Stream, signals: Sequence[Signal], ground: Ground) -> Change:
    """Take signals in after the last segment of the stream."""
    last = stream.segments[-1] if stream.segments else None
    formed = form_segments(signals, stream.messages, ground.rules(stream.channel), last.segment if last else None)
    since, until = formed[0].start, formed[-1].end
    kept: list[Stored] = []
    if last is not None and len(formed) > 1 and formed[0] == last.segment:
        since = formed[1].start  # The signals opened a segment of their own; the last one stays as it is.
        formed = formed[1:]
    elif last is not None:
        since, until = min(last.segment.end, formed[0].end), max(last.segment.end, until)
        last.segment = formed.pop(0)
        kept = [last]
    segments = [*kept, *(_stored(segment, ground.zone) for segment in formed)]
    return _seen(Change(stream.ticket_id, segments), stream.seen, stream.messages, since, until)


def refold(stream: Stream, signals: Iterable[Signal], runs: Sequence[Run], ground: Ground) -> Change:
    """Form the whole stream anew from all its events; `runs` make it one of an AI agent."""
    formed = (
        form_run_segments(runs, stream.messages)
        if runs
        else form_segments(signals, stream.messages, ground.rules(stream.channel))
    )
    before = {stored.segment.start: stored for stored in stream.segments}
    spans = [*(stored.segment for stored in stream.segments), *formed]
    moments = [moment for span in spans for moment in (span.start, span.end)]
    segments: list[Stored] = []
    for segment in formed:
        fresh = _stored(segment, ground.zone)
        known = before.pop(segment.start, None)
        if known is not None:
            known.segment, known.key = segment, fresh.key
        segments.append(known or fresh)
    gone = [stored.id for stored in before.values() if stored.id is not None]
    change = Change(stream.ticket_id, segments, gone)
    return _seen(change, 0, stream.messages, min(moments), max(moments)) if moments else change


def roll(
    segments: Sequence[Stored], signals: Iterable[Signal], zone: ZoneInfo, *, automated: bool
) -> list[tuple[Group, list[Stored]]]:
    """Group the stored segments of a stream, with the actions made in each; runs get their whole length as share."""
    rolled: list[tuple[Group, list[Stored]]] = []
    by_start = {stored.segment.start: stored for stored in segments}
    for group in roll_up([stored.segment for stored in segments], signals, zone, automated=automated):
        members = [by_start[work.segment.start] for work in group.work]
        for member, work in zip(members, group.work, strict=True):
            member.key, member.actions = group.key, work.actions
            if automated:
                _take_whole(member, group)
        rolled.append((group, members))
    return rolled


def hull(changes: Iterable[Change]) -> tuple[datetime, datetime] | None:
    """The stretch in which the user's time has changed; None when it has not."""
    since = [change.since for change in changes if change.since is not None]
    until = [change.until for change in changes if change.until is not None]
    if not since or min(since) >= max(until):
        return None
    return min(since), max(until)


def _stored(segment: Segment, zone: ZoneInfo) -> Stored:
    return Stored(segment, key_of(segment, zone))


def _seen(change: Change, before: int, messages: Iterable[CustomerMessage], since: datetime, until: datetime) -> Change:
    last = change.segments[-1] if change.segments else None
    if last is not None:
        last.messages_seen = before + sum(message.at <= last.segment.last_signal_at for message in messages)
    change.since, change.until = since, until
    return change


def _take_whole(stored: Stored, group: Group) -> None:
    [share] = share_time([Window(0, stored.segment.start, stored.segment.end, group.work_point)])
    stored.share_us, stored.after_work_us = whole(share.total), whole(share.after_work)
