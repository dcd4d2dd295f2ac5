"""Wire shapes of profiles (people.md 1 to 3)."""

import base64
import binascii
from typing import Annotated, Any, Literal, NamedTuple
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema

from assaydesk.domains.profiles.types import ProfileState, ProfileType, RoutingStatus, Status, WorkStatus
from assaydesk.domains.teams.schemas import FreeObject, Ids, SharedSettings
from assaydesk.kit.images import image_type
from assaydesk.platform.schema import Boolean, Id, IsoTime, RequestSchema, Schema, unset

LARGEST_IMAGE = 1024 * 1024


def _image(value: object) -> bytes | None:
    """Base64, also as a data address. An empty text is `b""`: no picture."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError("must be a picture in base64")
    text = value.partition(",")[2] if value.startswith("data:") else value
    try:
        content = base64.b64decode(text.strip(), validate=True)
    except binascii.Error as failure:
        raise ValueError("must be a picture in base64") from failure
    if len(content) > LARGEST_IMAGE:
        raise ValueError("must not be larger than 1 MiB")
    if content and image_type(content) is None:
        raise ValueError("must be a PNG or JPEG picture")
    return content


def _text_of_number(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be the IANA name of a time zone, such as Europe/Berlin")
    return value


Image = Annotated[bytes | None, BeforeValidator(_image), WithJsonSchema({"type": ["string", "null"]})]
"""Null leaves the picture alone, because reading shows null; an empty text removes it."""
Password = Annotated[
    str, BeforeValidator(_text_of_number), StringConstraints(strip_whitespace=False, min_length=1, max_length=1000)
]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Email = Annotated[str, Field(max_length=254, pattern=r"^[^@\s<>\",;]+@[^@\s<>\",;]+$")]
Phone = Annotated[str, Field(max_length=50)]
Lang = Annotated[str, Field(max_length=10, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,4})?$")]
Zone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]
ExternalId = Annotated[str, BeforeValidator(_text_of_number), Field(min_length=1, max_length=100)]


class OwnSettingsUpdate(RequestSchema):
    status: Status = unset()
    work_status: WorkStatus = unset()
    tickets_filters: FreeObject | None = unset()
    call_routing_status: RoutingStatus = unset()
    chat_routing_status: RoutingStatus = unset()


class ProfileSettingsUpdate(SharedSettings, OwnSettingsUpdate):
    team_ids: Ids = unset()
    superset_role: Annotated[str, Field(max_length=100)] | None = unset()
    is_personal_filters: Boolean = unset()
    inherit_team_settings: Boolean = unset()
    name_reports: Annotated[str, Field(min_length=1, max_length=60)] = unset()


class OpenTicket(RequestSchema):
    id: Id
    channel: Annotated[str, Field(max_length=20)]
    blinking: Boolean = False
    subject: Annotated[str, Field(max_length=1000)] | None = None


class OwnProfileUpdate(RequestSchema):
    """PATCH /profile: what everybody may change of themselves."""

    first_name: Name = unset()
    last_name: Name = unset()
    phone: Phone | None = unset()
    image: Image = unset()
    lang: Lang = unset()
    name_alias: Annotated[str, Field(max_length=100)] | None = unset()
    settings: OwnSettingsUpdate = unset()
    open_tickets: Annotated[list[OpenTicket], Field(max_length=100)] = unset()


class ProfileFields(RequestSchema):
    phone: Phone | None = unset()
    image: Image = unset()
    password: Password = unset()
    is_sso_only: Boolean = unset()
    lang: Lang = unset()
    timezone: Zone | None = unset()
    name_alias: Annotated[str, Field(max_length=100)] | None = unset()
    external_id: ExternalId | None = unset()
    state: Literal[ProfileState.ACTIVE, ProfileState.INACTIVE] = unset()
    settings: ProfileSettingsUpdate = unset()
    raw_data: FreeObject | None = unset()
    call_routing_status: RoutingStatus = unset()
    chat_routing_status: RoutingStatus = unset()


class ProfileCreate(ProfileFields):
    first_name: Name
    last_name: Name
    email: Email
    type: Literal[ProfileType.USER, ProfileType.OPERATOR] = ProfileType.USER


class ProfileUpdate(ProfileFields):
    first_name: Name = unset()
    last_name: Annotated[str, Field(max_length=100)] = unset()
    email: Email | None = unset()
    type: ProfileType = unset()


class ProfilesUpdate(RequestSchema):
    """Each entry is a `ProfileUpdate` with an `id`; entries are judged one by one."""

    profiles: Annotated[list[dict[str, Any]], Field(max_length=1000)]


class SentCreate(NamedTuple):
    """A body, and its password as it will be stored."""

    body: ProfileCreate
    password_hash: str | None


class SentUpdate(NamedTuple):
    body: ProfileUpdate
    password_hash: str | None


class SkillsWithIntents(Schema):
    intents: list[str]
    tag_ids: list[int]
    channels: list[str]


class SettingsRead(Schema):
    status: Status
    work_status: WorkStatus
    superset_role: str | None
    tickets_filters: dict[str, Any]
    role_id: int | None
    team_ids: list[int]
    skills: SkillsWithIntents
    actual_role_id: int | None
    actual_team_ids: list[int]
    actual_skills: SkillsWithIntents
    limit_ticket_backlog_access: bool | None
    ticket_backlog_required_tag_ids: list[int] | None
    ticket_backlog_excluded_tag_ids: list[int] | None
    tags_on_route: list[int] | None
    tags_on_edit: list[int] | None
    actual_limit_ticket_backlog_access: bool
    actual_ticket_backlog_required_tag_ids: list[int]
    actual_tags_on_route: list[int]
    actual_tags_on_edit: list[int]
    is_personal_filters: bool
    inherit_team_settings: bool
    name_reports: str | None
    call_routing_status: RoutingStatus
    chat_routing_status: RoutingStatus


class StatusOnly(Schema):
    status: Status


class ProfileShort(Schema):
    id: int
    first_name: str
    last_name: str
    name_alias: str | None
    type: ProfileType
    image_url: str | None
    settings: StatusOnly


class ProfileIdentity(Schema):
    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    image: None
    image_url: str | None
    last_seen: str | None
    type: ProfileType
    is_sso_only: int
    lang: str
    timezone: str | None
    name_alias: str | None
    external_id: str | None
    state: ProfileState
    version: int


class ProfileRead(ProfileIdentity):
    settings: SettingsRead


class ProfileWithRawData(ProfileRead):
    raw_data: dict[str, Any]


class OnlineCounts(Schema):
    total: int
    user: int
    enneo: int
    service_worker: int


class OnlineSummary(Schema):
    success: bool
    online: OnlineCounts
    live_calls: int
    calls_in_queue: int
    generated_at: IsoTime


class ProfileList(Schema):
    success: bool
    profiles: list[ProfileRead] | list[ProfileShort]
    total: int
    limit: int
    offset: int


class SideConversation(Schema):
    id: int
    type: Literal["group", "individual"]
    group_id: int | None
    user_id: int | None


class OpenTicketRead(Schema):
    id: int
    channel: str
    blinking: bool
    subject: str | None


class OwnProfileRead(Schema):
    id: int
    settings: SettingsRead
    permissions: list[str]
    open_tickets: list[OpenTicketRead]
    side_conversations: list[SideConversation]
    unread_notifications: int
    profile: ProfileIdentity


class ItemError(Schema):
    code: str
    message: str
    details: dict[str, Any]


class ItemResult(Schema):
    id: Any
    success: bool


class FailedItem(ItemResult):
    error: ItemError


class ProfilesUpdated(Schema):
    success: bool
    results: list[ItemResult | FailedItem]


class StatusPeriod(Schema):
    work_status: WorkStatus
    from_: Annotated[IsoTime, Field(alias="from")]
    to: IsoTime | None
    seconds: int


class StatusHistory(Schema):
    success: bool
    items: list[StatusPeriod]
    total: int
    limit: int
    offset: int
