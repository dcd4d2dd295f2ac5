"""Wire shapes of the report on reviewers."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.domains.quality.reports.agreement_schemas import Interval, PairReviewer, Share
from assaydesk.platform.schema import Id, Integer, IsoTime, Schema


class ReviewersQuery(Schema):
    """What `GET /quality/report/reviewers` is asked for. One of the two ids is required."""

    scorecard_base_id: Id | None = Field(None, description="All revisions of a scorecard.")
    scorecard_id: Id | None = Field(None, description="One revision.")
    since: str | None = Field(None, alias="from", max_length=40, description="Reviewed then or later.")
    until: str | None = Field(None, alias="to", max_length=40, description="Reviewed then or earlier.")
    min_n: Annotated[Integer, Field(ge=1, le=10_000)] | None = Field(
        None, description="Fewer pairs are marked `fewPairs`. Default: the setting `qualityReportMinN`."
    )


class Severity(Schema):
    """Mean of (own answer minus the other) over the maximum, below 0 is strict; `n` answers to `works` pieces."""

    mean_difference: Share
    ci95: Interval
    n: int
    works: int


class SeverityToAi(Severity):
    """Over answers that the person gave; `blind…` over those given without seeing the AI's."""

    blind_mean_difference: Share
    blind_ci95: Interval
    blind_n: int


class Severities(Schema):
    """`toReviewers`: against the mean of the others, in closed calibration sessions and second reviews."""

    to_ai: SeverityToAi
    to_reviewers: Severity


class ReviewTime(Schema):
    """Median over `n` reviews, from the reviewer's first edit in the history to the finish.

    Reading before the first edit is not in it, a break in between is. `notMeasurable` were saved in one step.
    """

    median_seconds: int | None
    n: int
    not_measurable: int
    method: Literal["firstEditToFinish"]


class Changed(Schema):
    """Share of the AI's answers that the person changed; `n` answers, untouched ones included."""

    share: Share
    ci95: Interval
    n: int


class AgreementIntervals(Schema):
    exact_agreement: Interval
    cohen_kappa: Interval
    mean_absolute_error: Interval


class AgreementFigures(Schema):
    exact_agreement: Share
    cohen_kappa: Share
    mean_absolute_error: Share
    ci95: AgreementIntervals
    n: int
    assessments: int


class AgreementOfReviewer(Schema):
    """With the AI: over answers that the person set or confirmed, and over those given blind."""

    explicit: AgreementFigures
    blind: AgreementFigures


class ReviewerAppeals(Schema):
    """Appeals against the person's reviews. `lost`: accepted; `won`: rejected. Withdrawn ones do not count."""

    decided: int
    lost: int
    partly_lost: int
    won: int
    open: int


class ReviewerRead(Schema):
    reviewer: PairReviewer
    reviews: int
    severity: Severities
    time: ReviewTime
    changed: Changed
    agreement: AgreementOfReviewer
    appeals: ReviewerAppeals
    warnings: list[str]


class ReviewersReport(Schema):
    scorecard_base_id: int
    scorecard_id: int | None
    since: IsoTime | None = Field(alias="from")
    until: IsoTime | None = Field(alias="to")
    min_n: int
    confidence: float
    reviewers: list[ReviewerRead]
