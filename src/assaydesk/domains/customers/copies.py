"""From what the operator's system says about a contract or customer to the row that is kept (ticket.md 1.3). Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from re import compile as regex
from typing import Any, Final

from assaydesk.domains.customers.schemas import ContractRead, CustomerRead
from assaydesk.platform.schema import camel

CONTRACT_KEYS: Final = tuple(camel(name) for name in ContractRead.model_fields)
CUSTOMER_KEYS: Final = tuple(camel(name) for name in CustomerRead.model_fields)
OF_THE_ROW: Final = frozenset({"id", "customerId", "rawData", "additionalData"})
"""Keys of a contract that columns of their own hold."""

DATES: Final = ("signupDate", "startDate", "endDate")
_POSTAL_CODE: Final = regex(r"(?<!\d)(?:[A-Z]{1,2}-)?(\d{4,5})(?!\d)\s+([^\d,;]{2,60})")
_BIRTHDAYS: Final = ("birthday", "birthdate", "dateOfBirth")
_DAY: Final = regex(r"^(\d{4})-(\d{2})-(\d{2})")
_GERMAN_DAY: Final = regex(r"^(\d{1,2})\.(\d{1,2})\.(\d{4})$")


def split_contract(sent: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The documented keys of a contract, and everything else that came with it."""
    data = {key: sent[key] for key in CONTRACT_KEYS if key in sent and key not in OF_THE_ROW}
    further = {key: value for key, value in sent.items() if key not in CONTRACT_KEYS}
    own = sent.get("additionalData")
    return data, {**further, **(own if isinstance(own, Mapping) else {})}


def contract_columns(data: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """What a contract can be searched by."""
    address = _text(data.get("deliveryAddress")) or _text(data.get("billingAddress"))
    found = _POSTAL_CODE.search(address or "")
    return {
        "firstname": _text(data.get("firstname")),
        "lastname": _text(data.get("lastname")),
        "company": _text(further.get("company")),
        "email": _text(data.get("email")),
        "birthday": birthday_of(further),
        "meter_number": _text(data.get("counterNumber")) or _text(further.get("meterNumber")),
        "address": address,
        "postal_code": _first(further, ("postalCode", "zip", "zipCode")) or (found[1] if found else None),
        "city": _first(further, ("city",)) or (found[2].strip() if found else None),
    }


def customer_from_contract(contract_id: str, data: Mapping[str, Any], further: Mapping[str, Any]) -> dict[str, Any]:
    """What a contract tells about its customer, for one whom nobody has described yet."""
    company = _text(further.get("company"))
    return {
        "business": bool(data.get("business")),
        "company": company,
        "firstname": _text(data.get("firstname")),
        "lastname": _text(data.get("lastname")) or (None if company else contract_id),
        "address": _text(data.get("billingAddress")) or _text(data.get("deliveryAddress")),
        "phone": _text(data.get("phone")),
        "email": _text(data.get("email")),
    }


def placeholder_id(contract_id: str) -> str:
    """The id of the customer of a contract whose `customerId` nobody knows."""
    return f"contract:{contract_id}"[:50]


def birthday_of(known: Mapping[str, Any]) -> str | None:
    """A birthday as YYYY-MM-DD."""
    text = _first(known, _BIRTHDAYS)
    if text is None:
        return None
    day = _DAY.match(text)
    if day:
        return day[0]
    german = _GERMAN_DAY.match(text)
    return f"{german[3]}-{int(german[2]):02}-{int(german[1]):02}" if german else None


def merged_data(target: Mapping[str, Any], sources: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Additional data of several customers in one: the target's own values win, then those of earlier sources."""
    merged = dict(target)
    for source in sources:
        for key, value in source.items():
            if merged.get(key) is None:
                merged[key] = value
    return merged


def merged_list(target: Sequence[int], sources: Iterable[Sequence[int]]) -> list[int]:
    """The ids of all, each once, the target's first."""
    return list(dict.fromkeys([*target, *(one for source in sources for one in source)]))


def merged_columns(
    target: Mapping[str, Any], sources: Sequence[Mapping[str, Any]], names: Iterable[str]
) -> dict[str, Any]:
    """Columns that the target lacks and a source has."""
    return {
        name: value
        for name in names
        if target[name] is None
        and (value := next((source[name] for source in sources if source[name] is not None), None)) is not None
    }


def as_texts(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every text changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: as_texts(item, change) for key, item in value.items()}
    return [as_texts(item, change) for item in value] if isinstance(value, list) else value


def _first(known: Mapping[str, Any], names: Iterable[str]) -> str | None:
    return next((text for name in names if (text := _text(known.get(name))) is not None), None)


def _text(value: object) -> str | None:
    """Texts and whole numbers as a text, None for what is empty or has another form."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None
