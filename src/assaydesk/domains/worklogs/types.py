"""Vocabulary of time tracking (worklog.md 2, 3, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any


class Action(StrEnum):
    """What a person or AI agent did on a ticket, in the order in which lists show it (worklog.md 3)."""

    REPLY = "reply"
    FORWARDED = "forwarded"
    CLOSED = "closed"
    PENDING = "pending"
    DRAFT = "draft"
    OPENED = "opened"
    DRAFT_APPROVED = "draft-approved"
    INTENT_EXECUTED = "intent-executed"
    INTERNAL_NOTE = "internal-note"
    ASSIGNED = "assigned"
    CUSTOMER_ASSIGNED = "customer-assigned"
    TAGGED = "tagged"
    PRIORITY = "priority"
    SPAM_MARKED = "spam-marked"


class WorklogAction(StrEnum):
    """What a worklog as a whole was (worklog.md 3.1)."""

    AUTO_PROCESS = "autoProcessAction"
    CLOSE = "closeAction"
    WRITE = "writeAction"
    STATUS = "statusAction"


class WorklogContext(StrEnum):
    """The dimension by which scorecards choose worklogs (quality.md 2.4)."""

    AUTOMATED = "automated"
    REPLY = "reply"
    CLOSE_WITHOUT_REPLY = "closeWithoutReply"
    STATUS = "status"


class AutomationLevel(IntEnum):
    """How much of the work an AI did (worklog.md 6)."""

    NONE = 0
    MONITOR = 1
    ASSISTED = 2
    SPECIALIST = 3
    APPROVED = 4
    AUTONOMOUS = 5


class SignalKind(StrEnum):
    """What a stored signal says, in the order in which signals of the same instant are read (worklog.md 2.2, 5).

    `UNTRACKED` is an action made while tracking was off: it counts, but shows no presence. `CREDIT` is a reply that a
    published draft earns its author at the time of writing: it counts, and is no signal at all.
    """

    ACTION = "action"
    UNTRACKED = "untracked"
    CREDIT = "credit"
    PING = "ping"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class AiUse:
    """How AI took part in one action, told by the domain that ran it (worklog.md 6).

    `agents`: objects of `aiAgents`, as the agents were at that time. `accuracy`: of the text suggestion, 0 to 1.
    """

    level: AutomationLevel
    agents: tuple[Mapping[str, Any], ...] = ()
    accuracy: float | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One ping or action of one user on one ticket."""

    at: datetime
    kind: SignalKind
    action: Action | None = None
    conversation_id: int | None = None
    ai: AiUse | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """One automatic run of an AI agent on one ticket, with the actions it took (worklog.md 2.7)."""

    start: datetime
    end: datetime
    signals: tuple[Signal, ...] = ()
    ai: AiUse | None = None


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


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes one worklog of a user on a ticket: the day (instance time zone) and the phase (worklog.md 1)."""

    day: date
    phase: int
