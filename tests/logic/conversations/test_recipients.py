"""Addresses, and whom to answer (ticket.md 3.6)."""

import pytest

from assaydesk.domains.conversations.recipients import Exchanged, Recipients, address_of, recommended


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("ann@example.com", "ann@example.com"),
        (" Ann Muster <ann@example.com> ", "ann@example.com"),
        ("Michael Jackson <michael-test123@jack.s.on.com>", "michael-test123@jack.s.on.com"),
        ("ann@localhost", None),
        ("ann@example.", None),
        ("ann", None),
        ("<string>", None),
        ("ann@example.com, bob@example.com", None),
        ("a" * 65 + "@example.com", None),
        ("", None),
    ],
)
def test_given_a_text_its_address_is_read(text: str, address: str | None) -> None:
    assert address_of(text) == address


OWN = ["service@lumen.example"]


@pytest.mark.parametrize(
    ("came_in", "went_out", "customer", "expected"),
    [
        (Exchanged("tom@x.example", OWN), Exchanged("service@lumen.example", ["eve@x.example"]), "c@x.example",
         Recipients(("tom@x.example",))),
        (Exchanged("tom@x.example", [*OWN, "eve@x.example"], ["Tom <TOM@x.example>", "max@x.example"]), None, None,
         Recipients(("tom@x.example",), ("eve@x.example", "max@x.example"))),
        (None, Exchanged("service@lumen.example", ["eve@x.example"], ["max@x.example"]), "c@x.example",
         Recipients(("eve@x.example",), ("max@x.example",))),
        (Exchanged(None), None, "c@x.example", Recipients(("c@x.example",))),
        (None, None, None, Recipients()),
    ],
)  # fmt: skip
def test_given_the_messages_the_recipients_follow(
    came_in: Exchanged | None, went_out: Exchanged | None, customer: str | None, expected: Recipients
) -> None:
    assert recommended(came_in, went_out, customer, OWN) == expected
