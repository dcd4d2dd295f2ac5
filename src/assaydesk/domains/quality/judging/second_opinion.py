"""Where one answer of a model is not enough: near a knock-out, and near the threshold of passing (design.md 4.3)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from assaydesk.domains.quality.judging.abstain import Doubt, Thresholds, abstained
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.domains.quality.scorecards.scoring import compute_totals
from assaydesk.domains.quality.scorecards.types import Answer, Content, Criterion

NEAR_POINTS: Final = 5
"""Percentage points from the threshold of the live coach within which a result counts as near."""
SURE: Final = 0.9
"""Near the threshold only answers below this confidence are asked again."""
SAME_SHARE: Final = Decimal("0.1")
"""Scores that differ by at most this share of the maximum agree."""


def worth_asking_again(content: Content, verdicts: Sequence[Verdict], thresholds: Thresholds) -> list[Criterion]:
    """The criteria for which a second opinion is asked, in their order. Only scores of a model are asked again."""
    by_id = {verdict.criterion_id: verdict for verdict in verdicts}
    near = _near_threshold(content, verdicts)
    chosen = []
    for _, criterion in content.criteria:
        verdict = by_id.get(criterion.id)
        if verdict is None or verdict.origin != "ai" or verdict.score is None:
            continue
        confidence = verdict.confidence or 0.0
        knocks_out = criterion.make_or_break_for_category or criterion.make_or_break_for_assessment
        if (knocks_out and (verdict.score == 0 or confidence < thresholds.knock_out)) or (near and confidence < SURE):
            chosen.append(criterion)
    return chosen


def weigh(
    verdicts: Iterable[Verdict], criteria: Sequence[Criterion], second: Mapping[int, Verdict], language: str
) -> tuple[Verdict, ...]:
    """The first verdicts, with those left to a person on which the second opinion differs.

    The lower of two confidences counts.
    """
    most = {criterion.id: criterion.max_points for criterion in criteria}
    weighed = []
    for verdict in verdicts:
        other = second.get(verdict.criterion_id)
        if other is None:
            weighed.append(verdict)
        elif _agree(verdict, other, most[verdict.criterion_id]):
            confidences = [value for value in (verdict.confidence, other.confidence) if value is not None]
            weighed.append(replace(verdict, confidence=min(confidences, default=None)))
        else:
            weighed.append(abstained(verdict, Doubt.OPINIONS_DIFFER, language))
    return tuple(weighed)


def _agree(first: Verdict, second: Verdict, most: Decimal) -> bool:
    if first.score is None or second.score is None:
        return False
    if (first.score == 0) != (second.score == 0):
        return False
    return abs(first.score - second.score) <= SAME_SHARE * most


def _near_threshold(content: Content, verdicts: Iterable[Verdict]) -> bool:
    if not content.live_coach.enabled:
        return False
    answers = {verdict.criterion_id: Answer(verdict.score, verdict.applicable) for verdict in verdicts}
    percentage = compute_totals(content.categories, answers).percentage
    return percentage is not None and abs(percentage - Decimal(str(content.live_coach.threshold))) <= NEAR_POINTS
