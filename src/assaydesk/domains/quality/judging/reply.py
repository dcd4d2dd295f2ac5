"""The model's reply read: tolerant of wrapping, strict about content (quality.md 7.2).

Whatever does not fit is a typed fault; the model is asked once to repair it. What still does not fit then is no
answer. Numbers are read as `Decimal`; truth values and texts are never taken for numbers.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from re import DOTALL, IGNORECASE
from re import compile as regex
from typing import Any, Final, TypeGuard

from assaydesk.domains.quality.judging.evidence import Quote
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType

MAX_REASON: Final = 4_000
MAX_SUMMARY: Final = 20_000
_MAX_REPLY: Final = 2_000_000
_THINKING: Final = regex(r"<think(?:ing)?>.*?</think(?:ing)?>", DOTALL | IGNORECASE)
_FENCED: Final = regex(r"```[a-zA-Z]*\s*\n(.*?)```", DOTALL)
_UNSTORABLE: Final = regex("[\x00\ud800-\udfff]")


class FaultKind(StrEnum):
    NOT_JSON = "notJson"
    WRONG_SHAPE = "wrongShape"
    MISSING_CRITERION = "missingCriterion"
    UNKNOWN_CRITERION = "unknownCriterion"
    DUPLICATE_CRITERION = "duplicateCriterion"
    WRONG_TYPE = "wrongType"
    OUT_OF_RANGE = "outOfRange"


@dataclass(frozen=True, slots=True)
class ReplyFault:
    kind: FaultKind
    message: str
    criterion_id: int | None = None


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """What the model says about one criterion, before anything of it is believed."""

    criterion_id: int
    applicable: bool | None
    score: Decimal | None
    reason: str
    confidence: float
    quotes: tuple[Quote, ...] = ()
    searched: tuple[int, ...] = ()
    tool_call_ids: tuple[int, ...] = ()
    out_of_range: bool = False
    raw_confidence: float | None = None
    """What the judge said, where `confidence` is calibrated."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`answers` by criterion id, only those that fit; `faults` say what does not."""

    answers: Mapping[int, CriterionAnswer]
    summary: str
    faults: tuple[ReplyFault, ...]


class _Unfit(Exception):
    pass


def parse_reply(text: str, criteria: Sequence[Criterion]) -> Reply:
    """Read a reply to a request for these criteria."""
    data = _json_object(text)
    if data is None:
        return Reply({}, "", (ReplyFault(FaultKind.NOT_JSON, "It is not one JSON object."),))
    entries = data.get("criteria")
    if not isinstance(entries, list):
        return Reply({}, "", (ReplyFault(FaultKind.WRONG_SHAPE, '"criteria" is not a list.'),))
    by_id = {criterion.id: criterion for criterion in criteria}
    answers: dict[int, CriterionAnswer] = {}
    faults: list[ReplyFault] = []
    spoilt: set[int] = set()
    for position, entry in enumerate(entries):
        key = entry.get("criterionId") if isinstance(entry, dict) else None
        if not _is_int(key):
            faults.append(ReplyFault(FaultKind.WRONG_SHAPE, f'Entry {position + 1} has no whole number "criterionId".'))
        elif key not in by_id:
            faults.append(ReplyFault(FaultKind.UNKNOWN_CRITERION, f"There is no criterion {key}."))
        elif key in answers or key in spoilt:
            # Two answers to one question: neither is taken.
            answers.pop(key, None)
            spoilt.add(key)
            faults.append(ReplyFault(FaultKind.DUPLICATE_CRITERION, f"Criterion {key} is answered twice.", key))
        else:
            try:
                answers[key] = _answer(by_id[key], entry)
            except _Unfit as fault:
                spoilt.add(key)
                faults.append(ReplyFault(FaultKind.WRONG_TYPE, f"Criterion {key}: {fault}", key))
    for key, answer in answers.items():
        if answer.out_of_range:
            faults.append(ReplyFault(FaultKind.OUT_OF_RANGE, _range_message(by_id[key], answer), key))
    for key in by_id:
        if key not in answers and key not in spoilt:
            faults.append(ReplyFault(FaultKind.MISSING_CRITERION, f"Criterion {key} is missing.", key))
    summary = data.get("summary")
    return Reply(answers, clean_text(summary, MAX_SUMMARY) if isinstance(summary, str) else "", tuple(faults))


def clean_text(text: str, limit: int) -> str:
    """Without characters that a database cannot hold, and not longer than `limit`."""
    text = _UNSTORABLE.sub("", text).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _json_object(text: str) -> dict[str, Any] | None:
    """The JSON object of the reply; thinking aloud, code fences and words around it are passed over."""
    text = _THINKING.sub("", text[:_MAX_REPLY]).strip().removeprefix("\ufeff")
    candidates = [text, *_FENCED.findall(text)]
    first = text.find("{")
    if first >= 0:
        candidates.append(text[first : text.rfind("}") + 1])
    for candidate in candidates:
        try:
            value = json.loads(candidate, parse_float=Decimal, parse_constant=_refuse)
        except (ValueError, RecursionError, ArithmeticError):
            continue
        if isinstance(value, dict):
            return value
    return None


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _answer(criterion: Criterion, entry: Mapping[str, Any]) -> CriterionAnswer:
    if "applicable" not in entry or not isinstance(entry["applicable"], bool | None):
        raise _Unfit('"applicable" is not true, false or null.')
    if "score" not in entry or not (entry["score"] is None or _is_number(entry["score"])):
        raise _Unfit('"score" is not a number or null.')
    if not isinstance(entry.get("reason"), str):
        raise _Unfit('"reason" is not a text.')
    confidence = entry.get("confidence")
    if not _is_number(confidence) or not 0 <= confidence <= 1:
        raise _Unfit('"confidence" is not a number from 0 to 1.')
    score = None if entry["score"] is None else Decimal(entry["score"])
    if entry["applicable"] is False and score is not None and score != 0:
        raise _Unfit('it is not applicable and has a "score".')
    used = score if entry["applicable"] is True else None
    return CriterionAnswer(
        criterion_id=criterion.id,
        applicable=entry["applicable"],
        score=used,
        reason=clean_text(entry["reason"], MAX_REASON),
        confidence=float(confidence),
        quotes=tuple(_quote(item) for item in _list(entry, "evidence")),
        searched=_ids(entry, "searchedConversationIds"),
        tool_call_ids=_ids(entry, "toolCallIds"),
        out_of_range=used is not None and not _fits(criterion, used),
    )


def _fits(criterion: Criterion, score: Decimal) -> bool:
    """Whether the score is one that the criterion's scale has (quality.md 2.2)."""
    if not 0 <= score <= criterion.max_points:
        return False
    if criterion.scoring_type is ScoringType.MET_NOT_MET:
        return score in (0, criterion.max_points)
    return score * 100 == (score * 100).to_integral_value()


def _range_message(criterion: Criterion, answer: CriterionAnswer) -> str:
    most = criterion.max_points
    if criterion.scoring_type is ScoringType.MET_NOT_MET:
        return f"Criterion {criterion.id}: the score is {answer.score}; only 0 and {most} are possible."
    return f"Criterion {criterion.id}: the score is {answer.score}; it goes from 0 to {most}, at most two decimals."


def _quote(item: Any) -> Quote:
    if not isinstance(item, dict) or not _is_int(item.get("conversationId")) or not isinstance(item.get("quote"), str):
        raise _Unfit('an entry of "evidence" lacks a whole number "conversationId" or a text "quote".')
    start, end = item.get("start"), item.get("end")
    offsets = (start, end) if _is_int(start) and _is_int(end) else (None, None)
    return Quote(item["conversationId"], item["quote"], *offsets)


def _ids(entry: Mapping[str, Any], name: str) -> tuple[int, ...]:
    values = _list(entry, name)
    if not all(_is_int(value) for value in values):
        raise _Unfit(f'"{name}" is not a list of whole numbers.')
    return tuple(dict.fromkeys(values))


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    value = entry.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise _Unfit(f'"{name}" is not a list.')
    return value


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
