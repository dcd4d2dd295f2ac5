"""HTML from outside is harmless when it is shown, and cheap to make harmless."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.kit.sanitising import remote_image, safe_html, text_as_html
from tests.patience import worked_through

LONG = 1001
"""Repetitions after which a text is put in order before it is cleaned."""


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="jav&#x09;ascript:alert(1)">x</a>',
        '<iframe src="https://evil.example"></iframe>',
        "<form action=//evil.example><input></form>",
        '<div style="background:url(https://evil.example)">x</div>',
        '<svg onload="alert(1)"></svg>',
        '<p title="</p><script>alert(1)</script>">x</p>',
        "<scr<script>ipt>alert(1)</script>",
        "<!--><script>alert(1)</script>-->",
    ],
)
@pytest.mark.parametrize("times", [1, LONG])
def test_given_an_attack_nothing_of_it_is_left(attack: str, times: int) -> None:
    cleaned = safe_html(attack * times).lower()
    for word in ("<script", "onerror", "onload=", "javascript:", "<iframe", "<form", "style=", "<svg"):
        assert word not in cleaned


def test_given_remote_images_they_wait_for_a_click() -> None:
    html = '<img src="https://a.example/1.png" alt="a > b"><img src="cid:x"><img src="//b.example/2.png"><b>x</b>'
    assert safe_html(html) == '<img data-remote-image="1" alt="a &gt; b"><img><img data-remote-image="3"><b>x</b>'
    assert "a.example" not in safe_html(html * LONG)


def test_given_harmless_html_it_stays() -> None:
    html = '<p>Dear <b>Tom</b>,<br>see <a href="https://a.example/?a=1&amp;b=2">here</a></p><ul><li>one</li></ul>'
    expected = nh3.clean(html)
    assert safe_html(html) == expected
    assert safe_html(html * LONG) == expected * LONG


def test_given_text_its_lines_are_kept() -> None:
    assert text_as_html("a < b\n& c") == "a &lt; b<br>&amp; c"


@given(st.text(alphabet="<>/ab\"'=! -psrc&;", max_size=300))
def test_given_any_text_putting_in_order_adds_nothing_that_cleaning_removes(text: str) -> None:
    cleaned = safe_html(text + "<p>" * LONG)
    assert nh3.clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "piece", ["<div>", "<b>", '<a "', "<a ", "<p><b>x", "<font color=1>", "<table>", "<script>", "&lt;<", "<!--"]
)
def test_given_a_megabyte_of_anything_it_is_quick(piece: str) -> None:
    with worked_through():
        safe_html(piece * (1_000_000 // len(piece)))


def test_given_images_inside_the_mail_and_of_our_own_only_these_have_an_address() -> None:
    own = "/api/mind/storage/attachments/x/a.png"
    html = (
        f'<img src="CID:logo%40mail"><img src="cid:none"><img src="{own}"><img src="/api/mind/ticket/1">'
        '<img src="x.png"><img src="data:image/png;base64,AA"><a href="cid:logo">x</a>'
    )
    links = {"logo@mail": "/shown?a=1&b=2"}
    shown = safe_html(html, inline=links.get)
    assert shown.count("src=") == 2
    assert shown.startswith('<img src="/shown?a=1&amp;b=2"><img><img src="/api/mind/storage/attachments/x/a.png"><img>')
    assert "cid" not in shown


def test_given_a_link_it_tells_the_page_it_leads_to_nothing() -> None:
    assert 'rel="noopener noreferrer"' in safe_html('<a href="https://a.example" target="_blank">x</a>')


def test_given_remote_images_their_addresses_and_links_are_known() -> None:
    html = '<img src="cid:x"><img src="https://a.example/?a=1&amp;b=2"><img src="//b.example/c.png">'
    assert [remote_image(html, number) for number in (0, 1, 2, 3, 4)] == [
        None, None, "https://a.example/?a=1&b=2", "https://b.example/c.png", None
    ]  # fmt: skip
    shown = safe_html(html, remote=lambda number: f"/image/{number}?a=1&b=2")
    assert 'data-remote-image="2" data-remote-link="/image/2?a=1&amp;b=2"' in shown
