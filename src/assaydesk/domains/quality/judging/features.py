"""What heads learn from: sentence vectors, words, findings of rules and plain facts of one case.

Neither who did the work nor what earlier work was worth is among it, and names are taken out of what is compared.
Importing this loads numpy; import it where it is used.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log1p
from re import IGNORECASE, MULTILINE, Pattern
from re import compile as regex
from typing import Final, Protocol
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.passages import Passage, chosen, names_pattern, passages_of
from assaydesk.domains.quality.judging.rules.findings import Outcome, own_text
from assaydesk.domains.quality.judging.rules.kinds import RULE_TYPES
from assaydesk.domains.quality.judging.rules.language import language_of
from assaydesk.domains.quality.judging.types import CaseMessage, Role, WorklogCase

VERSION: Final = "1"
"""Changes whenever the same case gives other numbers; heads of another version are not used."""
WORDS: Final = 4096
ASKED: Final = 8
"""Sentences of the customer that are compared."""

Vectors = NDArray[np.float32]


class Embedding(Protocol):
    """The part of an embedder that is needed here."""

    @property
    def name(self) -> str: ...

    def passages(self, texts: Sequence[str]) -> Vectors: ...

    def queries(self, texts: Sequence[str]) -> Vectors: ...


def _words(*choices: str) -> Pattern[str]:
    return regex(rf"\b(?:{'|'.join(choices)})\b", IGNORECASE)


_APOLOGY: Final = _words(
    r"sorry|apolog\w+|regret\w*|unfortunate inconvenience", r"entschuldig\w+|tut (?:mir|uns) leid|bedauer\w+|verzeih\w+"
)
_THANKS: Final = _words(r"thanks?|thank you|appreciate\w*", r"danke\w*|vielen dank|dankeschön")
_NEGATION: Final = _words(
    r"not|no|never|none|cannot|can't|won't|don't|doesn't|didn't|isn't|unable|unfortunately|without",
    r"nicht|kein\w*|nie|niemals|leider|ohne|weder",
)
_PROMISE: Final = _words(
    r"(?:i|we|you|they|he|she)(?:'ll| will| shall| are going to)|will be|get back to you|follow up|be in touch",
    r"(?:ich|wir|sie|er|es) werden?|wird|werden|melden? (?:uns|mich)|kümmer\w+|erhalten sie|sie erhalten|"
    r"(?:senden|schicken) wir|veranlass\w+",
)
_DATE: Final = _words(
    r"\d{1,2}[./]\s?\d{1,2}(?:[./]\s?\d{2,4})?|\d{4}-\d{2}-\d{2}|\d{1,2}(?:st|nd|rd|th)?\.? (?:of )?(?:jan|feb|mar|"
    r"mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\w*|"
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}",
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch",
    r"today|tomorrow|tonight|heute|morgen|übermorgen|(?:this|next|diese[rn]?|nächste[rn]?) (?:week|woche|month|monat)",
    r"(?:within|in|after|by|until|innerhalb|binnen|nach|bis)(?: \w+){0,2} (?:\d+|\w+) "
    r"(?:(?:working|business) )?(?:minutes?|hours?|days?|weeks?|minuten?|stunden?|(?:werk|arbeits)?tagen?|wochen?)",
    r"\d{1,2}(?::\d{2})? ?(?:am|pm|uhr|o'clock)",
)
_IDENTITY: Final = _words(
    r"date of birth|birth ?date|(?:customer|contract|account|order|booking) (?:number|id)|verify|verification|identity|"
    r"postcode|zip code|security question",
    r"geburtsdatum|(?:kunden|vertrags|bestell|buchungs|auftrags)nummer|postleitzahl|identität|verifizier\w+|legitim\w+|"
    r"abgleich\w*|anschrift",
)
_CHECK: Final = _words(
    r"confirm|tell me|give me|provide|could you|may i (?:ask|have)|please", r"bestätig\w+|nennen|bitte|mitteilen|geben"
)
_EMPATHY: Final = _words(
    r"understand\w*|i see|i know how|frustrat\w+|annoy\w+|glad|happy to|hope",
    r"versteh\w+|verständnis|ärger\w*|gerne?|hoffe\w*",
)
_NUMBER: Final = regex(r"\d+(?:[.,]\d+)*")
_WORD: Final = regex(r"[^\W_]+(?:['’][^\W_]+)?")
_LINK: Final = regex(r"https?://|www\.", IGNORECASE)
_LIST_ITEM: Final = regex(r"^\s*(?:[-*•]|\d+[.)])\s", MULTILINE)

_RULES: Final[tuple[tuple[str, Mapping[str, object]], ...]] = (
    ("greeting", {}),
    ("greeting", {"where": "everyReply"}),
    ("personalSalutation", {}),
    ("closing", {}),
    ("closing", {"where": "everyReply"}),
    ("furtherHelpOffered", {}),
    ("languageMatchesCustomer", {}),
    ("noPlaceholders", {}),
    ("noPaymentData", {}),
    ("noSecretsRequested", {}),
    ("promisedAttachmentSent", {}),
    ("oneToolCallAtATime", {}),
)
_OUTCOMES: Final = {Outcome.MET: 1.0, Outcome.NOT_MET: -1.0}
_COUNTED: Final = (_APOLOGY, _THANKS, _NEGATION, _PROMISE, _DATE, _IDENTITY, _EMPATHY, _NUMBER, _LINK, _LIST_ITEM)
FACTS: Final = len(_RULES) + len(_COUNTED) + 31


@dataclass(frozen=True, slots=True)
class Reading:
    """One case as heads read it. `vectors` has a row for each passage, `asked` one for each sentence of the customer.

    `words` holds for each passage the numbers of its words and pairs of words. `cut`: messages that were too long to be
    read in full.
    """

    passages: tuple[Passage, ...]
    vectors: Vectors
    asked: Vectors
    facts: Vectors
    words: tuple[NDArray[np.int64], ...]
    searched: tuple[int, ...]
    cut: frozenset[int]


@dataclass(frozen=True, slots=True)
class Texts:
    """What of a case is turned into vectors."""

    passages: tuple[Passage, ...]
    quotes: tuple[str, ...]
    """Each passage in full, `replies` only its beginning; both without names."""
    replies: tuple[str, ...]
    asked: tuple[str, ...]
    cut: frozenset[int]


def texts_of(case: WorklogCase) -> Texts:
    """The sentences that are read: those of the assessed messages, and of the customer's last two before the reply."""
    found = passages_of(case.assessed_messages, least=1)
    kept = chosen(found, ())
    cut = frozenset(one.evidence.conversation_id for one in found) if len(kept) < len(found) else frozenset()
    asked = passages_of(_asking(case))[-ASKED:]
    names = names_pattern(case)
    quotes = tuple(_nameless(one.evidence.quote, names) for one in kept)
    replies = tuple(_nameless(one.text, names) for one in kept)
    return Texts(tuple(kept), quotes, replies, tuple(_nameless(one.text, names) for one in asked), cut)


def read_case(case: WorklogCase, embedder: Embedding) -> Reading:
    """Read a case. Slow where its sentences are new to the embedder."""
    texts = texts_of(case)
    both = [*texts.replies, *texts.asked]
    vectors = embedder.passages(both) if both else np.zeros((0, 1), dtype=np.float32)
    count = len(texts.replies)
    return reading_of(case, texts, vectors[:count], vectors[count:])


def reading_of(case: WorklogCase, texts: Texts, vectors: Vectors, asked: Vectors) -> Reading:
    """The same with vectors that were computed before. They are rounded to what is stored of them, so that a case gives
    the same numbers whether or not it was read before."""
    vectors, asked = vectors.astype(np.float16).astype(np.float32), asked.astype(np.float16).astype(np.float32)
    return Reading(
        texts.passages,
        vectors,
        asked,
        np.array(_facts(case, texts, vectors, asked), dtype=np.float32),
        tuple(_word_numbers(text) for text in texts.quotes),
        tuple(message.conversation_id for message in case.assessed_messages),
        texts.cut,
    )


def bag_of(words: Sequence[NDArray[np.int64]]) -> Vectors:
    """Which words and pairs of words occur: one for each that does."""
    bag = np.zeros(WORDS, dtype=np.float32)
    for numbers in words:
        bag[numbers] = 1.0
    return bag


def _asking(case: WorklogCase) -> list[CaseMessage]:
    """The customer's last two messages before the last assessed reply; without a reply, the last two of all."""
    replies = case.assessed_messages
    end = case.messages.index(replies[-1]) if replies else len(case.messages)
    return [message for message in case.messages[:end] if message.role is Role.CUSTOMER][-2:]


def _nameless(text: str, names: Pattern[str] | None) -> str:
    return text if names is None else names.sub("…", text)


def _word_numbers(text: str) -> NDArray[np.int64]:
    words = _WORD.findall(text.casefold())
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return np.array(
        sorted({crc32(word.encode("utf-8", "surrogatepass")) % WORDS for word in (*words, *pairs)}), dtype=np.int64
    )


def _facts(case: WorklogCase, texts: Texts, vectors: Vectors, asked: Vectors) -> list[float]:
    replies = [own_text(message) for message in case.assessed_messages]
    written = "\n".join(replies)
    customer = [own_text(message) for message in case.messages if message.role is Role.CUSTOMER]
    words, theirs = _WORD.findall(written), _WORD.findall("\n".join(customer))
    promised = [text for text in texts.quotes if _PROMISE.search(text)]
    checks = [text for text in texts.quotes if _IDENTITY.search(text) and ("?" in text or _CHECK.search(text))]
    numbers, known = set(_NUMBER.findall(written)), set(_NUMBER.findall("\n".join(customer)))
    wait = _wait(case)
    failed = sum("error" in str(call.result)[:500].casefold() for call in case.tool_calls)
    spoken = language_of(replies)
    facts = [_OUTCOMES.get(RULE_TYPES[name].decide(dict(given), case).outcome, 0.0) for name, given in _RULES]
    facts += [log1p(len(pattern.findall(written))) for pattern in _COUNTED]
    facts += [
        log1p(len(replies)),
        log1p(len(words)),
        log1p(len(_WORD.findall(replies[0])) if replies else 0),
        log1p(len(_WORD.findall(replies[-1])) if replies else 0),
        len(words) / max(1, len(texts.replies)) / 10,
        sum(map(len, words)) / max(1, len(words)) / 10,
        log1p(written.count("?")),
        log1p(written.count("!")),
        sum(word.isupper() and len(word) > 2 for word in words) / max(1, len(words)),
        log1p(len(customer)),
        log1p(len(theirs)),
        log1p(sum(text.count("?") for text in customer)),
        log1p(len(words)) - log1p(len(theirs)),
        log1p(wait or 0) / 5,
        0.0 if wait is None else 1.0,
        log1p(case.duration_seconds) / 5,
        0.0 if case.sla_met is None else 1.0 if case.sla_met else -1.0,
        log1p(len(case.tool_calls)),
        log1p(failed),
        log1p(len(case.action_list)),
        log1p(len(promised)),
        log1p(sum(_DATE.search(text) is None for text in promised)),
        log1p(len(checks)),
        log1p(len(numbers - known)),
        log1p(len(numbers & known)),
        float(any(message.role is Role.NOTE for message in case.assessed_messages)),
        float(spoken == "de"),
        float(spoken == "en"),
        *_answered(texts.asked, vectors, asked),
    ]
    return facts


def _wait(case: WorklogCase) -> float | None:
    """Minutes from the customer's message to the first reply after it."""
    first = next(iter(case.replies), None)
    if first is None:
        return None
    before = [message.at for message in case.messages[: case.messages.index(first)] if message.role is Role.CUSTOMER]
    return max(0.0, (first.at - before[-1]).total_seconds() / 60) if before else None


def _answered(asked: Collection[str], vectors: Vectors, about: Vectors) -> tuple[float, float, float]:
    """How near the replies come to the customer's questions: the least near, on average, and how many there are."""
    questions = [at for at, text in enumerate(asked) if "?" in text] or list(range(len(asked)))
    if not questions or not len(vectors):
        return 0.0, 0.0, 0.0
    near = (about[questions] @ vectors.T).max(axis=1)
    return float(near.min()), float(near.mean()), log1p(len(questions))
