"""Guards, row loaders and parameters of the event log and of hooks."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query

from assaydesk.domains.events import service
from assaydesk.domains.events.models import EventHook
from assaydesk.domains.events.service import EventHookNotFound, EventNotFound
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Caller = Annotated[Actor, Depends(Require())]
Reader = Annotated[Actor, Depends(Require(Permission.READ_EVENTS))]
Retrier = Annotated[Actor, Depends(Require(Permission.RETRY_EVENTS))]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_EVENT_HOOKS))]
RowId = Annotated[Id, Path(alias="id")]
Limit = Annotated[int, Query(ge=1, le=100)]
Offset = Annotated[int, Query(ge=0, le=2**62)]
Direction = Annotated[Literal["asc", "desc"], Query(alias="orderByDirection")]
DeliveryState = Annotated[Literal["waiting", "ok", "failed"] | None, Query(alias="state")]
From = Annotated[str | None, Query(alias="from", max_length=40)]
To = Annotated[str | None, Query(max_length=40)]


async def event_to_show(actor: Caller, event_id: RowId) -> int:
    """The id of an event, for callers who may know of events."""
    if not actor.has(Permission.READ_EVENTS):
        raise EventNotFound(event_id)
    return event_id


async def event_to_retry(session: Writes, actor: Caller, event_id: RowId) -> int:
    """The id of an event that exists, before the right to act on it is judged."""
    if not actor.has(Permission.READ_EVENTS, Permission.RETRY_EVENTS):
        raise EventNotFound(event_id)
    await service.require_event(session, event_id)
    return event_id


async def hook_to_show(session: Reads, actor: Caller, hook_id: RowId) -> EventHook:
    return await _hook(session, actor, hook_id)


async def hook_to_write(session: Writes, actor: Caller, hook_id: RowId) -> EventHook:
    return await _hook(session, actor, hook_id)


async def _hook(session: ReadSession, actor: Actor, hook_id: int) -> EventHook:
    """Only those who manage hooks know of them: for all others none exists."""
    if not actor.has(Permission.MANAGE_EVENT_HOOKS):
        raise EventHookNotFound(hook_id)
    return await service.find_hook(session, hook_id)


EventToShow = Annotated[int, Depends(event_to_show)]
EventToRetry = Annotated[int, Depends(event_to_retry)]
Shown = Annotated[EventHook, Depends(hook_to_show)]
ToWrite = Annotated[EventHook, Depends(hook_to_write)]
