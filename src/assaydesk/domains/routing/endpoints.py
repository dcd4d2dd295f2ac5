"""Routing (ticket.md 2.7, 2.15, 6.6)."""

from typing import Annotated, Any

from fastapi import Body, Depends, Query
from starlette.responses import Response

from assaydesk.domains.profiles.service import ProfileNotFound
from assaydesk.domains.routing import service
from assaydesk.domains.routing.deps import (
    Caller,
    ExactTicket,
    Explained,
    Most,
    Reader,
    Standing,
    Way,
    require_place,
)
from assaydesk.domains.routing.schemas import (
    AgentQueue,
    NextTicket,
    NextTicketRead,
    NoTicketRead,
    RoutingExplanation,
    RoutingShort,
)
from assaydesk.domains.routing.types import Direction, Handed
from assaydesk.domains.tickets.service import TicketNotFound
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_filters import QueryFilters
from assaydesk.platform.http.query_lists import ids
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id

router = Router("ticket", prefix="/api/mind")
explanations = Router("routing")

_ERRORS = errors(PermissionDenied, TicketNotFound, UnknownFilterKey, ValidationFailed)


@router.post(
    "/ticket/getLatest",
    operation_id="getLatestTicket",
    response_model=NoTicketRead | NextTicketRead,
    responses=_ERRORS,
)
async def next_ticket(session: Writes, actor: Reader, body: Annotated[NextTicket | None, Body()] = None) -> Response:
    """Get the next ticket to work on; it is reserved for the caller for 60 seconds.

    `earliest`: the first in the caller's order, the same one again while the caller holds it. `next`, `previous`: from
    `ticketId` on; leaving a ticket with `next` gives it back, unless it was worked on. `ticketId` null: `reason` says
    whether nothing is left (`empty`) or the caller's working status takes no tickets (`notRoutable`).
    """
    wanted = body or NextTicket()
    require_place(wanted.preferred_direction, wanted.ticket_id)
    handed = await service.hand_out(
        session, actor, direction=wanted.preferred_direction, ticket_id=wanted.ticket_id, filters=wanted.filters
    )
    return json_answer(_answer(handed))


@router.get(
    "/ticket/getLatest",
    operation_id="getLatestTicketOlder",
    response_model=NoTicketRead | NextTicketRead,
    responses=_ERRORS,
)
async def next_ticket_older(
    session: Writes, actor: Reader, filters: QueryFilters, direction: Way = Direction.EARLIEST,
    ticket_id: Standing = None,
) -> Response:  # fmt: skip
    """The same with the values in the query, as older clients ask."""
    require_place(direction, ticket_id)
    handed = await service.hand_out(session, actor, direction=direction, ticket_id=ticket_id, filters=filters)
    return json_answer(_answer(handed))


@router.get(
    "/agents/queue", operation_id="getAgentQueue", response_model=AgentQueue, responses=errors(ValidationFailed)
)
async def agent_queue(
    session: Reads,
    actor: Caller,
    tag_ids: Annotated[tuple[int, ...], Depends(ids("tagIds", description="Skills that are needed."))],
    subchannel_id: Annotated[Id | None, Query(alias="subchannelId")] = None,
) -> Response:
    """How many live conversations wait for each available person, and how long a new one would wait."""
    return json_answer(await service.agent_queue(session, tag_ids=tag_ids, subchannel_id=subchannel_id))


@explanations.get(
    "/profile/{id}/routing",
    operation_id="explainUserRouting",
    response_model=RoutingExplanation | RoutingShort,
    responses=errors(PermissionDenied, ProfileNotFound, TicketNotFound, ValidationFailed),
)
async def explain_routing(
    session: Reads,
    profile_id: Explained,
    actor: Caller,
    ticket: ExactTicket = None,
    limit: Most = 500,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    q: Annotated[str, Query(max_length=200, description="Only tickets with these words.")] = "",
    beyond: Annotated[Id | None, Query(alias="ticketId", description="Only what comes after this ticket.")] = None,
) -> Response:
    """Explain the order in which a user gets tickets.

    `routingPriority` 1 comes first. With `id` also a ticket is explained that the user does not get; its place is null
    then. `limit=1` gives the short form, which needs no right for the own profile.
    """
    question = service.Question(beyond=beyond, ticket_id=ticket, q=q.strip(), limit=limit, offset=offset)
    return json_answer(await service.explain_order(session, actor, profile_id, question))


def _answer(handed: Handed) -> dict[str, Any]:
    answer: dict[str, Any] = {"success": True, "ticketId": handed.ticket_id}
    return answer if handed.reason is None else answer | {"reason": handed.reason}


router.include_router(explanations)
