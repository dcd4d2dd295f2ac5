"""Personal data is masked, and every mask comes off again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.kit.numbers_in_text import card_numbers, ibans, phone_numbers
from assaydesk.kit.redaction import Redactor
from tests.patience import worked_through


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to erika.m@beispiel.example please.", "Write to [EMAIL_1] please."),
        ("IBAN DE89 3704 0044 0532 0130 00 und mehr", "IBAN [IBAN_1] und mehr"),
        ("IBAN de89370400440532013000, danke", "IBAN [IBAN_1], danke"),
        ("DE89 3704 0044 0532 0130 01 has wrong check digits", "DE89 3704 0044 0532 0130 01 has wrong check digits"),
        ("Card 4111 1111 1111 1111.", "Card [CARD_1]."),
        ("Card 4111 1111 1111 1112.", "Card 4111 1111 1111 1112."),
        ("Ruf +49 30 901820 an", "Ruf [PHONE_1] an"),
        ("Call (977) 625-2661.", "Call [PHONE_1]."),
        ("Order 3348917502", "Order 3348917502"),
        ("am 01.02.2026 um 10:00 Uhr", "am 01.02.2026 um 10:00 Uhr"),
        ("on 2026-03-02 for 12.50 EUR", "on 2026-03-02 for 12.50 EUR"),
        ("SSN 536-90-4399", "SSN [ID_1]"),
    ],
)
def test_given_data_of_a_known_form_masks_it(text: str, masked: str) -> None:
    redactor = Redactor()
    assert redactor.redact(text) == masked
    assert redactor.restore(masked) == text


def test_given_the_customers_own_data_masks_whole_terms_and_single_names() -> None:
    redactor = Redactor(
        customer_terms=["Erika Nowak", "V-12345", "Lindenweg 4, 10115 Berlin"], agent_terms=["Jo Weber"]
    )
    text = "Frau Nowak (ERIKA NOWAK), Vertrag v-12345, Lindenweg 4,\n10115 Berlin. Grüße Jo Weber"
    masked = redactor.redact(text)
    for secret in ("Nowak", "NOWAK", "12345", "Lindenweg", "Weber"):
        assert secret not in masked
    assert redactor.restore(masked) == text


def test_given_ordinary_words_leaves_them() -> None:
    redactor = Redactor(customer_terms=["Mark Will", "Dr. von Stein", "XY"])
    text = "I will mark it. Der Stein von XY liegt dort."
    assert redactor.redact(text) == "I will mark it. Der [CUSTOMER_1] von XY liegt dort."


def test_given_the_same_text_twice_gives_the_same_placeholder() -> None:
    redactor = Redactor()
    assert redactor.redact("a@b.de, c@d.de, a@b.de") == "[EMAIL_1], [EMAIL_2], [EMAIL_1]"
    assert redactor.redact("a@b.de") == "[EMAIL_1]"
    assert redactor.counts() == {"EMAIL": 2}


def test_given_text_that_looks_like_a_placeholder_the_way_back_is_exact() -> None:
    redactor = Redactor()
    first, second = "[EMAIL_1] and a@b.de", "a@b.de and [EMAIL_2] and [TEXT_1]"
    masked = redactor.redact(first), redactor.redact(second)
    assert (redactor.restore(masked[0]), redactor.restore(masked[1])) == (first, second)


def test_given_no_wish_for_contact_data_masks_terms_only() -> None:
    redactor = Redactor(agent_terms=["Jo Weber"], contact=False)
    assert redactor.redact("Jo Weber, a@b.de") == "[AGENT_1], a@b.de"


pieces = st.sampled_from(
    [
        "[EMAIL_1]",
        "[CUSTOMER_2]",
        "[TEXT_1]",
        "a@b.de",
        "Nowak",
        "NOWAK",
        "nowak",
        "DE89370400440532013000",
        " ",
        "\n",
        "4111111111111111",
        "+49 30 901820",
        "V-1",
        "[",
        "]",
        "_1]",
        "0",
        "😀",
        "é",
    ]
)


@given(texts=st.lists(st.lists(st.one_of(pieces, st.text(max_size=8)), max_size=12).map("".join), max_size=4))
def test_restore_undoes_redact(texts: list[str]) -> None:
    redactor = Redactor(customer_terms=["Erika Nowak", "V-1"], agent_terms=["Jo Weber"])
    masked = [redactor.redact(text) for text in texts]
    assert [redactor.restore(text) for text in masked] == texts


@pytest.mark.parametrize("unit", ["a", "1 ", "0", "+", "A1", "DE12", "@", "a@", "(0", "Nowak ", "4111 1111 1111 1111 "])
def test_a_hundred_thousand_characters_take_little_time(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    redactor = Redactor(customer_terms=["Erika Nowak"])
    with worked_through():
        assert redactor.restore(redactor.redact(text)) == text


def test_finders_tell_where() -> None:
    text = "x DE89370400440532013000 y 4111-1111-1111-1111 z +49 30 901820"
    assert [text[slice(*span)] for finder in (ibans, card_numbers, phone_numbers) for span in finder(text)] == [
        "DE89370400440532013000",
        "4111-1111-1111-1111",
        "+49 30 901820",
    ]
