"""What reminders tell others."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """The time of a reminder has come; each reminder is told once for each time it is set."""

    reminder_id: int
    ticket_id: int
    user_id: int | None
    at: datetime
