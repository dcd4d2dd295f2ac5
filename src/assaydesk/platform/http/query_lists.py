"""Lists in a query: `name[]=a&name[]=b`, `name=a&name=b` and `name=a,b` (conventions.md 8.4)."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Query

from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.schema import MAX_ID

LONGEST = 1000

Parameters = Callable[..., Any]


def words(name: str, *, allowed: frozenset[str] | None = None, description: str = "") -> Parameters:
    """A dependency that gives a tuple of texts, `()` when the parameter is missing."""

    async def read(
        plain: Annotated[list[str] | None, Query(alias=name, description=description)] = None,
        bracketed: Annotated[list[str] | None, Query(alias=f"{name}[]", include_in_schema=False)] = None,
    ) -> tuple[str, ...]:
        found = _split((plain or []) + (bracketed or []))
        _refuse_too_many(name, found)
        for word in found:
            if allowed is not None and word not in allowed:
                message = f"Unknown: {word[:50]}. Use {', '.join(sorted(allowed))}."
                raise ValidationFailed([FieldError(name, "not_allowed", message)])
        return found

    return read


def ids(name: str, *, description: str = "", besides: frozenset[str] = frozenset()) -> Parameters:
    """A dependency that gives a tuple of ids; `besides` are words that may stand among them."""

    async def read(
        plain: Annotated[list[str] | None, Query(alias=name, description=description)] = None,
        bracketed: Annotated[list[str] | None, Query(alias=f"{name}[]", include_in_schema=False)] = None,
    ) -> tuple[int | str, ...]:
        found = _split((plain or []) + (bracketed or []))
        _refuse_too_many(name, found)
        return tuple(word if word in besides else _id(name, word) for word in found)

    return read


def _split(sent: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for text in sent for word in text.split(",") if word.strip()))


def _refuse_too_many(name: str, found: tuple[str, ...]) -> None:
    if len(found) > LONGEST:
        raise ValidationFailed([FieldError(name, "too_long", f"At most {LONGEST} values.")])


def _id(name: str, word: str) -> int:
    if not (word.isascii() and word.isdigit() and 1 <= int(word[:20]) <= MAX_ID and len(word) <= 19):
        raise ValidationFailed([FieldError(name, "wrong_type", f"{word[:30]} is no id.")])
    return int(word)
