"""What the verified scores of one scorecard family have taught, as judging uses it. Loads no numpy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from assaydesk.domains.quality.judging.confidence import Calibration, Point, gate_for
from assaydesk.domains.quality.judging.shortage import Shortage
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType

if TYPE_CHECKING:
    from assaydesk.domains.quality.judging.heads import Head

BUILT_IN: Final = "builtIn"
SAME_SHARE: Final = Decimal("0.1")
"""Scores of a scale that differ by at most this share of the maximum agree."""

Key = tuple[int, str, str]
"""Id, maximum and scoring type: what has all three in common is one criterion, whatever the revision."""


def key_of(criterion: Criterion) -> Key:
    return criterion.id, f"{criterion.max_points.normalize():f}", str(criterion.scoring_type)


def agrees(criterion: Criterion, one: Decimal | None, other: Decimal | None) -> bool:
    """Whether two answers say the same; None is "not applicable"."""
    if one is None or other is None:
        return one is other
    if criterion.scoring_type is ScoringType.MET_NOT_MET or (one == 0) != (other == 0):
        return one == other
    return abs(one - other) <= SAME_SHARE * criterion.max_points


def judge_key(provider: str, model: str | None) -> str:
    """The name under which a judge is calibrated: the built-in one whatever its version, others by their model."""
    return BUILT_IN if provider == BUILT_IN else f"{provider}:{model or ''}"


@dataclass(frozen=True, slots=True)
class JudgeTrust:
    """How far one judge can be trusted in one family. Points are calibrated confidences with what people said."""

    base_id: int
    calibration: Calibration
    points: Mapping[int, Sequence[Point]]
    instance: Sequence[Point]
    """Points of all families of the instance."""
    target: float
    _gates: dict[int, tuple[bool, float | None]] = field(default_factory=dict, compare=False)

    def probability(self, criterion_id: int, confidence: float) -> float:
        """The probability that a supervisor agrees."""
        return self.calibration.probability(criterion_id, confidence, self.base_id)

    def gate(self, criterion_id: int) -> tuple[bool, float | None]:
        """Whether verified pairs decide the gate, and the gate; None lets nothing through."""
        if criterion_id not in self._gates:
            family = [point for points in self.points.values() for point in points]
            self._gates[criterion_id] = gate_for(
                self.points.get(criterion_id, ()), (family, self.instance), self.target
            )
        return self._gates[criterion_id]


@dataclass(frozen=True, slots=True)
class Learned:
    """`version` is `<family>-v<number>`. `embedder`: whose vectors the heads understand. `trusts` by `judge_key`."""

    base_id: int
    version: str
    embedder: str
    heads: Mapping[Key, "Head"]
    shortages: Mapping[Key, Shortage]
    trusts: Mapping[str, JudgeTrust]

    def trust_in(self, provider: str, model: str | None) -> JudgeTrust | None:
        return self.trusts.get(judge_key(provider, model))
