"""The sentences of a case that are compared: where they stand, and in what form they are read."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from re import IGNORECASE, Pattern, escape
from re import compile as regex
from typing import Final

from assaydesk.domains.quality.judging.rules.findings import own_text, sentences
from assaydesk.domains.quality.judging.types import CaseMessage, Evidence, WorklogCase

MAX_PASSAGES: Final = 48
"""Sentences of one case that are compared; of longer cases the most promising."""
_MIN_CHARACTERS: Final = 12
_MAX_CHARACTERS: Final = 300
_COMPARED_CHARACTERS: Final = 200
"""The beginning of a passage that is compared; the time it takes grows with the length."""


@dataclass(frozen=True, slots=True)
class Passage:
    evidence: Evidence
    text: str
    """What is compared: the beginning of the quote, in one line."""


def passages_of(messages: Iterable[CaseMessage], *, least: int = _MIN_CHARACTERS) -> list[Passage]:
    """Sentences without quoted history, in their order."""
    return [passage for message in messages for passage in _passages(message, least)]


def chosen(passages: list[Passage], wanted: Collection[str]) -> list[Passage]:
    """At most `MAX_PASSAGES`: the first and the last, which carry manners; between them those with wanted words."""
    if len(passages) <= MAX_PASSAGES:
        return passages
    edge = MAX_PASSAGES // 4
    words = frozenset(wanted)
    middle = range(edge, len(passages) - edge)
    best = sorted(middle, key=lambda at: (-len(words & words_of(passages[at].text)), at))[: MAX_PASSAGES - 2 * edge]
    kept = [*range(edge), *sorted(best), *range(len(passages) - edge, len(passages))]
    return [passages[at] for at in kept]


def words_of(text: str) -> set[str]:
    """The longer words of a text."""
    return {word for word in text.casefold().split() if len(word) > 3}


def names_pattern(case: WorklogCase) -> Pattern[str] | None:
    """What names people in the case: nobody is to be recognised by what is learned from it."""
    terms = {term for term in (*case.agent_terms, *case.customer_terms) if len(term) > 1}
    if not terms:
        return None
    longest_first = sorted(terms, key=lambda term: (-len(term), term))
    return regex(rf"(?<!\w)(?:{'|'.join(map(escape, longest_first))})(?!\w)", IGNORECASE)


def _passages(message: CaseMessage, least: int) -> list[Passage]:
    found = []
    for start, end in _pieces(message.text, sentences(own_text(message))):
        quote = message.text[start:end]
        if len(quote) >= least and any(character.isalpha() for character in quote):
            evidence = Evidence(message.conversation_id, quote, start, end)
            found.append(Passage(evidence, " ".join(quote.split())[:_COMPARED_CHARACTERS]))
    return found


def _pieces(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    """Sentences, the very long ones in parts that end at a space."""
    for first, end in spans:
        start = first
        while end - start > _MAX_CHARACTERS:
            space = text.rfind(" ", start + 1, start + _MAX_CHARACTERS)
            cut = space if space > start else start + _MAX_CHARACTERS
            yield start, cut
            start = cut + 1 if cut == space else cut
        if start < end:
            yield start, end
