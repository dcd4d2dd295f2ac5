"""Rules about manners and care of the replies (docs/judging.md), German and English."""

from collections.abc import Callable, Iterable
from re import Pattern
from re import compile as regex
from typing import Final

from assaydesk.domains.quality.judging.rules import phrases
from assaydesk.domains.quality.judging.rules.findings import (
    Finding,
    Params,
    first_match,
    free_of,
    met,
    missing,
    not_applicable,
    not_met,
    own_text,
    quote,
    sentences,
)
from assaydesk.domains.quality.judging.rules.language import language_of
from assaydesk.domains.quality.judging.types import CaseMessage, Evidence, Role, WorklogCase
from assaydesk.kit.folding import fold

OPENING_CHARACTERS: Final = 200
"""How far into a reply a greeting counts as its beginning."""
ENDING_CHARACTERS: Final = 400
"""How far from the end of a reply a closing counts as its end; signatures follow it."""
Zone = Callable[[CaseMessage], tuple[int, int]]

_NAME_PART: Final = regex(r"[^\W\d_](?:[\w'’-]*[^\W\d_])")


def greeting(params: Params, case: WorklogCase) -> Finding:
    replies = case.replies if params.get("where") == "everyReply" else case.replies[:1]
    if params.get("newContactOnly") and _answered_before(case):
        return not_applicable("greeting.oldContact")
    return _in_each(phrases.GREETING, replies, "greeting", _opening)


def closing(params: Params, case: WorklogCase) -> Finding:
    replies = case.replies if params.get("where") == "everyReply" else case.replies[-1:]
    return _in_each(phrases.CLOSING, replies, "closing", _ending)


def further_help_offered(params: Params, case: WorklogCase) -> Finding:
    """An offer of more help in one of the last two replies: in a chat the good-bye comes in a message of its own."""
    if not case.replies:
        return not_applicable("noReply")
    for reply in reversed(case.replies[-2:]):
        if found := first_match(phrases.FURTHER_HELP, reply, 0, len(own_text(reply))):
            return met("furtherHelp.met", by=[found])
    return missing("furtherHelp.missing", case.replies[-2:])


def personal_salutation(params: Params, case: WorklogCase) -> Finding:
    """The first reply addresses the customer by name; by any name, when the case does not know the customer's."""
    if not case.replies:
        return not_applicable("noReply")
    reply = case.replies[0]
    start, end = _opening(reply)
    names = _names(case.customer_terms)
    if names:
        for word in _NAME_PART.finditer(reply.text, start, end):
            if fold(word[0]) in names:
                return met("personalSalutation.met", by=[quote(reply, *word.span())])
        return missing("personalSalutation.missing", [reply])
    for found in phrases.NAMED_SALUTATION.finditer(reply.text, start, end):
        if phrases.NOT_A_NAME.isdisjoint(found["words"].casefold().split()):
            return met("personalSalutation.met", by=[quote(reply, *found.span("words"))])
    return not_applicable("personalSalutation.unknownName")


def language_matches_customer(params: Params, case: WorklogCase) -> Finding:
    """Every reply that is long enough to tell is in the language of the customer's messages."""
    wanted = _customer_language(case)
    if wanted is None:
        return not_applicable("language.unknown")
    spoken = {reply: language_of([own_text(reply)]) for reply in case.replies}
    if not any(spoken.values()):
        return not_applicable("language.unknown")
    for reply, language in spoken.items():
        if language not in (None, wanted):
            return missing("language.differs", [reply], wanted=wanted, language=language)
    return free_of("language.met", spoken, language=wanted)


def promised_attachment_sent(params: Params, case: WorklogCase) -> Finding:
    """A reply that announces an attachment has one."""
    promises = [(reply, found) for reply in case.replies if (found := _promise(reply))]
    if not promises:
        return not_applicable("attachment.notPromised" if case.replies else "noReply")
    for reply, found in promises:
        if not reply.attachments:
            return not_met("attachment.missing", by=[found], message=reply.conversation_id)
    return met("attachment.met", by=[found for _, found in promises])


def no_secrets_requested(params: Params, case: WorklogCase) -> Finding:
    """No reply asks for a password, PIN, TAN or the check digits of a card."""
    if not case.replies:
        return not_applicable("noReply")
    for reply in case.replies:
        for start, end in sentences(own_text(reply)):
            sentence = reply.text[start:end]
            asked = phrases.SECRET.search(sentence) and phrases.ASKING.search(sentence)
            if asked and not phrases.WARNING.search(sentence):
                return not_met("secrets.requested", by=[quote(reply, start, end)])
    return free_of("secrets.met", case.replies)


def _in_each(pattern: Pattern[str], replies: tuple[CaseMessage, ...], wording: str, zone: Zone) -> Finding:
    """Met when the pattern stands in the zone of every one of these replies."""
    if not replies:
        return not_applicable("noReply")
    found = {reply: first_match(pattern, reply, *zone(reply)) for reply in replies}
    without = [reply for reply, place in found.items() if place is None]
    if without:
        return missing(f"{wording}.missing", without)
    return met(f"{wording}.met", by=[place for place in found.values() if place])


def _opening(reply: CaseMessage) -> tuple[int, int]:
    return 0, min(OPENING_CHARACTERS, len(own_text(reply)))


def _ending(reply: CaseMessage) -> tuple[int, int]:
    end = len(own_text(reply))
    return max(0, end - ENDING_CHARACTERS), end


def _answered_before(case: WorklogCase) -> bool:
    first = case.replies[0] if case.replies else None
    earlier = case.messages[: case.messages.index(first)] if first else ()
    return any(message.role is Role.AGENT for message in earlier)


def _names(terms: Iterable[str]) -> frozenset[str]:
    """The single words of terms that are names, and the parts of double names: letters only, no addresses, numbers."""
    return frozenset(
        fold(part)
        for term in terms
        if not any(character.isdigit() or character == "@" for character in term) and len(term.split()) <= 4
        for word in _NAME_PART.findall(term)
        for part in (word, *(piece for piece in word.split("-") if len(piece) > 2))
        if word.casefold() not in phrases.NOT_A_NAME
    )


def _customer_language(case: WorklogCase) -> str | None:
    written = [message.text for message in case.messages if message.role is Role.CUSTOMER]
    return language_of(written) or (case.language or "")[:2].casefold() or None


def _promise(reply: CaseMessage) -> Evidence | None:
    for start, end in sentences(own_text(reply)):
        sentence = reply.text[start:end]
        if phrases.ATTACHMENT.search(sentence) and not phrases.OTHER_ATTACHMENT.search(sentence):
            return quote(reply, start, end)
    return None
