"""What a mail says of itself: ids, subject, thread, addresses that cannot break a header (settings.md 4.3)."""

from collections.abc import Iterable, Sequence
from re import compile as regex
from secrets import token_hex
from typing import Final, NamedTuple

from assaydesk.domains.conversations.recipients import address_of
from assaydesk.kit.domains import ascii_address

MOST_REFERENCES: Final = 20
LONGEST_SUBJECT: Final = 900
"""Characters; a header line as a whole may have 998 bytes."""
_RANDOM_BYTES: Final = 10
_BREAKS: Final = regex(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_REPLY: Final = regex(r"(?i)^\s*(?:re|aw|antw|sv|ref)\s*(?:\[\d+\])?\s*:")
_NAMED: Final = regex(r"^\s*\"?(?P<name>[^<>]*?)\"?\s*<[^<>]+>\s*$")
_ID: Final = regex(r"<[^\s<>]{1,900}>")
_DOMAIN: Final = regex(r"[A-Za-z0-9.-]{1,253}")


class Party(NamedTuple):
    """One address of a mail; the name may be empty."""

    name: str
    address: str


def one_line(text: str) -> str:
    """The text without line breaks and control characters, which could begin another header."""
    return _BREAKS.sub(" ", text).strip()


def party_of(text: str) -> Party | None:
    """`Ann <ann@example.com>` or the bare address; None when there is no address in it."""
    line = one_line(text)
    address = address_of(line)
    if address is None:
        return None
    named = _NAMED.match(line)
    return Party(named.group("name").strip().replace('\\"', '"') if named else "", address)


def parties_of(texts: Iterable[str]) -> list[Party]:
    """Each address once, in order."""
    found: dict[str, Party] = {}
    for text in texts:
        party = party_of(text)
        if party is not None:
            found.setdefault(party.address.lower(), party)
    return list(found.values())


def new_message_id(ticket_id: int, conversation_id: int, sender: str) -> str:
    """`<ticket.conversation.80 random bits@domain>`: nobody guesses the way into a thread."""
    domain = ascii_address(sender).rpartition("@")[2]
    if not _DOMAIN.fullmatch(domain):
        domain = "assaydesk.invalid"
    return f"<{ticket_id}.{conversation_id}.{token_hex(_RANDOM_BYTES)}@{domain}>"


def subject_of(subject: str | None, ticket_subject: str | None, ticket_id: int, *, answers: bool, prefix: str) -> str:
    """The subject with the token that finds the ticket: `Re: Meter [#4711]`.

    `answers`: the mail answers one; then the ticket's subject gets `prefix`, unless it begins with its like.
    """
    line = one_line(subject or "")
    if not line:
        line = one_line(ticket_subject or "")
        if answers and not _REPLY.match(line):
            line = f"{prefix} {line}".strip()
    token = f"[#{ticket_id}]"
    line = line[: LONGEST_SUBJECT - len(token) - 1]
    return line if token in line else f"{line} {token}".strip()


def thread_of(message_ids: Sequence[str | None]) -> list[str]:
    """The well-formed ids of a thread, oldest first: the first one and the newest ones."""
    known = list(dict.fromkeys(one for one in message_ids if one and _ID.fullmatch(one)))
    return known if len(known) <= MOST_REFERENCES else [known[0], *known[-(MOST_REFERENCES - 1) :]]
