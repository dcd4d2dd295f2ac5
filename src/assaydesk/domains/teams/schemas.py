"""Wire shapes of teams (people.md 4), and the settings that people and teams share."""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, Field

from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.schema import Boolean, Id, IsoTime, OutsideId, RequestSchema, Schema, unset

Channel = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
CHANNELS: Final[tuple[str, ...]] = get_args(Channel)
Ids = Annotated[list[Id], Field(max_length=1000)]


def _small(value: dict[str, Any]) -> dict[str, Any]:
    try:
        size = len(json_dumps(value).encode())
    except RecursionError:
        raise ValueError("is nested too deeply") from None
    if size > 64 * 1024:
        raise ValueError("must not be larger than 64 KiB")
    return value


FreeObject = Annotated[dict[str, Any], AfterValidator(_small)]
"""An object whose keys belong to the client."""


class SkillsUpdate(RequestSchema):
    tag_ids: Ids | None = unset()
    channels: Annotated[list[Channel], Field(max_length=20)] | None = unset()


class SharedSettings(RequestSchema):
    """What a person can have of their own and from a team; null means "not set"."""

    role_id: Id | None = unset()
    skills: SkillsUpdate = unset()
    limit_ticket_backlog_access: Boolean | None = unset()
    ticket_backlog_required_tag_ids: Ids | None = unset()
    ticket_backlog_excluded_tag_ids: Ids | None = unset()
    tags_on_route: Ids | None = unset()
    tags_on_edit: Ids | None = unset()
    tickets_filters: FreeObject | None = unset()


TeamName = Annotated[str, Field(min_length=1, max_length=100)]


class TeamFields(RequestSchema):
    description: Annotated[str, Field(max_length=2000)] = unset()
    color: Annotated[str, Field(max_length=20)] | None = unset()
    parent_id: Id | None = unset()
    state: Literal["active", "inactive"] = unset()
    leader_ids: Ids = unset()
    settings: SharedSettings = unset()
    external_id: OutsideId | None = unset()


class TeamCreate(TeamFields):
    name: TeamName


class TeamUpdate(TeamFields):
    name: TeamName = unset()


class SkillsRead(Schema):
    tag_ids: list[int]
    channels: list[str]


class MembersUpdate(RequestSchema):
    """`userIds` replaces the members; `add` and `remove` change them."""

    user_ids: Ids = unset()
    add: Ids = unset()
    remove: Ids = unset()


class MembersUpdated(Schema):
    success: bool
    member_ids: list[int]


class TeamSettingsRead(Schema):
    role_id: int | None
    skills: SkillsRead
    limit_ticket_backlog_access: bool | None
    ticket_backlog_required_tag_ids: list[int] | None
    ticket_backlog_excluded_tag_ids: list[int] | None
    tags_on_route: list[int] | None
    tags_on_edit: list[int] | None
    tickets_filters: dict[str, Any] | None


class TeamShort(Schema):
    id: int
    name: str
    color: str | None
    parent_id: int | None
    state: str
    member_count: int


class TeamRead(TeamShort):
    description: str
    leader_ids: list[int]
    member_ids: list[int]
    settings: TeamSettingsRead
    external_id: str | None
    created_at: IsoTime
    modified_at: IsoTime


class TeamList(Schema):
    success: bool
    teams: list[TeamRead] | list[TeamShort]
    total: int
    limit: int
    offset: int
