"""Guards and row loaders of the workbench."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.workbench import service
from assaydesk.domains.workbench.models import TicketView
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Reader = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]
ViewId = Annotated[Id, Path(alias="id")]


async def view_to_show(session: Reads, actor: Reader, view_id: ViewId) -> TicketView:
    return await service.find_view(session, actor, view_id)


async def view_to_write(session: Writes, actor: Reader, view_id: ViewId) -> TicketView:
    return await service.find_view(session, actor, view_id)


Shown = Annotated[TicketView, Depends(view_to_show)]
ToWrite = Annotated[TicketView, Depends(view_to_write)]
