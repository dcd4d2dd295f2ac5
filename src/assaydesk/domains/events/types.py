"""Words of the event log (platform.md 5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

TYPES: Final = (
    "TicketCreated", "TicketResponse", "TicketUpdated", "ConversationCreated", "TicketRouted", "TicketForwarded",
    "TicketClosedDueToInactivity", "AutoProcessIntent", "EmailAutoresponder", "SendEmail", "NotifySurroundingSystems",
    "ProfileCreated", "ProfileUpdated", "ProfileDeleted", "TestTicketAiQuality", "CronMinute", "CronHour", "CronDay",
    "CronWeek", "knowledgeSourceChanged", "ReminderDue", "ReportReady", "QualityAssessmentReady",
    "QualityAssessmentReviewed", "QualityAssessmentFailed", "QualityAppealCreated", "QualityAppealDecided",
    "QualityDriftDetected",
)  # fmt: skip
"""Every documented type. Hooks may name each of them; what this version has not got does not occur."""


def stored(event_type: str) -> str:
    """The spelling of the log: a small first letter."""
    return event_type[:1].lower() + event_type[1:]


STORED: Final[Mapping[str, str]] = {stored(name): name for name in TYPES}


class State(StrEnum):
    """Of an event: `open` while a delivery waits; of a delivery: `waiting`, `ok`, `failed`."""

    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"
    WAITING = "waiting"
    OK = "ok"


@dataclass(frozen=True, slots=True)
class Emitted:
    """Something important that happened. `data`: what the payload carries besides the type, the id and the time."""

    type: str
    ticket_id: int | None = None
    user_id: int | None = None
    contract_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


RETRY_MINUTES: Final = (1, 5, 15, 60, 360)
"""Waits after a failed try; after the last one the delivery has failed (code.md 8)."""
