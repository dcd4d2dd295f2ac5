"""Refusals of the event log and of hooks."""

from assaydesk.platform.errors import NotFound


class EventNotFound(NotFound):
    def __init__(self, event_id: int) -> None:
        super().__init__(f"Event {event_id} does not exist.", eventId=event_id)


class EventHookNotFound(NotFound):
    def __init__(self, hook_id: int) -> None:
        super().__init__(f"Event hook {hook_id} does not exist.", eventHookId=hook_id)
