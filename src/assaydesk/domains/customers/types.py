"""Words of customers and contracts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Origin(StrEnum):
    """Where a copy comes from."""

    PUSH = "push"
    ERP = "erp"
    CONTRACT = "contract"


class Lookup(StrEnum):
    """The four functions that the operator implements (platform.md 7.1)."""

    CONTRACT_BY_ID = "contractById"
    CUSTOMER_BY_ID = "customerById"
    CONTRACT_BY_FIELDS = "contractByFields"
    CUSTOMER_BY_TEXT = "customerByText"


@dataclass(frozen=True, slots=True)
class ContractCopy:
    """A contract that was read and found good. `data`: documented keys; `further`: all others."""

    contract_id: str
    customer_id: str | None
    data: Mapping[str, Any]
    further: Mapping[str, Any]
    raw: Any = None


@dataclass(frozen=True, slots=True)
class CustomerCopy:
    """A customer that was read and found good. `columns`: those of `customers` that were sent."""

    customer_id: str
    columns: Mapping[str, Any]
    further: Mapping[str, Any]
    contract_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """What a search by features found: nothing, or one contract or customer. `level`: what the operator says of it."""

    contract_id: str | None = None
    customer_id: str | None = None
    level: int | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one customer and contract, for comparing it with a message. Texts as they are stored."""

    customer_id: str | None = None
    contract_id: str | None = None
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    firstname: str | None = None
    lastname: str | None = None
    company: str | None = None
    addresses: tuple[str, ...] = ()
    postal_codes: tuple[str, ...] = ()
    meter_number: str | None = None
    iban: str | None = None
    birthday: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody wrote, as far as it can prove who it was. `sender`: address or phone number."""

    sender: str | None
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`level` 0 (nobody), 10 (recognised) or 20 (legitimated). `log`: what was found, for people."""

    level: int
    message: str | None
    log: tuple[str, ...] = field(default_factory=tuple)
