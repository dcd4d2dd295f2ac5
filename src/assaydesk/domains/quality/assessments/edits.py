"""A person's changes to criteria: what may be sent, and what comes of it (quality.md 8.4). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from assaydesk.domains.quality.assessments.criteria import score_fault
from assaydesk.domains.quality.assessments.merge import value_edits
from assaydesk.domains.quality.assessments.types import (
    CriterionAnswer,
    CriterionState,
    Edit,
    Origin,
    OverrideReason,
    Quotation,
)
from assaydesk.domains.quality.scorecards.types import Category, Content, Criterion
from assaydesk.platform.errors import FieldError


@dataclass(frozen=True, slots=True)
class CriterionChange:
    """One item of `criteria`. `given` holds the names of the fields that were sent."""

    category_id: int
    criterion_id: int
    given: frozenset[str]
    score: Decimal | None = None
    reason: str | None = None
    applicable: bool | None = None
    override_reason: OverrideReason | None = None
    evidence: tuple[Quotation, ...] = ()


def change_faults(content: Content, changes: Sequence[CriterionChange]) -> list[FieldError]:
    """All faults of the items, with their paths."""
    known = {criterion.id: (category, criterion) for category, criterion in content.criteria}
    faults: list[FieldError] = []
    seen: set[int] = set()
    for index, change in enumerate(changes):
        path = f"criteria.{index}"
        if change.criterion_id in seen:
            faults.append(FieldError(f"{path}.criterionId", "duplicate", "The criterion is named twice."))
        seen.add(change.criterion_id)
        found = known.get(change.criterion_id)
        if found is None:
            faults.append(FieldError(f"{path}.criterionId", "unknown", "The scorecard has no such criterion."))
        else:
            faults += _item_faults(path, *found, change)
    return faults


def _item_faults(path: str, category: Category, criterion: Criterion, change: CriterionChange) -> list[FieldError]:
    faults: list[FieldError] = []
    if category.category_id != change.category_id:
        message = f"Criterion {criterion.id} belongs to category {category.category_id}."
        faults.append(FieldError(f"{path}.categoryId", "unknown", message))
    if change.score is not None:
        message = score_fault(criterion, change.score) or ""
        if message:
            faults.append(FieldError(f"{path}.score", "out_of_range", message))
    if change.applicable is False:
        if change.score is not None:
            message = "What does not apply has no score."
            faults.append(FieldError(f"{path}.applicable", "not_allowed", message))
        if not criterion.allow_not_applicable:
            message = "This criterion always applies."
            faults.append(FieldError(f"{path}.applicable", "not_allowed", message))
    return faults


def apply_change(
    old: CriterionAnswer, change: CriterionChange, *, user_id: int | None, now: datetime, unseen: bool = False
) -> CriterionAnswer:
    """The answer after a person's change; the same object when nothing changed.

    `unseen`: the person was not shown the AI's answer (blind review), so that a change without a score cannot confirm
    it.
    """
    given = change.given
    hidden = unseen and old.origin is not Origin.HUMAN
    new = _answered(old, change, confirms=not hidden)
    if hidden and new.origin is Origin.HUMAN:
        # What the person decided without seeing it does not rest on the AI's words.
        new = replace(new, reason=None, evidence=(), searched_conversation_ids=(), tool_call_ids=())
    if "reason" in given:
        new = replace(new, reason=change.reason)
    if "override_reason" in given:
        new = replace(new, override_reason=change.override_reason)
    if "evidence" in given:
        new = replace(new, evidence=change.evidence)
    if new == old:
        return old
    return replace(new, last_edited_by_user_id=user_id, last_edited_at=now)


def _answered(old: CriterionAnswer, change: CriterionChange, *, confirms: bool) -> CriterionAnswer:
    if change.applicable is False:
        return replace(old, state=CriterionState.NOT_APPLICABLE, applicable=False, score=None, origin=Origin.HUMAN)
    if "score" in change.given:
        if change.score is None:
            return _cleared(old, change.applicable)
        return _verified(old, change.score)
    if change.applicable is True and (old.score is None or not confirms):
        return _cleared(old, applicable=True)
    if not confirms:
        return old
    if old.score is not None:
        return _verified(old, old.score)
    if old.state is CriterionState.NOT_APPLICABLE:
        return replace(old, origin=Origin.HUMAN)
    return old


def _verified(old: CriterionAnswer, score: Decimal) -> CriterionAnswer:
    return replace(old, state=CriterionState.HUMAN_VERIFIED, score=score, applicable=True, origin=Origin.HUMAN)


def _cleared(old: CriterionAnswer, applicable: bool | None) -> CriterionAnswer:
    return replace(old, state=CriterionState.UNSCORED, score=None, applicable=applicable, origin=None)


def history_of(old: CriterionAnswer, new: CriterionAnswer) -> list[Edit]:
    """History entries of one criterion: one for each changed field, or the state when it was only confirmed."""
    path = f"criteria.{new.category_id}.{new.criterion_id}"
    edits = value_edits(old, new)
    if old.override_reason != new.override_reason:
        edits.append(Edit(f"{path}.overrideReason", old.override_reason, new.override_reason))
    if old.evidence != new.evidence:
        edits.append(Edit(f"{path}.evidence", _shown(old.evidence), _shown(new.evidence)))
    if not edits and old.state is not new.state:
        edits.append(Edit(f"{path}.state", old.state, new.state))
    return edits


def _shown(evidence: Sequence[Quotation]) -> list[Mapping[str, Any]]:
    return [{"conversationId": e.conversation_id, "quote": e.quote, "start": e.start, "end": e.end} for e in evidence]
