"""Guards, row loaders and parameters of the ticket endpoints."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.tickets import service
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts
from assaydesk.platform.versions import HEADER

Reader = Annotated[
    Actor, Depends(Require(Permission.READ_TICKET, Permission.UPDATE_TICKET, Permission.REPLY_TO_TICKET))
]
Editor = Annotated[Actor, Depends(Require(Permission.UPDATE_TICKET))]
TicketId = Annotated[Id, Path(alias="ticketId")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]


async def track_time(
    track: Annotated[
        Boolean | None, Query(alias="trackTime", description="false keeps the change out of time tracking.")
    ] = None,
    older: Annotated[Boolean | None, Query(alias="timeTracking", description="The same.")] = None,
) -> bool:
    """True unless either name says false."""
    return track is not False and older is not False


TrackTime = Annotated[bool, Depends(track_time)]


async def include_raw_data(
    actor: Reader, wanted: Annotated[Boolean, Query(alias="includeRawData", description="Needs readRawData.")] = False
) -> bool:
    """A right that only this parameter needs; answered after the row was found."""
    if wanted and not actor.has(Permission.READ_RAW_DATA):
        current = verdicts.get()
        if current is not None and current.denied is None:
            current.denied = PermissionDenied(Permission.READ_RAW_DATA)
    return wanted


IncludeRawData = Annotated[bool, Depends(include_raw_data)]


async def shown_ticket(session: Reads, actor: Reader, ticket_id: TicketId) -> int:
    """The id of a ticket that the caller may see; else 404."""
    await service.get_visible(session, actor, ticket_id)
    return ticket_id


async def ticket_to_write(session: Writes, actor: Reader, ticket_id: TicketId) -> int:
    """The same for writes."""
    await service.get_visible(session, actor, ticket_id)
    return ticket_id


Shown = Annotated[int, Depends(shown_ticket)]
ToWrite = Annotated[int, Depends(ticket_to_write)]
