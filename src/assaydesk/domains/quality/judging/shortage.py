"""How many verified scores a criterion needs before it is learned, and how many are missing. Without numpy."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from assaydesk.domains.quality.scorecards.types import Criterion

MIN_LABELS: Final = 20
"""Verified scores of one criterion, those to which it did not apply left out."""
MIN_OF_KIND: Final = 5
"""Of them, scores other than the most frequent one; and "not applicable" answers before these are learned as well."""
COUNTS_FROM: Final = 0.5
"""Labels of less weight teach a little, but open no door."""


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why there is no head yet. `missing_of_kind`: scores other than the most frequent one."""

    labels: int
    missing: int
    missing_of_kind: int


NOTHING: Final = Shortage(0, MIN_LABELS, MIN_OF_KIND)


def shortage_of(criterion: Criterion, labels: Iterable[tuple[Decimal | None, float]]) -> Shortage | None:
    """What is missing, or None. A label is a score (None: not applicable) with its weight."""
    counts = Counter(
        (score > 0 if criterion.scoring_type == "metNotMet" else score)
        for score, weight in labels
        if score is not None and weight >= COUNTS_FROM
    )
    total = sum(counts.values())
    others = total - max(counts.values(), default=0)
    short = Shortage(total, max(0, MIN_LABELS - total), max(0, MIN_OF_KIND - others))
    return short if short.missing or short.missing_of_kind else None
