"""The forms of one message."""

import pytest

from assaydesk.domains.conversations.bodies import shown_as_html, shown_body, texts_of
from tests.patience import worked_through


@pytest.mark.parametrize(
    ("body", "type_", "plain", "clean"),
    [
        ("<p>Dear Tom</p><p>Bye</p>", "html", "Dear Tom\n\nBye", "Dear Tom\n\nBye"),
        ("Dear Tom\n\nBye", "html", "Dear Tom\n\nBye", "Dear Tom\n\nBye"),
        ("1 &lt; 2", "html", "1 < 2", "1 < 2"),
        ("  <b>kept as sent</b>\n", "text", "  <b>kept as sent</b>\n", "<b>kept as sent</b>"),
        ("<p>Yes</p><p>-- <br>Tom</p>", "html", "Yes\n\n--\nTom", "Yes"),
        ("if a < b and c > d", "html", "if a < b and c > d", "if a < b and c > d"),
    ],
)
def test_given_a_body_its_forms_are_derived(body: str, type_: str, plain: str, clean: str) -> None:
    texts = texts_of(body, "text" if type_ == "text" else "html")
    assert (texts.body, texts.plain, texts.clean) == (body, plain, clean)


def test_given_only_plain_text_it_is_the_body() -> None:
    assert texts_of(None, plain="<string>")[:3] == ("text", "<string>", "<string>")
    assert texts_of(None).is_empty
    assert texts_of("<p> </p>").is_empty


def test_given_forms_they_are_kept() -> None:
    assert texts_of("<p>x</p>", plain="y", clean="z")[1:] == ("<p>x</p>", "y", "z")


def test_given_html_it_leaves_cleaned_and_text_as_text() -> None:
    attack = "<p onclick=x>hi<script>alert(1)</script></p>"
    assert shown_body(attack, "html") == "<p>hi</p>"
    assert shown_body(attack, "text") == attack
    assert shown_as_html("<b>\n", "text") == "&lt;b&gt;<br>"


@pytest.mark.parametrize("type_", ["html", "text"])
def test_given_the_longest_body_it_is_quick(type_: str) -> None:
    with worked_through():
        texts_of("<p>On Monday <b>we</b> met.</p>\n" * 32_000, "text" if type_ == "text" else "html")


def test_given_html_with_cited_blocks_the_answers_between_them_are_own_words() -> None:
    html = '<p>Hello</p><blockquote type="cite">Which reading?</blockquote><p>4711</p>'
    assert texts_of(html, plain="Hello\n\nWhich reading?\n\n4711").clean.split() == ["Hello", "4711"]
