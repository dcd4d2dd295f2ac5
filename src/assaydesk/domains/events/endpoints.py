"""The event log (platform.md 5.2)."""

from typing import Annotated, Final

from fastapi import Query
from starlette.responses import Response

from assaydesk.domains.events import hook_endpoints, service
from assaydesk.domains.events.deps import Direction, EventToRetry, EventToShow, Limit, Offset, Reader, Retrier
from assaydesk.domains.events.schemas import EventPage, EventRead, EventSearch, Redelivery
from assaydesk.domains.events.service import EventNotFound
from assaydesk.platform.errors import PermissionDenied, UnknownFilterKey, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean

router = Router("event", prefix="/api/mind")

OLDER_FORM: Final = {
    "type": "object",
    "properties": {"filters": {"type": "string", "description": "The array of filters as JSON text."}},
}


@router.post(
    "/event/search",
    operation_id="searchEvents",
    response_model=EventPage,
    responses=errors(PermissionDenied, UnknownFilterKey, ValidationFailed),
    openapi_extra={"requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": OLDER_FORM}}}},
)
async def search_events(
    session: Reads,
    actor: Reader,
    body: EventSearch | None = None,
    limit: Limit = 20,
    offset: Offset = 0,
    order_by: Annotated[str, Query(alias="orderByField", max_length=40)] = "e.createdAt",
    direction: Direction = "desc",
    include_traces: Annotated[Boolean, Query(alias="includeTraces")] = True,
) -> Response:
    """Search the event log, newest first.

    Filters: `e.id`, `e.type`, `e.subType` (together with `e.type`), `e.contractId`, `e.ticketId`, `e.status`,
    `e.createdAt`, `e.createdBy`, and `q` with `equal`, a part of the type or of the data. Traces are the tries of the
    hooks that were told.
    """
    found = await service.search_events(
        session,
        actor,
        body.filters if body is not None else [],
        order_by=order_by,
        descending=direction == "desc",
        limit=limit,
        offset=offset,
        include_traces=include_traces,
    )
    return json_answer(found)


@router.get(
    "/event/{id}",
    operation_id="getEvent",
    response_model=EventRead,
    responses=errors(PermissionDenied, EventNotFound, ValidationFailed),
)
async def get_event(session: Reads, actor: Reader, event_id: EventToShow) -> Response:
    """One event with the tries of its hooks."""
    return json_answer(await service.find_event(session, actor, event_id))


@router.post(
    "/event/{id}/retry",
    operation_id="retryEvent",
    status_code=202,
    response_model=Redelivery,
    responses=errors(PermissionDenied, EventNotFound, ValidationFailed),
)
async def retry_event(session: Writes, _: Retrier, event_id: EventToRetry) -> Redelivery:
    """Tell the hooks again that could not be told. The identity of the delivery stays the same."""
    return Redelivery(success=True, deliveries=await service.deliver_again(session, event_id))


router.include_router(hook_endpoints.router)
