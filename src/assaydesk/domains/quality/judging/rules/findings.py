"""What a rule found in a case, before it becomes a verdict, and how rules read replies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from re import IGNORECASE, MULTILINE, Pattern
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.quality.judging.types import CaseMessage, CaseToolCall, Evidence, WorklogCase

Params = Mapping[str, Any]

_QUOTED_HISTORY: Final = regex(
    r"^(?:>|-{2,}\s*(?:original|ursprüngliche)|_{10,}\s*$|(?:am|on)\b.{0,200}\b(?:schrieb|wrote)\b.{0,100}:\s*$)",
    IGNORECASE | MULTILINE,
)
_SENTENCE_END: Final = regex(r"(?<![.!?])[.!?]+(?=\s|$)|\n")


class Outcome(StrEnum):
    """`UNDECIDED`: code cannot tell here, a person has to look."""

    MET = "met"
    NOT_MET = "notMet"
    NOT_APPLICABLE = "notApplicable"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Finding:
    """`wording` names a sentence of wording.py, `details` fill it."""

    outcome: Outcome
    wording: str
    details: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    searched: tuple[int, ...] = ()
    tool_call_ids: tuple[int, ...] = ()


def met(wording: str, *, by: Iterable[Evidence] = (), **details: Any) -> Finding:
    return Finding(Outcome.MET, wording, details, tuple(by))


def not_met(wording: str, *, by: Iterable[Evidence] = (), **details: Any) -> Finding:
    return Finding(Outcome.NOT_MET, wording, details, tuple(by))


def not_applicable(wording: str, **details: Any) -> Finding:
    return Finding(Outcome.NOT_APPLICABLE, wording, details)


def missing(wording: str, searched: Iterable[CaseMessage], **details: Any) -> Finding:
    """Not met, because these messages do not have it."""
    return Finding(Outcome.NOT_MET, wording, details, searched=ids(searched))


def free_of(wording: str, searched: Iterable[CaseMessage], **details: Any) -> Finding:
    """Met, because these messages do not have it."""
    return Finding(Outcome.MET, wording, details, searched=ids(searched))


def by_calls(
    outcome: Outcome, wording: str, calls: Iterable[CaseToolCall], *, by: Iterable[Evidence] = (), **details: Any
) -> Finding:
    """A finding that rests on tool calls."""
    return Finding(outcome, wording, details, tuple(by), tool_call_ids=tuple(call.id for call in calls))


def ids(messages: Iterable[CaseMessage]) -> tuple[int, ...]:
    return tuple(message.conversation_id for message in messages)


def quote(message: CaseMessage, start: int, end: int) -> Evidence:
    return Evidence(message.conversation_id, message.text[start:end], start, end)


def own_text(message: CaseMessage) -> str:
    """The message without the history of an e-mail that is quoted below it. Offsets stay those of the message."""
    history = _QUOTED_HISTORY.search(message.text)
    return message.text[: history.start()] if history else message.text


def first_match(pattern: Pattern[str], message: CaseMessage, start: int, end: int) -> Evidence | None:
    """What `pattern` finds from `start` to `end` of the message; a group `words` narrows the quote."""
    found = pattern.search(message.text, start, end)
    if found is None:
        return None
    group = "words" if "words" in pattern.groupindex and found["words"] else 0
    return quote(message, *found.span(group))


def sentences(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence or line that is not blank."""
    found, start = [], 0
    for end in [*(mark.end() for mark in _SENTENCE_END.finditer(text)), len(text)]:
        piece = text[start:end]
        if piece.strip():
            begin = start + len(piece) - len(piece.lstrip())
            found.append((begin, begin + len(piece.strip())))
        start = end
    return found


def calls_in_order(case: WorklogCase) -> list[CaseToolCall]:
    return sorted(case.tool_calls, key=lambda call: call.at)


def same_name(one: str, other: str) -> bool:
    """Names of tools and actions: case, and hyphen, underscore or space between words, make no difference."""
    return _plain_name(one) == _plain_name(other)


def _plain_name(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").replace("_", " ").split())
