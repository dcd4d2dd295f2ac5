"""Answers, quotations and history as they are stored in rows (quality.md 4.2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from assaydesk.domains.quality.assessments.models import AssessmentCriterion
from assaydesk.domains.quality.assessments.types import (
    CriterionAnswer,
    CriterionState,
    Origin,
    OverrideReason,
    Quotation,
    RefreshRequest,
)
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.kit.numbers import plain


def answer_from_row(row: AssessmentCriterion) -> CriterionAnswer:
    return CriterionAnswer(
        criterion_id=row.criterion_id,
        category_id=row.category_id,
        state=CriterionState(row.state),
        score=row.score,
        applicable=row.applicable,
        reason=row.reason,
        confidence=row.confidence,
        evidence=tuple(quotation(item) for item in row.evidence),
        searched_conversation_ids=tuple(row.searched_conversation_ids),
        tool_call_ids=tuple(row.tool_call_ids),
        origin=None if row.origin is None else Origin(row.origin),
        ai_score=row.ai_score,
        ai_applicable=row.ai_applicable,
        ai_reason=row.ai_reason,
        override_reason=None if row.override_reason is None else OverrideReason(row.override_reason),
        last_edited_by_user_id=row.last_edited_by_user_id,
        last_edited_at=row.last_edited_at,
    )


def answer_to_row(assessment_id: int, answer: CriterionAnswer) -> dict[str, Any]:
    """Column values, in the form of JSON for `jsonb_populate_recordset`."""
    edited_at = answer.last_edited_at
    return {
        "assessment_id": assessment_id,
        "criterion_id": answer.criterion_id,
        "category_id": answer.category_id,
        "score": answer.score,
        "applicable": answer.applicable,
        "state": answer.state,
        "reason": answer.reason,
        "confidence": answer.confidence,
        "evidence": [quotation_json(item) for item in answer.evidence],
        "searched_conversation_ids": answer.searched_conversation_ids,
        "tool_call_ids": answer.tool_call_ids,
        "origin": answer.origin,
        "ai_score": answer.ai_score,
        "ai_applicable": answer.ai_applicable,
        "ai_reason": answer.ai_reason,
        "override_reason": answer.override_reason,
        "last_edited_by_user_id": answer.last_edited_by_user_id,
        "last_edited_at": None if edited_at is None else edited_at.isoformat(),
    }


def quotation(data: Mapping[str, Any]) -> Quotation:
    return Quotation(data["conversationId"], data["quote"], data["start"], data["end"])


def quotation_json(item: Quotation) -> dict[str, Any]:
    return {"conversationId": item.conversation_id, "quote": item.quote, "start": item.start, "end": item.end}


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """What a run keeps of one answer of the judge (quality.md 8.8)."""
    return {
        "criterionId": verdict.criterion_id,
        "applicable": verdict.applicable,
        "score": None if verdict.score is None else plain(verdict.score),
        "confidence": verdict.confidence,
        "raw": None
        if verdict.raw is None
        else {
            "applicable": verdict.raw.applicable,
            "score": None if verdict.raw.score is None else plain(verdict.raw.score),
            "confidence": verdict.raw.confidence,
        },
        "reason": verdict.reason,
        "evidence": [
            {"conversationId": item.conversation_id, "quote": item.quote, "start": item.start, "end": item.end}
            for item in verdict.evidence
        ],
        "searchedConversationIds": list(verdict.searched_conversation_ids),
        "toolCallIds": list(verdict.tool_call_ids),
        "origin": verdict.origin,
        "abstained": verdict.abstained,
        "producedBy": verdict.produced_by,
    }


def verdicts_json(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [verdict_json(verdict) for verdict in verdicts]


def request_from_json(data: Mapping[str, Any] | None) -> RefreshRequest | None:
    if data is None:
        return None
    return RefreshRequest(data["scorecardId"], data["contentId"], data["overwriteHuman"], data["userId"])


def request_to_json(request: RefreshRequest) -> dict[str, Any]:
    return {
        "scorecardId": request.scorecard_id,
        "contentId": request.content_id,
        "overwriteHuman": request.overwrite_human,
        "userId": request.user_id,
    }
