"""Wire shapes of trust."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.platform.schema import IsoTime, RequestSchema, Schema

Number = int | float


class TrustUpdate(RequestSchema):
    target_agreement: Annotated[Number, Field(ge=0.5, le=0.99)] | None = None
    """Share of the AI's answers with which people should agree; null follows `qualityTargetAgreement`."""


class LabelCounts(Schema):
    """Verified answers that teach, by how they came about and by what they say."""

    total: int
    not_applicable: int
    blind: int
    corrected: int
    by_hand: int
    confirmed: int
    confirmed_own: int


class ScoreCount(Schema):
    score: Number
    labels: int


class MissingLabels(Schema):
    """What is missing before the built-in judge learns: in all, and other than the most frequent score."""

    labels: int
    of_kind: int


class HeadRead(Schema):
    labels: int
    held_out_agreement: Number
    held_out_log_loss: Number


class CoveragePoint(Schema):
    """With this threshold so much is answered, and so much of it agrees."""

    threshold: Number
    coverage: Number
    agreement: Number
    n: int


class JudgeTrustRead(Schema):
    """One judge on one criterion. `agreement` is what people said of its comparable answers; `gate`: what decides."""

    judge: str
    n: int
    agreement: Number | None
    calibrated_agreement: Number | None
    threshold: Number | None
    gate: Literal["criterion", "target", "closed", "setting"]
    curve: list[CoveragePoint]


class CriterionTrust(Schema):
    criterion_id: int
    category_id: int
    label: str
    scoring_type: str
    max_points: Number
    decided_by: Literal["rule", "ai", "person"]
    labels: LabelCounts
    scores: list[ScoreCount]
    missing: MissingLabels
    head: HeadRead | None
    judges: list[JudgeTrustRead]


class JudgeCurve(Schema):
    judge: str
    n: int
    curve: list[CoveragePoint]


class ReviewerOffset(Schema):
    """How much higher (or lower) a person scores than the judge, beside the others; a share of the maximum."""

    user_id: int
    offset: Number
    ci95: list[Number]
    n: int


class TrustRead(Schema):
    scorecard_base_id: int
    target_agreement: Number
    target_from: Literal["scorecard", "setting"]
    version: str | None
    trained_at: IsoTime | None
    forgotten_at: IsoTime | None
    criteria: list[CriterionTrust]
    judges: list[JudgeCurve]
    reviewers: list[ReviewerOffset]


class TrainingQueued(Schema):
    success: Literal[True]
    state: Literal["queued"]
