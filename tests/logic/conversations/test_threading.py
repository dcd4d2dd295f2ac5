"""Tokens, plus addresses, known people, merged chains."""

import pytest

from assaydesk.domains.conversations.threading import end_of, first_named, is_known, plus_tickets, tokens_of

OWN = ["Support@desk.example", "billing@desk.example"]


@pytest.mark.parametrize(
    ("subject", "tokens"),
    [
        (None, ()),
        ("Re: Meter", ()),
        ("Re: Meter [#4711]", (4711,)),
        ("AW: [#1] Re: [#2] [#1]", (1, 2)),
        ("[#12", ()),
        ("[#1234567890123456789]", ()),
        ("[# 12] (#13) [12]", ()),
    ],
)
def test_tokens(subject: str | None, tokens: tuple[int, ...]) -> None:
    assert tokens_of(subject) == tokens


@pytest.mark.parametrize(
    ("address", "tickets"),
    [
        ("support+12@desk.example", (12,)),
        ("SUPPORT+12@Desk.Example", (12,)),
        ("support+x@desk.example", ()),
        ("support+12@other.example", ()),
        ("sales+12@desk.example", ()),
        ("support+1+12@desk.example", ()),
        ("support@desk.example", ()),
    ],
)
def test_plus_addresses_of_this_mailbox_alone(address: str, tickets: tuple[int, ...]) -> None:
    assert plus_tickets([address], ["support@desk.example"]) == tickets


@pytest.mark.parametrize(
    ("sender", "recipients", "expected"),
    [
        ("tom@example.com", [], True),
        ("TOM@example.com", [], True),
        ("ann@example.com", ["Tom <tom@example.com>"], True),
        ("stranger@example.com", ["support@desk.example"], False),
        ("support@desk.example", [], False),
        ("stranger@example.com", ["support+12@desk.example"], False),
        (None, [], False),
    ],
)
def test_who_is_known(sender: str | None, recipients: list[str], expected: bool) -> None:
    known = {"tom@example.com", "support@desk.example", "support+12@desk.example"}
    assert is_known([sender], recipients, known, OWN) is expected


def test_ids_count_in_the_order_of_the_answer_and_with_or_without_brackets() -> None:
    assert first_named(["<a@x>", "<b@x>"], {"<b@x>": 2, "a@x": 1}) == 1
    assert first_named(["<c@x>"], {"<b@x>": 2}) is None


def test_merged_tickets_lead_to_their_end_and_circles_end() -> None:
    assert end_of(1, {1: 2, 2: 3, 3: None}) == 3
    assert end_of(1, {1: 2, 2: 1}) == 2
    assert end_of(9, {}) == 9
