"""What a mail says of itself."""

import re

import pytest

from assaydesk.domains.conversations.envelope import (
    MOST_REFERENCES,
    Party,
    new_message_id,
    one_line,
    parties_of,
    party_of,
    subject_of,
    thread_of,
)


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("service@lumen.example", "lumen.example"),
        ("service@bücher.example", "xn--bcher-kva.example"),
        ("", "assaydesk.invalid"),
        ("x@bad domain\r\n", "assaydesk.invalid"),
    ],
)
def test_message_ids_name_the_message_and_are_random(sender: str, domain: str) -> None:
    first, second = new_message_id(7, 9, sender), new_message_id(7, 9, sender)
    assert re.fullmatch(rf"<7\.9\.[0-9a-f]{{20}}@{re.escape(domain)}>", first)
    assert first != second


@pytest.mark.parametrize(
    ("subject", "ticket", "answers", "wanted"),
    [
        (None, "Meter", True, "Re: Meter [#7]"),
        (None, "AW: Meter", True, "AW: Meter [#7]"),
        (None, "Re: Meter [#7]", True, "Re: Meter [#7]"),
        (None, "Meter", False, "Meter [#7]"),
        (None, None, True, "Re: [#7]"),
        (None, None, False, "[#7]"),
        ("Own words", "Meter", True, "Own words [#7]"),
        ("a\r\nBcc: x@example.com", None, True, "a Bcc: x@example.com [#7]"),
        ("a\u2028b\x00c\x85d", None, True, "a b c d [#7]"),
    ],
)
def test_subjects_carry_the_token_once(subject: str | None, ticket: str | None, answers: bool, wanted: str) -> None:
    assert subject_of(subject, ticket, 7, answers=answers, prefix="Re:") == wanted


def test_a_long_subject_keeps_its_token() -> None:
    found = subject_of("x" * 5000, None, 7, answers=True, prefix="Re:")
    assert (len(found), found.endswith(" [#7]")) == (900, True)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("tom@example.com", Party("", "tom@example.com")),
        ("Tom Muster <tom@example.com>", Party("Tom Muster", "tom@example.com")),
        ('"Muster, Tom" <tom@example.com>', Party("Muster, Tom", "tom@example.com")),
        ("Tom\r\nBcc: eve@example.com <tom@example.com>", Party("Tom Bcc: eve@example.com", "tom@example.com")),
        ("tom@example.com\r\nBcc: eve@example.com", None),
        ("nobody", None),
        ("<>", None),
    ],
)
def test_addresses_are_read_without_line_breaks(text: str, wanted: Party | None) -> None:
    assert party_of(text) == wanted


def test_each_address_stands_once() -> None:
    found = parties_of(["Tom <tom@example.com>", "TOM@example.com", "eve@example.com", "nobody"])
    assert [party.address for party in found] == ["tom@example.com", "eve@example.com"]


def test_a_long_thread_keeps_its_first_and_newest_ids() -> None:
    ids = [f"<{number}@example.com>" for number in range(50)]
    found = thread_of([None, "no id", "<a b@example.com>", *ids, ids[0]])
    assert (found[0], found[-1], len(found)) == (ids[0], ids[-1], MOST_REFERENCES)


def test_line_breaks_of_all_kinds_become_blanks() -> None:
    assert one_line(" a\r\n\tb\u2029c\x7f ") == "a b c"
