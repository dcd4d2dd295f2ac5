"""Refusals of reminders (platform.md 6)."""

from assaydesk.platform.errors import Conflict, NotFound, Unprocessable


class ReminderNotFound(NotFound):
    def __init__(self, reminder_id: int) -> None:
        super().__init__(f"Reminder {reminder_id} does not exist.", reminderId=reminder_id)


class DateInPast(Unprocessable):
    """422: a reminder lies in the future. `details.field`."""

    default_message = "The date lies in the past."


class UserHasNoAccess(Unprocessable):
    """422: who is to be reminded may not see tickets. `details.userId`."""

    default_message = "This person may not see the ticket."


class ManagedByTicket(Conflict):
    """409: the reminder of a deferral comes and goes with the ticket."""

    default_message = "The ticket waits until this date. Open the ticket, or give it another dueBy."


class ReminderOver(Conflict):
    """409: it is done or cancelled. `details.state`."""

    default_message = "The reminder is over. Set it to open, with a new date, first."
