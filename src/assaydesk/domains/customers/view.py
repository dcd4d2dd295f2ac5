"""Customers and contracts in their wire form (ticket.md 1.3, conventions.md 6)."""

from collections.abc import Iterable, Mapping
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.customers.copies import CONTRACT_KEYS, birthday_of, contract_columns
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.types import ContractCopy, CustomerCopy, Known

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


def contract_json(contract: Contract, *, include_raw_data: bool = False) -> dict[str, Any]:
    """A contract with all documented keys; those that nobody knows are null, `rawData` unless it is asked for."""
    return {
        **{key: contract.data.get(key) for key in CONTRACT_KEYS},
        "id": outside_id(contract.contract_id),
        "customerId": contract.customer_id,
        "phone": phone(contract.data.get("phone")),
        "rawData": contract.raw_data if include_raw_data else None,
        "additionalData": contract.additional_data,
    }


def customer_json(
    customer: Customer,
    contracts: Iterable[Contract],
    tags: Mapping[int, Mapping[str, Any]],
    *,
    sender: str | None = None,
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
        "contracts": [contract_json(contract) for contract in contracts],
        "additionalData": customer.additional_data,
    }


def found_json(customer: Customer, contract_ids: list[str]) -> dict[str, Any]:
    """A customer as the search shows it."""
    return {
        "id": outside_id(customer.customer_id),
        "firstname": customer.firstname,
        "lastname": customer.lastname,
        "address": customer.address,
        "phone": phone(customer.phone),
        "email": customer.email,
        "company": customer.company,
        "business": customer.business,
        "contractIds": contract_ids,
    }


def customer_name(customer: Customer) -> str | None:
    """The name of a person, or the company."""
    person = " ".join(part for part in (customer.firstname, customer.lastname) if part)
    return (customer.company or person) if customer.business else (person or customer.company) or None


def known_facts(customer: Customer | None, contract: Contract | None) -> Known | None:
    """What a message can be compared with; None when there is neither."""
    if customer is None and contract is None:
        return None
    data: Mapping[str, Any] = contract.data if contract is not None else {}
    further = {
        **(customer.additional_data if customer is not None else {}),
        **(contract.additional_data if contract is not None else {}),
    }
    of_customer = customer if customer is not None else Customer(additional_data={})
    codes = [contract.postal_code if contract is not None else None, *(further.get(n) for n in ("zip", "postalCode"))]
    return Known(
        customer_id=of_customer.customer_id or (contract.customer_id if contract is not None else None),
        contract_id=contract.contract_id if contract is not None else None,
        emails=_texts(of_customer.email, data.get("email")),
        phones=_texts(of_customer.phone, data.get("phone")),
        firstname=of_customer.firstname or data.get("firstname"),
        lastname=of_customer.lastname or data.get("lastname"),
        company=of_customer.company or (contract.company if contract is not None else None),
        addresses=_texts(of_customer.address, data.get("deliveryAddress"), data.get("billingAddress")),
        postal_codes=_texts(*codes),
        meter_number=contract.meter_number if contract is not None else None,
        iban=data.get("iban") or further.get("iban"),
        birthday=birthday_of(further),
    )


def known_answers(contract: ContractCopy | None, customer: CustomerCopy | None) -> Known | None:
    """The same of what was just answered and is not kept."""
    described: Customer | None = None
    agreed: Contract | None = None
    if contract is not None:
        agreed = Contract(
            contract_id=contract.contract_id, customer_id=contract.customer_id, data=dict(contract.data),
            additional_data=dict(contract.further), **contract_columns(contract.data, contract.further),
        )  # fmt: skip
    if customer is not None:
        described = Customer(
            customer_id=customer.customer_id, additional_data=dict(customer.further), **dict(customer.columns)
        )
    return known_facts(described, agreed)


def _texts(*values: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if isinstance(value, str | int) and str(value).strip()))
