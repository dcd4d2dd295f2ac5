"""Wire shapes of second reviews."""

from typing import Annotated, Any

from pydantic import Field

from assaydesk.domains.quality.assessments.schemas import Number, unset
from assaydesk.domains.quality.sampling.types import SecondReviewState
from assaydesk.platform.schema import Boolean, Id, IsoTime, Points, RequestSchema, Schema


class SheetAnswer(Schema):
    category_id: int
    criterion_id: int
    score: Number | None
    applicable: bool
    reason: str | None


class SheetPair(Schema):
    """One criterion that both people decided."""

    criterion_id: int
    first_score: Number | None
    first_applicable: bool
    second_score: Number | None
    second_applicable: bool
    equal: bool


class SecondReviewRead(Schema):
    assessment_id: int
    state: SecondReviewState
    reviewer_id: int
    asked_by: int | None = Field(description="null: by the share that the settings name.")
    asked_at: IsoTime
    submitted_at: IsoTime | None
    ticket_id: int
    worklog_id: int | None
    scorecard: dict[str, Any] = Field(description="Name, categories and criteria, without anybody's scores.")
    answers: list[SheetAnswer] | None = Field(description="null for others before it is submitted.")
    comment: str | None
    pairs: list[SheetPair] | None = Field(description="Beside the first review; null before it is submitted.")


class SecondReviewList(Schema):
    second_reviews: list[SecondReviewRead]
    total: int


class SecondReviewAsk(RequestSchema):
    reviewer_id: Id


class SheetAnswerUpdate(RequestSchema):
    category_id: Id
    criterion_id: Id
    score: Points | None = None
    applicable: Boolean = Field(True, description="false: not applicable, without a score.")
    reason: Annotated[str, Field(max_length=4000)] | None = None


class SecondReviewWrite(RequestSchema):
    """Replaces the sheet."""

    criteria: list[SheetAnswerUpdate] = Field(max_length=200)
    comment: Annotated[str, Field(max_length=20_000)] = Field(default_factory=unset)
    submit: Boolean = Field(False, description="Done: every criterion has its answer, and nothing changes any more.")
