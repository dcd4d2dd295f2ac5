"""Contracts and customers from outside: what they must have, and what cannot be read (platform.md 7.1). Pure."""

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ValidationError

from assaydesk.domains.customers.copies import CONTRACT_KEYS, CUSTOMER_KEYS, DATES, split_contract
from assaydesk.domains.customers.schemas import ContractWrite, CustomerWrite
from assaydesk.domains.customers.types import ContractCopy, CustomerCopy, Match
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.errors import FieldError, field_error

MOST_FOUND: Final = 10
_LEVELS: Final = frozenset({0, *range(10, 20), 20, 30})
_READ_ONLY: Final = frozenset({"emailMatches"})
_COLUMNS: Final = ("business", "company", "firstname", "lastname", "address", "phone", "email")


class BadAnswer(ValueError):
    """The operator's system answered something that breaks the rules; the text says what."""


def read_contract(
    sent: Mapping[str, Any], contract_id: str, zone: ZoneInfo, faults: list[FieldError], path: str = ""
) -> ContractCopy:
    """A contract as somebody sends it; what is wrong is noted. Keys that were not sent are not in `data`."""
    shaped = _shape(ContractWrite, sent, faults, path)
    if str(sent.get("id", contract_id)) != contract_id:
        faults.append(FieldError(f"{path}id", "not_allowed", "The id is another one than that of the address."))
    data, further = split_contract({**sent, **shaped})
    for name in DATES:
        if data.get(name) is not None:
            data[name] = _seconds(data[name], zone, faults, path + name)
    customer_id = shaped.get("customerId")
    return ContractCopy(contract_id, customer_id, data, further, sent.get("rawData") or dict(sent))


def read_customer(sent: Mapping[str, Any], customer_id: str, faults: list[FieldError]) -> CustomerCopy:
    """A customer as somebody sends it; what is wrong is noted. Only the columns that were sent are there."""
    shaped = _shape(CustomerWrite, {key: value for key, value in sent.items() if key != "contracts"}, faults, "")
    if str(sent.get("id", customer_id)) != customer_id:
        faults.append(FieldError("id", "not_allowed", "The id is another one than that of the address."))
    columns: dict[str, Any] = {name: shaped[name] for name in _COLUMNS if name in shaped}
    if "tags" in shaped:
        columns["tag_ids"] = _tag_ids(shaped["tags"], faults)
    further = {key: value for key, value in sent.items() if key not in CUSTOMER_KEYS and key != "contractIds"}
    return CustomerCopy(customer_id, columns, {**further, **(shaped.get("additionalData") or {})})


def needs_name(business: bool, company: object, lastname: object, faults: list[FieldError]) -> None:
    """A business has a company, a person a last name."""
    if business and not company:
        faults.append(FieldError("company", "required", "A business needs a company."))
    if not business and not lastname:
        faults.append(FieldError("lastname", "required", "A person needs a last name."))


def ignored_keys(sent: Mapping[str, Any]) -> list[str]:
    """Keys of a customer that nobody may write."""
    return [key for key in sent if key in _READ_ONLY]


def contract_answer(answer: object, contract_id: str, zone: ZoneInfo) -> ContractCopy:
    """The contract that the look-up by id answered. Raises `BadAnswer`."""
    sent = _object(answer)
    for name in ("id", "customerId", "business", "lastname", "company"):
        if name not in sent:
            raise BadAnswer(f"{name} is missing.")
    _must_be_asked_for(sent, contract_id)
    faults: list[FieldError] = []
    copy = read_contract(sent, contract_id, zone, faults)
    _must_name(copy.data.get("business"), copy.further.get("company"), copy.data.get("lastname"), faults)
    _refuse(faults)
    return copy


def customer_answer(answer: object, customer_id: str) -> CustomerCopy:
    """The customer that the look-up by id answered. Raises `BadAnswer`."""
    sent = _object(answer)
    for name in ("id", "business", "lastname", "company", "contractIds"):
        if name not in sent:
            raise BadAnswer(f"{name} is missing.")
    _must_be_asked_for(sent, customer_id)
    ids = sent["contractIds"]
    if not isinstance(ids, list) or not ids or not all(_is_id(one) for one in ids):
        raise BadAnswer("contractIds must be a list of at least one id.")
    faults: list[FieldError] = []
    copy = read_customer(sent, customer_id, faults)
    _must_name(copy.columns.get("business"), copy.columns.get("company"), copy.columns.get("lastname"), faults)
    _refuse(faults)
    return CustomerCopy(customer_id, copy.columns, copy.further, tuple(dict.fromkeys(str(one) for one in ids)))


def match_answer(answer: object) -> Match:
    """What the search by features answered: nothing, or one contract. Raises `BadAnswer`."""
    if answer is None or answer == {}:
        return Match()
    sent = _object(answer)
    ids = {name: sent.get(name) for name in ("contractId", "customerId")}
    for name, value in ids.items():
        if value is not None and not _is_id(value):
            raise BadAnswer(f"{name} must be one id of at most 50 characters, or null.")
    level, message = sent.get("customerLegitimation"), sent.get("customerLegitimationMessage")
    if level is not None and (isinstance(level, bool) or not isinstance(level, int) or level not in _LEVELS):
        raise BadAnswer("customerLegitimation must be 0, 10 to 19, 20 or 30.")
    if message is not None and not isinstance(message, str):
        raise BadAnswer("customerLegitimationMessage must be a text.")
    contract_id, customer_id = (None if value is None else str(value) for value in ids.values())
    return Match(contract_id, customer_id, level, message[:1000] if message else None)


def found_answer(answer: object) -> list[str]:
    """The customer ids that the search by text answered. Raises `BadAnswer`."""
    if answer is None:
        return []
    if not isinstance(answer, list) or not all(isinstance(one, Mapping) and _is_id(one.get("id")) for one in answer):
        raise BadAnswer("The answer must be a list of objects with an id.")
    if len(answer) > MOST_FOUND:
        raise BadAnswer(f"At most {MOST_FOUND} customers may be answered.")
    return list(dict.fromkeys(str(one["id"]) for one in answer))


def _shape(model: type[BaseModel], sent: Mapping[str, Any], faults: list[FieldError], path: str) -> dict[str, Any]:
    """The known keys that were sent, read; faulty ones are left out and noted."""
    bad: set[str] = set()
    try:
        shaped = model.model_validate(dict(sent))
    except ValidationError as failure:
        for error in failure.errors(include_url=False, include_context=False, include_input=False):
            found = field_error(dict(error))
            faults.append(FieldError(path + found.path, found.code, found.message))
            bad.add(str(error["loc"][0]))
        rest = {key: value for key, value in sent.items() if key not in bad}
        if len(rest) == len(sent):
            return {}
        return _shape(model, rest, [], path)
    return {
        field.alias or name: getattr(shaped, name)
        for name, field in model.model_fields.items()
        if name in shaped.model_fields_set
    }


def _tag_ids(sent: list[Any], faults: list[FieldError]) -> list[int]:
    ids = [one.get("id") if isinstance(one, Mapping) else one for one in sent]
    good = [one for one in ids if type(one) is int and one > 0]
    if len(good) < len(ids):
        faults.append(FieldError("tags", "wrong_type", "Send ids of tags, or tags with their id."))
    return list(dict.fromkeys(good))


def _seconds(value: Any, zone: ZoneInfo, faults: list[FieldError], path: str) -> int | None:
    try:
        return int(parse_instant(value, zone).timestamp())
    except (ValueError, OverflowError):
        faults.append(FieldError(path, "bad_format", "This is not a date."))
        return None


def _must_name(business: object, company: object, lastname: object, faults: list[FieldError]) -> None:
    if not isinstance(business, bool):
        faults.append(FieldError("business", "wrong_type", "Must be true or false."))
    else:
        needs_name(business, company, lastname, faults)


def _must_be_asked_for(sent: Mapping[str, Any], wanted: str) -> None:
    if not _is_id(sent["id"]):
        raise BadAnswer("id must be a number or a text of at most 50 characters.")
    if str(sent["id"]) != wanted:
        raise BadAnswer("The answer is about another id.")


def _refuse(faults: list[FieldError]) -> None:
    if faults:
        raise BadAnswer("; ".join(f"{fault.path}: {fault.message}" for fault in faults[:5]))


def _object(answer: object) -> Mapping[str, Any]:
    if not isinstance(answer, Mapping):
        raise BadAnswer("The answer must be an object.")
    return answer


def _is_id(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return False
    return 1 <= len(str(value)) <= 50


__all__ = [
    "CONTRACT_KEYS", "BadAnswer", "contract_answer", "customer_answer", "found_answer", "ignored_keys", "match_answer",
    "needs_name", "read_contract", "read_customer",
]  # fmt: skip
