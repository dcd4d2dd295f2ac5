"""Vocabulary of golden sets (quality.md 18)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class RunState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Trigger(StrEnum):
    """Who asked for a run."""

    MANUAL = "manual"
    NIGHTLY = "nightly"


NOT_APPLICABLE: Final = "notApplicable"


@dataclass(frozen=True, slots=True)
class Label:
    """The settled answer to one criterion, with the scale that it was given on."""

    criterion_id: int
    score: Decimal | None
    applicable: bool
    max_points: Decimal
    scoring_type: str
