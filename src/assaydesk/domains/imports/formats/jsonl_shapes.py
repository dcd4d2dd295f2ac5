"""The shape of one line of the JSONL format; its JSON Schema is made from these classes (docs/import.md)."""

from datetime import UTC, datetime
from re import match
from typing import Annotated, Any, Final, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from assaydesk.domains.imports.formats.reading import MAX_TEXT
from assaydesk.domains.imports.formats.types import ParseOptions, ParticipantType, Role
from assaydesk.kit.clock import parse_instant

TAG_SEPARATOR: Final = ">"
SOURCE_NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$"
_EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
# The forms of conventions.md 7, as far as a pattern can tell them: the 30th of February passes here.
_TIME_PATTERN: Final = (
    r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
    r"([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$"
)


def _text_of_number(value: object) -> object:
    """Ids may be whole numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _not_blank(value: str) -> str:
    if not value.strip():
        raise ValueError("must not be blank")
    return value.strip()


def _options(info: ValidationInfo) -> ParseOptions:
    """The options that the parser passes as context."""
    assert isinstance(info.context, ParseOptions)
    return info.context


def _instant(value: object, info: ValidationInfo) -> datetime:
    """Any date form of conventions.md 7 but numeric text, after 1990 and not in the future."""
    options = _options(info)
    try:
        if isinstance(value, str) and not match(_TIME_PATTERN, value):
            raise ValueError("not a date")
        moment = parse_instant(value, options.zone)
    except (ValueError, OverflowError) as failure:
        shown = repr(value)[:40]
        raise ValueError(f"{shown} is no date and time; write 2024-06-12T10:20:00Z or Unix seconds") from failure
    if moment < _EARLIEST:
        raise ValueError(f"{value!r} lies before 1990")
    return moment


def _past(value: datetime, info: ValidationInfo) -> datetime:
    if value > _options(info).not_after:
        raise ValueError(f"{value.isoformat()} lies in the future; check the time zone")
    return value


def _entry_type(value: Any) -> str:
    if isinstance(value, BaseModel):
        return str(getattr(value, "type", "message"))
    return str(value.get("type", "message")) if isinstance(value, dict) else "message"


def _key_schema(longest: int) -> WithJsonSchema:
    text = {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"\S"}
    return WithJsonSchema({"anyOf": [text, {"type": "integer"}]})


Key: TypeAlias = Annotated[
    str, BeforeValidator(_text_of_number), Field(max_length=150), AfterValidator(_not_blank), _key_schema(150)
]
OutsideId: TypeAlias = Annotated[
    str, BeforeValidator(_text_of_number), Field(max_length=50), AfterValidator(_not_blank), _key_schema(50)
]
Label: TypeAlias = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S"), AfterValidator(_not_blank)]
ShortLabel: TypeAlias = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S"), AfterValidator(_not_blank)]
Body: TypeAlias = Annotated[str, Field(max_length=MAX_TEXT)]
_TimeSchema = WithJsonSchema(
    {"anyOf": [{"type": "string", "pattern": _TIME_PATTERN}, {"type": "number", "minimum": 631_152_000}]}
)
AnyTime: TypeAlias = Annotated[datetime, BeforeValidator(_instant), _TimeSchema]
PastTime: TypeAlias = Annotated[datetime, BeforeValidator(_instant), AfterValidator(_past), _TimeSchema]


class Shape(BaseModel):
    """Unknown keys are kept apart and reported; null is the same as a missing key."""

    model_config = ConfigDict(alias_generator=to_camel, extra="allow", serialize_by_alias=True)


class AttachmentShape(Shape):
    name: Label
    url: Annotated[str, Field(max_length=2000, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://")] | None = Field(
        default=None, description="http or https; kept as a reference, never fetched"
    )


class MessageShape(Shape):
    """A message, an internal note, or a line that the system wrote."""

    type: Literal["message"] = "message"
    role: Role
    id: Key | None = Field(default=None, description="id of the message in the source, unique in the conversation")
    author: Key | None = Field(default=None, description="key in `people`; needed when several people could be meant")
    text: Body | None = None
    html: Body | None = Field(default=None, description="the body as HTML; the plain text is made from it")
    at: PastTime | None = Field(default=None, description="when; made up when missing")
    attachments: list[AttachmentShape] | None = Field(default=None, max_length=100)
    ai_usage: Annotated[int, Field(strict=True, ge=0, le=4)] | None = Field(
        default=None,
        description="how much AI helped the person: 0 none, 1 monitor, 2 assisted, 3 specialist, 4 approved",
    )


class ToolCallShape(Shape):
    """What an AI agent called, or a system action of a person."""

    type: Literal["toolCall"]
    name: Label
    arguments: Any = None
    result: Any = None
    author: Key | None = None
    at: PastTime | None = None


ActionName: TypeAlias = Literal[
    "closed", "pending", "opened", "forwarded", "assigned", "customer-assigned", "tagged", "priority", "spam-marked"
]


class ActionShape(Shape):
    """Something done to the ticket; replies and notes are actions by themselves and are not repeated here."""

    type: Literal["action"]
    action: ActionName
    author: Key | None = None
    at: PastTime | None = None
    due_by: AnyTime | None = Field(default=None, description="until when, for `pending`")


Entry: TypeAlias = Annotated[
    Annotated[MessageShape, Tag("message")]
    | Annotated[ToolCallShape, Tag("toolCall")]
    | Annotated[ActionShape, Tag("action")],
    Discriminator(
        _entry_type,
        custom_error_type="entry_type",
        custom_error_message="`type` must be message, toolCall or action",
    ),
]


class PersonShape(Shape):
    key: Key
    name: Label | None = None
    email: Annotated[str, Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = Field(
        default=None, description="a person of the instance with this address is taken"
    )
    type: ParticipantType | None = None
    team: ShortLabel | None = Field(default=None, description="name of a team; made when there is none")


class CustomerShape(Shape):
    name: Label | None = None
    email: Annotated[str, Field(max_length=254)] | None = None
    phone: Annotated[str, Field(max_length=50)] | None = None
    customer_id: OutsideId | None = None
    contract_id: OutsideId | None = None


class SegmentShape(Shape):
    """Time that a person spent on the ticket, when the source has measured it."""

    author: Key
    from_: PastTime = Field(alias="from")
    to: PastTime


class CsatShape(Shape):
    answer_stars: Annotated[int, Field(strict=True, ge=0, le=10)]
    scale: Annotated[int, Field(strict=True, ge=2, le=10)] | None = None
    answer_text: Annotated[str, Field(max_length=10_000)] | None = None
    at: PastTime | None = None


Channel: TypeAlias = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn", "voice"]


class ConversationShape(Shape):
    """One conversation, one line."""

    id: Key = Field(description="the same at every import; names the conversation together with the source")
    messages: list[Entry] = Field(max_length=20_000, description="what happened, in its order")
    source: Annotated[str, Field(pattern=SOURCE_NAME)] | None = Field(
        default=None,
        description="name of the system it comes from, unless the option --source says another; default: jsonl",
    )
    channel: Channel | None = Field(default=None, description="default: chat")
    subject: Annotated[str, Field(max_length=1000)] | None = None
    language: Annotated[str, Field(max_length=35)] | None = None
    started_at: PastTime | None = Field(default=None, description="for messages without a time of their own")
    status: Literal["open", "pending", "closed"] | None = Field(
        default=None, description="of the ticket at the end; default: by the last action, else closed"
    )
    customer: CustomerShape | None = None
    people: list[PersonShape] | None = Field(default=None, max_length=200)
    tags: list[Label] | None = Field(
        default=None, max_length=50, description="names, or paths such as `Billing > Refund`; made when unknown"
    )
    segments: list[SegmentShape] | None = Field(default=None, max_length=5_000)
    csat: CsatShape | None = None
    raw_data: dict[str, Any] | None = Field(default=None, description="kept with the ticket; no judge sees it")


def conversation_schema() -> dict[str, Any]:
    """JSON Schema of one line, as committed in docs/schemas/conversation.schema.json."""
    schema = ConversationShape.model_json_schema(by_alias=True)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Assaydesk conversation"}
