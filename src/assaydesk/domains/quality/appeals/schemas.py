"""Wire shapes of appeals and of the acknowledgement (quality.md 13 and 14)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.domains.quality.appeals.types import AppealObstacle, AppealState
from assaydesk.domains.quality.assessments.schemas import Number, unset
from assaydesk.platform.schema import Boolean, Id, IsoTime, Points, RequestSchema, Schema


class AppealedCriterion(Schema):
    category_id: int
    criterion_id: int
    score_at_appeal: Number | None
    proposed_score: Number | None
    proposed_applicable: bool | None
    comment: str | None


class AppealRead(Schema):
    id: int
    assessment_id: int
    state: AppealState
    created_by: int
    created_at: IsoTime
    reason: str
    criteria: list[AppealedCriterion]
    decided_by: int | None
    decided_at: IsoTime | None
    decision_reason: str | None
    percentage_before: Number | None
    percentage_after: Number | None
    version: int
    can_decide: bool = Field(description="Whether the caller may decide it, while it waits.")


class AppealChance(Schema):
    """Whether the assessed person can appeal now."""

    obstacle: AppealObstacle | None = Field(description="The code with which an appeal would be refused; null: none.")
    until: IsoTime | None = Field(description="The end of the time to appeal.")
    left: int = Field(description="So many more appeals are possible.")
    limit: int


class AppealList(Schema):
    appeals: list[AppealRead]
    chance: AppealChance | None = Field(description="For the assessed person, with the right to appeal; else null.")


class AppealPage(Schema):
    appeals: list[AppealRead]
    total: int
    limit: int
    offset: int


class ProposalCreate(RequestSchema):
    category_id: Id
    criterion_id: Id
    proposed_score: Points | None = None
    proposed_applicable: Boolean | None = Field(None, description="false: it should not apply.")
    comment: Annotated[str, Field(max_length=4000)] | None = None


class AppealCreate(RequestSchema):
    reason: str = Field(min_length=10, max_length=4000)
    criteria: list[ProposalCreate] = Field(default_factory=list, max_length=200)


class AppealUpdate(RequestSchema):
    state: Literal["withdrawn", "underReview"]


class DecidedCriterion(RequestSchema):
    category_id: Id
    criterion_id: Id
    score: Points | None = Field(None, description="null clears the score.")
    applicable: Boolean | None = Field(None, description="false: not applicable, the score becomes null.")
    reason: Annotated[str, Field(max_length=4000)] | None = None


class AppealDecide(RequestSchema):
    state: Literal["accepted", "partiallyAccepted", "rejected"]
    decision_reason: str = Field(min_length=3, max_length=4000)
    criteria: list[DecidedCriterion] = Field(
        default_factory=unset,
        max_length=200,
        description="Required for `partiallyAccepted`; for `accepted` the proposals stand in; not for `rejected`.",
    )


class Acknowledgement(RequestSchema):
    comment: Annotated[str, Field(max_length=4000)] | None = None


class AppealQuery(Schema):
    """What `GET /quality/appeal` is asked for; all filters combine."""

    state: AppealState | None = None
    user: Id | None = Field(None, description="The assessed person.")
    scorecard_base_id: Id | None = None
    since: str | None = Field(None, alias="from", max_length=40, description="Made then or later.")
    until: str | None = Field(None, alias="to", max_length=40, description="Made then or earlier.")
