"""Saved views of the ticket list (platform.md 13.1), and the routers of the rest of the workbench."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.workbench import live_endpoints, review_endpoints, service
from assaydesk.domains.workbench.deps import Reader, Shown, ToWrite
from assaydesk.domains.workbench.errors import TicketViewNotFound
from assaydesk.domains.workbench.schemas import (
    TicketViewCreate,
    TicketViewList,
    TicketViewOrder,
    TicketViewRead,
    TicketViewUpdate,
)
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean, Done, Made

views = Router("workbench", prefix="/api/mind/ticketView")

WRITING = (PermissionDenied, ValidationFailed, UnknownReference, UnknownFilterKey)


@views.get(
    "", operation_id="getTicketViews", response_model=TicketViewList,
    responses=errors(PermissionDenied, ValidationFailed),
)  # fmt: skip
async def get_ticket_views(
    session: Reads,
    actor: Reader,
    with_counts: Annotated[Boolean, Query(alias="withCounts", description="Adds count and countCapped.")] = False,
) -> Response:
    """The caller's own views, those shared with a team of the caller, and those shared with all, in the caller's order.

    A view shows what the reader may see, never more.
    """
    views = await service.list_views(session, actor, with_counts=with_counts)
    return json_answer({"success": True, "views": views, "total": len(views)})


@views.post("", operation_id="createTicketView", response_model=Made, responses=errors(*WRITING))
async def create_ticket_view(session: Writes, actor: Reader, body: TicketViewCreate) -> Made:
    """Save a search under a name.

    Sharing with teams needs `manageTeamMembers`, with all `updateClientSettings`. Filters take relative values: `me`
    for users, `now`, `today`, `-7d` for dates.
    """
    view = await service.create_view(session, actor, {name: getattr(body, name) for name in body.model_fields_set})
    return Made(success=True, id=view.id)


@views.put("/order", operation_id="orderTicketViews", response_model=Done, responses=errors(*WRITING))
async def order_ticket_views(session: Writes, actor: Reader, body: TicketViewOrder) -> Done:
    """Set the caller's own order of views; it changes nobody else's."""
    await service.order_views(session, actor, body.ids)
    return Done(success=True)


@views.get(
    "/{id}",
    operation_id="getTicketView",
    response_model=TicketViewRead,
    responses=errors(PermissionDenied, TicketViewNotFound, ValidationFailed),
)
async def get_ticket_view(actor: Reader, view: Shown) -> Response:
    """One view."""
    return json_answer(service.view_json(view, actor))


@views.patch(
    "/{id}", operation_id="updateTicketView", response_model=Done, responses=errors(*WRITING, TicketViewNotFound)
)
async def update_ticket_view(session: Writes, actor: Reader, view: ToWrite, body: TicketViewUpdate) -> Done:
    """Change a view: the owner, or whoever has the right to share it so. What is not sent stays."""
    sent = {name: getattr(body, name) for name in body.model_fields_set}
    await service.update_view(session, actor, view, sent)
    return Done(success=True)


@views.delete(
    "/{id}", operation_id="deleteTicketView", response_model=Done, responses=errors(*WRITING, TicketViewNotFound)
)
async def delete_ticket_view(actor: Reader, view: ToWrite) -> Done:
    """Remove a view for everybody who uses it."""
    await service.delete_view(actor, view)
    return Done(success=True)


router = Router("workbench")
router.include_router(views)
router.include_router(review_endpoints.router)
router.include_router(live_endpoints.router)
