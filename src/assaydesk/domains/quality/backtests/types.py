"""Vocabulary of backtests (quality.md 12)."""

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = (State.QUEUED, State.RUNNING)


class CompareWith(StrEnum):
    """What the tried content is compared with."""

    ASSESSED = "assessed"
    REVISION = "revision"
    NONE = "none"
