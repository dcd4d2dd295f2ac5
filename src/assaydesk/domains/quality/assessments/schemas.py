"""Wire shapes of assessments (quality.md 4.2 and 8)."""

from typing import Annotated, Any, Literal

from pydantic import AliasChoices, Field

from assaydesk.domains.quality.assessments.types import CriterionState, Origin, OverrideReason, State
from assaydesk.domains.quality.scorecards.types import PercentageBase, ScoringType
from assaydesk.domains.worklogs.schemas import AiUsageRead, CustomerExperienceRead, WorkTimeRead
from assaydesk.platform.schema import Boolean, DateInput, Id, Integer, IsoTime, Points, RequestSchema, Schema

Number = int | float
AppealState = Literal["open", "underReview", "accepted", "partiallyAccepted", "rejected", "withdrawn"]
ReviewState = Literal["reviewedBySupervisor", "discussedWithAssessee"]


def unset() -> Any:
    """Stands for a key that was not sent; null is refused where the field does not allow it."""
    return None


class EvidenceRead(Schema):
    """Words of a message: characters `start` (inclusive) to `end` (exclusive) of its `bodyPlain`, in code points."""

    conversation_id: int
    quote: str
    start: int
    end: int


class TotalsRead(Schema):
    scored_points: Number
    used_max_points: Number
    total_max_points: Number
    percentage: Number | None
    knocked_out: bool
    knocked_out_categories: list[int]
    unscored_criteria: int
    needs_human_criteria: int
    not_applicable_criteria: int
    percentage_base: PercentageBase


class WorkRead(Schema):
    """The assessed piece of work; `action` is the first entry of `actionList`."""

    user_id: int
    worklog_id: int | None
    last_interaction: IsoTime | None
    ticket_id: int
    conversation_id: int | None
    action: str | None
    action_list: list[str]


class AssessmentError(Schema):
    """Why the AI could not assess it, and when it tries again by itself."""

    code: str
    message: str
    tries: int
    next_try_at: IsoTime | None


class AssessmentSummary(Schema):
    id: int
    scorecard_id: int
    scorecard_base_id: int
    state: State
    assessed_user: int
    assessed_by_user: int | None
    ticket_id: int
    worklog_id: int | None
    created_at: IsoTime
    modified_at: IsoTime
    version: int
    can_edit: bool
    ai_summary: str
    totals: TotalsRead
    worklog: WorkRead
    ai_usage: AiUsageRead
    time: WorkTimeRead
    customer_experience: CustomerExperienceRead
    error_message: AssessmentError | None
    worklog_changed: bool
    acknowledged_at: IsoTime | None
    acknowledgement_comment: str | None
    appeal_state: str | None
    blind_review: bool
    warnings: list[str]


class AssessedCriterion(Schema):
    id: int
    label: str
    score: Number | None
    max_points: Number
    scoring_type: ScoringType
    reason: str | None
    state: CriterionState
    last_edited_by_user_id: int | None
    last_edited_at: IsoTime | None
    applicable: bool | None
    confidence: Number | None
    evidence: list[EvidenceRead]
    searched_conversation_ids: list[int]
    tool_call_ids: list[int]
    origin: Origin | None
    ai_score: Number | None
    ai_applicable: bool | None
    ai_reason: str | None
    override_reason: OverrideReason | None
    auto_generate_by_ai: bool
    make_or_break_for_category: bool
    make_or_break_for_assessment: bool


class AssessedCategory(Schema):
    category_id: int
    label: str
    order: int
    score: Number
    used_max_points: Number
    max_points: Number
    knocked_out: bool
    criteria: list[AssessedCriterion]


class AssessmentData(Schema):
    ai_summary: str
    ai_summary_generated: str | None = Field(description="The AI's text when a person has rewritten the summary.")
    general: WorkRead
    ai_usage: AiUsageRead
    time: WorkTimeRead
    customer_experience: CustomerExperienceRead
    categories: list[AssessedCategory]
    totals: TotalsRead
    supervisor_assessment: str
    assessment_date: IsoTime | None
    discussion_date: IsoTime | None


class JudgeRead(Schema):
    """The run that produced the present AI values."""

    run_id: int
    provider: str
    model: str | None
    prompt_version: str | None
    scorecard_id: int
    content_hash: str
    input_hash: str
    temperature: Number
    repeats: int
    input_tokens: int | None
    output_tokens: int | None
    cost: Number | None
    currency: str | None
    duration_ms: int
    started_at: IsoTime
    finished_at: IsoTime


class AssessmentFull(AssessmentSummary):
    data: AssessmentData
    judge: JudgeRead | None


class EditRead(Schema):
    user_id: int | None = Field(description="null: the system.")
    timestamp: IsoTime
    field: str
    old_value: Any
    new_value: Any


class AssessmentSingle(AssessmentFull):
    deleted_at: IsoTime | None
    editing_history: list[EditRead]


class AssessmentPage(Schema):
    assessments: list[AssessmentSummary]
    total: int
    limit: int
    offset: int


class RawAnswerRead(Schema):
    """What the judge itself said, before calibration and before it was decided whether it may say so."""

    applicable: bool | None
    score: Number | None
    confidence: Number


class RunCriterion(Schema):
    criterion_id: int
    applicable: bool | None
    score: Number | None
    confidence: Number | None
    raw: RawAnswerRead | None
    reason: str
    evidence: list[EvidenceRead]
    searched_conversation_ids: list[int]
    tool_call_ids: list[int]
    origin: str
    abstained: bool
    produced_by: str


class RunRead(JudgeRead):
    trigger: Literal["job", "refresh", "worklogChanged"]
    user_id: int | None
    outcome: Literal["ok", "failed"]
    error_code: str | None
    ai_summary: str
    criteria: list[RunCriterion]


class RunPage(Schema):
    runs: list[RunRead]
    total: int
    limit: int
    offset: int


class Succeeded(Schema):
    success: Literal[True]


class AssessmentQuery(Schema):
    """What `GET /quality/assessment` is asked for; all filters combine."""

    state: list[str] = Field(
        [],
        validation_alias=AliasChoices("state", "state[]"),
        description=f"Comma-separated: {', '.join(State)}. Default: all but `deleted`.",
    )
    user: Id | None = Field(None, description="The assessed person or AI agent.")
    scorecard_id: Id | None = None
    scorecard_base_id: Id | None = None
    ticket_id: Id | None = None
    worklog_id: Id | None = None
    team: Id | None = Field(None, description="A team of the assessed person.")
    assessed_by_user: Id | None = None
    since: str | None = Field(None, alias="from", max_length=40, description="Made then or later.")
    until: str | None = Field(None, alias="to", max_length=40, description="Made then or earlier.")
    needs_human: Boolean | None = None
    acknowledged: Boolean | None = None
    appeal_state: AppealState | None = None


class AssessmentCreate(RequestSchema):
    """Exactly one of `scorecardId` and `scorecardBaseId`."""

    worklog_id: Id
    scorecard_id: Id | None = Field(None, description="An active revision.")
    scorecard_base_id: Id | None = Field(None, description="The family whose active revision is used.")
    process_with_ai: Boolean = Field(True, description="false: at once in `aiReady` with everything unscored.")


class EvidenceUpdate(RequestSchema):
    """Without right offsets the words must occur exactly once in the message."""

    conversation_id: Id
    quote: str = Field(min_length=1, max_length=100_000)
    start: Integer | None = Field(None, ge=0)
    end: Integer | None = Field(None, ge=0)


class CriterionUpdate(RequestSchema):
    """Alone, the two ids confirm the AI's answer."""

    category_id: Id
    criterion_id: Id
    score: Points | None = Field(None, description="null clears the score.")
    reason: Annotated[str, Field(max_length=4000)] | None = None
    applicable: Boolean | None = Field(None, description="false: not applicable, the score becomes null.")
    override_reason: OverrideReason | None = Field(None, description="Why the AI was wrong.")
    evidence: list[EvidenceUpdate] = Field(default_factory=unset, max_length=10, description="Replaces the evidence.")


class AssessmentUpdate(RequestSchema):
    ai_summary: Annotated[str, Field(max_length=20_000)] = Field(default_factory=unset)
    supervisor_assessment: Annotated[str, Field(max_length=20_000)] = Field(default_factory=unset)
    assessment_date: DateInput | None = None
    discussion_date: DateInput | None = None
    criteria: list[CriterionUpdate] = Field(default_factory=unset, max_length=200)
    state: ReviewState = Field(default_factory=unset, description="Applied after the edits.")


class AssessmentReopen(RequestSchema):
    reason: str = Field(min_length=3, max_length=2000)


class AssessmentRefresh(RequestSchema):
    scorecard_id: Id | None = Field(None, description="A revision of the same family; default: its active one.")
    overwrite_human: Boolean = Field(False, description="Also what people decided.")
