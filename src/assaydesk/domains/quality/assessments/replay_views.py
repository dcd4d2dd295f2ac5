"""A repeated run, and the record of what a judge was shown, as the API shows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from assaydesk.domains.quality.assessments.dry_run import DryResult
from assaydesk.domains.quality.assessments.stored import verdict_json
from assaydesk.domains.quality.judging.prompts import render
from assaydesk.domains.quality.judging.service import InputHashes
from assaydesk.domains.quality.judging.types import Judgement, JudgeSettings, WorklogCase
from assaydesk.domains.quality.scorecards.codec import content_to_json
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.kit.clock import iso
from assaydesk.kit.numbers import plain
from assaydesk.kit.redaction import Redactor

COMPARED = ("applicable", "score", "confidence")


def replay_view(
    row: Mapping[str, Any],
    assessment_id: int,
    content: Content,
    hashes: InputHashes,
    parts: Mapping[str, str] | None,
    before: Sequence[Mapping[str, Any]],
    result: DryResult,
) -> dict[str, Any]:
    """The answers of both runs side by side."""
    judgement = result.judgement
    assert isinstance(judgement, Judgement)
    run = judgement.run
    earlier = {answer["criterionId"]: answer for answer in before}
    later = {verdict.criterion_id: verdict_json(verdict) for verdict in judgement.verdicts}
    labels = {criterion.id: criterion.label for _, criterion in content.criteria}
    criteria = [_difference(number, labels[number], earlier.get(number), later.get(number)) for number in labels
                if number in earlier or number in later]  # fmt: skip
    return {
        **_match(row, assessment_id, hashes, parts),
        "judge": {
            "provider": run.provider,
            "model": run.model,
            "promptVersion": run.prompt_version,
            "inputTokens": run.input_tokens,
            "outputTokens": run.output_tokens,
            "cost": None if run.cost is None else plain(run.cost),
            "currency": run.currency,
            "durationMs": run.duration_ms,
        },
        "changedCriteria": sum(bool(one["changed"]) for one in criteria),
        "criteria": criteria,
        "aiSummary": judgement.ai_summary,
    }


def record_view(
    row: Mapping[str, Any],
    assessment_id: int,
    case: WorklogCase,
    content: Content,
    asked: JudgeSettings,
    hashes: InputHashes,
    parts: Mapping[str, str] | None,
    answers: Sequence[Mapping[str, Any]],
    *,
    by_model: bool,
) -> dict[str, Any]:
    """What was shown: messages in the judge's own words, criteria, and what it answered. Slow; call it in a thread."""
    redactor = Redactor(
        customer_terms=case.customer_terms if asked.redact else (),
        agent_terms=case.agent_terms,
        contact=asked.redact,
    )
    criteria = [one for _, one in content.criteria if one.rule is None and one.auto_generate_by_ai]
    masked: dict[str, str] = {}

    def mask(text: str) -> str:
        # A text is masked once: each placeholder stands for one word in the whole record.
        if text not in masked:
            masked[text] = redactor.redact(text) if by_model else text
        return masked[text]

    shown = render(case, criteria, fence="record", language=asked.text_language, mask=mask)
    return {
        **_match(row, assessment_id, hashes, parts),
        "judge": dict(row),
        "messages": [
            {
                "conversationId": message.conversation_id,
                "role": message.role,
                "assessed": message.assessed,
                "at": iso(message.at),
                "subject": None if message.subject is None else mask(message.subject),
                "text": mask(message.text),
                "attachments": [mask(name) for name in message.attachments],
                "shownInFull": not by_model or message.conversation_id not in shown.not_in_full,
            }
            for message in case.messages
        ],
        "toolCalls": [
            {"toolCallId": call.id, "name": call.name, "at": iso(call.at), "conversationId": call.conversation_id}
            for call in case.tool_calls
        ],
        "categories": content_to_json(content)["categories"],
        "instructions": shown.system if by_model else None,
        "answers": [{"raw": None, **answer} for answer in answers],
    }


def _match(
    row: Mapping[str, Any], assessment_id: int, hashes: InputHashes, parts: Mapping[str, str] | None
) -> dict[str, Any]:
    """Whether the same question can be put together again, and which parts of it are different."""
    matches = hashes.whole == row["inputHash"]
    differs: list[str] | None = []
    if not matches:
        # A run from before the parts were kept only tells that something is different.
        differs = None if parts is None else sorted(key for key, one in hashes.parts.items() if parts.get(key) != one)
    return {
        "assessmentId": assessment_id,
        "runId": row["runId"],
        "recordedInputHash": row["inputHash"],
        "inputHash": hashes.whole,
        "inputMatches": matches,
        "differs": differs,
    }


def _difference(
    number: int, label: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> dict[str, Any]:
    one, other = _answer(before), _answer(after)
    changed = [name for name in (*COMPARED, "quotes") if one is None or other is None or one[name] != other[name]]
    return {"criterionId": number, "label": label, "changed": changed, "before": one, "after": other}


def _answer(answer: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if answer is None:
        return None
    return {
        **{name: answer[name] for name in COMPARED},
        "abstained": answer["abstained"],
        "reason": answer["reason"],
        "quotes": [item["quote"] for item in answer["evidence"]],
        "producedBy": answer["producedBy"],
    }
