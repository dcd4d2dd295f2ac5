"""Wire shapes of the scores report (quality.md 17)."""

from typing import Any

from pydantic import Field

from assaydesk.platform.schema import Schema

Number = int | float


class DistributionBin(Schema):
    """How many assessments lie from `from` to under `to` percent; 100 belongs to the last bin."""

    since: int = Field(alias="from")
    to: int
    assessments: int


class ScoresOverall(Schema):
    key: dict[str, Any] = Field(description="By dimension; those of categories and criteria name the scorecard too.")
    label: dict[str, str | None]
    assessments: int
    reviewed: int = Field(description="Of them with a finished review.")
    mean_percentage: Number | None = Field(
        description="Mean of the assessments' percentages; by category and criterion 100 * points / used maximum."
    )
    median_percentage: Number | None
    ci95: tuple[Number, Number] | None = Field(
        description="95 % interval of `meanPercentage`: percentile bootstrap, 1,000 resamples of whole assessments, "
        "fixed seed. Null with fewer than two."
    )
    scored_points: Number
    used_max_points: Number
    knock_outs: int = Field(
        description="Assessments in which something was knocked out; by category and criterion those in which it was."
    )
    needs_human: int = Field(description="Criteria that wait for a person.")
    not_applicable: int = Field(description="Criteria that do not apply.")
    rank: int | None = Field(
        description="By `meanPercentage` in the first dimension, within equal values of the second; null below `minN`."
    )
    distribution: list[DistributionBin] | None = Field(None, description="Only with `distribution=true`.")
    handling_seconds: Number | None = Field(None, description="Mean handling time. Only with `distribution=true`.")
    automation_levels: dict[str, int] | None = Field(
        None, description="Assessments by automation level. Only with `distribution=true`."
    )


class ScoresReport(Schema):
    rows: list[ScoresOverall]
    overall: ScoresOverall
    total: int
    limit: int
    offset: int
