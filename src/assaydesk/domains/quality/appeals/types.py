"""Words and pure shapes of appeals (quality.md 13)."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final


class AppealState(StrEnum):
    OPEN = "open"
    UNDER_REVIEW = "underReview"
    ACCEPTED = "accepted"
    PARTIALLY_ACCEPTED = "partiallyAccepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


OPEN_STATES: Final = (AppealState.OPEN, AppealState.UNDER_REVIEW)
"""Somebody has to decide."""


class AppealObstacle(StrEnum):
    """Why no appeal can be made; each is the code of the error."""

    INVALID_STATE = "invalid_state"
    OPEN = "appeal_open"
    LIMIT = "appeal_limit_reached"
    WINDOW = "appeal_window_closed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the assessed person says about one criterion. `score_at_appeal`: what it had when the appeal was made."""

    category_id: int
    criterion_id: int
    score_at_appeal: Decimal | None = None
    proposed_score: Decimal | None = None
    proposed_applicable: bool | None = None
    comment: str | None = None

    @property
    def wants_something(self) -> bool:
        return self.proposed_score is not None or self.proposed_applicable is not None
