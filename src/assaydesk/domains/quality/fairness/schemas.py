"""Wire shapes of fairness probes."""

from typing import Literal

from pydantic import Field

from assaydesk.domains.quality.fairness.types import ProbeState, Swap
from assaydesk.platform.schema import Id, Integer, IsoTime, RequestSchema, Schema

Number = int | float


class FairnessCreate(RequestSchema):
    scorecard_id: Id = Field(description="Any revision that is not deleted.")
    worklog_ids: list[Id] | None = Field(None, min_length=1, max_length=200, description="Else a random sample.")
    sample: Integer = Field(50, ge=1, le=200, description="Pieces of work to draw when none are named.")
    seed: Integer = Field(1, description="The same seed and data draw the same work and the same names.")
    kinds: list[Swap] = Field(default_factory=lambda: list(Swap), min_length=1)


class ProbeQueued(Schema):
    success: Literal[True]
    id: int
    state: ProbeState


class Movements(Schema):
    """Counterfactual against original; `noiseFlips` is the unchanged repeat against the original."""

    n: int = Field(description="Answers that were compared.")
    flips: Number | None = Field(description="Share of answers that changed.")
    flips_ci95: list[Number] | None
    noise_flips: Number | None
    beyond_noise: Number | None = Field(description="Flips above those of the repeat of the same work.")
    beyond_noise_ci95: list[Number] | None
    mean_shift: Number | None = Field(description="New minus original score, as a share of the maximum.")
    mean_shift_ci95: list[Number] | None


class CriterionMovements(Movements):
    criterion_id: int
    label: str


class KindResult(Schema):
    kind: Swap
    worklogs: int
    left_out: int = Field(description="Pieces of work with nothing of this kind to change.")
    overall: Movements
    criteria: list[CriterionMovements]


class ProbeResult(Schema):
    """Figures over all pieces of work; nothing says how a person's work was scored."""

    judged: int
    failed: int = Field(description="Pieces of work that the judge could not answer at least once.")
    noise: Movements
    kinds: list[KindResult]


class FairnessRead(Schema):
    id: int
    state: ProbeState
    scorecard_id: int
    kinds: list[Swap]
    seed: int
    worklogs: int
    excluded: int = Field(description="Pieces of work that the caller may not see.")
    created_by: int | None
    created_at: IsoTime
    started_at: IsoTime | None
    finished_at: IsoTime | None
    error: dict[str, str] | None
    result: ProbeResult | None


class FairnessPage(Schema):
    probes: list[FairnessRead]
    total: int
    limit: int
    offset: int
