"""What a message says about who wrote it: numbers and addresses, found by patterns (ticket.md 8.2). Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from re import IGNORECASE
from re import compile as regex
from typing import Any, Final

from assaydesk.kit.folding import phone_key

MOST: Final = 20
LONGEST_TEXT: Final = 100_000
"""Characters that are looked through; a number that names somebody stands near the beginning."""

_ADDRESS: Final = regex(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NUMBER: Final = regex(r"(?<![\w@.+/-])[A-Za-z0-9](?:[A-Za-z0-9/_-]{3,48})[A-Za-z0-9](?![\w@])")
_DIGIT: Final = regex(r"\d")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`contract_ids`, `customer_ids`: by the patterns. `numbers`: what could be one of either. Each once, in order."""

    contract_ids: tuple[str, ...] = ()
    customer_ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A customer that something in the message leads to; `contract_id` None: no contract in particular."""

    customer_id: str
    contract_id: str | None


def find_evidence(
    texts: Sequence[str], sender: str | None, search: Mapping[str, Any], own_addresses: Collection[str]
) -> Evidence:
    """`search`: the setting `customerDeterministicSearch`. `own_addresses`: mailboxes of the instance."""
    text = "\n".join(text for text in texts if text)[:LONGEST_TEXT]
    sender = (sender or "").strip()
    own = {one.lower() for one in own_addresses} | {sender.lower()}
    internal = tuple(domain.lower().lstrip("@.") for domain in search["internalDomains"])
    addresses = _unique(
        found.lower().rstrip(".")
        for found in _ADDRESS.findall(text)
        if found.lower() not in own and not _is_internal(found.lower(), internal)
    )
    return Evidence(
        contract_ids=_unique(_matches(search["contractPatterns"], text)),
        customer_ids=_unique(_matches(search["customerPatterns"], text)),
        numbers=_unique(found for found in _NUMBER.findall(text) if _DIGIT.search(found)),
        addresses=addresses if search["bodyAddressLookup"] else (),
        phone=None if "@" in sender else phone_key(sender),
    )


def choose(hits: Iterable[Hit]) -> Hit | None:
    """The one customer that all hits name, with the contract when they name one; None when they disagree."""
    found = list(hits)
    if len({hit.customer_id for hit in found}) != 1:
        return None
    contracts = {hit.contract_id for hit in found if hit.contract_id is not None}
    return Hit(found[0].customer_id, contracts.pop() if len(contracts) == 1 else None)


def is_internal_sender(sender: str | None, search: Mapping[str, Any]) -> bool:
    """Colleagues are no customers."""
    internal = tuple(domain.lower().lstrip("@.") for domain in search["internalDomains"])
    return _is_internal((sender or "").lower(), internal)


def _matches(patterns: Iterable[str], text: str) -> Iterable[str]:
    """The first group of each pattern, or all that it matches."""
    for pattern in patterns:
        for found in regex(pattern, IGNORECASE).finditer(text):
            groups = [group for group in found.groups() if group]
            yield (groups[0] if groups else found[0]).strip()


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in values:
        if 1 <= len(value) <= 254:
            found.setdefault(value)
        if len(found) == MOST:
            break
    return tuple(found)


def _is_internal(address: str, domains: Sequence[str]) -> bool:
    host = address.rpartition("@")[2]
    return any(host == domain or host.endswith("." + domain) for domain in domains)
