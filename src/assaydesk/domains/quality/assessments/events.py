"""What happens to assessments (conventions.md 14)."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AssessmentsWaiting:
    """There is work for the judge that need not wait for the next minute."""


@dataclass(frozen=True, slots=True)
class QualityAssessmentReady:
    """An assessment reached `aiReady`. `needs_human`: criteria that a person has to decide."""

    assessment_id: int
    worklog_id: int | None
    scorecard_id: int
    percentage: Decimal | None
    needs_human: int


@dataclass(frozen=True, slots=True)
class AssessmentEdited:
    """A person changed an assessment. `finished`: the review is done."""

    assessment_id: int
    user_id: int | None
    finished: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class QualityAssessmentReviewed:
    """A review was finished, or discussed with the assessed person."""

    assessment_id: int
    state: str
    percentage: Decimal | None


@dataclass(frozen=True, slots=True)
class AssessmentDeleted:
    """Somebody deleted an assessment; it may come back."""

    assessment_id: int


@dataclass(frozen=True, slots=True)
class QualityAssessmentFailed:
    """The state `error` was reached."""

    assessment_id: int
    code: str
