"""Filters in a query: `filters[0][key]=date&filters[0][values][]=a`, or one JSON text (conventions.md 8.3)."""

from collections import defaultdict
from re import compile as regex
from typing import Annotated, Any, Final

from fastapi import Depends, Query, Request
from pydantic import Field, TypeAdapter, ValidationError

from assaydesk.platform.errors import FieldError, ValidationFailed, field_error
from assaydesk.platform.filters import FilterInput

_MEMBER: Final = regex(r"filters\[([0-9]{1,4})\]\[([A-Za-z]{1,20})\](\[[0-9]{0,4}\])?")
_FILTERS: Final = TypeAdapter(Annotated[list[FilterInput], Field(max_length=50)])


async def query_filters(
    request: Request,
    as_json: Annotated[
        str | None,
        Query(
            alias="filters",
            max_length=4_000,  # Encoded, at up to 12 bytes each, it must fit into the 64 KB of an address.
            description="The filters as one JSON text; or `filters[0][key]=status&filters[0][values][]=open`.",
        ),
    ] = None,
) -> list[FilterInput]:
    """The filters of a query string, in the order of their numbers. The word `null` stands for a missing value."""
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for name, text in request.query_params.multi_items():
        match = _MEMBER.fullmatch(name)
        if match is None:
            continue
        item, member = found[int(match[1])], match[2]
        value = None if text == "null" else text
        if match[3] is not None or member == "values":
            item.setdefault(member, []).append(value)
        else:
            item[member] = value
    given: list[Any] = [found[number] for number in sorted(found)]
    try:
        if as_json is not None:
            return _FILTERS.validate_json(as_json)
        return _FILTERS.validate_python(given)
    except ValidationError as failure:
        faults = [field_error(dict(error)) for error in failure.errors(include_url=False)]
        raise ValidationFailed([FieldError(_path(one.path), one.code, one.message) for one in faults]) from failure


def _path(path: str) -> str:
    return f"filters.{path}" if path and path != "body" else "filters"


QueryFilters = Annotated[list[FilterInput], Depends(query_filters)]
