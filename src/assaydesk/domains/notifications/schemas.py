"""Wire shapes of notifications (people.md 2)."""

from typing import Annotated

from pydantic import Field

from assaydesk.domains.notifications.types import Kind
from assaydesk.platform.schema import Boolean, Id, IsoTime, RequestSchema, Schema


class NotificationRead(Schema):
    id: int
    kind: Kind
    text: str
    ticket_id: int | None
    url: str | None
    created_at: IsoTime
    read_at: IsoTime | None


class NotificationList(Schema):
    success: bool
    notifications: list[NotificationRead]
    total: int
    unread: int


class ReadNotifications(RequestSchema):
    """Either `ids`, or `all: true`."""

    ids: Annotated[list[Id], Field(max_length=10_000)] | None = None
    all: Boolean = False
