"""Vocabulary of time tracking (worklog.md 2, 3, 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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

    def as_signal(self) -> Signal:
        """What the run tells about AI, as of its beginning."""
        return Signal(self.start, SignalKind.ACTION, ai=self.ai)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one person or AI agent did at one instant of a recorded conversation (worklog.md 2.8).

    `length`: characters of the plain text, 0 when it was no message (a system action, a change of status).
    """

    at: datetime
    actions: tuple[Action, ...] = ()
    conversation_id: int | None = None
    length: int = 0
    ai: AiUse | None = None


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """What an AI agent called, or a system action of a person. `conversation_id`: the message that follows."""

    name: str
    arguments: Any
    result: Any
    at: datetime
    conversation_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordedWork:
    """What one person or AI agent did on one ticket, known from elsewhere.

    `segments`: from and to of presence that the source states itself; without any, presence is assumed.
    """

    user_id: int
    ticket_id: int
    contributions: tuple[Contribution, ...]
    segments: tuple[tuple[datetime, datetime], ...] = ()
    tool_calls: tuple[RecordedCall, ...] = ()
