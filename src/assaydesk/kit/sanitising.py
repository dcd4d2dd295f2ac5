"""HTML from outside, made safe to show (conventions.md 9). Stored texts keep what was received."""

from collections.abc import Iterator
from html import escape, unescape
from re import IGNORECASE, Match
from re import compile as regex
from typing import Final

import nh3

from assaydesk.kit.html import end_of_comment, end_of_tag

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
_REMOTE_SOURCE: Final = regex(r'\ssrc="(?:https?:)?//[^"]*"', IGNORECASE)


def safe_html(html: str) -> str:
    """The text without scripts, event attributes, forms, frames and `javascript:` links.

    The n-th image (from 1) that would be loaded from elsewhere has `data-remote-image="n"` in place of `src`. The time
    is proportional to the length, whatever stands there.
    """
    if html.count("<") > _SIMPLE:
        html = "".join(_in_order(html))
    cleaned = nh3.clean(html)
    if "<img" not in cleaned:
        return cleaned
    number = 0

    def blocked(image: Match[str]) -> str:
        nonlocal number
        number += 1
        attributes, found = _REMOTE_SOURCE.subn("", image.group(1))
        return f'<img data-remote-image="{number}"{attributes}>' if found else image.group()

    return _IMAGE.sub(blocked, cleaned)


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
