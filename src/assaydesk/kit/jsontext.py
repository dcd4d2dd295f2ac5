"""JSON text with the types that rows carry."""

import json
from datetime import date, datetime
from decimal import Decimal
from math import isinf
from typing import Any

from assaydesk.kit.clock import iso


def _default(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def json_dumps(value: object) -> str:
    """Compact JSON; decimals as numbers, instants as ISO 8601 UTC. Raises `ValueError` for NaN and infinity."""
    return json.dumps(value, default=_default, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def json_loads(text: str | bytes) -> Any:
    """The value of a JSON text; NaN and infinity, which JSON does not know, raise `ValueError`."""
    return json.loads(text, parse_constant=_refuse, parse_float=_finite)


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _finite(text: str) -> float:
    """A number too large for a float would be read as infinity, which no JSON can say again."""
    value = float(text)
    if isinf(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value
