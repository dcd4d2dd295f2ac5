"""Quotes that almost match: what the evidence check lets through and what it turns away.

From every assessed message one sentence is taken and changed in a way that does or does not keep its words.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.quality.judging.evidence import Quote, check_quote, search_texts
from assaydesk.domains.quality.judging.rules.findings import sentences
from assaydesk.domains.quality.judging.types import CaseMessage, Evidence, Role
from benchmarks.judging.generator import SEED, Conversation

_DIGIT: Final = regex(r"\d")
_NEGATION: Final = regex(r"\b(?:not|no|never|nicht|kein\w*|nie)\b ?")
HOLDS: Final = frozenset({"verbatim", "other white space", "other quotation marks", "wrong offsets"})


def quotes(conversations: Iterable[Conversation]) -> Iterator[tuple[str, Conversation, Quote]]:
    """Kind, conversation and quote; the kinds in `HOLDS` keep the words of the message."""
    for one in conversations:
        random = Random(f"{SEED}:quotes:{one.name}")
        for message in one.case.replies:
            places = [place for place in sentences(message.text) if place[1] - place[0] > 30]
            if places:
                start, end = random.choice(places)
                for kind, quote in _changed(one, message, start, end):
                    yield kind, one, quote


def run(conversations: Iterable[Conversation]) -> list[dict[str, Any]]:
    """For each kind how many quotes were taken as evidence; those taken are checked to stand in the message."""
    taken: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for kind, one, quote in quotes(conversations):
        found = check_quote(search_texts(one.case.messages), quote)
        total[kind] += 1
        if isinstance(found, Evidence):
            texts = {message.conversation_id: message.text for message in one.case.messages}
            assert texts[found.conversation_id][found.start : found.end] == found.quote
            taken[kind] += 1
    return [{"kind": kind, "holds": kind in HOLDS, "n": n, "taken": taken[kind]} for kind, n in total.items()]


def _changed(one: Conversation, message: CaseMessage, start: int, end: int) -> Iterator[tuple[str, Quote]]:
    number, text = message.conversation_id, message.text[start:end]
    words = text.split()
    yield "verbatim", Quote(number, text, start, end)
    yield "other white space", Quote(number, "  ".join(words))
    yield "wrong offsets", Quote(number, text, start + 3, end + 3)
    if '"' in text or "„" in text or "“" in text:
        yield "other quotation marks", Quote(number, text.replace('"', "»").replace("„", "'").replace("“", "'"))
    middle = len(words) // 2
    yield "a word left out", Quote(number, " ".join([*words[:middle], *words[middle + 1 :]]))
    yield (
        "two words swapped",
        Quote(number, " ".join([*words[: middle - 1], words[middle], words[middle - 1], *words[middle + 1 :]])),
    )
    yield "shortened with dots", Quote(number, " ".join([*words[:2], "…", *words[-2:]]))
    if _DIGIT.search(text):
        yield "another figure", Quote(number, _DIGIT.sub(lambda found: str((int(found[0]) + 1) % 10), text, count=1))
    if _NEGATION.search(text):
        yield "negation dropped", Quote(number, _NEGATION.sub("", text, count=1))
    customer = next(other for other in one.case.messages if other.role is Role.CUSTOMER)
    yield "of another message", Quote(customer.conversation_id, text, start, end)
