"""Wire shapes of saved views (platform.md 13.1)."""

from typing import Annotated, Literal

from pydantic import Field

from assaydesk.platform.filters import FieldName, FilterInput
from assaydesk.platform.schema import Done, Id, RequestSchema, Schema

Visibility = Literal["private", "team", "all"]
Scope = Literal["all", "skills"]
Direction = Literal["asc", "desc"]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Columns = Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]


class TicketViewUpdate(RequestSchema):
    """All optional; a key that is not sent stays as it is."""

    name: Name = ""
    filters: list[FilterInput] = Field(default_factory=list, max_length=50)
    order_by_field: FieldName = "id"
    order_by_direction: Direction = "asc"
    ticket_scope: Scope = "all"
    columns: Columns = Field(default_factory=list)
    icon: Annotated[str, Field(max_length=40)] | None = None
    visibility: Visibility = "private"
    team_ids: list[Id] = Field(default_factory=list, max_length=200)


class TicketViewCreate(TicketViewUpdate):
    name: Name


class TicketViewOrder(RequestSchema):
    ids: list[Id] = Field(max_length=500)


class TicketViewRead(Schema):
    id: int
    name: str
    filters: list[FilterInput]
    order_by_field: str
    order_by_direction: Direction
    ticket_scope: Scope
    columns: list[str]
    icon: str | None
    position: int | None
    visibility: Visibility
    team_ids: list[int]
    owner_id: int
    can_edit: bool
    created_at: str
    modified_at: str


class TicketViewListed(TicketViewRead):
    count: int | None = Field(None, description="Only with withCounts; exact to 999.")
    count_capped: bool | None = None


class TicketViewList(Done):
    views: list[TicketViewListed]
    total: int
