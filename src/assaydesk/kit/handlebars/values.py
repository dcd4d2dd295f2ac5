"""Values as templates see them: JSON, read without ever touching an attribute."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from html import escape as escape_html
from typing import Any, Final


class Missing:
    """Stands for a variable that does not exist; it prints as nothing."""


MISSING: Final = Missing()


class Safe(str):
    """HTML that is not escaped again."""

    __slots__ = ()


def is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def is_empty(value: object) -> bool:
    """What `if` takes for no: nothing, false, zero, an empty text or list."""
    if value is None or value is MISSING or value is False:
        return True
    if isinstance(value, int | float | Decimal):
        return value == 0 or value != value
    return (isinstance(value, str) or is_list(value)) and len(value) == 0  # type: ignore[arg-type]


def is_nothing(value: object) -> bool:
    return value is None or value is MISSING


def text_of(value: Any) -> str:
    """A value as text: whole numbers without a point, lists with commas, objects and nothing as an empty text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return _number(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    if isinstance(value, Decimal):
        return f"{value:f}" if abs(value.adjusted()) < 100 else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_list(value):
        return ",".join(text_of(item) for item in value)
    return ""


def _number(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses to print thousands of digits.
        return ""


def escaped(text: str) -> str:
    """The characters that Handlebars escapes."""
    if isinstance(text, Safe):
        return text
    return escape_html(text, quote=True).replace("`", "&#x60;").replace("=", "&#x3D;")


def member(value: Any, name: str) -> Any:
    """One step into a value: a key of an object, a position or the length of a list. Nothing else can be reached."""
    if isinstance(value, Mapping):
        return value.get(name, MISSING)
    if is_list(value):
        if name == "length":
            return len(value)
        if name.isascii() and name.isdigit() and len(name) < 10 and int(name) < len(value):
            return value[int(name)]
    return MISSING
