"""Which ticket a mail belongs to (ticket.md 5.3)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from re import compile as regex
from typing import Final

from assaydesk.domains.conversations.recipients import address_of

MOST_TOKENS: Final = 5
MOST_HOPS: Final = 50
_TOKEN: Final = regex(r"\[#(\d{1,18})\]")
_PLUS: Final = regex(r"^(.+)\+(\d{1,18})$")


def tokens_of(subject: str | None) -> tuple[int, ...]:
    """Numbers of tickets in `Re: Meter [#4711]`, the last one first: it stands there longest in nested answers."""
    found = [int(number) for number in _TOKEN.findall(subject or "")]
    return tuple(dict.fromkeys(reversed(found)))[:MOST_TOKENS]


def plus_tickets(addresses: Iterable[str], mailbox: Iterable[str]) -> tuple[int, ...]:
    """Numbers in `support+4711@desk.example`, for the addresses of this mailbox alone."""
    own = {address.lower() for address in mailbox}
    found = []
    for address in addresses:
        name, _, domain = address.lower().rpartition("@")
        plus = _PLUS.match(name)
        if plus is not None and f"{plus.group(1)}@{domain}" in own:
            found.append(int(plus.group(2)))
    return tuple(dict.fromkeys(found))[:MOST_TOKENS]


def without_plus(address: str) -> str:
    """`support@desk.example` of `support+4711@desk.example`, in lower case."""
    name, _, domain = address.lower().rpartition("@")
    plus = _PLUS.match(name)
    return f"{plus.group(1)}@{domain}" if plus is not None else address.lower()


def bare(addresses: Iterable[str | None]) -> set[str]:
    """The addresses without names, in lower case."""
    return {(address_of(one) or one).lower() for one in addresses if one}


def is_known(
    sender: Iterable[str | None], recipients: Iterable[str], known: Collection[str], own: Iterable[str]
) -> bool:
    """Whether sender or a recipient wrote or got something in the ticket; the instance's own mailboxes tell nothing."""
    mailboxes = bare(own)
    parties = {one for one in bare([*sender, *recipients]) if without_plus(one) not in mailboxes}
    return bool(parties & {one for one in known if without_plus(one) not in mailboxes})


def first_named(wanted: Sequence[str], stored: Mapping[str, int]) -> int | None:
    """The message that the first known id names. Ids count with and without angle brackets."""
    for one in wanted:
        for form in forms(one):
            if form in stored:
                return stored[form]
    return None


def forms(message_id: str) -> tuple[str, str]:
    """How an id may be stored: as in the header, and without its angle brackets."""
    inner = message_id.strip().strip("<>")
    return f"<{inner}>", inner


def end_of(ticket_id: int, merged_into: Mapping[int, int | None]) -> int:
    """Where a chain of merged tickets leads; a circle ends where it closes."""
    seen = {ticket_id}
    while (target := merged_into.get(ticket_id)) is not None and target not in seen and len(seen) < MOST_HOPS:
        seen.add(target)
        ticket_id = target
    return ticket_id
