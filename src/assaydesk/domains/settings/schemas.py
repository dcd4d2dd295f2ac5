"""Wire shapes of settings and sub-channels (settings.md 1, 2 and 4)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, ConfigDict, Field

from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.schema import Boolean, Done, Id, IsoTime, RequestSchema, Schema, unset


class Option(Schema):
    value: str
    label: str


class SettingRead(Schema):
    name: str
    category: str
    type: Literal["string", "integer", "number", "boolean", "enum", "array", "object"]
    value: Any
    default: Any
    is_default: bool
    label: str
    description: str
    options: list[Option] | None
    schema_: Annotated[dict[str, Any] | None, Field(alias="schema")]
    read_only: bool
    requires_restart: bool
    modified_at: IsoTime | None
    modified_by: int | None


class SettingChange(Schema):
    at: IsoTime
    user_id: int | None
    old: Any
    new: Any


class SettingWithHistory(SettingRead):
    history: list[SettingChange]


class FoundSetting(SettingRead):
    score: float


class SettingList(Done):
    settings: list[SettingRead]
    total: int


class SettingsFound(Done):
    settings: list[FoundSetting]
    total: int


class CompactSettings(Done):
    settings: dict[str, Any]


class SettingsUpdated(Done):
    updated: list[str]


class SettingUpdated(Done):
    setting: SettingRead


class SettingsCategory(Schema):
    name: str
    label: str


class CountedCategory(SettingsCategory):
    setting_count: int


class CategoryList(Done):
    categories: list[CountedCategory]
    total: int


class SettingGroup(Schema):
    name: str
    label: str
    description: str
    settings: list[SettingRead]


class CategoryWithSettings(Done):
    category: SettingsCategory
    groups: list[SettingGroup]


class NamedValue(RequestSchema):
    name: Annotated[str, Field(max_length=80)]
    value: Any


class SettingsUpdate(RequestSchema):
    """Either `{"settings": [{"name", "value"}]}` or a plain map of names and values."""

    model_config = ConfigDict(str_strip_whitespace=False)

    settings: Annotated[list[NamedValue], Field(max_length=500)] = unset()


def _object(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json_dumps(value).encode())
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if size > 64 * 1024:
        raise ValueError("must not be larger than 64 KiB")
    return value


Channel = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
Data = Annotated[dict[str, Any], AfterValidator(_object)]
Interface = Literal["internal", "Freshdesk", "webhook", "api"]


class SubchannelFields(RequestSchema):
    is_default: Boolean = unset()
    interface: Interface = unset()
    enabled: Boolean = unset()
    data: Data | None = unset()


class SubchannelCreate(SubchannelFields):
    id: Id | None = unset()
    channel: Channel
    name: Annotated[str, Field(min_length=1, max_length=200)]


class SubchannelUpdate(SubchannelFields):
    channel: Channel = unset()
    name: Annotated[str, Field(min_length=1, max_length=200)] = unset()


class SubchannelRead(Schema):
    id: int
    channel: Channel
    name: str
    is_default: bool
    interface: Literal["internal"]
    enabled: bool
    data: dict[str, Any]


class SubchannelList(Done):
    subchannels: list[SubchannelRead]
    total: int
    limit: int
    offset: int
