"""A quote counts only if it stands in the message it names."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assaydesk.domains.quality.judging.evidence import (
    Quote,
    QuoteFault,
    SearchText,
    check_quote,
    proves_absence,
    search_texts,
    stands_in,
)
from assaydesk.domains.quality.judging.types import Evidence
from tests.factories.judging import make_case
from tests.patience import worked_through

TEXT = (
    "Dear Ms Nowak,\r\n\r\nwe have  refunded\u00a0“both” invoices 😀. Zoe\u0308 will call.\u200b "
    "Your refund is on its way."
)


def check(quote: str, text: str = TEXT, **offsets: int) -> Evidence | QuoteFault:
    return check_quote(search_texts(make_case(("A", text)).messages), Quote(1, quote, **offsets))


@pytest.mark.parametrize(
    ("quote", "own_characters"),
    [
        ("we have refunded", "we have  refunded"),
        ('refunded "both" invoices', "refunded\u00a0“both” invoices"),
        ("refunded 'both' invoices 😀.", "refunded\u00a0“both” invoices 😀."),
        ("Dear Ms Nowak,\n\nwe have", "Dear Ms Nowak,\r\n\r\nwe have"),
        ("Zoë will call. Your", "Zoe\u0308 will call.\u200b Your"),
        ("“Dear Ms Nowak,”", "Dear Ms Nowak,"),
        ("  on its way.  ", "on its way."),
    ],
)
def test_given_other_spaces_and_quotation_marks_stores_the_own_characters(quote: str, own_characters: str) -> None:
    found = check(quote)
    assert isinstance(found, Evidence)
    assert found.quote == own_characters
    assert TEXT[found.start : found.end] == own_characters


@pytest.mark.parametrize(
    ("quote", "fault"),
    [
        ("we refunded both invoices", QuoteFault.NOT_FOUND),
        ("dear ms nowak", QuoteFault.NOT_FOUND),
        ("refund", QuoteFault.NOT_FOUND),
        ("", QuoteFault.NOT_FOUND),
        ("...", QuoteFault.NOT_FOUND),
        ("“ ”", QuoteFault.NOT_FOUND),
    ],
)
def test_given_words_that_do_not_stand_there_refuses(quote: str, fault: QuoteFault) -> None:
    assert check(quote, TEXT.replace("Your refund", "Your money").replace("refunded", "repaid")) is fault


def test_given_words_that_occur_twice_refuses_unless_offsets_say_which() -> None:
    text = "Yes. I said yes. Yes."
    assert check("Yes", text) is QuoteFault.AMBIGUOUS
    assert check("Yes", text, start=17, end=20) == Evidence(1, "Yes", 17, 20)


def test_given_wrong_offsets_and_a_single_place_sets_them_right() -> None:
    assert check("money", "Your money is back.", start=0, end=5) == Evidence(1, "money", 5, 10)
    assert check("money", "Your money is back.", start=-9, end=10**9) == Evidence(1, "money", 5, 10)


def test_given_a_word_inside_another_prefers_the_whole_word() -> None:
    assert check("Hi", "Hi, this is fine.") == Evidence(1, "Hi", 0, 2)
    assert isinstance(check("fund", "A refund."), Evidence)


def test_given_an_unknown_message_refuses() -> None:
    assert check_quote(search_texts(make_case(("A", "Hello there")).messages), Quote(9, "Hello")) is (
        QuoteFault.UNKNOWN_MESSAGE
    )


def test_given_upper_and_lower_case_finds_folded_text_only_when_asked() -> None:
    text = "GROSSE Straße"
    assert SearchText(text, fold=True).find("große STRASSE", fold=True) == [(0, len(text))]
    assert SearchText(text).find("große") == []


@pytest.mark.parametrize(
    ("searched", "hidden", "proven"),
    [
        ((2, 3), (), True),
        ((1, 2, 3, 9), (), True),
        ((2,), (), False),
        ((), (), False),
        ((2, 3), (3,), False),
        ((2, 3), (1,), True),
    ],
)
def test_absence_is_proven_by_searching_all_assessed_messages(
    searched: tuple[int, ...], hidden: tuple[int, ...], proven: bool
) -> None:
    case = make_case(("C", "Where is my refund?"), ("A", "On its way."), ("N", "Called the bank."))
    assert proves_absence(searched, case.messages, hidden) is proven


def test_absence_of_nothing_is_not_proven() -> None:
    assert proves_absence((1,), make_case(("C", "Hello?")).messages, ()) is False


any_text = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("ab .,\n\r\t\u00a0“”\"'«»😀é\u0301\u200b\u00adßẞİΣ")),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=60,
)


@given(text=any_text, begin=st.integers(0, 60), length=st.integers(1, 30))
def test_every_piece_of_a_text_is_found_where_it_stands(text: str, begin: int, length: int) -> None:
    piece = text[begin : begin + length]
    found = check(piece, text, start=begin, end=begin + len(piece))
    if any(character.isalnum() for character in piece):
        assert found == Evidence(1, piece, begin, begin + len(piece))
    else:
        assert found is QuoteFault.NOT_FOUND


@given(text=any_text, quote=any_text)
def test_whatever_is_accepted_is_verbatim(text: str, quote: str) -> None:
    found = check(quote, text)
    if isinstance(found, Evidence):
        assert stands_in(found, text)
        assert 0 <= found.start < found.end <= len(text)


@given(
    words=st.lists(st.text(alphabet="abcdefg\u00fc😀", min_size=2, max_size=6), min_size=3, max_size=12, unique=True),
    data=st.data(),
)
@settings(max_examples=60)
def test_other_white_space_and_marks_make_no_difference(words: list[str], data: st.DataObject) -> None:
    spaces = st.sampled_from([" ", "  ", "\u00a0", "\r\n", "\t", " \u2009"])
    marks = st.sampled_from(["“", "”", '"', "„", "«"])
    text = "".join(data.draw(marks) + word + data.draw(marks) + data.draw(spaces) for word in words).strip()
    quote = "".join(data.draw(marks) + word + data.draw(marks) + data.draw(spaces) for word in words)
    found = check(quote, text)
    assert isinstance(found, Evidence)
    assert stands_in(found, text)


@pytest.mark.parametrize(
    "unit", ["Über “uns” ist\u00a0nichts bekannt. ", "a", "\u200b \u200b", "😀e\u0301", "\u0301", "'"]
)
def test_a_hundred_thousand_characters_take_little_time(unit: str) -> None:
    text = (unit * 100_000)[:99_980] + " the needle is here"
    with worked_through():
        found = check("the needle is here", text)
        assert isinstance(found, Evidence)
