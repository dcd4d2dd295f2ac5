"""How a judge's verdict becomes the answer to a criterion, and how answers are added up (quality.md 4.4, 5). Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Origin, Quotation
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.domains.quality.scorecards.scoring import compute_totals
from assaydesk.domains.quality.scorecards.types import (
    Answer,
    Content,
    Criterion,
    PercentageBase,
    ScoringType,
    Totals,
)

LONGEST_REASON: Final = 4000
HUNDREDTH: Final = Decimal("0.01")


def score_fault(criterion: Criterion, score: Decimal) -> str | None:
    """Why this score cannot be given, as a sentence; None when it can (quality.md 2.2)."""
    if criterion.scoring_type is ScoringType.MET_NOT_MET and score not in (0, criterion.max_points):
        return f"Met or not met: the score is 0 or {_number(criterion.max_points)}."
    if not 0 <= score <= criterion.max_points:
        return f"The score is from 0 to {_number(criterion.max_points)}."
    if score != score.quantize(HUNDREDTH):
        return "A score has at most two decimals."
    return None


def answer_of(category_id: int, criterion: Criterion, verdict: Verdict) -> CriterionAnswer:
    """The answer that a verdict gives.

    Whatever is neither a possible score nor a clear "not applicable" goes to a person; a score is never made up.
    """
    score, applicable = verdict.score, verdict.applicable
    if verdict.abstained or (score is not None and score_fault(criterion, score)):
        state, score = CriterionState.NEEDS_HUMAN, None
    elif applicable is False and criterion.allow_not_applicable:
        state, score = CriterionState.NOT_APPLICABLE, None
    elif score is not None and applicable is not False:
        state, applicable = CriterionState.AI_SCORED, True
    else:
        state, score = CriterionState.NEEDS_HUMAN, None
    if state is CriterionState.NEEDS_HUMAN and applicable is False:
        applicable = None
    reason = verdict.reason[:LONGEST_REASON]
    return CriterionAnswer(
        criterion_id=criterion.id,
        category_id=category_id,
        state=state,
        score=score,
        applicable=applicable,
        reason=reason,
        confidence=verdict.confidence,
        evidence=tuple(Quotation(e.conversation_id, e.quote, e.start, e.end) for e in verdict.evidence),
        searched_conversation_ids=verdict.searched_conversation_ids,
        tool_call_ids=verdict.tool_call_ids,
        origin=Origin(verdict.origin),
        ai_score=score,
        ai_applicable=applicable,
        ai_reason=reason,
    )


def is_evaluated(criterion: Criterion) -> bool:
    """Whether the AI or a rule scores it (quality.md 2.1, 2.6)."""
    return criterion.auto_generate_by_ai or criterion.rule is not None


def totals_of(
    content: Content, answers: Iterable[CriterionAnswer], base: PercentageBase = PercentageBase.USED
) -> Totals:
    """The totals of these answers; criteria without one are unscored."""
    return compute_totals(content.categories, _for_scoring(answers), base)


def _for_scoring(answers: Iterable[CriterionAnswer]) -> Mapping[int, Answer]:
    return {
        answer.criterion_id: Answer(
            score=answer.score,
            applicable=answer.applicable,
            needs_human=answer.state is CriterionState.NEEDS_HUMAN,
        )
        for answer in answers
    }


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}"
