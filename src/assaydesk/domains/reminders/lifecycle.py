"""The state of a reminder and every way in which it may change (platform.md 6)."""

from enum import StrEnum
from typing import Final

from assaydesk.domains.reminders.types import State


class Command(StrEnum):
    FIRE = "fire"
    FINISH = "finish"
    CANCEL = "cancel"
    REOPEN = "reopen"


class Refusal(StrEnum):
    OVER = "over"


COMMANDS: Final = {State.DONE: Command.FINISH, State.CANCELLED: Command.CANCEL, State.OPEN: Command.REOPEN}
"""The command that asks for a state; nobody can ask for `fired`."""

MOVES: Final = {
    (State.OPEN, Command.FIRE): State.FIRED,
    (State.OPEN, Command.FINISH): State.DONE,
    (State.OPEN, Command.CANCEL): State.CANCELLED,
    (State.OPEN, Command.REOPEN): State.OPEN,
    (State.FIRED, Command.FINISH): State.DONE,
    (State.FIRED, Command.CANCEL): State.CANCELLED,
    (State.FIRED, Command.REOPEN): State.OPEN,
    (State.DONE, Command.FINISH): State.DONE,
    (State.DONE, Command.REOPEN): State.OPEN,
    (State.CANCELLED, Command.CANCEL): State.CANCELLED,
    (State.CANCELLED, Command.REOPEN): State.OPEN,
}


def move(state: State, command: Command) -> State | Refusal:
    """The state after the command. What is over only comes back by opening it again."""
    return MOVES.get((state, command), Refusal.OVER)
