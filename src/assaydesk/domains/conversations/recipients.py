"""Addresses of messages, and whom to answer (ticket.md 3.2, 3.6)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from re import compile as regex
from typing import Final, NamedTuple

_ADDRESS: Final = regex(r"^[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,255}$")
_NAMED: Final = regex(r"^([^<>]{0,300})<\s*([^<>]{3,320})\s*>$")


class Recipients(NamedTuple):
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchanged:
    """The addresses of one message."""

    sender: str | None
    to: Sequence[str] = ()
    cc: Sequence[str] = ()


def address_of(text: str) -> str | None:
    """The address in `ann@example.com` or `Ann <ann@example.com>`; None when there is none."""
    named = _NAMED.match(text.strip())
    address = (named.group(2) if named else text).strip()
    domain = address.rpartition("@")[2]
    return address if _ADDRESS.match(address) and "." in domain.strip(".") else None


def recommended(
    newest_in: Exchanged | None, newest_out: Exchanged | None, customer: str | None, own: Collection[str]
) -> Recipients:
    """Whom to answer: the newest sender, else whom was written last, else the customer.

    Copies go to the others of that message, without the instance's `own` mailboxes. Blind copies are never proposed.
    """
    mailboxes = {address.lower() for address in own}
    if newest_in is not None and newest_in.sender:
        to: tuple[str, ...] = (newest_in.sender,)
        others: Iterable[str] = (*newest_in.to, *newest_in.cc)
    elif newest_out is not None and newest_out.to:
        to, others = tuple(newest_out.to), newest_out.cc
    else:
        return Recipients((customer,) if customer else ())
    taken = mailboxes | {(address_of(one) or one).lower() for one in to}
    cc = {(address_of(one) or one).lower(): one for one in others}
    return Recipients(to, tuple(one for key, one in cc.items() if key not in taken))
