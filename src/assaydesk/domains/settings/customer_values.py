"""Values of the settings of customers: look-ups, rules of legitimation, search for known numbers (ticket.md 8)."""

from re import compile as regex
from re import error as BadPattern
from typing import Any, Final
from urllib.parse import urlsplit

CRITERIA: Final = (
    "senderEmailMatches", "senderPhoneMatches", "contractIdInText", "customerIdInText", "lastnameInText",
    "fullnameInText", "companyInText", "addressInText", "zipInText", "meterNumberInText", "ibanInText",
    "birthdayInText",
)  # fmt: skip
"""What can speak for somebody being the customer."""

DEFAULT_RULE: Final[dict[str, Any]] = {"groups": [{"name": "Group 1", "needed": 2, "criteria": list(CRITERIA)}]}
DEFAULT_SEARCH: Final[dict[str, Any]] = {
    "enabled": True,
    "contractPatterns": [],
    "customerPatterns": [],
    "senderLookup": True,
    "bodyAddressLookup": True,
    "internalDomains": [],
}
DEFAULT_PARAMETERS: Final = tuple(
    {"name": name, "label": label, "description": ""}
    for name, label in (
        ("contractId", "Contract number"), ("customerId", "Customer number"), ("firstname", "First name"),
        ("lastname", "Last name"), ("phone", "Phone"), ("company", "Company"), ("email", "E-mail"),
        ("meterNumber", "Meter number"), ("address", "Street and number"), ("postalCode", "Postal code"),
        ("city", "City"),
    )
)  # fmt: skip

_LONGEST_PATTERN: Final = 200
_NESTED_REPEAT: Final = regex(r"[+*}][^()]*\)[+*{]")
_SWITCHES: Final = frozenset({"enabled", "senderLookup", "bodyAddressLookup"})
_LISTS: Final = frozenset({"contractPatterns", "customerPatterns", "internalDomains"})


def executor(value: object) -> object:
    """An executor that this version can run: one that calls an HTTP address."""
    if value is None:
        return None
    if isinstance(value, str):
        raise ValueError("is the name of a function; functions are not available in this version, send an apiCall")
    if not isinstance(value, dict) or value.get("type") != "apiCall":
        raise ValueError("must be an executor of type apiCall; program code cannot be run in this version")
    request = value.get("request") if value.get("request") is not None else value.get("parameters")
    url = request.get("url") if isinstance(request, dict) else None
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("needs request.url, an http or https address")
    return value


def legitimation_rule(value: dict[str, Any]) -> dict[str, Any]:
    """Groups of criteria; any group that reaches what it needs is enough."""
    groups = value.get("groups")
    if set(value) != {"groups"} or not isinstance(groups, list) or not 1 <= len(groups) <= 20:
        raise ValueError("must have groups, one to twenty of them")
    for group in groups:
        if not isinstance(group, dict) or set(group) != {"name", "needed", "criteria"}:
            raise ValueError("each group must have name, needed and criteria")
        name, needed, criteria = group["name"], group["needed"], group["criteria"]
        if not isinstance(name, str) or not 1 <= len(name.strip()) <= 100:
            raise ValueError("each group needs a name of at most 100 characters")
        if not isinstance(criteria, list) or not criteria or not set(map(str, criteria)) <= set(CRITERIA):
            raise ValueError(f"criteria are {', '.join(CRITERIA)}")
        if len(set(criteria)) < len(criteria):
            raise ValueError("a group names each criterion once")
        if isinstance(needed, bool) or not isinstance(needed, int) or not 1 <= needed <= len(criteria):
            raise ValueError("needed must be at least 1 and at most the number of criteria")
    return value


def deterministic_search(value: dict[str, Any]) -> dict[str, Any]:
    """How known numbers and addresses are looked for; what is not sent keeps its default."""
    if not set(value) <= _SWITCHES | _LISTS:
        raise ValueError(f"may have {', '.join(sorted(_SWITCHES | _LISTS))}")
    for name in _SWITCHES & value.keys():
        if not isinstance(value[name], bool):
            raise ValueError(f"{name} must be true or false")
    for name in _LISTS & value.keys():
        texts = value[name]
        if not isinstance(texts, list) or len(texts) > 50 or not all(isinstance(text, str) and text for text in texts):
            raise ValueError(f"{name} must be a list of at most 50 texts")
    for pattern in [*value.get("contractPatterns", ()), *value.get("customerPatterns", ())]:
        _check_pattern(pattern)
    return {**DEFAULT_SEARCH, **value}


def _check_pattern(pattern: str) -> None:
    """A pattern runs over mail that anybody sends, so one that could take forever is refused."""
    if len(pattern) > _LONGEST_PATTERN:
        raise ValueError(f"a pattern has at most {_LONGEST_PATTERN} characters")
    try:
        regex(pattern)
    except (BadPattern, RecursionError, OverflowError):
        raise ValueError(f"{pattern[:60]!r} is no regular expression") from None
    if _NESTED_REPEAT.search(pattern):
        raise ValueError(f"{pattern[:60]!r} repeats a repetition, which can take forever")


def search_parameter(value: dict[str, Any]) -> dict[str, Any]:
    """One attribute that a contract can be searched by."""
    if not set(value) <= {"name", "label", "description"} or not isinstance(value.get("name"), str):
        raise ValueError("must have name, label and description")
    if not all(isinstance(text, str) and len(text) <= 1000 for text in value.values()) or not value["name"].strip():
        raise ValueError("name, label and description are texts")
    return {"label": value["name"], "description": "", **value}


def private_host(value: str) -> str:
    """A host, or a host with its port."""
    text = value.strip().lower()
    if not text or "/" in text or "@" in text or len(text) > 260:
        raise ValueError("must be a host such as erp.internal or erp.internal:8443")
    return text
