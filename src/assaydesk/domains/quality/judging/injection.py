"""Text in a conversation that tries to direct the judge (design.md 4: never trusted).

A finding proves nothing and changes no score by itself. It narrows what counts as evidence (abstain.py): words of a
message that tries to direct the judge support nothing alone. German and English, HTML and look-alike letters undone.
"""

import json
import unicodedata
from dataclasses import dataclass
from html import unescape
from re import IGNORECASE, MULTILINE
from re import compile as regex
from typing import Final

from assaydesk.domains.quality.judging.types import WorklogCase

_MAX_CHARACTERS: Final = 200_000
_GAP: Final = r"[^.!?\n]{0,60}?"
_RUBRIC: Final = (
    r"(?:instruction|rubric|rule|prompt|guideline|criteri|scorecard|scoring|assessment|evaluation|system message"
    r"|anweisung|instruktion|vorgabe|bewertung|rubrik|regel|kriteri|richtlinie|beurteilung|systemnachricht)"
)
_FULL: Final = r"(?:full|maximum|max|highest|perfect|top|all)"
_POINTS: Final = r"(?:point|score|mark|rating|grade|confidence)"
_JUDGE: Final = (
    r"(?:grader|evaluator|assessor|judge|language model|ai model|prüfer|bewerter|gutachter|sprachmodell|ki-modell)"
)
_PATTERNS: Final = tuple(
    regex(pattern, IGNORECASE | MULTILINE)
    for pattern in (
        rf"\b(?:ignore|disregard|forget|override|bypass|discard)\b{_GAP}\b{_RUBRIC}",
        rf"\b(?:ignorier|vergiss|vergessen sie|missacht|überschreib|umgeh|verwirf)\w*{_GAP}\b\w*{_RUBRIC}",
        rf"{_RUBRIC}\w*{_GAP}\b(?:ignorieren|missachten|überschreiben|verwerfen)\b",
        rf"\b(?:give|award|assign|grant|rate|score|mark|output|return|set)\w*\b{_GAP}"
        rf"\b{_FULL}[- ](?:possible )?{_POINTS}",
        rf"\b(?:gib|gebe|geben|vergib|vergeben|erteile|bewerte|setze)\w*\b{_GAP}"
        r"\b(?:volle|maximale|höchste|alle|beste)\w*\s+(?:punkt|wertung|bewertung|note|score)",
        r"\b(?:volle|maximale|höchste)\w*\s+punktzahl\b",
        rf"\b(?:you are|you're|act as|pretend to be|du bist|sie sind)\b{_GAP}\b{_JUDGE}\b",
        r"\b(?:to|an|note for|hinweis für) (?:the |den |die )?(?:ai|ki|llm|automatic|automatische[nr]?)[- ]?" + _JUDGE,
        r"\bsystem[- ]?prompt\b|\bnew instructions?\s*:|\bneue anweisung(?:en)?\s*:",
        r"<\|im_(?:start|end)\|>|\[/?INST\]|</?\s*(?:system|instructions?)\s*>|^#{2,}\s*(?:system|instruction)",
        r"[\"']?criterionId[\"']?\s*:\s*\d|[\"']score[\"']\s*:\s*\d",
    )
)
_COMMENT: Final = regex(r"<!--|-->")
_TAG: Final = regex(r"</?(?!\s*(?:system|instructions?)\s*>)[a-zA-Z][^<>]{0,500}>")
_HIDDEN: Final = regex(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|[\U000e0000-\U000e007f]")
_SEPARATORS: Final = regex(r"[_.\-]+")
_SPACE: Final = regex(r"[^\S\n]+")


@dataclass(frozen=True, slots=True)
class Injections:
    """Where the case tries to direct the judge."""

    conversation_ids: frozenset[int] = frozenset()
    elsewhere: bool = False
    """In the subject of the ticket or in the result of a tool call."""

    def __bool__(self) -> bool:
        return self.elsewhere or bool(self.conversation_ids)


def find_injections(case: WorklogCase) -> Injections:
    """Messages (text, subject or attachment name) and facts of the case that read like orders to the judge."""
    messages = frozenset(
        message.conversation_id
        for message in case.messages
        if any(map(directs_the_judge, (message.text, message.subject or "", *message.attachments)))
    )
    facts = [case.subject or ""]
    facts += [json.dumps([call.arguments, call.result], default=str, ensure_ascii=False) for call in case.tool_calls]
    return Injections(messages, any(map(directs_the_judge, facts)))


def directs_the_judge(text: str) -> bool:
    """Whether the text reads like an instruction to whoever assesses the conversation."""
    if not text:
        return False
    return any(pattern.search(form) for form in _readable_forms(text[:_MAX_CHARACTERS]) for pattern in _PATTERNS)


def _readable_forms(text: str) -> set[str]:
    """The text as a model may read it: as it stands, and with HTML, hidden characters and separators undone."""
    visible = _COMMENT.sub(" ", unescape(text))
    visible = _HIDDEN.sub("", unicodedata.normalize("NFKC", visible))
    apart, joined = _TAG.sub(" ", visible), _TAG.sub("", visible)
    # File names write a space as a hyphen, an underscore or a full stop.
    words = _SEPARATORS.sub(" ", apart) if len(text) < 300 else apart
    return {_SPACE.sub(" ", form) for form in (text, apart, joined, words)}
