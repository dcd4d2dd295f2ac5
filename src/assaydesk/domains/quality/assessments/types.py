"""Vocabulary and pure shapes of assessments (quality.md 4)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """quality.md 4.3."""

    UNPROCESSED = "unprocessed"
    AI_IN_PROGRESS = "aiInProgress"
    AI_READY = "aiReady"
    REVIEW_ONGOING = "reviewOngoing"
    REVIEWED = "reviewedBySupervisor"
    DISCUSSED = "discussedWithAssessee"
    ERROR = "error"
    DELETED = "deleted"


RAW_STATES = (State.UNPROCESSED, State.AI_IN_PROGRESS, State.ERROR)
"""Nothing to show yet: only for those who do assessments."""
SCORED_STATES = (State.AI_READY, State.REVIEW_ONGOING, State.REVIEWED, State.DISCUSSED)
REVIEWED_STATES = (State.REVIEWED, State.DISCUSSED)


class CriterionState(StrEnum):
    """quality.md 4.4."""

    UNSCORED = "unscored"
    AI_SCORED = "aiScored"
    NEEDS_HUMAN = "needsHuman"
    HUMAN_VERIFIED = "humanVerified"
    NOT_APPLICABLE = "notApplicable"


class Origin(StrEnum):
    """Who gave an answer."""

    AI = "ai"
    HUMAN = "human"
    RULE = "rule"


class OverrideReason(StrEnum):
    """Why a person says that the AI was wrong."""

    SCORE_WRONG = "scoreWrong"
    EVIDENCE_WRONG = "evidenceWrong"
    EVIDENCE_MISSING = "evidenceMissing"
    NOT_APPLICABLE = "notApplicable"
    OTHER = "other"


class Trigger(StrEnum):
    """Why the judge ran."""

    JOB = "job"
    REFRESH = "refresh"
    WORKLOG_CHANGED = "worklogChanged"


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a message: `text[start:end] == quote`, counted in code points."""

    conversation_id: int
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """The present answer to one criterion, with the judge's own last one (`ai_...`) beside it."""

    criterion_id: int
    category_id: int
    state: CriterionState = CriterionState.UNSCORED
    score: Decimal | None = None
    applicable: bool | None = None
    reason: str | None = None
    confidence: float | None = None
    evidence: tuple[Quotation, ...] = ()
    searched_conversation_ids: tuple[int, ...] = ()
    tool_call_ids: tuple[int, ...] = ()
    origin: Origin | None = None
    ai_score: Decimal | None = None
    ai_applicable: bool | None = None
    ai_reason: str | None = None
    override_reason: OverrideReason | None = None
    last_edited_by_user_id: int | None = None
    last_edited_at: datetime | None = None

    @property
    def by_human(self) -> bool:
        """A person answered it: scored, confirmed, or said that it does not apply."""
        return self.origin is Origin.HUMAN and self.state in (
            CriterionState.HUMAN_VERIFIED,
            CriterionState.NOT_APPLICABLE,
        )


@dataclass(frozen=True, slots=True)
class Edit:
    """One changed field of `editingHistory`. `field` is a path, `criteria.1.10.score`; values are ready for JSON."""

    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class RefreshRequest:
    """What a person asked for when the judge was to run again; kept with the row until it is done."""

    scorecard_id: int
    content_id: int
    overwrite_human: bool
    user_id: int | None
