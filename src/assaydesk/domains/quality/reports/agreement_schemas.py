"""Wire shapes of the agreement report and of the report on reviewers (quality.md 16)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.domains.quality.reports.agreement_types import GroupBy, PairKind, Source
from assaydesk.platform.schema import Boolean, Id, Integer, IsoTime, Schema

Interval = list[float] | None
Share = float | None


class AgreementQuery(Schema):
    """What `GET /quality/report/agreement` is asked for. One of the two ids is required."""

    scorecard_base_id: Id | None = Field(None, description="All revisions of a scorecard.")
    scorecard_id: Id | None = Field(None, description="One revision.")
    since: str | None = Field(None, alias="from", max_length=40, description="Reviewed then or later.")
    until: str | None = Field(None, alias="to", max_length=40, description="Reviewed then or earlier.")
    source: Source = Field(
        Source.REVIEW,
        description="`review`: finished reviews. `calibration`: closed sessions. `golden`: the newest run of each set.",
    )
    group_by: GroupBy = GroupBy.CRITERION
    blind_only: Boolean = Field(False, description="Only answers that were given without seeing those of the AI.")
    include_implicit: Boolean = Field(False, description="Also scores that the reviewer left untouched.")
    min_n: Annotated[Integer, Field(ge=1, le=10_000)] | None = Field(
        None, description="Fewer pairs are marked `fewPairs`. Default: the setting `qualityReportMinN`."
    )


class PairQuery(AgreementQuery):
    """The same, and which figure is opened."""

    key: str | None = Field(None, max_length=200, description="The `key` of a group; without it all groups.")
    criterion_id: Id | None = None
    kind: PairKind = Field(
        PairKind.PAIR, description="`pair`: compared answers. `abstention`: what the AI left to a person."
    )
    human: str | None = Field(None, max_length=40, description="A label of the confusion matrix: its row.")
    ai: str | None = Field(None, max_length=40, description="A label of the confusion matrix: its column.")
    limit: Annotated[Integer, Field(ge=1, le=1000)] = 100
    offset: Annotated[Integer, Field(ge=0)] = 0


class ConfusionMatrix(Schema):
    """`matrix[i][j]`: pairs in which the person said `labels[i]` and the AI `labels[j]`."""

    labels: list[str | int | float]
    rows: Literal["human"]
    columns: Literal["ai"]
    matrix: list[list[int]]


class HumanCeiling(Schema):
    """Agreement of people among themselves on the same work; no judge can be expected to reach more.

    `n`: pieces of work that at least two people answered; `answers`: their answers.
    """

    krippendorff_alpha: Share
    ci95: Interval
    n: int
    answers: int
    note: str | None


class BaselineIntervals(Schema):
    exact_agreement: Interval
    mean_absolute_error: Interval
    gain: Interval


class Baseline(Schema):
    """What one reaches without reading a word. `gain`: exact agreement of the AI minus that of the baseline."""

    exact_agreement: Share
    mean_absolute_error: Share
    gain: Share
    ci95: BaselineIntervals
    n: int


class Baselines(Schema):
    """`constant`: always the most frequent answer. `reviewerOffset`: what the reviewer's other answers suggest."""

    constant: Baseline
    reviewer_offset: Baseline


class FigureIntervals(Schema):
    """95 % percentile bootstrap over whole pieces of work; null where nothing can vary."""

    coverage: Interval
    exact_agreement: Interval
    within_one: Interval
    cohen_kappa: Interval
    krippendorff_alpha: Interval
    applicability_kappa: Interval
    mean_absolute_error: Interval
    bias: Interval
    baseline: Interval


class FigureCounts(Schema):
    """The number of answers behind each figure: criteria for `coverage`, pairs for the rest."""

    coverage: int
    exact_agreement: int
    within_one: int
    cohen_kappa: int
    krippendorff_alpha: int
    applicability_kappa: int
    mean_absolute_error: int
    bias: int
    baseline: int


class AgreementGroup(Schema):
    """Figures of one group. `n` pairs from `assessments` pieces of work and `reviewers` people.

    `given` criteria went to the AI; it `answered` some and left `abstentions` to a person. Where a group has several
    criteria, kappa and alpha pool the disagreement within each of them.
    """

    key: int | str | None
    label: str
    scoring_type: str | None
    n: int
    n_explicit: int
    assessments: int
    reviewers: int
    given: int
    answered: int
    abstentions: int
    coverage: Share
    exact_agreement: Share
    within_one: Share
    cohen_kappa: Share
    krippendorff_alpha: Share
    applicability_kappa: Share
    mean_absolute_error: Share
    bias: Share
    baseline: Share
    confusion_matrix: ConfusionMatrix | None
    human_ceiling: HumanCeiling | None
    baselines: Baselines
    n_of: FigureCounts
    ci95: FigureIntervals
    note: Literal["fewPairs", "oneCategory", "noPairs"] | None
    warnings: list[str]


class ReportHead(Schema):
    scorecard_base_id: int
    scorecard_id: int | None
    since: IsoTime | None = Field(alias="from")
    until: IsoTime | None = Field(alias="to")
    source: Source
    group_by: GroupBy


class AgreementReport(ReportHead):
    """The report. `confidence` and `resamples` belong to every `ci95`."""

    blind_only: bool
    include_implicit: bool
    min_n: int
    confidence: float
    resamples: int
    groups: list[AgreementGroup]
    overall: AgreementGroup


class PairAnswer(Schema):
    score: int | float | None
    applicable: bool


class PairReviewer(Schema):
    id: int
    name: str


class PairRead(Schema):
    """One criterion of one piece of work: what the AI said, what a person said, and the run of the judge.

    `assessmentId` is null for calibration and golden sets, where `sessionId` names the session or the run. `ai` null:
    it abstained; `human` null: nobody answered.
    """

    assessment_id: int | None
    session_id: int | None
    ticket_id: int | None
    worklog_id: int | None
    run_id: int | None
    criterion_id: int
    label: str
    scoring_type: str
    max_points: int | float
    ai: PairAnswer | None
    human: PairAnswer | None
    explicit: bool
    reviewer: PairReviewer | None
    model: str | None
    prompt_version: str | None
    date: IsoTime | None


class PairPage(ReportHead):
    pairs: list[PairRead]
    total: int
    limit: int
    offset: int
