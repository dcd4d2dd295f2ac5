"""Every state of an outgoing message under every command."""

import pytest

from assaydesk.domains.conversations.lifecycle import NEEDS_A_PERSON, Command, State, move

TABLE = {
    #             queue     handOver   accept  defer     refuse    lose         bounce     resend
    "stored":    ["queued", None,      None,   None,     None,     None,        None,      None],
    "queued":    [None,     "sending", None,   "queued", "failed", None,        None,      None],
    "sending":   [None,     None,      "sent", "queued", "failed", "uncertain", "bounced", None],
    "sent":      [None,     None,      None,   None,     None,     None,        "bounced", None],
    "uncertain": [None,     None,      "sent", "failed", "failed", None,        "bounced", "queued"],
    "failed":    [None,     None,      None,   None,     None,     None,        None,      "queued"],
    "bounced":   [None,     None,      None,   None,     None,     None,        None,      "queued"],
}  # fmt: skip


@pytest.mark.parametrize("state", list(State))
def test_given_a_state_each_command_leads_where_it_should(state: State) -> None:
    assert [move(state, command) for command in Command] == TABLE[state]


def test_nothing_uncertain_leaves_without_a_person() -> None:
    ways = {command for command in Command if move(State.UNCERTAIN, command) in (State.QUEUED, State.SENDING)}
    assert ways == {Command.RESEND}
    assert {State.UNCERTAIN, State.FAILED, State.BOUNCED} == NEEDS_A_PERSON
