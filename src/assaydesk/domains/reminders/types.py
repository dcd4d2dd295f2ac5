"""Words of reminders (platform.md 6)."""

from enum import StrEnum


class Kind(StrEnum):
    MANUAL = "manual"
    DEFERRAL = "deferral"


class State(StrEnum):
    OPEN = "open"
    FIRED = "fired"
    DONE = "done"
    CANCELLED = "cancelled"
