"""Evidence of a dry run: kept as places, so that no words of a customer stay behind when a message is erased."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

from assaydesk.domains.quality.assessments.types import Quotation


def places_of(evidence: Iterable[Quotation]) -> list[list[int]]:
    """Message, start, end and a checksum of the words."""
    return [[one.conversation_id, one.start, one.end, crc32(one.quote.encode())] for one in evidence]


def messages_in(diffs: Iterable[Mapping[str, Any]]) -> set[int]:
    """The messages that these differences name."""
    return {place[0] for diff in diffs for one in diff["criteria"] for place in one["evidence"]}


def quote(diffs: Iterable[dict[str, Any]], texts: Mapping[int, str]) -> None:
    """Put words in the place of places. What a message does not say any more is left out."""
    for diff in diffs:
        for one in diff["criteria"]:
            found = (_passage(place, texts) for place in one["evidence"])
            one["evidence"] = [passage for passage in found if passage is not None]


def _passage(place: Sequence[int], texts: Mapping[int, str]) -> dict[str, Any] | None:
    message, start, end, checksum = place
    words = texts.get(message, "")[start:end]
    if not words or crc32(words.encode()) != checksum:
        return None
    return {"conversationId": message, "quote": words, "start": start, "end": end}
