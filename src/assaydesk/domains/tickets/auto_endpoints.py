"""Automatic execution of what an AI agent proposes for a ticket (ticket.md 2.10)."""

from typing import Annotated

from fastapi import Depends, Query

from assaydesk.domains.tickets import service
from assaydesk.domains.tickets.deps import ToWrite
from assaydesk.domains.tickets.errors import NoAgentDetected, TicketClosed, TicketIsSpam
from assaydesk.domains.tickets.schemas import AutoexecuteBody
from assaydesk.domains.tickets.service import TicketMerged, TicketNotFound
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Writes
from assaydesk.platform.schema import Boolean, Done, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("ticket")

Executor = Annotated[Actor, Depends(Require(Permission.EXECUTE_INTENT))]


@router.post(
    "/ticket/{ticketId}/autoexecute",
    operation_id="autoexecuteTicket",
    response_model=Done,
    responses=errors(
        PermissionDenied, TicketNotFound, TicketMerged, ValidationFailed, TicketClosed, TicketIsSpam, NoAgentDetected
    ),
)
async def autoexecute_ticket(
    session: Writes,
    ticket_id: ToWrite,
    actor: Executor,
    body: AutoexecuteBody | None = None,
    execute_agent_id: Annotated[Id | None, Query(alias="executeAgentId")] = None,
    allow_multiple_intents: Annotated[Boolean, Query(alias="allowMultipleIntents")] = False,
    allow_with_replies: Annotated[Boolean, Query(alias="allowWithReplies")] = False,
) -> Done:
    """Carry out what the detected AI agent proposes, without a person.

    Refused with the first condition that does not hold, and with all of them in `details.conditions`. This version
    detects no AI agents, so an open ticket that is no spam ends in `no_agent_detected`; nothing is changed or sent.
    """
    del body, execute_agent_id, allow_multiple_intents, allow_with_replies  # They choose among agents.
    await service.refuse_autoexecution(session, actor, ticket_id)
    return Done(success=True)
