"""The totals of an assessment: the one function that adds up points (quality.md 5)."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from assaydesk.domains.quality.scorecards.types import (
    Answer,
    Category,
    CategoryTotals,
    Criterion,
    PercentageBase,
    Totals,
)
from assaydesk.kit.numbers import round_half_up

ZERO = Decimal(0)
UNANSWERED = Answer(score=None, applicable=None)


def compute_totals(
    categories: Sequence[Category], answers: Mapping[int, Answer], base: PercentageBase = PercentageBase.USED
) -> Totals:
    """Add up one assessment.

    `answers` by criterion id; a missing one is unscored, one of another criterion is ignored. A criterion counts when
    it has a score and is not marked as not applicable; only such a one can knock out. `percentage` is 0 to 100,
    rounded half up to one decimal, and None when nothing is scored.
    """
    parts = tuple(_category_totals(category, answers) for category in categories)
    criteria = [criterion for category in categories for criterion in category.criteria]
    used = sum((part.used_max_points for part in parts), ZERO)
    total = sum((part.max_points for part in parts), ZERO)
    knocked_out = any(
        criterion.make_or_break_for_assessment and score == 0 for criterion, score in _scored(criteria, answers)
    )
    points = ZERO if knocked_out else sum((part.score for part in parts), ZERO)
    given = [answers.get(criterion.id, UNANSWERED) for criterion in criteria]
    open_ = [answer for answer in given if answer.score is None and answer.applicable is not False]
    waiting = sum(answer.needs_human for answer in open_)
    return Totals(
        scored_points=points,
        used_max_points=used,
        total_max_points=total,
        percentage=percentage(points, used, total, base),
        knocked_out=knocked_out,
        knocked_out_categories=tuple(part.category_id for part in parts if part.knocked_out),
        unscored_criteria=len(open_) - waiting,
        needs_human_criteria=waiting,
        not_applicable_criteria=sum(answer.applicable is False for answer in given),
        percentage_base=base,
        categories=parts,
    )


def percentage(points: Decimal, used: Decimal, total: Decimal, base: PercentageBase) -> Decimal | None:
    """100 * points / base, half up to one decimal; None while nothing is scored, whatever the base."""
    if used == 0:
        return None
    return round_half_up(100 * points / (used if base is PercentageBase.USED else total), 1)


def _category_totals(category: Category, answers: Mapping[int, Answer]) -> CategoryTotals:
    scored = list(_scored(category.criteria, answers))
    knocked_out = any(criterion.make_or_break_for_category and score == 0 for criterion, score in scored)
    return CategoryTotals(
        category_id=category.category_id,
        score=ZERO if knocked_out else sum((score for _, score in scored), ZERO),
        used_max_points=sum((criterion.max_points for criterion, _ in scored), ZERO),
        max_points=sum((criterion.max_points for criterion in category.criteria), ZERO),
        knocked_out=knocked_out,
    )


def _scored(criteria: Sequence[Criterion], answers: Mapping[int, Answer]) -> Iterator[tuple[Criterion, Decimal]]:
    for criterion in criteria:
        answer = answers.get(criterion.id, UNANSWERED)
        if answer.score is not None and answer.applicable is not False:
            yield criterion, answer.score
