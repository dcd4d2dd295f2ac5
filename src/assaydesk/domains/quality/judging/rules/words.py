"""Rules about words and lengths of the replies (docs/judging.md). Replies are the assessed user's own messages."""

from re import IGNORECASE
from re import compile as regex
from typing import Final

from assaydesk.domains.quality.judging.evidence import SearchText
from assaydesk.domains.quality.judging.rules.findings import (
    Finding,
    Params,
    free_of,
    met,
    missing,
    not_applicable,
    not_met,
    own_text,
    quote,
    sentences,
)
from assaydesk.domains.quality.judging.types import CaseMessage, Evidence, WorklogCase
from assaydesk.kit.numbers_in_text import card_numbers, ibans

_WORD: Final = regex(r"\w+(?:['’-]\w+)*")
_FIELD_NAMES: Final = (
    r"(?:your |customer(?:'s)? |agent(?:'s)? |company |first |last |full |enter |add )?"
    r"(?:name|date|amount|number|address|reason|details?|link|product|signature)(?: here)?",
    r"(?:kunden)?name|vorname|nachname|datum|betrag|kundennummer|vertragsnummer|adresse|anrede",
    r"(?:bitte|insert) [^\]\n]{1,40}",
)
_PLACEHOLDER: Final = regex(
    r"\{\{[^{}\n]{1,80}\}\}|\$\{[^{}\n]{1,80}\}|%[A-Za-z_]{2,40}%|<<[^<>\n]{1,80}>>|\bX{3,}\b|\b_{4,}\b"
    rf"|\[(?:{'|'.join(_FIELD_NAMES)})\]",
    IGNORECASE,
)


def contains_any(params: Params, case: WorklogCase) -> Finding:
    if not case.replies:
        return not_applicable("noReply")
    for text in params["texts"]:
        if found := _occurrence(text, case.replies):
            return met("containsAny.met", by=[found], text=text)
    return missing("containsAny.missing", case.replies)


def contains_none(params: Params, case: WorklogCase) -> Finding:
    if not case.replies:
        return not_applicable("noReply")
    found = [place for text in params["texts"] if (place := _occurrence(text, case.replies))]
    if found:
        return not_met("containsNone.found", by=found, text=found[0].quote)
    return free_of("containsNone.met", case.replies)


def contains_all(params: Params, case: WorklogCase) -> Finding:
    if not case.replies:
        return not_applicable("noReply")
    places = {text: _occurrence(text, case.replies) for text in params["texts"]}
    absent = [text for text, place in places.items() if place is None]
    if absent:
        return missing("containsAll.missing", case.replies, texts="; ".join(absent))
    return met("containsAll.met", by=[place for place in places.values() if place])


def reply_length(params: Params, case: WorklogCase) -> Finding:
    """Words of each reply, without quoted history."""
    if not case.replies:
        return not_applicable("noReply")
    least, most = params.get("minWords") or 0, params.get("maxWords")
    for reply in case.replies:
        words = len(_WORD.findall(own_text(reply)))
        if words < least or (most is not None and words > most):
            return missing("replyLength.outside", [reply], words=words, message=reply.conversation_id)
    return free_of("replyLength.met", case.replies)


def sentence_length(params: Params, case: WorklogCase) -> Finding:
    """Average words of a sentence over all replies; lines count as sentences."""
    counts = [
        words
        for reply in case.replies
        for start, end in sentences(own_text(reply))
        if (words := len(_WORD.findall(reply.text[start:end])))
    ]
    if not counts:
        return not_applicable("noReply")
    average = round(sum(counts) / len(counts), 1)
    if average > params["words"]:
        return missing("sentenceLength.over", case.replies, average=average, words=params["words"])
    return free_of("sentenceLength.met", case.replies, average=average)


def no_placeholders(params: Params, case: WorklogCase) -> Finding:
    """No part of a template that nobody filled in: `{{name}}` or `[Name]`."""
    if not case.replies:
        return not_applicable("noReply")
    found = [quote(reply, *place.span()) for reply in case.replies for place in _PLACEHOLDER.finditer(own_text(reply))]
    if found:
        return not_met("noPlaceholders.found", by=found[:3], text=found[0].quote)
    return free_of("noPlaceholders.met", case.replies)


def no_payment_data(params: Params, case: WorklogCase) -> Finding:
    """No complete account or card number: found by form and check digits."""
    if not case.replies:
        return not_applicable("noReply")
    found = [
        quote(reply, start, end)
        for reply in case.replies
        for finder in (ibans, card_numbers)
        for start, end in finder(own_text(reply))
    ]
    if found:
        return not_met("noPaymentData.found", by=found[:3])
    return free_of("noPaymentData.met", case.replies)


def _occurrence(text: str, messages: tuple[CaseMessage, ...]) -> Evidence | None:
    """The first place of `text`, in any case, also inside a longer word."""
    for message in messages:
        if places := SearchText(message.text, fold=True).find(text, fold=True):
            return quote(message, *places[0])
    return None
