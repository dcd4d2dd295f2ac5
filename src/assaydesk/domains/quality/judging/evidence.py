"""Evidence: a quote counts only if it stands in the message it names (quality.md 7.3).

Quotes are looked up with white space and quotation marks made equal on both sides; what is stored are always the
message's own characters and their offsets in code points. Invisible characters are skipped, and letters with
separately written accents equal the composed ones, because they are the same text to a reader.
"""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from re import compile as regex
from typing import Final

from assaydesk.domains.quality.judging.types import CaseMessage, Evidence

MAX_QUOTES: Final = 10
"""Quotes kept for one criterion."""

_QUOTATION_MARKS: Final = "\"'`´‘’‚‛“”„‟«»‹›′″＂＇〝〞〟「」『』"
_INVISIBLE: Final = "\u00ad\u200b\u2060\ufeff"
_SPECIAL: Final = regex(rf"[\s{_INVISIBLE}]+|[{_QUOTATION_MARKS}]")


class QuoteFault(StrEnum):
    """Why a quote does not count."""

    UNKNOWN_MESSAGE = "unknownMessage"
    NOT_FOUND = "notFound"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a judge claims: these words stand in this message."""

    conversation_id: int
    text: str
    start: int | None = None
    end: int | None = None


class SearchText:
    """A text in its comparable form, with the way back to its own characters.

    `fold` also makes upper and lower case equal.
    """

    __slots__ = ("_ends", "_starts", "plain", "text")

    def __init__(self, text: str, *, fold: bool = False) -> None:
        self.text = text
        self.plain, self._starts, self._ends = _comparable(text, fold=fold)

    def find(self, wanted: str, *, fold: bool = False) -> list[tuple[int, int]]:
        """Every place of `wanted`, as offsets in the original text.

        Places inside a longer word count only when there is no other: "Hi" is not meant by "this".
        """
        needle = _comparable(wanted, fold=fold)[0].strip()
        if not needle:
            return []
        places, at = [], self.plain.find(needle)
        while at >= 0:
            places.append((at, at + len(needle)))
            at = self.plain.find(needle, at + 1)
        whole = [place for place in places if self._is_whole(*place)]
        return [(self._starts[begin], self._ends[end - 1]) for begin, end in whole or places]

    def _is_whole(self, begin: int, end: int) -> bool:
        plain = self.plain
        if begin > 0 and plain[begin].isalnum() and plain[begin - 1].isalnum():
            return False
        return not (end < len(plain) and plain[end - 1].isalnum() and plain[end].isalnum())


def search_texts(messages: Iterable[CaseMessage]) -> dict[int, SearchText]:
    """The messages by id, prepared once for all quotes of a run."""
    return {message.conversation_id: SearchText(message.text) for message in messages}


def check_quote(texts: Mapping[int, SearchText], quote: Quote) -> Evidence | QuoteFault:
    """The quote with its true offsets, or why it does not count.

    Right offsets are taken as they are. With wrong or no offsets the words must occur exactly once in the message.
    """
    message = texts.get(quote.conversation_id)
    if message is None:
        return QuoteFault.UNKNOWN_MESSAGE
    if not any(character.isalnum() for character in quote.text):
        return QuoteFault.NOT_FOUND
    if quote.start is not None and quote.end is not None:
        start, end = quote.start, quote.end
        if 0 <= start < end <= len(message.text) and message.text[start:end] == quote.text:
            return Evidence(quote.conversation_id, quote.text, start, end)
    places = message.find(quote.text) or message.find(quote.text.strip(f" {_QUOTATION_MARKS}"))
    if not places:
        return QuoteFault.NOT_FOUND
    if len(places) > 1:
        return QuoteFault.AMBIGUOUS
    start, end = places[0]
    return Evidence(quote.conversation_id, message.text[start:end], start, end)


def stands_in(evidence: Evidence, text: str) -> bool:
    """Whether stored evidence is still verbatim: the check of `assaydesk assess --verify`."""
    return evidence.start < evidence.end and text[evidence.start : evidence.end] == evidence.quote


def proves_absence(searched: Collection[int], messages: Collection[CaseMessage], hidden: Collection[int]) -> bool:
    """Whether a claim that something is missing is proven: every assessed message was searched and seen in full.

    `hidden`: messages of which the judge was shown only a part.
    """
    needed = {message.conversation_id for message in messages if message.assessed}
    return bool(needed) and needed <= set(searched) and not needed & set(hidden)


def _comparable(text: str, *, fold: bool) -> tuple[str, list[int], list[int]]:
    """The comparable form with the start and end of each of its characters in `text`."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def add(piece: str, start: int, end: int) -> None:
        pieces.append(piece)
        if len(piece) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))

    def add_words(start: int, end: int) -> None:
        word = text[start:end]
        composed = unicodedata.is_normalized("NFC", word)
        if composed and (not fold or word.isascii()):
            add(word.casefold() if fold else word, start, end)
            return
        for begin, stop in _clusters(text, start, end):
            cluster = unicodedata.normalize("NFC", text[begin:stop])
            add(cluster.casefold() if fold else cluster, begin, stop)

    at = 0
    for special in _SPECIAL.finditer(text):
        start, end = special.span()
        add_words(at, start)
        if text[start] in _QUOTATION_MARKS:
            add("'", start, end)
        elif any(character.isspace() for character in special[0]):
            add(" ", start, end)
        at = end
    add_words(at, len(text))
    return "".join(pieces), starts, ends


def _clusters(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Each letter together with its separately written accents."""
    begin = start
    for at in range(start + 1, end):
        if not unicodedata.combining(text[at]):
            yield begin, at
            begin = at
    if begin < end:
        yield begin, end
