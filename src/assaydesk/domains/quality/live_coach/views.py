"""A judged draft as the API shows it (quality.md 9)."""

from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.assessments.collect import DRAFT
from assaydesk.domains.quality.assessments.dry_run import DryResult
from assaydesk.domains.quality.assessments.types import CriterionAnswer, Quotation
from assaydesk.domains.quality.judging.types import Judgement
from assaydesk.domains.quality.scorecards.types import Category, Content, Criterion
from assaydesk.kit.numbers import plain


def scorecard_view(scorecard_id: int, content: Content, result: DryResult | None) -> dict[str, Any]:
    """`result` None: the scorecard has nothing that a draft can be checked against."""
    threshold = Decimal(str(content.live_coach.threshold))
    percentage = None if result is None else result.totals.percentage
    judgement = None if result is None else result.judgement
    return {
        "scorecardId": scorecard_id,
        "name": content.name,
        "percentage": None if percentage is None else plain(percentage),
        "threshold": plain(threshold),
        "passed": None if percentage is None else percentage >= threshold,
        "aiSummary": judgement.ai_summary if isinstance(judgement, Judgement) else "",
        "categories": [] if result is None else [_category(one, result) for one in content.categories],
    }


def _category(category: Category, result: DryResult) -> dict[str, Any]:
    answers = {answer.criterion_id: answer for answer in result.answers}
    part = next(one for one in result.totals.categories if one.category_id == category.category_id)
    return {
        "categoryId": category.category_id,
        "label": category.label,
        "score": plain(part.score),
        "maxPoints": plain(part.used_max_points),
        "criteria": [_criterion(one, answers[one.id]) for one in category.criteria],
    }


def _criterion(criterion: Criterion, answer: CriterionAnswer) -> dict[str, Any]:
    return {
        "criterionId": criterion.id,
        "label": criterion.label,
        "score": None if answer.score is None else plain(answer.score),
        "maxPoints": plain(criterion.max_points),
        "reason": answer.reason,
        "makeOrBreakForCategory": criterion.make_or_break_for_category,
        "makeOrBreakForAssessment": criterion.make_or_break_for_assessment,
        "state": answer.state,
        "applicable": answer.applicable,
        "confidence": answer.confidence,
        "evidence": [_quotation(item) for item in answer.evidence],
    }


def _quotation(item: Quotation) -> dict[str, Any]:
    known = None if item.conversation_id == DRAFT else item.conversation_id
    return {"conversationId": known, "quote": item.quote, "start": item.start, "end": item.end}
