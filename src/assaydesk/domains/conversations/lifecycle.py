"""The state of a message that goes out by mail, and what moves it (settings.md 4.3)."""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    STORED = "stored"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    BOUNCED = "bounced"


class Command(StrEnum):
    QUEUE = "queue"
    """It shall leave."""
    HAND_OVER = "handOver"
    """The text is about to be given to the server."""
    ACCEPT = "accept"
    """The server took it."""
    DEFER = "defer"
    """The server certainly did not take it; it is tried again."""
    REFUSE = "refuse"
    """The server certainly did not take it, and no further try makes sense."""
    LOSE = "lose"
    """Nobody knows whether the server took it."""
    BOUNCE = "bounce"
    """A failure report came back."""
    RESEND = "resend"
    """A person wants it to leave once more."""


MOVES: Final[dict[tuple[State, Command], State]] = {
    (State.STORED, Command.QUEUE): State.QUEUED,
    (State.QUEUED, Command.HAND_OVER): State.SENDING,
    (State.QUEUED, Command.DEFER): State.QUEUED,
    (State.QUEUED, Command.REFUSE): State.FAILED,
    (State.SENDING, Command.ACCEPT): State.SENT,
    (State.SENDING, Command.DEFER): State.QUEUED,
    (State.SENDING, Command.REFUSE): State.FAILED,
    (State.SENDING, Command.LOSE): State.UNCERTAIN,
    (State.SENDING, Command.BOUNCE): State.BOUNCED,
    (State.SENT, Command.BOUNCE): State.BOUNCED,
    # A sender that was only slow was taken for dead: what it learns in the end counts, but nothing is sent again.
    (State.UNCERTAIN, Command.ACCEPT): State.SENT,
    (State.UNCERTAIN, Command.DEFER): State.FAILED,
    (State.UNCERTAIN, Command.REFUSE): State.FAILED,
    (State.UNCERTAIN, Command.BOUNCE): State.BOUNCED,
    (State.UNCERTAIN, Command.RESEND): State.QUEUED,
    (State.FAILED, Command.RESEND): State.QUEUED,
    (State.BOUNCED, Command.RESEND): State.QUEUED,
}

NEEDS_A_PERSON: Final = frozenset({State.FAILED, State.UNCERTAIN, State.BOUNCED})
"""The author is told, and the ticket opens."""


def move(state: State, command: Command) -> State | None:
    """The state afterwards; None when the command means nothing there."""
    return MOVES.get((state, command))
