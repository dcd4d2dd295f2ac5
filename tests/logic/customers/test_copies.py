"""Merging additional data, and what a contract can be searched by."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assaydesk.domains.customers.copies import birthday_of, contract_columns, merged_data, merged_list, split_contract
from assaydesk.kit.folding import fold, phone_key, words_of

DATA = st.dictionaries(st.sampled_from("abcdef"), st.one_of(st.none(), st.integers(), st.text(max_size=5)), max_size=6)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DATA, st.lists(DATA, max_size=4))
def test_given_data_of_several_nothing_of_the_target_is_lost(
    target: dict[str, Any], sources: list[dict[str, Any]]
) -> None:
    merged = merged_data(target, sources)
    assert set(merged) == set(target).union(*sources)
    for key, value in merged.items():
        known = [one[key] for one in (target, *sources) if one.get(key) is not None]
        assert value == (known[0] if known else None)
    assert merged_data(merged, sources) == merged
    assert merged_data(target, []) == target


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers()), st.lists(st.lists(st.integers()), max_size=3))
def test_given_lists_of_several_each_stands_once(target: list[int], sources: list[list[int]]) -> None:
    merged = merged_list(target, sources)
    assert sorted(merged) == sorted(set(target).union(*sources))
    assert merged[: len(set(target))] == list(dict.fromkeys(target))


def test_given_a_contract_its_address_tells_code_and_city() -> None:
    data, further = split_contract(
        {
            "id": 1,
            "deliveryAddress": "Weg 9, 82031 Grünwald",
            "phone": 5,
            "x": 1,
            "rawData": {},
            "additionalData": {"y": 2},
        }
    )
    assert (data, further) == ({"deliveryAddress": "Weg 9, 82031 Grünwald", "phone": 5}, {"x": 1, "y": 2})
    columns = contract_columns(data, {"meterNumber": "M1"})
    assert (columns["postal_code"], columns["city"], columns["meter_number"]) == ("82031", "Grünwald", "M1")
    assert contract_columns({}, {"zip": 1234, "city": "Ort"})["postal_code"] == "1234"


@pytest.mark.parametrize(
    ("text", "day"),
    [("1980-03-12", "1980-03-12"), ("1980-03-12T00:00:00Z", "1980-03-12"), ("1.3.1980", "1980-03-01"), ("x", None),
     (None, None), (7, None)],
)  # fmt: skip
def test_given_a_birthday_it_is_a_day(text: Any, day: str | None) -> None:
    assert birthday_of({"birthdate": text}) == day


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=60))
def test_given_any_text_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert words_of(text).split() == words_of(words_of(text)).split()


@pytest.mark.parametrize(
    ("one", "other"),
    [("Müller", "MUELLER"), ("Müller", "muller"), ("Groß", "GROSS"), ("José", "jose"), ("a  b", "A b")],
)
def test_given_two_spellings_they_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("+49 30 1234567", "301234567"), ("0049 (0)30 1234567", "301234567"), ("030/1234567", "301234567"),
        ("49301234567", "301234567"), ("+1 212 555 0100", "2125550100"), ("123", None), ("", None), ("tom", None),
    ],
)  # fmt: skip
def test_given_a_phone_number_its_country_does_not_matter(text: str, key: str | None) -> None:
    assert phone_key(text) == key
