"""Vocabulary of the review queue (platform.md 13.3)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from assaydesk.domains.quality.assessments.types import State


class WaitingReason(StrEnum):
    """Why an assessment should be reviewed, the most urgent first."""

    APPEAL = "appeal"
    KNOCK_OUT = "knockOut"
    UNCERTAIN = "uncertain"
    STARTED = "started"
    SAMPLE = "sample"
    RANDOM = "random"
    FAILED = "failed"


WAITING: Final = (State.AI_READY, State.REVIEW_ONGOING, State.ERROR)
"""States in which somebody has something to do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the queue was asked for; None filters nothing."""

    user: int | None = None
    team: int | None = None
    scorecard_base_id: int | None = None
    states: tuple[State, ...] = WAITING
    reason: WaitingReason | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One place in the queue. `reasons`: each with the criteria that it is about."""

    assessment_id: int
    reasons: tuple[tuple[WaitingReason, tuple[int, ...]], ...]
    reserved_by: int | None
    reserved_until: datetime | None
    due_at: datetime | None = None
    overdue: bool = False
