"""Vocabulary of calibration sessions (quality.md 15)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class CalibrationState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class SheetState(StrEnum):
    """How far one person is with one piece of work."""

    NOT_STARTED = "notStarted"
    DRAFT = "draft"
    SUBMITTED = "submitted"


class AiState(StrEnum):
    """What the judge made of one piece of work; `off`: it is not asked."""

    OFF = "off"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """One person's answer to one criterion: a score, "not applicable" (`applicable` False), or neither yet."""

    criterion_id: int
    category_id: int
    score: Decimal | None
    applicable: bool | None
    reason: str | None

    @property
    def given(self) -> bool:
        return self.score is not None or self.applicable is False
