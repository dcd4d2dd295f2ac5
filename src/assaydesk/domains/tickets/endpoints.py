"""Tickets (ticket.md 2). A ticket is opened with its first message, by the domain of messages."""

from typing import Annotated, Any

from fastapi import Body
from starlette.responses import Response

from assaydesk.domains.customers.schemas import CustomerRead
from assaydesk.domains.tickets import auto_endpoints, past_endpoints, search_endpoints, service, variables_endpoints
from assaydesk.domains.tickets.deps import (
    Editor,
    IncludeRawData,
    Reader,
    Shown,
    ToWrite,
    TrackTime,
    UnmodifiedSince,
)
from assaydesk.domains.tickets.schemas import TicketRead, TicketUpdate, TicketUpdated, TicketUpdateItem
from assaydesk.domains.tickets.service import (
    CustomerNotFound,
    ExternalTicketIdTaken,
    PendingRequiresDueBy,
    TicketMerged,
    TicketNotFound,
)
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import DocumentedAs, Done
from assaydesk.platform.security.require import note_ignored

router = Router("ticket", prefix="/api/mind")
router.include_router(search_endpoints.router)  # First: /ticket/stats is no id.

CHANGE_ERRORS = (
    PermissionDenied, TicketNotFound, ValidationFailed, PendingRequiresDueBy, UnknownReference, TicketMerged,
    ExternalTicketIdTaken,
)  # fmt: skip


@router.patch("/ticket", operation_id="bulkUpdateTickets", response_model=Done, responses=errors(*CHANGE_ERRORS))
async def bulk_update_tickets(
    session: Writes,
    actor: Editor,
    track_time: TrackTime,
    body: Annotated[list[Any], Body(), DocumentedAs(list[TicketUpdateItem])],
) -> Done:
    """Change up to 1,000 tickets at once, all or none.

    Each item is a partial ticket with `id`; whole tickets may be sent back, read-only keys are ignored and named in
    `X-Ignored-Fields`. A ticket may be named more than once: the items act in their order. Faults are answered all at
    once, with paths such as `3.status`; unknown ids are 404 with `details.ids`. `trackTime=false` keeps the change out
    of worklogs and time tracking.
    """
    read = service.read_many(body)
    await service.update_tickets(session, actor, read.patches, track_time=track_time, faults=read.faults)
    note_ignored(read.ignored)
    return Done(success=True)


@router.get(
    "/ticket/{ticketId}",
    operation_id="getTicket",
    response_model=TicketRead,
    responses=errors(PermissionDenied, TicketNotFound, ValidationFailed),
)
async def get_ticket(session: Reads, ticket_id: Shown, actor: Reader, include_raw_data: IncludeRawData) -> Response:
    """The full ticket, with its first message, customer and tags. `rawData` only with `includeRawData`."""
    return json_answer(await service.read_ticket(session, actor, ticket_id, include_raw_data=include_raw_data))


@router.patch(
    "/ticket/{ticketId}",
    operation_id="updateTicket",
    response_model=TicketUpdated,
    responses=errors(*CHANGE_ERRORS, StaleObject),
)
async def update_ticket(
    session: Writes,
    ticket_id: ToWrite,
    actor: Editor,
    track_time: TrackTime,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(TicketUpdate)],
    unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change a ticket.

    What is not sent stays; null clears what may be empty. `pending` needs a `dueBy` in the future. `dueBy: null` gives
    the due date back to the tags. `workedOnBy: null` ends the caller's own presence.
    """
    read = service.read_one(ticket_id, body)
    await service.update_ticket(session, actor, read, unmodified_since=unmodified_since, track_time=track_time)
    note_ignored(read.ignored)
    return json_answer({"success": True, "ticket": await service.read_ticket(session, actor, ticket_id)})


@router.get(
    "/customer/byTicketId/{ticketId}",
    operation_id="getCustomerByTicketId",
    tags=["customer"],
    response_model=CustomerRead,
    responses=errors(TicketNotFound, CustomerNotFound, ValidationFailed),
)
async def get_customer_by_ticket_id(session: Reads, ticket_id: Shown, actor: Reader) -> Response:
    """The customer that is linked to a ticket, with contracts."""
    return json_answer(await service.read_customer_of(session, actor, ticket_id))


router.include_router(past_endpoints.router)
router.include_router(auto_endpoints.router)
router.include_router(variables_endpoints.router)
