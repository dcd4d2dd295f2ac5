"""Wire shapes of the event log and of hooks (platform.md 5.2, code.md 8)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from assaydesk.kit.jsontext import json_loads
from assaydesk.platform.filters import FilterInput
from assaydesk.platform.schema import Boolean, Done, Integer, RequestSchema, Schema


def _older(value: object) -> object:
    """An older form sends the array as JSON text."""
    if not isinstance(value, str):
        return [] if value is None else value
    try:
        return json_loads(value) if value.strip() else []
    except ValueError:
        raise ValueError("is no JSON") from None


class EventSearch(RequestSchema):
    filters: Annotated[list[FilterInput], BeforeValidator(_older), Field(max_length=50)] = Field(default_factory=list)


class EventUser(Schema):
    id: int
    email: str | None
    gender: None
    first_name: str
    last_name: str
    company_ids: list[int]
    image: None
    type: str


class EventDetail(Schema):
    label: str
    value: str
    tooltip: None
    url: None
    type: str


class EventTrace(Schema):
    hook_id: int
    run_id: int
    started_at: str
    duration_ms: int
    ok: bool
    attempt: int
    next_attempt_at: str | None
    output: Any
    stderr: str | None
    calls: list[Any]


class EventRead(Schema):
    id: int
    type: str
    sub_type: str | None
    status: Literal["open", "closed", "failed"]
    data: dict[str, Any] | None
    user: EventUser | None
    created_at: str
    activity: str
    ticket_id: int | None
    contract_id: str | None
    processed_at: str | None
    duration: int | None = Field(description="Milliseconds.")
    success_label: str
    outcome: str
    details: list[EventDetail]
    tabs: list[Any]
    show_to_user: bool
    event_traces: list[EventTrace]


class Pagination(Schema):
    total: int
    offset: int
    limit: int


class EventPage(Schema):
    events: list[EventRead]
    pagination: Pagination


class Redelivery(Done):
    deliveries: int = Field(description="How many hooks are told again.")


Executor = Annotated[dict[str, Any], Field(description="Of type apiCall (code.md 2).")]
EventNames = Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=50)]
SecretKey = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]{1,63}$")]


class EventHookUpdate(RequestSchema):
    """All optional; a key that is not sent stays as it is."""

    name: Annotated[str, Field(min_length=1, max_length=100)] = ""
    events: EventNames = Field(default_factory=list)
    enabled: Boolean = True
    executor: Executor = Field(default_factory=dict)
    condition: dict[str, Any] | None = None
    order: Annotated[Integer, Field(ge=0, le=100_000)] = 0
    signing_secret: SecretKey | None = None


class EventHookCreate(EventHookUpdate):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    events: EventNames
    executor: Executor


class LastRun(Schema):
    at: str
    ok: bool
    error: str | None


class EventHookRead(Schema):
    id: int
    name: str
    events: list[str]
    enabled: bool
    executor: dict[str, Any]
    udf: None
    condition: dict[str, Any] | None
    order: int
    signing_secret: str | None
    created_at: str
    last_run: LastRun | None


class EventHookList(Done):
    event_hooks: list[EventHookRead]


class EventHookSingle(Done):
    event_hook: EventHookRead


class HookTrial(RequestSchema):
    event: Annotated[str, Field(min_length=1, max_length=40)]
    payload: dict[str, Any] = Field(default_factory=dict)


class HookTried(Done):
    wanted: bool = Field(description="Whether the hook names the event and its condition holds.")
    calls: list[dict[str, Any]]
    error: str | None


class DeliveryRead(Schema):
    id: int
    event_id: int
    event: str
    ticket_id: int | None
    state: Literal["waiting", "ok", "failed"]
    attempt: int
    started_at: str | None
    duration_ms: int | None
    http_status: int | None
    error: str | None
    next_attempt_at: str | None


class DeliveryPage(Done):
    deliveries: list[DeliveryRead]
    total: int
    limit: int
    offset: int
