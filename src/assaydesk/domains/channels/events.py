"""What channels tell others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceiptQueued:
    """An automatic receipt was written for a new ticket (event `EmailAutoresponder`)."""

    ticket_id: int
    conversation_id: int
    to: str
