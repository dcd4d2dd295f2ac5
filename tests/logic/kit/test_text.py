"""Quoted messages and signatures, German and English."""

import pytest

from assaydesk.kit.text import clean_text, without_quotes, without_signature
from tests.patience import worked_through

ANSWER = "Please send me the contract.\n\nTom"


@pytest.mark.parametrize(
    "quote",
    [
        "On Mon, 3 Jun 2024 at 10:12, Lumen Service <service@lumen.example> wrote:\n> Dear Tom",
        "On Mon, 3 Jun 2024 at 10:12, Lumen Service\n<service@lumen.example> wrote:\n\nDear Tom",
        "Am 03.06.2024 um 10:12 schrieb Lumen Service:\n> Hallo Tom",
        "Am Mo., 3. Juni 2024 um 10:12 Uhr schrieb Lumen Service <\nservice@lumen.example>:\nHallo Tom",
        "-----Original Message-----\nFrom: Lumen\nDear Tom",
        "-----Ursprüngliche Nachricht-----\nVon: Lumen\nHallo Tom",
        "Von: Lumen Service <service@lumen.example>\nGesendet: Montag, 3. Juni\nAn: Tom\nBetreff: AW: Vertrag\n\nHallo",
        "From: Lumen Service\nSent: Monday\nTo: Tom\nSubject: RE: contract\n\nDear Tom",
        "*Von:* Lumen Service\n*Datum:* Montag\n*An:* Tom\nHallo",
        "> Dear Tom\n>> Hello\n> Bye",
    ],
)
def test_given_a_quoted_message_it_is_cut(quote: str) -> None:
    assert without_quotes(f"{ANSWER}\n\n{quote}") == ANSWER


@pytest.mark.parametrize(
    "text",
    [
        "On Monday I wrote to you.\nNobody answered.",
        "Am Montag schrieb ich Ihnen, niemand antwortete.",
        "From: Berlin to Hamburg, how much is it?",
        "An: Herrn Muster\nHallo",
        "On the box it says: 12 kWh",
    ],
)
def test_given_ordinary_sentences_nothing_is_cut(text: str) -> None:
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "signature",
    ["-- \nTom Muster\nHome street 1", "--\nTom", "Sent from my iPhone", "Von meinem iPhone gesendet",
     "Gesendet mit der GMX Mail App", "Get Outlook for iOS", "_____\nLumen Ltd"],
)  # fmt: skip
def test_given_a_signature_it_is_cut(signature: str) -> None:
    assert without_signature(f"{ANSWER}\n\n{signature}") == ANSWER


@pytest.mark.parametrize("text", ["> only quoted", "-- \nTom", "", "  words  "])
def test_given_nothing_else_the_text_stays(text: str) -> None:
    assert clean_text(text) == text.strip()


def test_given_a_million_characters_it_is_quick() -> None:
    with worked_through():
        for line in ("On ", "From: x\n", "> quote\n", "Am Montag\n", "x", "\n"):
            clean_text(line * (1_000_000 // len(line)))
