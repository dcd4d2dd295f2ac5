"""Notifications (people.md 2)."""

from typing import Annotated

from fastapi import Depends
from starlette.responses import Response

from assaydesk.domains.notifications import service
from assaydesk.domains.notifications.schemas import NotificationList, ReadNotifications
from assaydesk.platform.errors import ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.require import Require

router = Router("profile", prefix="/api/mind")

Caller = Annotated[Actor, Depends(Require())]


@router.get(
    "/notification",
    operation_id="getNotifications",
    response_model=NotificationList,
    responses=errors(ValidationFailed),
)
async def list_notifications(session: Reads, actor: Caller, page: Paging) -> Response:
    """The caller's own notifications, newest first, in his or her language. `unread` counts all unread ones."""
    return json_answer(await service.list_notifications(session, actor, page))


@router.post(
    "/notification/read",
    operation_id="markNotificationsRead",
    response_model=Done,
    responses=errors(ValidationFailed),
)
async def mark_read(session: Writes, actor: Caller, body: ReadNotifications) -> Done:
    """Mark own notifications as read: those with the `ids`, or with `all` every one. Others are passed over."""
    await service.mark_read(session, actor, body.ids, everything=body.all)
    return Done(success=True)
