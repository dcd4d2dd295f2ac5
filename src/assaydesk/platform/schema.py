"""Base of all wire shapes: camelCase outside, snake_case inside."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic.config import JsonDict
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from assaydesk.kit.clock import iso

MAX_ID = 2**63 - 1
_WHOLE = re.compile("-?[0-9]+")


class Schema(BaseModel):
    """A shape of the API. Read shapes have no defaults; requests derive from `RequestSchema`."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class RequestSchema(Schema):
    """A body. Unknown keys are kept apart, never stored, and named in `X-Ignored-Fields` (conventions.md 9)."""

    model_config = ConfigDict(extra="allow", str_strip_whitespace=True)

    @property
    def model_fields_set(self) -> set[str]:
        """The declared fields that were sent: a caller who spells a column must not get it set."""
        return super().model_fields_set & type(self).model_fields.keys()


class Done(Schema):
    """The answer of most writes."""

    success: bool


class Made(Done):
    """The answer of most creations."""

    id: int


def ignored_fields(value: object, path: str = "") -> Iterator[str]:
    """Dotted paths of the keys of a parsed body that no field takes; list positions are left out."""
    if isinstance(value, BaseModel):
        for name in value.model_extra or ():
            yield f"{path}{name}"
        for name, field in type(value).model_fields.items():
            yield from ignored_fields(getattr(value, name), f"{path}{field.alias or name}.")
    elif isinstance(value, Mapping):
        return
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for item in value:
            yield from ignored_fields(item, path)


def _whole_number(value: object) -> object:
    """Integers also as text; booleans are no numbers, and neither are other spellings (`1_000`, `+1`, `1.0`)."""
    if isinstance(value, bool) or (isinstance(value, str) and not _WHOLE.fullmatch(value.strip())):
        raise PydanticCustomError("whole_number", "must be a whole number")
    return value


def _boolean(value: object) -> object:
    """Booleans also as 0/1 and text (conventions.md 8.4, 9)."""
    if isinstance(value, str):
        word = value.strip().lower()
        if word in {"true", "1", "yes", "on"}:
            return True
        if word in {"false", "0", "no", "off"}:
            return False
    return value


def _outside_id(value: object) -> object:
    """Ids of outside systems: strings, numbers accepted (conventions.md 6)."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def finite(value: object) -> object:
    """Refuses booleans, NaN and infinity, before a number is read."""
    if isinstance(value, bool) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("must be a number")
    return value


def _date(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("must be a date")
    return value


Id = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(_whole_number)]
Integer = Annotated[int, BeforeValidator(_whole_number), Field(ge=-MAX_ID, le=MAX_ID)]
Boolean = Annotated[bool, BeforeValidator(_boolean)]
OutsideId = Annotated[str, BeforeValidator(_outside_id), Field(max_length=50)]
Points = Annotated[Decimal, BeforeValidator(finite), WithJsonSchema({"type": "number"})]
DateInput = Annotated[
    str | int | float, BeforeValidator(_date), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]
"""A date as the client sent it; read it with `kit.clock.parse_instant` in the instance time zone."""


def unset() -> Any:
    """Default of a key of an update shape that may be missing but not null; read with `model_fields_set`."""
    return Field(default=None, json_schema_extra=_without_default)


def _without_default(schema: JsonDict) -> None:
    schema.pop("default", None)


def _plain(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


Plain = Annotated[Decimal, PlainSerializer(_plain, return_type=float), WithJsonSchema({"type": "number"})]
"""A number written without needless decimals: 72, not 72.0 (quality.md 5)."""

IsoTime = Annotated[
    datetime, PlainSerializer(iso, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]


class DocumentedAs:
    """Shows a shape in the API document for a body that is read as it was sent."""

    def __init__(self, shape: Any) -> None:
        self.shape = shape

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(TypeAdapter(self.shape).core_schema)


@cache
def camel(name: str) -> str:
    """`scorecard_id` -> `scorecardId`."""
    return to_camel(name)


def as_json(model: BaseModel) -> Any:
    """The JSON-ready form of a shape, with wire names."""
    return model.model_dump(mode="json", by_alias=True)
