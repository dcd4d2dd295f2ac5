"""A mail taken apart: its texts, its files, and what was left packed (settings.md 4.2).

Own code instead of the standard library's parser, whose time grows with the depth and which keeps every part: here one
buffer is cut by offsets, at most `Limits.parts` parts and `Limits.depth` levels deep, whatever the mail contains.
Nothing raises for a malformed mail.
"""

from binascii import Error as BadLine
from binascii import a2b_qp, a2b_uu
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from mimetypes import guess_extension
from re import Match, escape
from re import compile as regex
from typing import Final, NamedTuple
from urllib.parse import unquote

from assaydesk.domains.channels.headers import (
    Header,
    decode_base64,
    decode_text,
    decode_words,
    read_header,
    read_parameters,
    starts_like_a_header,
)
from assaydesk.kit.html import to_plain_text
from assaydesk.kit.sanitising import text_as_html

LONGEST_HEADER: Final = 1_000_000
MOST_TEXT: Final = 1_000_000
"""Characters of a message (conventions.md 9)."""
_BLANK_LINE: Final = regex(rb"\n\r?\n")
_ONLY_TEXT: Final = frozenset({"text/plain", "text/html", ""})
_MEDIA: Final = regex(r"^[a-z0-9][a-z0-9.+_-]{0,80}/[a-z0-9][a-z0-9.+_-]{0,80}$")
_CID: Final = regex(r"""(?i)cid:([^"'\s<>)]{1,300})""")
_CLOSES_BODY: Final = regex(r"(?is)</body\s*>.{0,2000}$")


class Limits(NamedTuple):
    """`parts`: leaves and containers together; `depth`: levels of containers."""

    parts: int = 200
    depth: int = 20


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that came with a mail. `content_id` without angle brackets."""

    name: str
    content_type: str
    content: bytes
    inline: bool = False
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail holds. `html` None: it is plain text.

    `reports`: texts of machine-readable parts by media type, for the recognition of bounces. `digests`: the decoded
    parts in order, for the identity. `left_packed`: parts or levels beyond the limits. `shortened`: the text was too
    long.
    """

    header: Header
    html: str | None
    plain: str
    files: tuple[MailFile, ...] = ()
    reports: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[bytes, ...] = ()
    left_packed: bool = False
    shortened: bool = False


class _Node(NamedTuple):
    """A part from `start` (of its body) to `end`. `media` is lower case; `children` only of containers."""

    header: Header
    media: str
    parameters: Mapping[str, str]
    start: int
    end: int
    whole: int
    """Where its header begins."""
    children: list["_Node"]


class _Block(NamedTuple):
    """A piece of text: as HTML, as plain text, or both."""

    html: str | None
    plain: str | None


def parse_mail(raw: bytes, limits: Limits = Limits()) -> Mail:
    """Read a mail of any form."""
    reader = _Reader(raw, limits)
    root = reader.read()
    blocks = reader.collect(root)
    html, plain, shortened = _texts(blocks)
    return Mail(
        header=root.header,
        html=html,
        plain=plain,
        files=tuple(_placed(reader.files, html)),
        reports=reader.reports,
        parts=tuple(reader.parts),
        left_packed=reader.left_packed,
        shortened=shortened,
    )


class _Reader:
    def __init__(self, raw: bytes, limits: Limits) -> None:
        self.raw = raw
        self.limits = limits
        self.count = 0
        self.left_packed = False
        self.files: list[MailFile] = []
        self.reports: dict[str, str] = {}
        self.parts: list[bytes] = []

    def read(self) -> _Node:
        start = 0
        if self.raw[:5] in (b"From ", b">From"):
            # The line that mailbox files put before each mail.
            start = self.raw.find(b"\n") + 1
        while self.raw[start : start + 1] in (b"\r", b"\n"):
            start += 1
        return self._node(start, len(self.raw), 0, "text/plain")

    def _node(self, start: int, end: int, depth: int, default: str) -> _Node:
        self.count += 1
        header, body = self._header(start, end)
        stated, parameters = read_parameters(header.raw("content-type"))
        media = stated if _MEDIA.match(stated) else default if not stated else "application/octet-stream"
        if stated in ("text", "html", "plain"):
            media = "text/html" if stated == "html" else "text/plain"
        node = _Node(header, media, parameters, body, end, start, [])
        if media.startswith("multipart/"):
            node.children.extend(self._children(node, depth))
        return node

    def _header(self, start: int, end: int) -> tuple[Header, int]:
        """The header of a part, and where its body begins."""
        head = self.raw[start : min(end, start + 2)]
        if head[:1] == b"\n" or head == b"\r\n":
            return Header([]), start + (1 if head[:1] == b"\n" else 2)
        line_end = self.raw.find(b"\n", start, end)
        if not starts_like_a_header(self.raw[start : min(start + 300, end if line_end < 0 else line_end)]):
            return Header([]), start
        blank = _BLANK_LINE.search(self.raw, start, end)
        stop, body = (blank.start(), blank.end()) if blank else (end, end)
        return read_header(self.raw[start : min(stop, start + LONGEST_HEADER)]), body

    def _children(self, node: _Node, depth: int) -> list[_Node]:
        boundary = node.parameters.get("boundary", "").rstrip()
        if not boundary:
            return []
        if depth >= self.limits.depth:
            self.left_packed = True
            return []
        line = regex(rb"\n--" + escape(boundary.encode("utf-8", "replace")[:300]) + rb"(--)?[ \t]*(?=\r?\n|\r?\Z)")
        default = "message/rfc822" if node.media == "multipart/digest" else "text/plain"
        children: list[_Node] = []
        begin: int | None = None
        # The first delimiter may stand at the very beginning of the body, behind the line break of the header.
        found: Match[bytes] | None = line.search(self.raw, max(node.start - 1, 0), node.end)
        while found is not None:
            if begin is not None:
                stop = found.start() - (self.raw[found.start() - 1 : found.start()] == b"\r")
                if not self._add(children, begin, max(stop, begin), depth, default):
                    return children
            if found.group(1):
                return children
            begin = self.raw.find(b"\n", found.end(), node.end) + 1 or node.end
            found = line.search(self.raw, max(begin - 1, found.end()), node.end)
        if begin is not None and begin < node.end:
            self._add(children, begin, node.end, depth, default)
        return children

    def _add(self, children: list[_Node], start: int, end: int, depth: int, default: str) -> bool:
        """Whether there is room for more."""
        if self.count >= self.limits.parts:
            self.left_packed = True
            return False
        children.append(self._node(start, end, depth + 1, default))
        return True

    def collect(self, node: _Node) -> list[_Block]:
        """The texts of a part; its files are noted. As deep as the limit allows, no deeper."""
        if not node.media.startswith("multipart/"):
            return self._leaf(node)
        if not node.children:
            # A container without parts: what stands there is all that there is, unless it was left packed.
            return self._leaf(node, as_text=not self.left_packed)
        found = [self.collect(child) for child in node.children]
        if node.media != "multipart/alternative":
            return [block for blocks in found for block in blocks]
        html = next((one for one in reversed(found) if any(block.html is not None for block in one)), None)
        plain = next((one for one in found if any(block.plain is not None for block in one)), None)
        if html is None or plain is None:
            return html or plain or []
        return [_Block(_as_html(html), _as_plain(plain))]

    def _leaf(self, node: _Node, *, as_text: bool = False) -> list[_Block]:
        content = self._decoded(node)
        self.parts.append(content)
        stated = (node.header.raw("content-disposition") or "").partition(";")[0].strip().lower()
        name = self._name(node)
        media = "text/plain" if as_text else node.media
        is_text = media in _ONLY_TEXT and stated != "attachment" and (name is None or stated == "inline")
        if media in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
            self.reports.setdefault(media, decode_text(content[:100_000], node.parameters.get("charset")))
            name = name or f"{media.partition('/')[2]}.txt"
            self.files.append(MailFile(name, "text/plain", content))
            return []
        if media == "message/rfc822":
            self.reports.setdefault(media, decode_text(content[:100_000], None))
        if is_text:
            text = decode_text(content, node.parameters.get("charset"))
            if media == "text/html":
                return [_Block(text, None)]
            return [_Block(None, text.replace("\r\n", "\n"))] if text.strip() or as_text else []
        if not content and name is None:
            return []
        identifier = (node.header.raw("content-id") or "").strip().strip("<>").strip()[:300] or None
        self.files.append(
            MailFile(name or self._made_up_name(node), media or "application/octet-stream", content, False, identifier)
        )
        return []

    def _decoded(self, node: _Node) -> bytes:
        body = self.raw[node.start : node.end]
        encoding = (node.header.raw("content-transfer-encoding") or "").strip().lower()
        if encoding == "base64":
            return decode_base64(body)
        if encoding == "quoted-printable":
            return a2b_qp(body)
        if encoding in ("x-uuencode", "uuencode", "x-uue", "uue"):
            return _uudecoded(body)
        return body

    def _name(self, node: _Node) -> str | None:
        _, parameters = read_parameters("x;" + (node.header.raw("content-disposition") or "").partition(";")[2])
        name = parameters.get("filename") or node.parameters.get("name")
        return name[:500] if name else None

    def _made_up_name(self, node: _Node) -> str:
        number = len(self.files) + 1
        if node.media == "message/rfc822":
            subject = read_header(self.raw[node.start : min(node.end, node.start + 20_000)]).raw("subject")
            return f"{decode_words(subject)[:100] if subject else f'message-{number}'}.eml"
        return f"part-{number}{guess_extension(node.media) or '.bin'}"


def _placed(files: list[MailFile], html: str | None) -> Iterator[MailFile]:
    """The same files; inline are those that the text shows by `cid:`, whatever their header says."""
    shown = {unquote(found) for found in _CID.findall(html)} if html is not None else set()
    for file in files:
        yield replace(file, inline=file.content_id is not None and file.content_id in shown)


def _uudecoded(body: bytes) -> bytes:
    found = []
    for line in body.splitlines():
        if line.startswith(b"begin ") or not line:
            continue
        if line.strip() in (b"end", b"`"):
            break
        try:
            found.append(a2b_uu(line))
        except BadLine:
            # Some programs pad too little; the first character says how many octets a line holds.
            try:
                found.append(a2b_uu(line[: 1 + (((line[0] - 32) & 63) * 4 + 5) // 3]))
            except BadLine:
                continue
    return b"".join(found)


def _as_html(blocks: list[_Block]) -> str:
    pieces = [block.html if block.html is not None else text_as_html(block.plain or "") for block in blocks]
    if len(pieces) > 1:
        # A reader stops at the end of the first document; its successors belong inside.
        pieces = [piece[:-4000] + _CLOSES_BODY.sub("", piece[-4000:]) for piece in pieces]
    return "<br>\n".join(pieces)


def _as_plain(blocks: list[_Block]) -> str:
    return "\n\n".join(
        block.plain.strip("\n") if block.plain is not None else to_plain_text(block.html or "") for block in blocks
    )


def _texts(blocks: list[_Block]) -> tuple[str | None, str, bool]:
    """HTML, plain text, and whether something was cut off."""
    short = [
        _Block(*(text if text is None else text[: MOST_TEXT + 1] for text in block)) for block in blocks
    ]  # No more work than the result can hold.
    html = _as_html(short) if any(block.html is not None for block in short) else None
    plain = _as_plain(short)
    shortened = len(plain) > MOST_TEXT or (html is not None and len(html) > MOST_TEXT)
    return (None if html is None else html[:MOST_TEXT]), plain[:MOST_TEXT], shortened
