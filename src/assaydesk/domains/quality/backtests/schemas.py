"""Requests and answers of backtests (quality.md 12)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from assaydesk.domains.quality.assessments.schemas import EvidenceRead
from assaydesk.domains.quality.scorecards.schemas import CategoryWrite
from assaydesk.platform.schema import (
    Boolean,
    DateInput,
    DocumentedAs,
    Id,
    Integer,
    IsoTime,
    Points,
    RequestSchema,
    Schema,
)

Ids = Annotated[list[Id], Field(max_length=1000)]


class BacktestFilters(RequestSchema):
    """Which past work; what is left out filters nothing. Dates are those of the latest interaction, both inclusive."""

    from_: DateInput | None = Field(default=None, alias="from")
    to: DateInput | None = None
    users: Ids = Field(default_factory=list)
    teams: Ids = Field(default_factory=list, description="Teams of the person when the work was last touched.")
    channels: list[Annotated[str, Field(max_length=20)]] = Field(default_factory=list, max_length=20)
    ticket_tags: Ids = Field(default_factory=list)
    worklog_ids: list[Id] = Field(default_factory=list, max_length=500)
    only_assessed: Boolean = Field(default=False, description="Only work with a scored assessment of this scorecard.")


class BacktestCreate(RequestSchema):
    """A dry run of a revision, or of `categories` in its place."""

    filters: BacktestFilters = Field(default_factory=BacktestFilters)
    sample_size: Annotated[Integer, Field(ge=1, le=500)] | None = Field(
        default=None, description="100, or all of `filters.worklogIds`."
    )
    seed: Integer = 1
    use_assignment: Boolean = Field(default=True, description="Only work that the revision's assignment matches.")
    compare_with: Literal["assessed", "revision", "none"] = "assessed"
    compare_scorecard_id: Id | None = None
    categories: Annotated[list[Any] | None, DocumentedAs(list[CategoryWrite] | None)] = Field(
        default=None, description="Unsaved content to try in place of the stored one."
    )
    estimate_only: Boolean = Field(default=False, description="Count and estimate the cost; judge nothing.")
    max_cost: Annotated[Points, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Stop when this much is spent; needs a price of the model (`llmPrices`)."
    )
    judge: Literal["auto", "model", "builtIn"] | None = Field(
        default=None, description="Another judge than the set one."
    )
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        default=None, description="Another model."
    )
    prompt_version: Annotated[str, Field(min_length=1, max_length=40)] | None = None


class BacktestAgreement(Schema):
    """Agreement with what people decided: `n` answers, the share that is equal, Cohen's kappa (null: undefined)."""

    n: int
    exact: float | None
    kappa: float | None
    note: str | None


class BacktestCriterion(Schema):
    """One criterion that compares: the same id, maximum and scoring type on both sides."""

    criterion_id: int
    label: str
    category_label: str
    max_points: float
    scoring_type: Literal["metNotMet", "numericScale"]
    judged: int = Field(description="Pieces of work with an answer of the tried content; `needsHumanAfter` of them.")
    compared: int
    changed: int
    mean_difference: float | None
    needs_human_before: int
    needs_human_after: int
    agreement_before: BacktestAgreement
    agreement_after: BacktestAgreement


class BacktestSummary(Schema):
    """Counts and means over what the caller may see. Percentages are means over the work that has one on both sides."""

    candidates: int
    excluded_by_permission: int
    sampled: int
    scored: int
    failed: int
    not_applicable: int
    changed: int
    mean_before: float | None
    mean_after: float | None
    mean_difference: float | None
    ci95: list[float] | None
    new_knock_outs: int
    removed_knock_outs: int
    needs_human_share: float | None
    input_tokens: int
    output_tokens: int
    cost: float | None
    currency: str | None
    duration_ms: int


class BacktestProgress(Schema):
    done: int
    total: int


class DiffCriterion(Schema):
    criterion_id: int
    score_before: float | None
    score_after: float | None
    state_before: str | None
    state_after: str | None
    confidence: float | None
    reason: str | None
    evidence: list[EvidenceRead] = Field(description="Words that the judge quotes and that the message still says.")


class BacktestDiff(Schema):
    """One piece of work; `criteria` are those whose answer differs, or all when there is nothing to compare with, or
    when `allCriteria` asks for them."""

    worklog_id: int | None
    ticket_id: int
    assessment_id: int | None
    percentage_before: float | None
    percentage_after: float | None
    knocked_out_before: bool | None
    knocked_out_after: bool
    changed: bool
    criteria: list[DiffCriterion]


class BacktestListed(Schema):
    id: int
    state: Literal["queued", "running", "done", "stopped", "failed", "cancelled"]
    scorecard_id: int
    content_hash: str
    compare_with: Literal["assessed", "revision", "none"]
    compare_scorecard_id: int | None
    request: dict[str, Any]
    created_by: int | None
    created_at: IsoTime
    finished_at: IsoTime | None
    duration_ms: int | None
    progress: BacktestProgress
    error_message: dict[str, Any] | None
    summary: BacktestSummary | None


class BacktestRead(BacktestListed):
    criteria: list[BacktestCriterion]
    diffs: list[BacktestDiff]
    total: int
    limit: int
    offset: int


class BacktestPage(Schema):
    backtests: list[BacktestListed]
    total: int
    limit: int
    offset: int


class BacktestQueued(Schema):
    success: bool
    id: int
    state: Literal["queued", "running"]


class BacktestEstimate(Schema):
    """What a backtest would take. `basis`: `runs` of the judge so far, or the length of the `text`; null without a
    model."""

    success: bool
    estimate_only: bool
    candidates: int
    excluded_by_permission: int
    sampled: int
    calls: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    currency: str | None
    basis: Literal["runs", "text"] | None
