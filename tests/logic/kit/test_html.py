import pytest

from assaydesk.kit.html import to_plain_text
from tests.patience import worked_through


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("", ""),
        ("no tag,\n two  lines", "no tag, two lines"),
        ("<p>Hello &amp; <b>you</b></p><p>next</p>", "Hello & you\n\nnext"),
        ("one<br>two<BR/>three", "one\ntwo\nthree"),
        ("<ul><li>a<li><p>b</p></ul>end", "- a\n- b\n\nend"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n\n3"),
        ("<pre>a\nb</pre>", "a\nb"),
        ("a&nbsp;&nbsp;b", "a b"),
        ("&lt;p&gt; 1 < 2 <3", "<p> 1 < 2 <3"),
        ("a<!-- <p>no</p> -->b", "ab"),
        ("a<script>if (1 < 2) x('</p>')</script>b<style>p {}</style>c", "abc"),
        ("<a title=\"x > y\" href='z'>link</a>", "link"),
        ("<p title='open>text</p>", "text"),
        ("<p>cut off <b", "cut off"),
        ("Gr&uuml;&szlig;e &#128512;", "Grüße 😀"),
    ],
)
def test_html_becomes_the_words_a_reader_sees(html: str, plain: str) -> None:
    assert to_plain_text(html) == plain


@pytest.mark.parametrize("piece", ["<div>", "<!", "<!--", "<a '", '<a "', "</", "<", "&", "<script>", "<title>", " "])
def test_a_megabyte_of_rubbish_takes_no_time(piece: str) -> None:
    with worked_through():
        to_plain_text(piece * (1_000_000 // len(piece)))
