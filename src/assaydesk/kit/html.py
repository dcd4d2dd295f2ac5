"""Plain text of HTML that came from outside."""

from collections.abc import Iterator
from html import unescape
from itertools import groupby
from re import IGNORECASE
from re import compile as regex
from typing import Final, NamedTuple

_PARAGRAPHS: Final = frozenset({
    "address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figure", "footer", "form", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre", "section", "table", "ul",
})  # fmt: skip
_LINES: Final = frozenset({"br", "caption", "option", "tr"})
_UNSEEN: Final = frozenset({"noscript", "script", "style", "template", "title"})
_TAG: Final = regex(r"<(/?)([a-z][a-z0-9]*)|<[!?/]", IGNORECASE)
_QUOTE_OR_END: Final = regex("[>\"']")
_SPACE: Final = regex(r"\s+")


class _Token(NamedTuple):
    """A piece of text, or a tag: `name` is empty for text, and begins with a slash for a closing tag."""

    name: str
    text: str = ""


def to_plain_text(html: str) -> str:
    """The words of an HTML text as a reader sees them: paragraphs apart by an empty line, no scripts.

    Broken HTML gives the words that can be found in it. The time is proportional to the length, whatever stands there:
    the parsers at hand take minutes for a megabyte of open tags, and mail brings anything.
    """
    pieces: list[str] = []
    preformatted = 0
    for name, text in _tokens(html):
        tag = name.lstrip("/")
        if tag == "pre":
            preformatted += -1 if name.startswith("/") else 1
        if not name:
            pieces.append(text if preformatted > 0 else _SPACE.sub(" ", text))
        elif name == "li":
            pieces.append("\n- ")
        elif tag in _PARAGRAPHS and pieces[-1:] != ["\n- "]:
            pieces.append("\n\n")
        elif tag in _LINES:
            pieces.append("\n")
        elif name in ("/td", "/th"):
            pieces.append(" ")
    return _without_gaps("".join(pieces))


def _without_gaps(text: str) -> str:
    lines = (_SPACE.sub(" ", line) if "\xa0" in line else line for line in text.split("\n"))
    blocks: list[str] = []
    for empty, group in groupby((line.strip() for line in lines), key=lambda line: not line):
        blocks.extend([""] if empty else group)
    return "\n".join(blocks).strip()


def _tokens(html: str) -> Iterator[_Token]:
    at = 0
    while (left := html.find("<", at)) >= 0:
        if left > at:
            yield _Token("", unescape(html[at:left]))
        tag = _TAG.match(html, left)
        if tag is None:
            yield _Token("", "<")
            at = left + 1
            continue
        name = ((tag.group(1) or "") + (tag.group(2) or "")).lower()
        at = end_of_comment(html, left) if html.startswith("<!--", left) else end_of_tag(html, tag.end())
        if name in _UNSEEN:
            closing = regex(rf"</{name}\b", IGNORECASE).search(html, at)
            at = end_of_tag(html, closing.end()) if closing else len(html)
        elif name:
            yield _Token(name)
    if at < len(html):
        yield _Token("", unescape(html[at:]))


def end_of_comment(html: str, left: int) -> int:
    """The place behind the comment that begins at `left`."""
    right = html.find("-->", left + 4)
    return right + 3 if right >= 0 else len(html)


def end_of_tag(html: str, at: int) -> int:
    """The place behind the closing bracket; brackets inside quoted attributes do not count."""
    while found := _QUOTE_OR_END.search(html, at):
        if found.group() == ">":
            return found.end()
        closing = html.find(found.group(), found.end())
        # A quote that nobody closes: the tag ends at the next bracket. Each kind of quote fails here at most once.
        at = closing + 1 if closing >= 0 else found.end()
    return len(html)
