"""Guards, row loaders and parameters of the event log and of hooks."""

from typing import Annotated, Literal

from fastapi import Depends, Path, Query

from assaydesk.domains.events import service
from assaydesk.domains.events.models import EventHook
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

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


async def hook_to_show(session: Reads, hook_id: RowId) -> EventHook:
    return await service.find_hook(session, hook_id)


async def hook_to_write(session: Writes, hook_id: RowId) -> EventHook:
    return await service.find_hook(session, hook_id)


Shown = Annotated[EventHook, Depends(hook_to_show)]
ToWrite = Annotated[EventHook, Depends(hook_to_write)]
