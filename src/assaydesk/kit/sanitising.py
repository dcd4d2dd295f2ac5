"""HTML from outside, made safe to show (conventions.md 9). Stored texts keep what was received."""

from collections.abc import Callable, Iterator
from html import escape, unescape
from itertools import islice
from re import IGNORECASE, Match
from re import compile as regex
from typing import Final
from urllib.parse import unquote

import nh3

from assaydesk.kit.html import end_of_comment, end_of_tag

OWN_FILES: Final = "/api/mind/storage/attachments/"
_DEEPEST: Final = 100
_SIMPLE: Final = 1000
"""Up to so many tags the sanitiser is quick whatever they are; more are put in order first."""
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_CLOSED_BY_THE_NEXT: Final = frozenset({"p", "li", "td", "th", "tr", "dt", "dd", "option"})
_UNSEEN: Final = frozenset({"script", "style", "title", "template", "noscript", "textarea", "xmp", "iframe"})
_TAG: Final = regex(r"<(/?)([a-z][a-z0-9]*)|<[!?/]", IGNORECASE)
_ATTRIBUTE: Final = regex(r"""([a-z][a-z-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""", IGNORECASE)
_IMAGE: Final = regex(r"<img((?:\s+[a-z-]+=\"[^\"]*\")*)\s*/?>")
_SOURCE: Final = regex(r'\ssrc="([^"]*)"', IGNORECASE)
_REMOTE: Final = regex(r"(?:https?:)?//", IGNORECASE)
_SCHEMES: Final = nh3.ALLOWED_URL_SCHEMES | {"cid"}

ImageLink = Callable[[str], str | None]
"""The `Content-ID` of an image inside the mail to an address that shows it; None: there is no such image."""


def safe_html(html: str, *, inline: ImageLink | None = None, remote: Callable[[int], str] | None = None) -> str:
    """The text without scripts, event attributes, forms, frames and `javascript:` links.

    The n-th image (from 1) that would be loaded from elsewhere has `data-remote-image="n"` in place of `src`, and with
    `remote` the link that fetches it as `data-remote-link`. An image inside the mail (`cid:`) gets the address that
    `inline` knows. The time is proportional to the length, whatever stands there.
    """
    cleaned = _cleaned(html)
    if "<img" not in cleaned:
        return cleaned
    number = 0

    def shown(image: Match[str]) -> str:
        nonlocal number
        number += 1
        source = _source(image)
        if source is None or source.startswith(OWN_FILES):
            return image.group()
        attributes = _SOURCE.sub("", image.group(1))
        if _REMOTE.match(source):
            link = f' data-remote-link="{escape(remote(number))}"' if remote is not None else ""
            return f'<img data-remote-image="{number}"{link}{attributes}>'
        found = inline(unquote(source[4:])) if inline is not None and source[:4].lower() == "cid:" else None
        return f'<img src="{escape(found)}"{attributes}>' if found is not None else f"<img{attributes}>"

    return _IMAGE.sub(shown, cleaned)


def mail_html(html: str) -> str:
    """The same for a mail that leaves: its images stay where they lie."""
    return _cleaned(html)


def remote_image(html: str, number: int) -> str | None:
    """The address of the n-th image, if that is loaded from elsewhere."""
    images = islice(_IMAGE.finditer(_cleaned(html)), number - 1, number) if number > 0 else ()
    source = next((_source(image) for image in images), None)
    if source is None or not _REMOTE.match(source):
        return None
    return f"https:{source}" if source.startswith("//") else source


def _source(image: Match[str]) -> str | None:
    found = _SOURCE.search(image.group(1))
    return unescape(found.group(1)).strip() if found else None


def _cleaned(html: str) -> str:
    if html.count("<") > _SIMPLE:
        html = "".join(_in_order(html))
    if "cid:" not in html.lower():
        return nh3.clean(html)
    return nh3.clean(html, url_schemes=_SCHEMES, attribute_filter=_images_only)


def _images_only(tag: str, _: str, value: str) -> str | None:
    return value if tag == "img" or not value.lower().startswith("cid:") else None


def text_as_html(text: str) -> str:
    """Plain text as HTML that shows the same lines."""
    return escape(text, quote=False).replace("\n", "<br>")


def _in_order(html: str) -> Iterator[str]:
    """The same tags, each closed in its turn and none deeper than `_DEEPEST`.

    The parser of the sanitiser takes minutes for a megabyte of open tags, and gigabytes for bold text that nobody
    closes. Nothing is judged here: what comes out is cleaned like everything else.
    """
    open_tags: list[str] = []
    at = 0
    while (left := html.find("<", at)) >= 0:
        yield escape(unescape(html[at:left]), quote=False)
        tag = _TAG.match(html, left)
        if tag is None:
            yield "&lt;"
            at = left + 1
            continue
        name = (tag.group(2) or "").lower()
        at = end_of_comment(html, left) if html.startswith("<!--", left) else end_of_tag(html, tag.end())
        if not name:
            continue
        if tag.group(1):
            yield from _close(open_tags, name)
        elif name in _UNSEEN:
            closing = regex(rf"</{name}\b", IGNORECASE).search(html, at)
            at = end_of_tag(html, closing.end()) if closing else len(html)
        elif name in _VOID:
            yield _opening(name, html[tag.end() : at])
        else:
            if name in _CLOSED_BY_THE_NEXT and open_tags[-1:] == [name]:
                yield f"</{open_tags.pop()}>"
            if len(open_tags) < _DEEPEST:
                open_tags.append(name)
                yield _opening(name, html[tag.end() : at])
    yield escape(unescape(html[at:]), quote=False)
    yield from (f"</{name}>" for name in reversed(open_tags))


def _close(open_tags: list[str], name: str) -> Iterator[str]:
    if name not in open_tags:
        return
    while (last := open_tags.pop()) != name:
        yield f"</{last}>"
    yield f"</{name}>"


def _opening(name: str, attributes: str) -> str:
    pairs = (
        f' {attribute.group(1).lower()}="{escape(unescape(attribute.group(2).strip(chr(34) + chr(39))))}"'
        for attribute in _ATTRIBUTE.finditer(attributes)
    )
    return f"<{name}{''.join(pairs)}>"
