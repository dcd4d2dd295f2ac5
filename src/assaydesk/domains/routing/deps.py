"""Guards, row loaders and parameters of the routing endpoints."""

from typing import Annotated

from fastapi import Depends, Path, Query

from assaydesk.domains.profiles.service import find_profile
from assaydesk.domains.routing.types import Direction
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts

Caller = Annotated[Actor, Depends(Require())]
Reader = Annotated[Actor, Depends(Require(Permission.READ_TICKET))]

Way = Annotated[Direction, Query(alias="preferredDirection")]
Standing = Annotated[Id | None, Query(alias="ticketId", description="Where the caller stands.")]
ExactTicket = Annotated[Id | None, Query(alias="id", description="Exactly this ticket.")]
Most = Annotated[int, Query(ge=1, le=500, description="1 gives the short form.")]


async def explained_profile(
    session: Reads,
    actor: Caller,
    profile_id: Annotated[Id, Path(alias="id")],
    ticket: ExactTicket = None,
    limit: Most = 500,
) -> int:
    """Whose order is explained: one's own, in part, else it needs a right."""
    await find_profile(session, profile_id)
    is_free = profile_id == actor.id and (ticket is None or limit == 1)
    current = verdicts.get()
    if not is_free and not actor.has(Permission.UPDATE_USER_PROFILE_SKILLS) and current is not None:
        current.denied = current.denied or PermissionDenied(Permission.UPDATE_USER_PROFILE_SKILLS)
    return profile_id


Explained = Annotated[int, Depends(explained_profile)]


def require_place(direction: Direction, ticket_id: int | None) -> None:
    """Raise `ValidationFailed` when it cannot be told from where to go on."""
    if direction is not Direction.EARLIEST and ticket_id is None:
        fault = FieldError("ticketId", "required", "Going on needs the ticket where you stand.")
        raise ValidationFailed([fault])
