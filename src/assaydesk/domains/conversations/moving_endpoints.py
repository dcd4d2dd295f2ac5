"""Merge, unmerge, split (ticket.md 12)."""

from starlette.responses import Response

from assaydesk.domains.conversations import service
from assaydesk.domains.conversations.deps import Merger, ToWrite
from assaydesk.domains.conversations.errors import DifferentCustomers
from assaydesk.domains.conversations.schemas import TicketMergeBody, TicketSplitBody, TicketUnmergeBody
from assaydesk.domains.tickets.schemas import TicketUpdated
from assaydesk.domains.tickets.service import TicketMerged, TicketNotFound, read_ticket, with_sight
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Writes

router = Router("ticket")

_REFUSALS = (PermissionDenied, TicketNotFound, TicketMerged, ValidationFailed)


@router.post(
    "/{ticketId}/merge",
    operation_id="mergeTickets",
    response_model=TicketUpdated,
    responses=errors(*_REFUSALS, UnknownReference, DifferentCustomers),
)
async def merge_tickets(session: Writes, ticket_id: ToWrite, actor: Merger, body: TicketMergeBody) -> Response:
    """Carry the messages and reminders of up to 20 tickets into this one, in the order of time.

    The sources are closed, lead to this ticket by `mergedIntoTicketId`, stay readable and take no more changes; their
    worklogs and assessments stay with them. A closed target is opened when a source was not closed. Tickets of
    different customers need `force`.
    """
    await service.merge_tickets(session, actor, ticket_id, body.source_ticket_ids, force=body.force)
    return json_answer({"success": True, "ticket": await read_ticket(session, with_sight(actor), ticket_id)})


@router.post(
    "/{ticketId}/unmerge",
    operation_id="unmergeTicket",
    response_model=TicketUpdated,
    responses=errors(*_REFUSALS),
)
async def unmerge_ticket(session: Writes, ticket_id: ToWrite, actor: Merger, body: TicketUnmergeBody) -> Response:
    """Give a merged ticket its messages back. It is open again unless it was closed when it was merged."""
    await service.unmerge_ticket(session, actor, ticket_id, body.source_ticket_id)
    return json_answer({"success": True, "ticket": await read_ticket(session, with_sight(actor), ticket_id)})


@router.post(
    "/{ticketId}/split",
    operation_id="splitTicket",
    response_model=TicketUpdated,
    responses=errors(*_REFUSALS, UnknownReference),
)
async def split_ticket(session: Writes, ticket_id: ToWrite, actor: Merger, body: TicketSplitBody) -> Response:
    """Carry messages with their files into a new ticket, which is answered.

    Its times are those of its first message; `previousTicketId` names this ticket. What is not sent is taken over:
    subject, tags, sub-channel and, unless `copyCustomer` is false, the customer. One message at least stays; drafts
    and messages that are being sent cannot move. Later mails follow the messages that they answer.
    """
    new_id = await service.split_ticket(session, actor, ticket_id, body)
    return json_answer({"success": True, "ticket": await read_ticket(session, with_sight(actor), new_id)})
