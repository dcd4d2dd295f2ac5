"""Wire shapes of routing (ticket.md 2.7, 2.15, 6.6)."""

from pydantic import Field

from assaydesk.domains.routing.types import Direction, Reason
from assaydesk.platform.filters import FilterInput
from assaydesk.platform.schema import Id, RequestSchema, Schema


class NextTicket(RequestSchema):
    """Which way to go. `ticketId`: where the caller stands; needed for `previous` and `next`."""

    preferred_direction: Direction = Direction.EARLIEST
    ticket_id: Id | None = None
    filters: list[FilterInput] = Field(default=[], max_length=50)


class NextTicketRead(Schema):
    success: bool
    ticket_id: int | None


class NoTicketRead(NextTicketRead):
    reason: Reason


class RoutingDetailShort(Schema):
    routing_priority: int | None = Field(description="1 is handed out first; null: not handed out to this user.")
    id: int


class RoutingDetail(RoutingDetailShort):
    ticket_not_assigned: bool
    ticket_not_worked_on_by_colleague: bool
    ai_support_level: str
    priority: str
    channel: str
    due_by: str | None
    tag_explanation: str


class RoutingShort(Schema):
    details: list[RoutingDetailShort]


class RoutingExplanation(Schema):
    routing_priority: list[int] = Field(description="Ids of the tickets in their order.")
    details: list[RoutingDetail]
    total: int
    query: str


class LivePossible(Schema):
    chat: bool
    phone: bool


class WaitingTime(Schema):
    chat: int
    phone: int


class AgentQueue(Schema):
    agent_queue: float = Field(description="Waiting live conversations for each available person; -1: nobody.")
    live_conversation_possible: LivePossible
    expected_waiting_time: WaitingTime = Field(description="Seconds; -1: nobody.")
    success: bool
