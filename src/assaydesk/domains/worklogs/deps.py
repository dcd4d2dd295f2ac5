"""Guards and row loaders of the worklog endpoints."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.tickets.service import get_visible
from assaydesk.domains.worklogs import service
from assaydesk.domains.worklogs.repository import VIEW_ANY
from assaydesk.domains.worklogs.rows import WorklogDetail
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.require import Require

Caller = Annotated[Actor, Depends(Require())]
Viewer = Annotated[Actor, Depends(Require(*VIEW_ANY))]
"""Whoever may view any worklog at all."""

TicketId = Annotated[Id, Path(alias="ticketId")]
WorklogId = Annotated[Id, Path(alias="id")]


async def ticket_to_read(session: Reads, actor: Caller, ticket_id: TicketId) -> int:
    """The addressed ticket, if the caller may read it."""
    await get_visible(session, actor, ticket_id)
    return ticket_id


async def ticket_to_ping(session: Writes, actor: Caller, ticket_id: TicketId) -> int:
    """The same for a ping, which writes."""
    await get_visible(session, actor, ticket_id)
    return ticket_id


async def worklog_to_read(session: Reads, actor: Caller, worklog_id: WorklogId) -> WorklogDetail:
    return await service.find_worklog(session, actor, worklog_id)


TicketToRead = Annotated[int, Depends(ticket_to_read)]
TicketToPing = Annotated[int, Depends(ticket_to_ping)]
WorklogToRead = Annotated[WorklogDetail, Depends(worklog_to_read)]
