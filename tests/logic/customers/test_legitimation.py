"""The criteria of legitimation, one by one and in groups (ticket.md 8.4)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assaydesk.domains.customers.legitimation import legitimate
from assaydesk.domains.customers.types import Known, Message
from assaydesk.domains.settings.customer_values import CRITERIA, DEFAULT_RULE, legitimation_rule

TOM = Known(
    customer_id="C-98765", contract_id="LE-715559", emails=("Tom@post.example",), phones=("+49 30 1234567",),
    firstname="Jürgen", lastname="Müller", company="Bäckerei Groß GmbH",
    addresses=("Hugo-Junkers-Straße 5, 82031 Grünwald",), meter_number="1ESY1160669167",
    iban="DE89370400440532013000", birthday="1980-03-12",
)  # fmt: skip


def met(text: str, known: Known = TOM, sender: str | None = None) -> set[str]:
    found = set()
    for criterion in CRITERIA:
        rule = {"groups": [{"name": "G", "needed": 1, "criteria": [criterion]}]}
        if legitimate(rule, known, Message(sender, (text,))).level == 20:
            found.add(criterion)
    return found


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("My contract is LE-715559.", {"contractIdInText"}), ("contract le 715 559!", {"contractIdInText"}),
        ("LE-7155591", set()), ("XLE-715559", set()), ("c98765", {"customerIdInText"}),
        ("Gruß, Mueller", {"lastnameInText"}), ("MÜLLER", {"lastnameInText"}), ("Müllermann", set()),
        ("Jurgen Muller", {"lastnameInText", "fullnameInText"}),
        ("Müller, Jürgen", {"lastnameInText", "fullnameInText"}), ("Jürgen B. Müller", {"lastnameInText"}),
        ("baeckerei gross gmbh", {"companyInText"}), ("Hugo-Junkers-Str. 5", {"addressInText"}),
        ("hugo junkers strasse 5", {"addressInText"}), ("Hugo-Junkers-Straße 55", set()), ("82031", {"zipInText"}),
        ("382031", set()), ("Zähler 1ESY 1160 669 167", {"meterNumberInText"}),
        ("DE89 3704 0044 0532 0130 00", {"ibanInText"}), ("geboren am 12.03.1980", {"birthdayInText"}),
        ("12.3.1980", {"birthdayInText"}), ("1980-03-12", {"birthdayInText"}), ("12. März 1980", {"birthdayInText"}),
        ("March 12, 1980", {"birthdayInText"}), ("112.03.1980", set()), ("", set()),
    ],
)  # fmt: skip
def test_given_a_text_just_what_it_holds_is_met(text: str, criteria: set[str]) -> None:
    assert met(text) == criteria


@pytest.mark.parametrize(
    ("sender", "criteria"),
    [
        ("tom@POST.example", {"senderEmailMatches"}), ("tom@post.example.evil", set()), (None, set()),
        ("030/1234567", {"senderPhoneMatches"}), ("+49301234567", {"senderPhoneMatches"}), ("030 123456", set()),
        ("49301234567@post.example", set()),
    ],
)  # fmt: skip
def test_given_a_sender_it_must_be_the_one_on_file(sender: str | None, criteria: set[str]) -> None:
    assert met("", sender=sender) == criteria


def test_given_nothing_on_file_nothing_is_met() -> None:
    empty = Known(customer_id="1", firstname="", lastname=" ")
    assert met("1 tom@post.example  - 12.03.1980 82031", empty, "tom@post.example") == set()


def test_given_groups_any_of_them_is_enough_and_what_is_short_is_told() -> None:
    rule = {"groups": [{"name": "Group 1", "needed": 2, "criteria": ["zipInText", "lastnameInText"]},
                       {"name": "<b>", "needed": 1, "criteria": ["ibanInText"]}]}  # fmt: skip
    short = legitimate(rule, TOM, Message(None, ("Müller",)))
    assert (short.level, short.message) == (
        10, "<b>Group 1</b>: needed 2, got 1 criteria.<br><b>&lt;b&gt;</b>: needed 1, got 0 criteria."
    )  # fmt: skip
    german = legitimate(rule, TOM, Message(None, ("Müller",)), lang="de")
    assert german.message is not None
    assert "nötig" in german.message
    assert legitimate(rule, TOM, Message(None, ("Müller", "82031 X"))).level == 20
    assert legitimate(rule, TOM, Message(None, ("DE89370400440532013000",))).message is None
    assert legitimate(rule, None, Message(None, ("x",))).level == 0
    assert legitimate(rule, Known(), Message(None, ("x",))).level == 0


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=40)), st.text(max_size=30), st.text(max_size=30))
def test_given_any_text_a_level_comes_out(text: str, sender: str | None, name: str, code: str) -> None:
    known = Known(customer_id=code, contract_id=code, lastname=name, firstname=name, company=name, birthday=code,
                  addresses=(text,), phones=(code,), meter_number=code, iban=code)  # fmt: skip
    verdict = legitimate(DEFAULT_RULE, known, Message(sender, (text, name)))
    assert verdict.level in (10, 20)
    assert (verdict.message is None) == (verdict.level == 20)


@pytest.mark.parametrize(
    "bad",
    [
        {}, {"groups": []}, {"groups": [{}]}, {"groups": [{"name": "", "needed": 1, "criteria": ["zipInText"]}]},
        {"groups": [{"name": "A", "needed": 2, "criteria": ["zipInText"]}]},
        {"groups": [{"name": "A", "needed": 0, "criteria": ["zipInText"]}]},
        {"groups": [{"name": "A", "needed": 1, "criteria": ["unknown"]}]},
        {"groups": [{"name": "A", "needed": 1, "criteria": ["zipInText", "zipInText"]}]},
    ],
)  # fmt: skip
def test_given_a_bad_rule_the_setting_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        legitimation_rule(bad)
