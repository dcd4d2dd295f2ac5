"""Wire shapes of the search (ticket.md 2.1, 2.14)."""

from typing import Literal

from pydantic import Field

from assaydesk.domains.tickets.schemas import TicketListed
from assaydesk.platform.filters import FieldName, FilterInput
from assaydesk.platform.schema import Boolean, Done, Integer, RequestSchema, Schema

MAX_OFFSET = 2**62


class TicketQuery(RequestSchema):
    """Which tickets to find."""

    limit: Integer = Field(100, ge=1, le=1000)
    offset: Integer = Field(0, ge=0, le=MAX_OFFSET)
    order_by_field: FieldName = "id"
    order_by_direction: Literal["asc", "desc"] = "asc"
    filters: list[FilterInput] = Field(default=[], max_length=50)
    cursor: str | None = Field(
        None, max_length=80_000, description="`nextCursor` of the previous answer; takes the place of `offset`."
    )
    exact_total: Boolean = Field(False, description="Count also above 10,000.")
    ticket_scope: Literal["all", "skills"] = Field("all", description="`skills`: what routing would give the caller.")


class TicketPage(Done):
    tickets: list[TicketListed]
    total: int
    total_is_exact: bool = Field(description="false: an estimate of at least 10,001.")
    limit: int
    offset: int
    next_cursor: str | None = Field(description="null at the end of the list.")


class TagCount(Schema):
    tag_id: int
    open: int


class TicketStats(Done):
    open: int
    pending: int
    closed: int
    closed_today: int
    created_today: int
    overdue: int
    escalated: int
    unassigned: int
    drafts: int
    spam: int
    by_channel: dict[str, int] = Field(description="Open tickets by channel.")
    by_priority: dict[str, int] = Field(description="Open tickets by priority.")
    by_tag: list[TagCount]
