"""What routing and the life cycle of tickets tell others."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TicketRouted:
    """A person got a ticket to work on."""

    ticket_id: int
    user_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TicketClosedDueToInactivity:
    """A pending ticket without messages for too long was closed."""

    ticket_id: int
    at: datetime
