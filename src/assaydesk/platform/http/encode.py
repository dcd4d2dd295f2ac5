"""Answers of hot lists: msgspec structs to bytes, without a second model in between."""

from decimal import Decimal
from typing import Any

import msgspec
from starlette.responses import Response


class Row(msgspec.Struct, rename="camel", kw_only=True, frozen=True):
    """Base of the shapes in `rows.py`; field for field the pydantic read shape."""


def _encode_other(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_encoder = msgspec.json.Encoder(enc_hook=_encode_other, decimal_format="number")


def json_answer(value: object, *, total: int | None = None, status: int = 200) -> Response:
    """`total` goes to `X-Total-Count`, for lists that are bare arrays (conventions.md 5)."""
    headers = {} if total is None else {"X-Total-Count": str(total)}
    return Response(_encoder.encode(value), status_code=status, media_type="application/json", headers=headers)
