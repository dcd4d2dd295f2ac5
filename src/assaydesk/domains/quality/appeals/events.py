"""What happens to appeals (conventions.md 14)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QualityAppealCreated:
    """The assessed person appealed."""

    appeal_id: int
    assessment_id: int
    state: str


@dataclass(frozen=True, slots=True)
class QualityAppealDecided:
    """Somebody decided an appeal; `state` is the result."""

    appeal_id: int
    assessment_id: int
    state: str
