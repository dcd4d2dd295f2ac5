"""Which criteria of a scorecard a draft can be checked against (quality.md 2.6 and 9). Pure."""

from dataclasses import replace

from assaydesk.domains.quality.judging.rules.decide import decided_by_draft
from assaydesk.domains.quality.scorecards.types import Content, Criterion


def is_checkable(criterion: Criterion) -> bool:
    """The AI scores it, or a rule that needs no more than the draft."""
    if criterion.rule is not None:
        return decided_by_draft(criterion.rule)
    return criterion.auto_generate_by_ai


def checkable(content: Content) -> Content:
    """The content with nothing but such criteria; categories without any are left out."""
    kept = (
        replace(category, criteria=tuple(filter(is_checkable, category.criteria))) for category in content.categories
    )
    return replace(content, categories=tuple(category for category in kept if category.criteria))
