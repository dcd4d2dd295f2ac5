"""What `data` of a mailbox may hold (settings.md 4.1). Other keys are kept as they are."""

from collections.abc import Callable, Mapping
from datetime import datetime
from re import compile as regex
from typing import Any, Final, NamedTuple

from assaydesk.platform.errors import FieldError

_ADDRESS: Final = regex(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,255}")
_SECURITY: Final = ("tls", "starttls", "none")


class Rule(NamedTuple):
    """A test of a value, the code of its failure, and what to send instead."""

    holds: Callable[[Any], bool]
    code: str
    advice: str


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_text(value: object, most: int = 500) -> bool:
    return isinstance(value, str) and len(value) <= most


def _is_address(value: object) -> bool:
    return isinstance(value, str) and _ADDRESS.fullmatch(value) is not None


def _is_moment(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _one_of(*words: Any) -> Rule:
    return Rule(lambda value: value in words, "not_allowed", f"Send one of: {', '.join(str(word) for word in words)}.")


def _between(least: int, most: int) -> Rule:
    return Rule(
        lambda value: _is_number(value) and least <= value <= most,
        "out_of_range",
        f"Send a whole number from {least} to {most}.",
    )


def _list_of(test: Callable[[Any], bool], what: str) -> Rule:
    return Rule(
        lambda value: isinstance(value, list) and len(value) <= 200 and all(test(one) for one in value),
        "wrong_type",
        f"Send a list of {what}.",
    )


_TEXT: Final = Rule(_is_text, "wrong_type", "Send a text.")
_NAME: Final = Rule(lambda value: _is_text(value) and bool(value.strip()), "required", "Send a text that is not empty.")
_LONG: Final = Rule(lambda value: _is_text(value, 10_000), "wrong_type", "Send a text of at most 10,000 characters.")
_FLAG: Final = Rule(lambda value: isinstance(value, bool), "wrong_type", "Send true or false.")
_ID: Final = Rule(lambda value: _is_number(value) and 0 < value < 2**63, "wrong_type", "Send an id.")
_MAIL: Final = Rule(_is_address, "bad_format", "Send an e-mail address.")
_MOMENT: Final = Rule(_is_moment, "bad_format", "Send a time such as 2024-05-01T08:00:00Z.")
_OBJECT: Final = Rule(lambda value: isinstance(value, dict), "wrong_type", "Send an object.")
_HOST: Final = Rule(
    lambda value: _is_text(value, 255) and bool(value.strip()) and " " not in value.strip(),
    "bad_format",
    "Send the name or address of a server.",
)

_KEYS: Final[dict[str, Rule]] = {
    "address": _MAIL, "aliases": _list_of(_is_address, "e-mail addresses"), "senderName": _TEXT, "replyTo": _MAIL,
    "method": _one_of("imap", "microsoft", "api"), "signatureName": _TEXT, "emailTemplateId": _ID,
    "defaultTagIds": _list_of(_is_number, "ids"), "defaultPriority": _one_of("low", "medium", "high", "urgent"),
    "defaultTeamId": _ID, "language": _TEXT, "process": _one_of("batch", "realtime", "false", False),
    "letterDetection": _FLAG, "assistantAuthenticationInstructions": _LONG,
}  # fmt: skip
_INSIDE: Final[dict[str, dict[str, Rule]]] = {
    "imap": {
        "host": _HOST, "port": _between(1, 65535), "security": _one_of(*_SECURITY), "username": _TEXT,
        "password": _LONG, "folder": _NAME, "afterFetch": _one_of("seen", "move", "delete"), "moveTo": _NAME,
        "pollSeconds": _between(10, 86_400), "startFrom": _MOMENT,
    },
    "smtp": {
        "host": _HOST, "port": _between(1, 65535), "security": _one_of(*_SECURITY), "username": _TEXT,
        "password": _LONG, "sentFolder": _TEXT, "dailyLimit": _between(1, 10_000_000),
    },
    "autoresponder": {"enabled": _FLAG, "templateId": _ID},
    "webhooks": {"enabled": _FLAG},
}  # fmt: skip


def mailbox_faults(data: Mapping[str, Any]) -> list[FieldError]:
    """Everything that is wrong with the data of a mailbox. Null stands for the default everywhere."""
    faults = _check(data, _KEYS, "data")
    for name, rules in _INSIDE.items():
        inner = data.get(name)
        if inner is None:
            continue
        if isinstance(inner, dict):
            faults += _check(inner, rules, f"data.{name}")
        else:
            faults.append(FieldError(f"data.{name}", _OBJECT.code, _OBJECT.advice))
    imap = data.get("imap")
    if isinstance(imap, dict) and imap.get("afterFetch") == "move" and not imap.get("moveTo"):
        faults.append(FieldError("data.imap.moveTo", "required", "Say into which folder mails are moved."))
    return faults


def _check(data: Mapping[str, Any], rules: Mapping[str, Rule], path: str) -> list[FieldError]:
    return [
        FieldError(f"{path}.{name}", rule.code, rule.advice)
        for name, rule in rules.items()
        if data.get(name) is not None and not rule.holds(data[name])
    ]


def is_insecure(data: Mapping[str, Any]) -> bool:
    """Whether passwords and mails would cross the network in the open."""
    return any(isinstance(data.get(name), dict) and data[name].get("security") == "none" for name in ("imap", "smtp"))


def addresses_of(data: Mapping[str, Any]) -> list[str]:
    """All addresses of a mailbox in lower case, the main one first."""
    aliases = data.get("aliases")
    found = [data.get("address"), *(aliases if isinstance(aliases, list) else ())]
    return list(dict.fromkeys(one.lower() for one in found if isinstance(one, str) and one))
