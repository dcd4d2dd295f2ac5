"""Rows of reminders."""

from datetime import UTC, datetime
from typing import Any

from assaydesk.domains.reminders.models import Reminder
from assaydesk.platform.db.session import WriteSession

PAST = datetime(2024, 6, 13, 9, tzinfo=UTC)


async def make_reminder(session: WriteSession, **values: Any) -> Reminder:
    """An open one whose time came on 2024-06-13 09:00 UTC."""
    row = Reminder(**{"remind_at": PAST, "text": "Call back", "state": "open", "kind": "manual"} | values)
    session.add(row)
    await session.flush()
    return row
