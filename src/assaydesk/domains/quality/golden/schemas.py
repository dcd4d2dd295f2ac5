"""Wire shapes of golden sets (quality.md 18)."""

from typing import Annotated, Any, Literal

from pydantic import Field

from assaydesk.domains.quality.golden.types import RunState, Trigger
from assaydesk.platform.schema import Boolean, Id, IsoTime, Points, RequestSchema, Schema, unset

Number = int | float
Name = Annotated[str, Field(min_length=1, max_length=200)]
Description = Annotated[str, Field(max_length=4000)]
Kappa = Annotated[float, Field(ge=-1, le=1)]


class GoldenSetCreate(RequestSchema):
    name: Name
    scorecard_base_id: Id
    description: Description = ""


class GoldenSetUpdate(RequestSchema):
    """`enabled` false: neither run by night nor asked when a revision becomes active."""

    name: Name = unset()
    description: Description = unset()
    min_kappa: Kappa | None = Field(None, description="null: that of the settings.")
    enabled: Boolean = unset()


class LabelWrite(RequestSchema):
    criterion_id: Id
    score: Points | None = None
    applicable: Boolean = Field(True, description="false: not applicable, without a score.")


class GoldenItemCreate(RequestSchema):
    """Exactly one of `labels` and `fromAssessmentId`."""

    worklog_id: Id
    labels: list[LabelWrite] | None = Field(None, min_length=1, max_length=200)
    from_assessment_id: Id | None = Field(None, description="Takes the criteria that a person scored or confirmed.")


class GoldenRunCreate(RequestSchema):
    scorecard_id: Id | None = Field(None, description="A revision of the family; default: the active one.")
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    prompt_version: Annotated[str, Field(min_length=1, max_length=50)] | None = None


class LabelRead(Schema):
    criterion_id: int
    score: Number | None
    applicable: bool


class GoldenItemRead(Schema):
    id: int
    worklog_id: int
    text_hash: str
    erased: bool
    labels: list[LabelRead]
    created_at: IsoTime
    created_by: int | None


class LastGoldenRun(Schema):
    id: int
    state: RunState
    passed: bool | None
    finished_at: IsoTime | None


class GoldenSetListed(Schema):
    id: int
    name: str
    scorecard_base_id: int
    description: str
    enabled: bool
    min_kappa: Number | None
    created_by: int | None
    created_at: IsoTime
    modified_at: IsoTime
    version: int
    item_count: int = Field(description="Items that count: erased ones do not.")
    last_run: LastGoldenRun | None


class GoldenSetRead(GoldenSetListed):
    items: list[GoldenItemRead]


class GoldenSetPage(Schema):
    golden_sets: list[GoldenSetListed]
    total: int
    limit: int
    offset: int


class RunQueued(Schema):
    success: Literal[True]
    id: int
    state: RunState


class GoldenRunCriterion(Schema):
    """The judge against the labels, as in the agreement report."""

    criterion_id: int
    label: str
    scoring_type: str
    labels: int
    n: int = Field(description="Labels that the judge answered.")
    coverage: Number | None
    abstentions: int
    exact_agreement: Number | None
    cohen_kappa: Number | None
    krippendorff_alpha: Number | None
    mean_absolute_error: Number | None
    bias: Number | None
    confusion_matrix: dict[str, Any]
    ci95: dict[str, list[Number] | None]
    baseline: Number | None
    previous_cohen_kappa: Number | None
    passed: bool | None = Field(description="null: too few labels to say.")
    note: str | None


class Flip(Schema):
    """An answer that differs from that of the run before: a score, `notApplicable`, or null for an abstention."""

    item_id: int
    criterion_id: int
    previous: Number | str | None
    now: Number | str | None
    label: Number | str | None


class RunFailure(Schema):
    code: str
    message: str
    items: int = Field(description="Items that could not be judged.")


class GoldenRunListed(Schema):
    id: int
    golden_set_id: int
    state: RunState
    trigger: Trigger
    scorecard_id: int
    provider: str | None
    model: str | None
    prompt_version: str | None
    content_hash: str
    created_by: int | None
    created_at: IsoTime
    started_at: IsoTime | None
    finished_at: IsoTime | None
    input_tokens: int | None
    output_tokens: int | None
    cost: Number | None
    currency: str | None
    min_kappa: Number | None
    items: int = Field(description="Items that were judged so far.")
    passed: bool | None
    previous_run_id: int | None
    error: RunFailure | None


class GoldenRunRead(GoldenRunListed):
    criteria: list[GoldenRunCriterion]
    flips: list[Flip]


class GoldenRunPage(Schema):
    runs: list[GoldenRunListed]
    total: int
    limit: int
    offset: int
