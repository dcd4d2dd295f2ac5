"""Where a list goes on: an opaque text that names the last row of a page (ticket.md 2.1). Pure."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

_LONGEST: Final = 80_000
_LARGEST: Final = 2**63 - 1


class BadCursor(ValueError):
    """The text is no cursor, or one of another list."""


@dataclass(frozen=True, slots=True)
class Place:
    """The last row that was shown: the part of the list it stands in, and what it is sorted by, its id last.

    `since`: the oldest ticket that is sorted by how well it fits, where the list is.
    """

    part: int
    keys: tuple[Any, ...]
    since: int | None = None


def fingerprint(*facts: Any) -> str:
    """Short name of what a list is made of; the same facts give the same name."""
    return sha256(msgspec.json.encode(facts, enc_hook=str)).hexdigest()[:16]


def write_cursor(place: Place, list_name: str) -> str:
    """The text for `place` in the list of this fingerprint."""
    keys = [{"at": key.isoformat()} if isinstance(key, datetime) else key for key in place.keys]
    packed = msgspec.json.encode([list_name, place.part, keys, place.since])
    return urlsafe_b64encode(packed).decode().rstrip("=")


def read_cursor(text: str, list_name: str) -> Place:
    """Raises `BadCursor` for what this list did not write."""
    try:
        if len(text) > _LONGEST:
            raise BadCursor
        packed = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        name, part, keys, since = msgspec.json.decode(packed, type=tuple[str, int, list[Any], int | None])
        if name != list_name:
            raise BadCursor
        return Place(part, tuple(_key(key) for key in keys), since)
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError) as failure:
        raise BadCursor from failure


def _key(value: Any) -> Any:
    if isinstance(value, dict):
        return datetime.fromisoformat(value["at"])
    if not isinstance(value, str | int | float | bool):
        raise BadCursor
    return value


def fits(keys: Sequence[Any], types: Sequence[type]) -> bool:
    """Whether a cursor's keys are of the types that the list sorts by. A tampered one is not."""
    return len(keys) == len(types) and all(_is(key, kind) for key, kind in zip(keys, types, strict=True))


def _is(key: Any, kind: type) -> bool:
    if kind is float:
        return type(key) in (int, float)
    if type(key) is not kind:
        return False
    return "\0" not in key if isinstance(key, str) else not isinstance(key, int) or abs(key) <= _LARGEST
