"""History and activity of a ticket (ticket.md 2.8, 2.13)."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.tickets import past, service
from assaydesk.domains.tickets.deps import Reader, Shown
from assaydesk.domains.tickets.schemas import ActivityPage, HistoryPage
from assaydesk.domains.tickets.service import TicketNotFound
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.paging import Paging

router = Router("ticket")
Kinds = Annotated[list[str], Query(alias="type", max_length=50, description="Only steps of these types.")]


@router.get(
    "/ticket/{ticketId}/history",
    operation_id="getTicketHistory",
    response_model=HistoryPage,
    responses=errors(PermissionDenied, TicketNotFound, ValidationFailed),
)
async def get_history(session: Reads, ticket_id: Shown, actor: Reader, page: Paging) -> Response:
    """Other tickets of the same contract, else of the same customer, else of the same sender, newest first.

    `total` counts all of them, `totalOpenedTickets` those that are not closed.
    """
    ticket = await service.get_visible(session, actor, ticket_id)
    return json_answer(await past.read_history(session, actor, ticket, page))


@router.get(
    "/ticket/{ticketId}/activity",
    operation_id="getTicketActivity",
    response_model=ActivityPage,
    responses=errors(PermissionDenied, TicketNotFound, ValidationFailed),
)
async def get_activity(session: Reads, ticket_id: Shown, actor: Reader, page: Paging, kinds: Kinds = []) -> Response:  # noqa: B006
    """What happened with the ticket, newest first: `changes` for programs, `text` and `details` for people.

    Texts are in the caller's language.
    """
    return json_answer(await past.read_activity(session, actor, ticket_id, page, kinds))
