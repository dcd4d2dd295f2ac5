"""The status of a ticket and every way in which it may change (ticket.md 5)."""

from enum import StrEnum
from typing import Final

from assaydesk.domains.tickets.types import Status


class Command(StrEnum):
    """The first three come from people and programs, the others follow from what happens."""

    OPEN = "open"
    DEFER = "defer"
    CLOSE = "close"
    CUSTOMER_WRITES = "customerWrites"
    FALL_DUE = "fallDue"


class Refusal(StrEnum):
    NOT_PENDING = "notPending"


COMMANDS: Final = {Status.OPEN: Command.OPEN, Status.PENDING: Command.DEFER, Status.CLOSED: Command.CLOSE}
"""The command that asks for a status."""

MOVES: Final = {
    (Status.OPEN, Command.OPEN): Status.OPEN,
    (Status.OPEN, Command.DEFER): Status.PENDING,
    (Status.OPEN, Command.CLOSE): Status.CLOSED,
    (Status.OPEN, Command.CUSTOMER_WRITES): Status.OPEN,
    (Status.PENDING, Command.OPEN): Status.OPEN,
    (Status.PENDING, Command.DEFER): Status.PENDING,
    (Status.PENDING, Command.CLOSE): Status.CLOSED,
    (Status.PENDING, Command.CUSTOMER_WRITES): Status.OPEN,
    (Status.PENDING, Command.FALL_DUE): Status.OPEN,
    (Status.CLOSED, Command.OPEN): Status.OPEN,
    (Status.CLOSED, Command.DEFER): Status.PENDING,
    (Status.CLOSED, Command.CLOSE): Status.CLOSED,
    (Status.CLOSED, Command.CUSTOMER_WRITES): Status.OPEN,
}


def move(status: Status, command: Command) -> Status | Refusal:
    """The status after the command. Only a pending ticket can fall due."""
    return MOVES.get((status, command), Refusal.NOT_PENDING)
