"""The forms of one message: as received, as plain text, as its own words alone (ticket.md 1.2, 3.3)."""

from collections.abc import Callable
from html import unescape
from re import compile as regex
from typing import Final, Literal, NamedTuple

from assaydesk.kit.html import to_plain_text
from assaydesk.kit.sanitising import ImageLink, remote_image, safe_html, text_as_html
from assaydesk.kit.text import clean_body, clean_text

MOST_CHARACTERS: Final = 1_000_000
_TAG: Final = regex(r"<[a-zA-Z/!][^<>]{0,4000}>")


class Texts(NamedTuple):
    """`plain`: what a reader sees. `clean`: without quoted messages and signature."""

    type: Literal["html", "text"]
    body: str
    plain: str
    clean: str

    @property
    def is_empty(self) -> bool:
        return not self.plain.strip()


def texts_of(
    body: str | None,
    type_: Literal["html", "text"] = "html",
    *,
    plain: str | None = None,
    clean: str | None = None,
) -> Texts:
    """All forms; those that are not given are derived. Without a body the plain text is the body."""
    if body is None:
        body, type_ = plain or "", "text"
    if clean is None:
        # Only the HTML tells for sure what is cited; else a plain text that was sent along is taken as it is.
        told = plain is None or "<blockquote" in body.lower()
        by_html = told and type_ == "html" and _TAG.search(body)
        clean = clean_body(body) if by_html else clean_text(_plain(body, type_) if plain is None else plain)
    return Texts(type_, body, _plain(body, type_) if plain is None else plain, clean)


def _plain(body: str, type_: str) -> str:
    if type_ == "text":
        return body
    # Clients send plain lines as HTML; without any tag its line breaks are meant.
    return to_plain_text(body) if _TAG.search(body) else unescape(body).strip()


class ImageLinks(NamedTuple):
    """How the images of one message are shown: `inline` by `Content-ID`, `remote` by number."""

    inline: ImageLink
    remote: Callable[[int], str]


def shown_body(body: str, type_: str, links: ImageLinks | None = None) -> str:
    """A message as it may leave the server: HTML is cleaned, text is text."""
    if type_ == "text":
        return body
    return safe_html(body) if links is None else safe_html(body, inline=links.inline, remote=links.remote)


def shown_as_html(body: str, type_: str, links: ImageLinks | None = None) -> str:
    """The same, always as HTML."""
    return text_as_html(body) if type_ == "text" else shown_body(body, type_, links)


def needs_links(body: str, type_: str) -> bool:
    """Whether there may be images in the text."""
    return type_ != "text" and "<img" in body.lower()


def remote_image_address(body: str, type_: str, number: int) -> str | None:
    """The address of the n-th image of the cleaned text, if it lies elsewhere."""
    return remote_image(body, number) if type_ != "text" else None
