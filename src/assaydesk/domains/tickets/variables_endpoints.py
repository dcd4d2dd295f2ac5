"""What templates and prompts may say about a ticket (ticket.md 2.12)."""

from typing import Annotated, Any

from pydantic import Field
from starlette.responses import Response

from assaydesk.domains.tickets.deps import Reader, Shown
from assaydesk.domains.tickets.errors import TicketNotFound
from assaydesk.domains.tickets.variables import ticket_variables
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.schema import Schema

router = Router("ticket")


class TicketVariables(Schema):
    ticket: dict[str, Any]
    in_: Annotated[dict[str, Any], Field(alias="in")]
    customer: dict[str, Any]
    contract: dict[str, Any]
    intent: dict[str, Any]
    agent: dict[str, Any]
    subchannel: dict[str, Any]


class VariablesAnswer(Schema):
    success: bool
    variables: TicketVariables


@router.get(
    "/ticket/{ticketId}/variables",
    operation_id="getTicketVariables",
    response_model=VariablesAnswer,
    responses=errors(PermissionDenied, TicketNotFound, ValidationFailed),
)
async def get_ticket_variables(session: Reads, ticket_id: Shown, actor: Reader) -> Response:
    """What templates and prompts may say about a ticket. `in` is the ticket as own functions get it."""
    known = await ticket_variables(session, actor, [ticket_id])
    return json_answer({"success": True, "variables": known[ticket_id]})
