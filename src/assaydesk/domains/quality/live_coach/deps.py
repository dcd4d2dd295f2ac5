"""Guard and row loader of the live coach."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.tickets.service import get_visible
from assaydesk.platform.http.sessions import Context
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Editor = Annotated[Actor, Depends(Require(Permission.UPDATE_TICKET))]
TicketId = Annotated[Id, Path(alias="ticketId")]


async def ticket_to_check(context: Context, actor: Editor, ticket_id: TicketId) -> int:
    """The id of a ticket that the caller may see, else 404; its session is closed again before the judge is asked."""
    async with context.database.read() as session:
        await get_visible(session, actor, ticket_id)
    return ticket_id


ToCheck = Annotated[int, Depends(ticket_to_check)]
