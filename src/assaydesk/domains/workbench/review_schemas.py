"""Wire shapes of the review queue and of quality flags (platform.md 13.2, 13.3)."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from assaydesk.domains.quality.assessments.schemas import AssessmentSummary, Number
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.workbench.types import WAITING, WaitingReason, Wanted
from assaydesk.platform.schema import Done, Id, IsoTime, RequestSchema, Schema


def _words(value: object) -> object:
    """A comma list, in a query or in a body."""
    if isinstance(value, str):
        return [word.strip() for word in value.split(",") if word.strip()]
    return value


Waiting = Literal[State.AI_READY, State.REVIEW_ONGOING, State.ERROR]
States = Annotated[list[Waiting], BeforeValidator(_words)]


class QualityFlag(Schema):
    """What a list shows of a ticket. Numbers are numbers of assessments; `percentage` is that of the newest."""

    ticket_id: int
    assessments: int
    open: int = Field(description="Not reviewed yet.")
    needs_human: int = Field(description="With criteria that a person has to decide.")
    knocked_out: int
    appeal: bool
    percentage: Number | None
    latest_assessment_id: int


class QualityFlagList(Done):
    flags: list[QualityFlag]
    total: int


class QueueReason(Schema):
    code: WaitingReason
    text: str
    criterion_ids: list[int]


class QueueItem(Schema):
    assessment: AssessmentSummary
    reasons: list[QueueReason]
    reserved_by: int | None
    reserved_until: IsoTime | None
    review_due_at: IsoTime | None = Field(description="Until when a sampling plan wants it reviewed.")
    overdue: bool


class UserProgress(Schema):
    user_id: int = Field(description="The assessed person or AI agent.")
    reviewed: int = Field(description="This week, by anybody.")
    waiting: int


class QueueProgress(Schema):
    week_start: str = Field(description="Monday, in the time zone of the instance.")
    reviewed: int = Field(description="By the caller, this week.")
    target: int | None
    due: int = Field(description="Waiting in the queue with a date until when.")
    overdue: int
    by_user: list[UserProgress]


class ReviewQueue(Done):
    items: list[QueueItem]
    counts: dict[str, int] = Field(description="By first reason, whatever `reason` is asked for.")
    progress: QueueProgress
    total: int
    limit: int
    offset: int


class ReviewFilter(RequestSchema):
    """What of the queue; all filters combine."""

    user: Id | None = Field(None, description="The assessed person or AI agent.")
    team: Id | None = Field(None, description="A team of the assessed person.")
    scorecard_base_id: Id | None = None
    reason: WaitingReason | None = Field(None, description="Only what stands in the queue for this reason.")

    def wanted(self, states: Sequence[State]) -> Wanted:
        return Wanted(self.user, self.team, self.scorecard_base_id, tuple(states) or WAITING, self.reason)


class NextReview(ReviewFilter):
    state: States = Field(default_factory=list, description=f"Some of {', '.join(WAITING)}.")
    after: Id | None = Field(None, description="An assessment: begin behind it.")


class ReviewHandedOut(Done):
    assessment_id: int | None = Field(description="null: none is left.")
    reserved_until: IsoTime | None
    next: list[int] = Field(description="Up to 3 that follow.")
