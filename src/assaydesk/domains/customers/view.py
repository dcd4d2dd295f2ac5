"""Customers and contracts in their wire form (ticket.md 1.3, conventions.md 6)."""

from collections.abc import Mapping
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.customers.models import Customer
from assaydesk.domains.customers.schemas import ContractRead
from assaydesk.platform.schema import camel

_CONTRACT_KEYS: Final = tuple(camel(name) for name in ContractRead.model_fields)
_NUMERIC_ID: Final = regex(r"^(0|[1-9][0-9]{0,14})$")
_NUMERIC_PHONE: Final = regex(r"^[1-9][0-9]{4,14}$")


def outside_id(value: str) -> int | str:
    """The `id` inside a customer or contract: a number when it looks like one."""
    return int(value) if _NUMERIC_ID.match(value) else value


def phone(value: object) -> int | str | None:
    """A number when it has 5 to 15 digits without leading zero or plus, else a text."""
    if value is None:
        return None
    text = str(value)
    return int(text) if _NUMERIC_PHONE.match(text) else text


def contract_json(contract: Mapping[str, Any]) -> dict[str, Any]:
    """A contract with all documented keys; those that nobody knows are null."""
    shown = {key: contract.get(key) for key in _CONTRACT_KEYS}
    customer_id = contract.get("customerId")
    return shown | {
        "id": outside_id(str(contract.get("id", ""))),
        "customerId": None if customer_id is None else str(customer_id),
        "phone": phone(contract.get("phone")),
    }


def customer_json(
    customer: Customer, tags: Mapping[int, Mapping[str, Any]], *, sender: str | None = None
) -> dict[str, Any]:
    """A customer. `tags`: wire forms by id. `sender`: the address that wrote, for `emailMatches`."""
    known = customer.email is not None and sender is not None and customer.email.lower() == sender.lower()
    return {
        "id": outside_id(customer.customer_id),
        "emailMatches": known,
        "business": customer.business,
        "company": customer.company,
        "firstname": customer.firstname,
        "lastname": customer.lastname,
        "address": customer.address,
        "phone": phone(customer.phone),
        "email": customer.email,
        "tags": [{key: tags[tag][key] for key in ("id", "color", "name")} for tag in customer.tag_ids if tag in tags],
        "contracts": [contract_json(contract) for contract in customer.contracts],
        "additionalData": customer.additional_data,
    }


def customer_name(customer: Customer) -> str | None:
    """The name of a person, or the company."""
    person = " ".join(part for part in (customer.firstname, customer.lastname) if part)
    return (customer.company or person) if customer.business else (person or customer.company) or None
