"""Wire shapes of tags (tags.md 1)."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from assaydesk.platform.schema import Boolean, Done, Id, Integer, RequestSchema, Schema

Reference = Literal["ticket", "contract", "customer"]
TagType = Literal["skill", "product", "brand", "customerProperty", "contractProperty", "other"]
Visibility = Literal["public", "private", "disabled"]
Color = Literal["grey", "green", "red", "blue", "yellow", "purple", "orange", "teal"]
Complexity = Literal["simple", "moderate", "complex"]
TagPriority = Literal["do-not-change", "low", "medium", "high", "urgent"]
Method = Literal[
    "assignByChannel", "assignBySubchannel", "assignByTicketProperty", "assignByContractProperty",
    "assignByCustomerProperty", "assignByCustomLogic", "assignByAI",
]  # fmt: skip
TagChannel = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]


def _list(value: object) -> object:
    """An older form writes an empty list as `{}`; null means the same."""
    return [] if value is None or value == {} else value


Name = Annotated[str, Field(min_length=1, max_length=100)]
Hours = Annotated[Integer, Field(ge=1, le=100_000)]
Properties = Annotated[list[Literal["defaultSkill"]], BeforeValidator(_list), Field(max_length=1)]
Channels = Annotated[list[TagChannel], BeforeValidator(_list), Field(max_length=20)]
Subchannels = Annotated[list[Id], BeforeValidator(_list), Field(max_length=1000)]
Methods = Annotated[list[Method], BeforeValidator(_list), Field(max_length=20)]


class TagUpdate(RequestSchema):
    """All optional; a key that is not sent stays as it is."""

    name: Name = ""
    reference: Reference = "ticket"
    type: TagType = "skill"
    parent: Id | None = None
    visibility: Visibility = "public"
    color: Color = "grey"
    properties: Properties = Field(default_factory=list)
    complexity: Complexity = "moderate"
    sla: Hours | None = None
    priority: TagPriority = "do-not-change"
    channels: Channels = Field(default_factory=list)
    subchannels: Subchannels = Field(default_factory=list)
    assignment: Methods = Field(default_factory=list)
    detection_details: dict[str, Any] = Field(default_factory=dict)
    test_case: dict[str, Any] = Field(default_factory=dict)
    tag_routing: Boolean = True


class TagCreate(TagUpdate):
    name: Name
    reference: Reference
    type: TagType
    tag_routing: Boolean | None = None  # type: ignore[assignment]


class TagRead(Schema):
    id: int
    name: str
    full_name: str
    parent: int | None
    reference: Reference
    type: TagType
    visibility: Visibility
    color: Color
    properties: list[str]
    complexity: Complexity
    sla: int | None
    priority: TagPriority
    channels: list[str]
    subchannels: list[int]
    detection_details: dict[str, Any]
    assignment: list[str]
    test_case: dict[str, Any]
    tag_routing: bool
    modified_by: str | None
    modified_at: str


class TagCompact(Schema):
    id: int
    name: str
    full_name: str
    parent: int | None
    color: Color
    type: TagType


class TagNode(TagRead):
    children: list["TagNode"]


class TagList(Done):
    tags: list[TagRead] | list[TagCompact]


class TagMergeBody(RequestSchema):
    into: Id = Field(description="The tag that takes its place.")


class TagsMerged(Done):
    moved: int = Field(description="How many tickets and customers carried the tag.")
