"""Plain text of HTML that came from outside."""

from html import unescape
from re import DOTALL
from re import compile as regex
from typing import Final

import nh3

_BLOCKS: Final = {
    "address", "article", "blockquote", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header",
    "hr", "ol", "p", "section", "table", "tbody", "tfoot", "thead", "ul",
}  # fmt: skip
_LINES: Final = {"br", "li", "tr"}
_UNSEEN: Final = {"noscript", "script", "style", "template", "title"}
_PRE: Final = regex(r"<pre>(.*?)</pre>", DOTALL)
_SPACE: Final = regex(r"[ \t\r\n\f\xa0]+")
_CELL: Final = regex(r"</t[dh]> ?<t[dh]>")
_ITEM: Final = regex(r" ?<li> ?")
_LINE: Final = regex(r" ?<(?:br|/li|tr|/tr)> ?")
_BLOCK: Final = regex(rf" ?</?(?:{'|'.join(sorted(_BLOCKS))})> ?")
_OTHER: Final = regex(r"</?t[dh]>")
_GAP: Final = regex(r"\n[ \n]*\n")


def to_plain_text(html: str) -> str:
    """The words of an HTML text as a reader sees them: blocks apart by an empty line, items with a dash, no scripts.

    Broken HTML is read as a browser reads it.
    """
    tidy = nh3.clean(
        html, tags=_BLOCKS | _LINES | {"pre", "td", "th"}, clean_content_tags=_UNSEEN, attributes={}, link_rel=None
    )
    tidy = _PRE.sub(lambda found: f"<p>{found.group(1).strip().replace(chr(10), '<br>')}</p>", tidy)
    text = _SPACE.sub(" ", tidy.replace("&nbsp;", " "))
    text = _ITEM.sub("\n- ", _CELL.sub(" ", text))
    text = _OTHER.sub("", _BLOCK.sub("\n\n", _LINE.sub("\n", text)))
    return unescape(_GAP.sub("\n\n", text)).strip()
