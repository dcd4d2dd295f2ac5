"""Wire shapes of calibration sessions (quality.md 15)."""

from typing import Annotated

from pydantic import Field

from assaydesk.domains.quality.calibration.types import AiState, CalibrationState, SheetState
from assaydesk.domains.quality.scorecards.types import ScoringType
from assaydesk.platform.schema import Boolean, DateInput, Id, IsoTime, Points, RequestSchema, Schema, unset

Number = int | float
Name = Annotated[str, Field(min_length=1, max_length=200)]


class CalibrationCreate(RequestSchema):
    name: Name
    scorecard_id: Id = Field(description="Any revision that is not deleted; its present content is used throughout.")
    worklog_ids: list[Id] = Field(min_length=1, max_length=50)
    reviewers: list[Id] = Field(min_length=2, max_length=30, description="People; nobody reviews his or her own work.")
    blind: Boolean = Field(True, description="Nobody sees what others answered before the session is closed.")
    include_ai: Boolean = Field(True, description="The judge scores as well.")
    reference_user_id: Id | None = Field(None, description="A reviewer whose scores are the yardstick.")
    due_by: DateInput | None = None


class CalibrationUpdate(RequestSchema):
    name: Name = unset()
    due_by: DateInput | None = None
    reviewers: list[Id] = Field(default_factory=list, max_length=30, description="People to add.")
    worklog_ids: list[Id] = Field(default_factory=list, max_length=50, description="Work to add.")
    state: CalibrationState = unset()


class AnswerWrite(RequestSchema):
    category_id: Id
    criterion_id: Id
    score: Points | None = None
    applicable: Boolean | None = Field(None, description="false: not applicable, without a score.")
    reason: Annotated[str, Field(max_length=4000)] | None = None


class SheetWrite(RequestSchema):
    criteria: list[AnswerWrite] = unset()
    comment: Annotated[str, Field(max_length=20_000)] = unset()
    submit: Boolean = Field(False, description="true: final. Every criterion needs an answer.")


class AnswerRead(Schema):
    category_id: int
    criterion_id: int
    score: Number | None
    applicable: bool | None
    reason: str | None


class SheetRead(Schema):
    """`criteria` and `comment` are null while the caller may not see them."""

    user_id: int
    state: SheetState
    submitted_at: IsoTime | None
    criteria: list[AnswerRead] | None
    comment: str | None


class AiRead(Schema):
    """The judge's part; `criteria` is null while it is hidden or missing."""

    state: AiState
    criteria: list[AnswerRead] | None
    error_code: str | None


class ItemRead(Schema):
    worklog_id: int
    ticket_id: int
    sheets: list[SheetRead]
    ai: AiRead


class CalibrationRead(Schema):
    id: int
    name: str
    scorecard_id: int
    scorecard_base_id: int
    state: CalibrationState
    blind: bool
    include_ai: bool
    reference_user_id: int | None
    due_by: IsoTime | None
    created_by: int | None
    created_at: IsoTime
    modified_at: IsoTime
    closed_at: IsoTime | None
    version: int
    reviewers: list[int]
    items: list[ItemRead]


class CalibrationListed(Schema):
    """`items` and `submitted` are numbers: pieces of work, and sheets that are final."""

    id: int
    name: str
    scorecard_id: int
    state: CalibrationState
    reviewers: list[int]
    items: int
    submitted: int
    due_by: IsoTime | None
    created_by: int | None
    created_at: IsoTime
    closed_at: IsoTime | None


class CalibrationPage(Schema):
    calibrations: list[CalibrationListed]
    total: int
    limit: int
    offset: int


class MessageRead(Schema):
    """One message up to the end of the work. `assessed`: written in the work that is scored."""

    id: int
    role: str = Field(description="customer, agent, note or system.")
    private: bool
    subject: str | None
    body_plain: str
    created_at: IsoTime
    assessed: bool
    attachments: list[str]


class SheetToolCall(Schema):
    id: int
    name: str
    arguments: object
    result: object
    at: IsoTime


class CriterionToScore(Schema):
    id: int
    label: str
    description: str
    max_points: Number
    scoring_type: ScoringType
    allow_not_applicable: bool
    applicability_prompt: str | None
    make_or_break_for_category: bool
    make_or_break_for_assessment: bool


class CategoryToScore(Schema):
    category_id: int
    label: str
    criteria: list[CriterionToScore]


class ItemToScore(Schema):
    """What a reviewer needs to score one piece of work; nothing says whose work it is or what others think of it."""

    calibration_id: int
    worklog_id: int
    ticket_id: int
    state: CalibrationState
    channel: str
    subject: str | None
    action_list: list[str]
    conversations: list[MessageRead]
    tool_calls: list[SheetToolCall]
    categories: list[CategoryToScore]
    sheet: SheetRead | None = Field(description="The caller's own; null for a manager who does not score.")


class OverallAgreement(Schema):
    krippendorff_alpha: Number | None
    ci95: tuple[Number, Number] | None
    exact_agreement: Number | None
    pairs: int


class CriterionAgreement(Schema):
    criterion_id: int
    label: str
    krippendorff_alpha: Number | None
    exact_agreement: Number | None
    mean_absolute_difference: Number | None
    n: int
    note: str | None


class ReviewerAgreement(Schema):
    """Without a reference, a reviewer is compared with the mean of the other people; negative is strict."""

    user_id: int | None = Field(description="null: the AI.")
    mean_difference: Number | None
    ci95: tuple[Number, Number] | None
    exact_with_reference: Number | None
    n: int


class ItemAgreement(Schema):
    worklog_id: int
    percentages: dict[str, Number | None] = Field(description="By user id; `ai` is the judge.")
    range: Number | None = Field(description="Highest minus lowest percentage among the people.")


class HeatCell(Schema):
    """How far one reviewer is from the others on one criterion, as a share of its maximum."""

    user_id: int | None = Field(description="null: the AI.")
    criterion_id: int
    mean_difference: Number | None
    n: int


class CalibrationResult(Schema):
    calibration_id: int
    overall: OverallAgreement
    criteria: list[CriterionAgreement]
    reviewers: list[ReviewerAgreement]
    items: list[ItemAgreement]
    ai: ReviewerAgreement | None
    heat_map: list[HeatCell]
