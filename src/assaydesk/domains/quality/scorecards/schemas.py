"""Wire shapes of scorecards for the API document (quality.md 2). What is sent is judged by `validation`, which knows
how to tell an author about all faults at once."""

from typing import Annotated, Any, Literal

from pydantic import Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core import CoreSchema

from assaydesk.platform.schema import IsoTime, Schema

State = Literal["draft", "active", "retired", "deleted"]
CreationState = Literal["draft", "active"]
Channel = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
ResponseContext = Literal["reply", "closeWithoutReply", "status", "automated"]
Label = Annotated[str, Field(min_length=1, max_length=200)]
Id = Annotated[int, Field(ge=1)]
Points = Annotated[float, Field(gt=0, le=1000)]
Unset = SkipJsonSchema[None]
"""The key is left out; null is refused."""


class CriterionFields(Schema):
    """What of a criterion may be sent and is always returned."""

    label: Label
    max_points: Points = Field(description="Weight; at most two decimals.")
    scoring_type: Literal["metNotMet", "numericScale"] = Field(
        description="`metNotMet`: 0 or the maximum. `numericScale`: anything from 0 to the maximum, two decimals."
    )


class CriterionWrite(CriterionFields):
    id: Id | None = Field(None, description="Left out: the next number that the family has never used.")
    description: str = Field("", max_length=4000, description="What is evaluated.")
    auto_generate_by_ai: bool = Field(False, description="The AI scores it; needs `description` or `assessmentPrompt`.")
    assessment_prompt: str = Field("", max_length=8000, description="Instruction to the AI.")
    make_or_break_for_category: bool = Field(False, description="Scored 0, it sets its category to 0.")
    make_or_break_for_assessment: bool = Field(False, description="Scored 0, it sets the whole assessment to 0.")
    order: int | None = Field(None, ge=0, description="Left out: the position in the list.")
    allow_not_applicable: bool = True
    applicability_prompt: str | None = Field(None, max_length=8000, description="When the criterion applies at all.")
    confidence_threshold: float | None = Field(
        None, ge=0, le=1, description="Below it the AI abstains; null = the setting `qualityAbstainThreshold`."
    )
    rule: dict[str, Any] | None = Field(
        None, description='`{"type": ..., parameters}`: scored by code instead of the AI.'
    )


class CriterionRead(CriterionFields):
    id: Id
    description: str
    auto_generate_by_ai: bool
    assessment_prompt: str
    make_or_break_for_category: bool
    make_or_break_for_assessment: bool
    order: int
    allow_not_applicable: bool
    applicability_prompt: str | None
    confidence_threshold: float | None
    rule: dict[str, Any] | None


class CategoryWrite(Schema):
    category_id: Id | None = Field(None, description="Left out: the next number that the family has never used.")
    label: Label
    order: int | None = Field(None, ge=0, description="Left out: the position in the list.")
    criteria: list[CriterionWrite] = Field(max_length=200)


class CategoryRead(Schema):
    category_id: Id
    label: Label
    order: int
    criteria: list[CriterionRead]


class AssignmentWrite(Schema):
    """Which work is assessed; an empty list filters nothing, keys that are left out become empty."""

    ticket_tags: list[Id] = Field([], max_length=1000)
    teams: list[Id] = Field([], max_length=1000)
    channels: list[Channel | Literal["voice"]] = Field([], description="`voice` is read as `phone`.")
    response_context: list[ResponseContext] = Field([], description="Empty = `reply`.")
    include_child_tags: bool = Field(False, description="Tags below the listed ones count too.")
    sample_percent: float = Field(100, ge=0, le=100)


class AssignmentRead(Schema):
    ticket_tags: list[Id]
    teams: list[Id]
    channels: list[Channel]
    response_context: list[ResponseContext]
    include_child_tags: bool
    sample_percent: float


class LiveCoachWrite(Schema):
    enabled: bool = False
    threshold: float = Field(80, ge=0, le=100)


class LiveCoachRead(Schema):
    enabled: bool
    threshold: float


class ScorecardCreate(Schema):
    name: Label
    categories: list[CategoryWrite] = Field(max_length=50, description="May be empty for a draft.")
    state: CreationState = "active"
    assignment: AssignmentWrite = AssignmentWrite()
    live_coach: LiveCoachWrite = LiveCoachWrite()


class ScorecardUpdate(Schema):
    """Keys that are left out stay as they are; `assignment` and `categories` are replaced as a whole."""

    name: Label | Unset = None
    state: State | Unset = None
    categories: Annotated[list[CategoryWrite], Field(max_length=50)] | Unset = None
    assignment: AssignmentWrite | Unset = None
    live_coach: LiveCoachWrite | Unset = None
    create_new_revision: bool = Field(
        True, description="False overwrites the active revision; past assessments keep what they were made with."
    )


class ScorecardClone(Schema):
    name: Label | Unset = Field(None, description="Left out: the name of the source with `(copy)`.")
    state: CreationState = "draft"


class ScorecardHead(Schema):
    """What both formats hold."""

    id: int
    base_id: int = Field(description="The same for all revisions; the id of the first one.")
    revision: int
    name: str
    state: State
    assignment: AssignmentRead
    live_coach: LiveCoachRead
    created_at: IsoTime
    modified_at: IsoTime
    created_by: int | None
    modified_by: int | None
    version: int = Field(description="Grows with every write; for `If-Unmodified-Since-Version`.")
    can_edit: bool
    content_hash: str = Field(description="Equal for rows that score alike; the name is left out.")
    activated_at: IsoTime | None = Field(description="When the family was first active.")
    warnings: list[str] = Field(description="`unknown_tag:88`, `unknown_team:12`.")


class ScorecardRead(ScorecardHead):
    categories: list[CategoryRead]


class ScorecardSummary(ScorecardHead):
    category_count: int


class RevisionRead(Schema):
    id: int
    revision: int
    state: State
    modified_at: IsoTime


class LatestBacktest(Schema):
    """The newest finished dry run of the same content. `summary` is null when it covers work one may not view."""

    id: int
    state: Literal["done"]
    finished_at: IsoTime
    summary: dict[str, Any] | None


class ScorecardWithRevisions(ScorecardRead):
    revisions: list[RevisionRead]
    latest_backtest: LatestBacktest | None


class ScorecardSummaryWithRevisions(ScorecardSummary):
    revisions: list[RevisionRead]
    latest_backtest: LatestBacktest | None


class ScorecardCreated(Schema):
    id: int
    base_id: int


class GoldenGateRead(Schema):
    """A golden set that the activated content has not passed; `runId` null: it was not run with this content."""

    golden_set_id: int
    golden_set_name: str
    run_id: int | None


class ScorecardUpdated(Schema):
    scorecard: ScorecardRead
    message: str | None = Field(
        description="Set when the answer shows another row than the one that was named, and by a golden set."
    )
    golden_gate: GoldenGateRead | None = Field(description="What a golden set has against the content (`warn`).")


class LintFinding(Schema):
    code: str = Field(description="What is weak; the codes are listed in docs/guide/scorecards.md.")
    severity: Literal["error", "warning", "hint"]
    category_id: int | None
    criterion_id: int | None
    text: str = Field(description="What it is, and what to do about it.")
    suggestion: str | None = Field(description="Another wording, by the language model when there is one.")


class LintReport(Schema):
    findings: list[LintFinding] = Field(description="In the order of the scorecard, the gravest of a criterion first.")
    errors: int
    warnings: int
    hints: int
    suggestions_failed: bool = Field(description="The model was asked for wordings and gave none that can be used.")
    model: str | None = Field(description="Who worded the suggestions.")


class Succeeded(Schema):
    success: Literal[True]


class DocumentedAs:
    """Shows a shape in the API document for a body that is read as it was sent."""

    def __init__(self, shape: type[Schema]) -> None:
        self.shape = shape

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self.shape.__pydantic_core_schema__)
