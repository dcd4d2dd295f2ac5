import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.worklogs.accuracy import edit_distance, essence, text_assistance_accuracy


@pytest.mark.parametrize(
    ("suggestion", "sent", "expected"),
    [
        ("We booked the reading.", "We have booked the reading.", 0.81),
        ("We booked the reading.", "We booked the reading.", 1),
        ("abc", "xyz", 0),
        ("", "", 1),
        ("abc", "", 0),
        ("a  b\n\nc", "a b c", 1),
    ],
)
def test_accuracy_of_one_reply(suggestion: str, sent: str, expected: float) -> None:
    assert text_assistance_accuracy([(suggestion, sent)]) == expected


def test_accuracy_of_several_replies_is_the_mean_and_of_none_is_none() -> None:
    assert text_assistance_accuracy([("abc", "abc"), ("abc", "xyz")]) == 0.5
    assert text_assistance_accuracy([]) is None


@pytest.mark.parametrize(
    "letter",
    [
        "Dear Ms Bell,\n\nWe booked\nthe reading.\n\nKind regards\nJo Miller\nCare team",
        "Hallo Herr Yılmaz,\nWe booked the reading.\nMit freundlichen Grüßen, Jo",
        "We booked the reading.\n-- \nJo Miller",
        "Guten Tag,\nWe booked the reading.\n\nAm 12.06.2024 um 09:00 schrieb Ann Bell:\n> Where is it?",
        "We booked the reading.\n\nOn 12 June 2024 Ann Bell <ann@mail.example> wrote:\n> Where is it?",
        "We booked the reading.\n----- Original Message -----\nFrom: Ann",
        "> Where is it?\nWe booked the reading.",
    ],
)
def test_greeting_signature_and_quoted_text_do_not_count(letter: str) -> None:
    assert essence(letter) == "We booked the reading."


@pytest.mark.parametrize("text", ["Hello, we booked the reading.", "Dear Ann,", "Thank you for the regards."])
def test_what_only_looks_like_a_greeting_stays(text: str) -> None:
    assert essence(text) == text


def simple_distance(one: str, two: str) -> int:
    row = list(range(len(two) + 1))
    for i, left in enumerate(one, 1):
        before, row[0] = row[0], i
        for j, right in enumerate(two, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (left != right))
    return row[-1]


@given(st.text("abü😀", max_size=20), st.text("abü😀", max_size=20))
def test_the_distance_is_levenshteins(one: str, two: str) -> None:
    assert edit_distance(one, two) == simple_distance(one, two) == edit_distance(two, one)


def test_long_letters_are_compared_quickly() -> None:
    assert edit_distance("meter reading " * 1500, "meter-reading " * 1500) == 1500
