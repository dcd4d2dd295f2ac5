"""Worklogs and the ping of time tracking (worklog.md 8)."""

from typing import Annotated

from fastapi import Body, Query
from starlette.responses import Response

from assaydesk.domains.tickets.service import TicketNotFound
from assaydesk.domains.worklogs import service
from assaydesk.domains.worklogs.deps import Caller, TicketToPing, TicketToRead, Viewer, WorklogToRead
from assaydesk.domains.worklogs.schemas import (
    PingAnswer,
    WorklogDetailRead,
    WorklogPageRead,
    WorklogRead,
    WorklogSearch,
)
from assaydesk.domains.worklogs.service import WorklogNotFound
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean

router = Router("worklog", prefix="/api/mind")

Final = Annotated[Boolean, Query(description="The ticket was closed or hidden: time tracking ends at this instant.")]
Focused = Annotated[Boolean, Query(description="false: the window is in the background; no time is tracked.")]


@router.get(
    "/ticket/{ticketId}/worklog",
    operation_id="getTicketWorklogs",
    response_model=list[WorklogRead],
    responses=errors(TicketNotFound, ValidationFailed),
)
async def list_worklogs_of_ticket(session: Reads, actor: Caller, ticket_id: TicketToRead) -> Response:
    """The worklogs of a ticket that the caller may see: a bare array by date, latest interaction and id.

    A worklog is one record of handling of the ticket by one user or AI agent. Several visits on the same day are one,
    unless the customer wrote in between.
    """
    worklogs = await service.list_worklogs_of_ticket(session, actor, ticket_id)
    return json_answer(worklogs, total=len(worklogs))


@router.get(
    "/ticket/{ticketId}/ping",
    operation_id="pingTicket",
    response_model=PingAnswer,
    responses=errors(TicketNotFound, ValidationFailed),
)
async def ping_ticket(
    session: Writes, actor: Caller, ticket_id: TicketToPing, final: Final = False, focused: Focused = True
) -> Response:
    """Say, every 30 seconds, that the caller has the ticket open. Answers who works on it at this moment."""
    await service.record_ping(session, actor, ticket_id, final=final, focused=focused)
    users = await service.list_present_users(session, actor, ticket_id)
    return json_answer({"success": True, "workedOnBy": users})


@router.post(
    "/worklog/search",
    operation_id="searchWorklogs",
    response_model=WorklogPageRead,
    responses=errors(PermissionDenied, UnknownFilterKey, ValidationFailed),
)
async def search_worklogs(
    session: Reads, actor: Viewer, search: Annotated[WorklogSearch | None, Body()] = None
) -> Response:
    """Find worklogs across tickets.

    Order fields: `latestInteraction`, `date`, `duration`, `id`. Filter keys: `id`, `userId`, `teamId`, `ticketId`,
    `date`, `latestInteraction`, `action`, `context`, `channel`, `tagId`, `duration`, `automationLevel`,
    `hasAssessment`, `scorecardBaseId`, `slaMet`, `csatStars`.
    """
    return json_answer(await service.search_worklogs(session, actor, search or WorklogSearch()))


@router.get(
    "/worklog/{id}",
    operation_id="getWorklog",
    response_model=WorklogDetailRead,
    responses=errors(WorklogNotFound, ValidationFailed),
)
async def get_worklog(worklog: WorklogToRead) -> Response:
    """One worklog with the tool calls made in it."""
    return json_answer(worklog)
