"""Numbers and addresses in messages (ticket.md 8.2)."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assaydesk.domains.identification.evidence import Hit, choose, find_evidence, is_internal_sender
from assaydesk.domains.settings.customer_values import DEFAULT_SEARCH, deterministic_search

SEARCH: dict[str, Any] = {
    **DEFAULT_SEARCH, "contractPatterns": [r"\bLE-?(\d{6})\b"], "customerPatterns": [r"K-\d+"],
    "internalDomains": ["lumen.example"],
}  # fmt: skip


def test_given_a_text_numbers_and_addresses_are_found_once_and_in_order() -> None:
    found = find_evidence(
        ["le-471234 and LE471234, K-5, K-7 ",
         "Meter 1LND1234, anna@post.example. ANNA@post.example, x@desk.lumen.example"],
        "tom@post.example", SEARCH, ["service@other.example"],
    )  # fmt: skip
    assert found.contract_ids == ("471234",)
    assert found.customer_ids == ("K-5", "K-7")
    assert found.numbers == ("le-471234", "LE471234", "1LND1234")
    assert found.addresses == ("anna@post.example",)
    assert find_evidence(["a@b.example"], "A@b.example", SEARCH, []).addresses == ()
    assert find_evidence(["a@b.example"], None, {**SEARCH, "bodyAddressLookup": False}, []).addresses == ()
    assert find_evidence([], "030 1234567", SEARCH, []).phone == "301234567"
    assert find_evidence([], "0301234567@post.example", SEARCH, []).phone is None


@pytest.mark.parametrize(
    ("hits", "one"),
    [
        ([], None), ([Hit("A", "1")], Hit("A", "1")), ([Hit("A", "1"), Hit("A", None)], Hit("A", "1")),
        ([Hit("A", "1"), Hit("A", "2")], Hit("A", None)), ([Hit("A", "1"), Hit("B", "1")], None),
    ],
)  # fmt: skip
def test_given_hits_only_agreement_counts(hits: list[Hit], one: Hit | None) -> None:
    assert choose(hits) == one


def test_given_colleagues_they_are_no_customers() -> None:
    assert is_internal_sender("ann@Lumen.example", SEARCH)
    assert is_internal_sender("ann@desk.lumen.example", SEARCH)
    assert not is_internal_sender("ann@notlumen.example", SEARCH)
    assert not is_internal_sender(None, SEARCH)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=500), st.one_of(st.none(), st.text(max_size=50)))
def test_given_any_text_nothing_breaks(text: str, sender: str | None) -> None:
    found = find_evidence([text], sender, SEARCH, [])
    assert all(1 <= len(one) <= 254 for one in (*found.numbers, *found.addresses, *found.contract_ids))


@pytest.mark.parametrize(
    "bad",
    [{"contractPatterns": ["("]}, {"contractPatterns": ["(a+)+"]}, {"customerPatterns": ["x" * 201]}, {"enabled": 1},
     {"internalDomains": "a"}, {"other": True}],
)  # fmt: skip
def test_given_a_bad_setting_it_is_refused(bad: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        deterministic_search(bad)


def test_given_part_of_a_setting_the_rest_keeps_its_default() -> None:
    assert deterministic_search({"senderLookup": False}) == {**DEFAULT_SEARCH, "senderLookup": False}
