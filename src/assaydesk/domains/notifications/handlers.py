"""What others learn from notifications."""

from collections.abc import Collection
from typing import Any

from assaydesk.domains.notifications import service
from assaydesk.domains.profiles.events import UNREAD_NOTIFICATIONS
from assaydesk.platform.db.session import ReadSession


async def _unread(session: ReadSession, _: Any, user_ids: Collection[int]) -> dict[int, int]:
    return await service.unread_counts(session, user_ids)


def register() -> None:
    UNREAD_NOTIFICATIONS.fill(_unread)
