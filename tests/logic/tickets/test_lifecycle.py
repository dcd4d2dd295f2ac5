"""Every pair of status and command."""

from itertools import product

import pytest

from assaydesk.domains.tickets.lifecycle import COMMANDS, MOVES, Command, Refusal, move
from assaydesk.domains.tickets.types import Status

REFUSED = {(Status.OPEN, Command.FALL_DUE), (Status.CLOSED, Command.FALL_DUE)}


@pytest.mark.parametrize(("status", "command"), list(product(Status, Command)))
def test_given_any_pair_the_answer_is_the_move_or_the_refusal(status: Status, command: Command) -> None:
    after = move(status, command)
    if (status, command) in REFUSED:
        assert after is Refusal.NOT_PENDING
    elif command in (Command.CUSTOMER_WRITES, Command.FALL_DUE):
        assert after is Status.OPEN
    else:
        assert COMMANDS[Status(after)] is command  # Any status may follow any other (ticket.md 5.1).


def test_given_the_table_it_names_every_pair_that_is_not_refused() -> None:
    assert set(MOVES) | REFUSED == set(product(Status, Command))
