"""Header fields of mails: whatever stands there, reading ends, and answers text that can be stored.

The time is proportional to the length. Nothing raises; what cannot be read is shown as it came.
"""

import codecs
from binascii import Error as BadBase64
from binascii import a2b_base64, a2b_qp
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from re import Match
from re import compile as regex
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

MOST_FIELDS: Final = 1000
LONGEST_FIELD: Final = 100_000
MOST_ADDRESSES: Final = 1000
MOST_REFERENCES: Final = 100
_LONGEST_ADDRESS: Final = 320

_ENCODED_WORD: Final = regex(r"=\?([^?\s]{1,60})\?([BbQq])\?([^?]{0,20000})\?=")
_BETWEEN_WORDS: Final = regex(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[BbQq]\?)")
_SPACE: Final = regex(r"[\s\x00-\x1f\x7f]+")
_MESSAGE_ID: Final = regex(r"<\s*([^<>\s]{1,900})\s*>")
_BARE_ID: Final = regex(r"^[^<>\s@]{1,400}@[^<>\s@]{1,400}$")
_ADDRESS: Final = regex(r"^[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,255}$")
_FIELD_NAME: Final = regex(rb"([!-9;-~]{1,200})[ \t]*:")
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_BASE64: Final = bytes(sorted(set(range(256)) - set(_BASE64)))
_SECTION: Final = regex(r"^(.{1,80}?)(?:\*(\d{1,3}))?(\*)?$")

# Codecs that take quadratic time, run no text, or always fail.
_REFUSED: Final = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "mbcs", "oem"})
_WIDER: Final = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "euc_kr": "cp949", "ks_c_5601-1987": "cp949",
}  # fmt: skip


class Address(NamedTuple):
    """`name` is None when none was given. `email` is empty for what is no address; the name is then all there was."""

    name: str | None
    email: str


def storable(text: str) -> str:
    """Without NUL and halves of surrogate pairs, which no database text can hold."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text


def decode_text(raw: bytes, charset: str | None) -> str:
    """Bytes of a named character set as text. Unknown and wrong names are no obstacle."""
    codec = _codec(charset)
    if codec is not None:
        # What calls itself ASCII or Latin-1 is read as the wider set that programs really send.
        attempt = _WIDER.get(codec, codec)
        try:
            if codec == "ascii":
                return storable(raw.decode("utf-8"))
            return storable(raw.decode(attempt))
        except (UnicodeError, ValueError):
            pass
    try:
        return storable(raw.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if codec == "utf-8":
        mended = raw.decode("utf-8", "replace")
        # Damaged UTF-8 still has other characters than ASCII; without any it is some older set under a wrong name.
        if any(character > "\x7f" and character != "\ufffd" for character in mended):
            return storable(mended)
    fallback = _WIDER.get(codec, codec) if codec not in (None, "utf-8") else "cp1252"
    try:
        return storable(raw.decode(fallback or "cp1252", "replace"))
    except (UnicodeError, ValueError):
        return storable(raw.decode("latin-1"))


def _codec(charset: str | None) -> str | None:
    name = (charset or "").strip().strip("\"'").lower()[:60]
    if not name or not name.isascii() or "\x00" in name:
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # Only text codecs: base64, zip and the like would turn bytes into bytes, of any size.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name.replace("_", "-") not in _REFUSED else None


def decode_base64(raw: bytes) -> bytes:
    """As much as can be read; line breaks, junk and missing padding do not matter."""
    clean = raw.translate(None, _NOT_BASE64)
    clean += b"A" if len(clean) % 4 == 1 else b""
    try:
        return a2b_base64(clean + b"=" * (-len(clean) % 4))
    except BadBase64:
        return b""


def decode_words(text: str) -> str:
    """A field with its encoded words read (RFC 2047), in one line, without control characters."""
    text = text[:LONGEST_FIELD]
    if "=?" in text:
        text = _ENCODED_WORD.sub(_word, _BETWEEN_WORDS.sub(r"\1", text))
    return storable(_SPACE.sub(" ", text).strip())


def _word(found: Match[str]) -> str:
    charset, encoding, coded = found.groups()
    raw = coded.encode("utf-8", "replace")
    octets = decode_base64(raw) if encoding in "Bb" else a2b_qp(raw.replace(b"_", b" "), header=True)
    return decode_text(octets, charset.partition("*")[0])


class Header:
    """The fields of one header. Names are found in any case; the first of several counts unless all are asked for."""

    __slots__ = ("_fields",)

    def __init__(self, fields: list[tuple[str, str]]) -> None:
        self._fields = fields

    def raw(self, name: str) -> str | None:
        """The unfolded field as it stands there."""
        wanted = name.lower()
        return next((value for key, value in self._fields if key == wanted), None)

    def raws(self, name: str) -> list[str]:
        wanted = name.lower()
        return [value for key, value in self._fields if key == wanted]

    def text(self, name: str) -> str | None:
        """The field in readable form; None when it is missing or empty."""
        value = self.raw(name)
        return None if value is None else decode_words(value) or None

    def __len__(self) -> int:
        return len(self._fields)


def read_header(block: bytes) -> Header:
    """Fields of a header block. Lines that are none are passed over, continuation lines are joined."""
    fields: list[tuple[str, list[bytes]]] = []
    for line in block.replace(b"\r\n", b"\n").split(b"\n"):
        if line[:1] in (b" ", b"\t"):
            if fields:
                fields[-1][1].append(line.strip(b" \t"))
            continue
        found = _FIELD_NAME.match(line)
        if found is None:
            continue
        if len(fields) == MOST_FIELDS:
            break
        fields.append((found.group(1).decode("ascii").lower(), [line[found.end() :].strip(b" \t")]))
    return Header([(name, _unfolded(lines)) for name, lines in fields])


def _unfolded(lines: list[bytes]) -> str:
    value = b" ".join(lines)[:LONGEST_FIELD].replace(b"\r", b" ").replace(b"\n", b" ").replace(b"\x00", b"")
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def starts_like_a_header(line: bytes) -> bool:
    return _FIELD_NAME.match(line) is not None


def read_parameters(value: str | None) -> tuple[str, Mapping[str, str]]:
    """`text/plain; charset=utf-8` as its word and its parameters, continued and encoded ones joined (RFC 2231)."""
    if not value:
        return "", {}
    pieces = _split(value[:20_000], ";", comments=False)
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[bool, str]]] = {}
    for piece in pieces[1:200]:
        key, equals, content = piece.partition("=")
        key, content = key.strip().lower(), content.strip()
        if not equals or not key:
            continue
        if len(content) >= 2 and content[0] == content[-1] == '"':
            content = content[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        found = _SECTION.match(key)
        if found is None or (found.group(2) is None and found.group(3) is None):
            plain.setdefault(key, decode_words(content))
            continue
        sections.setdefault(found.group(1), {})[int(found.group(2) or 0)] = (found.group(3) is not None, content)
    for key, numbered in sections.items():
        plain[key] = _joined(numbered)
    return pieces[0].strip().lower()[:200], plain


def _joined(numbered: Mapping[int, tuple[bool, str]]) -> str:
    charset: str | None = None
    raw = b""
    for place, number in enumerate(sorted(numbered)):
        is_encoded, content = numbered[number]
        if is_encoded and place == 0 and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        raw += unquote_to_bytes(content) if is_encoded else content.encode("utf-8", "replace")
    return _SPACE.sub(" ", decode_text(raw, charset or "utf-8")).strip()


def read_addresses(values: list[str]) -> list[Address]:
    """The addresses of From, To and their kin, in order, each once. Groups are opened, comments are names."""
    found: dict[str, Address] = {}
    for value in values:
        for piece in _split(value, ",;", comments=True):
            address = _address(piece)
            if address is not None and len(found) < MOST_ADDRESSES:
                found.setdefault(address.email.lower() or (address.name or ""), address)
    return list(found.values())


def _address(piece: str) -> Address | None:
    piece = piece.strip()
    if not piece:
        return None
    left = piece.rfind("<")
    if left >= 0:
        email = piece[left + 1 :].partition(">")[0]
        name = piece[:left]
    else:
        email, bracket, comment = piece.partition("(")
        name = comment.rpartition(")")[0] if bracket else ""
        # The name of a group stands before a colon.
        email = email.rpartition(":")[2]
    email = storable(_SPACE.sub("", decode_words(email)))[:_LONGEST_ADDRESS]
    name = decode_words(name.strip().strip("\"'").replace('\\"', '"'))[:300].strip("\"' ")
    if _ADDRESS.match(email):
        return Address(name if name and name.lower() != email.lower() else None, email)
    shown = (name or decode_words(piece))[:300]
    return Address(shown, "") if shown else None


def _split(value: str, separators: str, *, comments: bool) -> list[str]:
    """Cut at separators outside of quotes, angle brackets and comments."""
    pieces: list[str] = []
    start = depth = 0
    quoted = angled = escaped = False
    for at, character in enumerate(value):
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted or depth > 0
        elif character == '"' and not depth:
            quoted = not quoted
        elif quoted:
            continue
        elif comments and character == "(":
            depth += 1
        elif depth:
            depth -= character == ")"
        elif comments and character in "<>":
            angled = character == "<"
        elif character in separators and not angled:
            pieces.append(value[start:at])
            start = at + 1
    if (quoted or depth or angled) and not pieces:
        # A quote or bracket that nobody closed hides nothing: every separator counts.
        for separator in separators[1:]:
            value = value.replace(separator, separators[0])
        return value.split(separators[0])
    pieces.append(value[start:])
    return pieces


def read_ids(value: str | None) -> list[str]:
    """Message-IDs in angle brackets, the last ones when there are very many."""
    if not value:
        return []
    ids = [f"<{one}>" for one in _MESSAGE_ID.findall(value)]
    if not ids and _BARE_ID.match(value.strip()):
        ids = [f"<{value.strip()}>"]
    return [storable(one) for one in dict.fromkeys(ids[-MOST_REFERENCES:])]


def read_date(value: str | None) -> datetime | None:
    """The sender's date in UTC; None when it makes no sense."""
    if not value:
        return None
    try:
        found = parsedate_to_datetime(_SPACE.sub(" ", value[:200]).strip())
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def field_pairs(text: str) -> list[tuple[str, str]]:
    """Fields of a delivery report, block after block, as (name, value)."""
    fields: list[tuple[str, str]] = []
    for line in text.splitlines()[:5000]:
        if line[:1] in (" ", "\t") and fields:
            name, value = fields[-1]
            fields[-1] = (name, f"{value} {line.strip()}"[:2000])
        else:
            name, colon, value = line.partition(":")
            if colon and name.strip():
                fields.append((name.strip().lower()[:80], value.strip()[:2000]))
    return fields
