import pytest

from assaydesk.domains.reminders.lifecycle import Command, Refusal, move
from assaydesk.domains.reminders.types import State

EXPECTED = {
    "open": {"fire": "fired", "finish": "done", "cancel": "cancelled", "reopen": "open"},
    "fired": {"finish": "done", "cancel": "cancelled", "reopen": "open"},
    "done": {"finish": "done", "reopen": "open"},
    "cancelled": {"cancel": "cancelled", "reopen": "open"},
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", Command)
def test_every_pair(state: State, command: Command) -> None:
    assert move(state, command) == EXPECTED[state].get(command, Refusal.OVER)
