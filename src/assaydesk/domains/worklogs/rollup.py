"""From segments and actions to worklogs (worklog.md 1, 2.5, 3, 5)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from assaydesk.domains.worklogs.actions import COUNTING, automation_level, context_of, in_order, worklog_action
from assaydesk.domains.worklogs.segments import Segment
from assaydesk.domains.worklogs.types import Action, AutomationLevel, Signal, SignalKind, WorklogAction, WorklogContext


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes one worklog of a user on a ticket: the day (instance time zone) and the phase (worklog.md 1)."""

    day: date
    phase: int


@dataclass(frozen=True, slots=True)
class Work:
    """One segment with the actions made in it. `actions`: each once, in order."""

    segment: Segment
    actions: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Everything of one key. It is a worklog when it has a `work_point`; reading alone is kept without one.

    `conversation_id`: the last message to the customer written in it. `closings`: when it closed the ticket.
    `ai_agents`: each agent that took part once, as last told. `accuracy`: mean over the replies with a suggestion.
    """

    key: Key
    work: tuple[Work, ...]
    actions: tuple[Action, ...]
    action: WorklogAction
    context: WorklogContext
    conversation_id: int | None
    work_point: datetime | None
    closings: tuple[datetime, ...]
    automation_level: AutomationLevel
    ai_agents: tuple[Mapping[str, Any], ...]
    accuracy: float | None

    @property
    def started_at(self) -> datetime:
        return self.work[0].segment.start

    @property
    def latest_interaction(self) -> datetime:
        return max(work.segment.end for work in self.work)


def key_of(segment: Segment, zone: ZoneInfo) -> Key:
    """Day of its start in the instance time zone, and its phase."""
    return Key(segment.start.astimezone(zone).date(), segment.phase)


def roll_up(
    segments: Sequence[Segment], signals: Iterable[Signal], zone: ZoneInfo, *, automated: bool = False
) -> list[Group]:
    """Group the segments of one user on one ticket by key, ascending.

    `signals`: at least those with an action or AI use, in any order. `automated`: the user is an AI agent, alone.
    """
    acted = _by_segment(segments, signals)
    groups: dict[Key, list[int]] = {}
    for index, segment in enumerate(segments):
        groups.setdefault(key_of(segment, zone), []).append(index)
    return [
        _group(key, [(segments[index], acted[index]) for index in indexes], automated)
        for key, indexes in sorted(groups.items())
    ]


def _by_segment(segments: Sequence[Segment], signals: Iterable[Signal]) -> list[list[Signal]]:
    """The signals of each segment; at a cut they belong to the later one."""
    starts = [segment.start for segment in segments]
    acted: list[list[Signal]] = [[] for _ in segments]
    for signal in sorted(signals, key=lambda signal: signal.at):
        index = bisect_right(starts, signal.at) - 1
        if index >= 0 and signal.at <= segments[index].end:
            acted[index].append(signal)
    return acted


def _group(key: Key, parts: list[tuple[Segment, list[Signal]]], automated: bool) -> Group:
    signals = [signal for _, acted in parts for signal in acted]
    actions = in_order(signal.action for signal in signals if signal.action is not None)
    told = [signal.ai for signal in signals if signal.ai is not None]
    replies = [signal for signal in signals if signal.action is Action.REPLY and signal.conversation_id is not None]
    return Group(
        key=key,
        work=tuple(Work(segment, _done_here(acted)) for segment, acted in parts),
        actions=actions,
        action=worklog_action(actions, automated=automated),
        context=context_of(actions, automated=automated),
        conversation_id=replies[-1].conversation_id if replies else None,
        work_point=min((signal.at for signal in signals if signal.action in COUNTING), default=None),
        closings=tuple(signal.at for signal in signals if signal.action is Action.CLOSED),
        automation_level=automation_level(actions, told, automated=automated),
        ai_agents=tuple({agent["id"]: agent for use in told for agent in use.agents}.values()),
        accuracy=_mean([use.accuracy for use in told if use.accuracy is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def _done_here(acted: Iterable[Signal]) -> tuple[Action, ...]:
    # A reply that a draft earned later was not made in this segment.
    return in_order(
        signal.action for signal in acted if signal.action is not None and signal.kind is not SignalKind.CREDIT
    )
