"""Filters in a query string: PHP style `filters[0][key]=date`, or all of them as one JSON text (conventions.md 8.3)."""

from re import compile as regex
from typing import Annotated, Any, Final

from fastapi import Depends, Query
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request

from assaydesk.kit.jsontext import json_loads
from assaydesk.platform.errors import FieldError, ValidationFailed, field_error
from assaydesk.platform.filters import MAX_VALUES, FilterInput

MAX_FILTERS: Final = 50
_MEMBER: Final = regex(r"filters\[(\d{1,4})\]\[(key|comparator|value|values|from|to)\](?:\[\d{0,4}\])?")
_NULL: Final = "null"
_adapter: Final = TypeAdapter(list[FilterInput])


async def query_filters(
    request: Request,
    filters: Annotated[
        str | None,
        Query(
            max_length=200_000,
            description="`filters[0][key]=…&filters[0][comparator]=…&filters[0][values][]=…`, or a JSON array as text. "
            "In the first form the word null stands for a missing value.",
        ),
    ] = None,
) -> list[FilterInput]:
    """The filters of the query. Raises `ValidationFailed` with all faults."""
    sent = _from_json(filters) if filters else _from_brackets(request)
    if len(sent) > MAX_FILTERS:
        raise ValidationFailed([FieldError("filters", "too_long", f"At most {MAX_FILTERS} filters.")])
    try:
        return _adapter.validate_python(sent)
    except ValidationError as failure:
        faults = [field_error(dict(fault)) for fault in failure.errors()]
        raise ValidationFailed([FieldError(f"filters.{one.path}", one.code, one.message) for one in faults]) from None


def _from_json(text: str) -> list[Any]:
    try:
        value = json_loads(text)
    except (ValueError, RecursionError):
        raise ValidationFailed([FieldError("filters", "bad_format", "This is no JSON.")]) from None
    if not isinstance(value, list):
        raise ValidationFailed([FieldError("filters", "wrong_type", "This must be an array.")])
    return value


def _from_brackets(request: Request) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for name, text in request.query_params.multi_items():
        match = _MEMBER.fullmatch(name)
        if match is None:
            if name.startswith("filters["):
                raise ValidationFailed([FieldError("filters", "bad_format", f"{name[:60]} is no part of a filter.")])
            continue
        one = found.setdefault(int(match[1]), {})
        value = None if text == _NULL and match[2] in {"value", "values"} else text
        if match[2] == "values":
            one.setdefault("values", []).append(value)
            if len(one["values"]) > MAX_VALUES:
                raise ValidationFailed([FieldError("filters", "too_long", f"At most {MAX_VALUES} values.")])
        else:
            one[match[2]] = value
    return [found[number] for number in sorted(found)]


QueryFilters = Annotated[list[FilterInput], Depends(query_filters)]
