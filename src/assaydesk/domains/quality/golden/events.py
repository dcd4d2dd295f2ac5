"""What golden sets tell others (conventions.md 14)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoldenRunQueued:
    run_id: int


@dataclass(frozen=True, slots=True)
class QualityDriftDetected:
    """A run fell below its gate after an earlier one had passed. `criteria`: the ids of those that fell."""

    golden_set_id: int
    run_id: int
    criteria: tuple[int, ...]
