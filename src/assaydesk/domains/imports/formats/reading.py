"""From the bytes of a file to JSON values with their places, one at a time. Pure but for the open file it is given."""

import json
import math
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from hashlib import sha256
from re import compile as regex
from typing import Any, BinaryIO, Final, TypeAlias

from assaydesk.domains.imports.formats.findings import Finding, Position, Severity, UnreadableSource
from assaydesk.domains.imports.formats.types import SourceFormat
from assaydesk.kit.jsontext import json_loads

MAX_LINE_BYTES: Final = 60_000_000
"""As large as the largest JSON body (conventions.md 9)."""
MAX_TEXT: Final = 1_000_000
"""Characters of one message body (conventions.md 9)."""
MAX_DEPTH: Final = 100
_HEAD_BYTES: Final = 262_144
_BLANKS: Final = regex(r"[ \t\r\n,]*")
_UNSTORABLE: Final = regex("[\0\ud800-\udfff]")
_UNDECODED: Final = regex("[\udc80-\udcff]")
_KEYS: Final = {
    SourceFormat.TAU_BENCH: regex(r'(?<!\\)"traj"\s*:'),
    SourceFormat.ABCD: regex(r'(?<!\\)"convo_id"\s*:'),
    SourceFormat.JSONL: regex(r'(?<!\\)"messages"\s*:'),
}

Located: TypeAlias = tuple[Position, Any]


def check_source(file: BinaryIO, expected: SourceFormat) -> None:
    """Refuse what is not text, or plainly another format than `expected`; the file is at its beginning afterwards.

    Raises `UnreadableSource` with the option to use instead.
    """
    head = file.read(_HEAD_BYTES)
    file.seek(0)
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or _half_empty(head):
        raise UnreadableSource("the file is UTF-16; save it as UTF-8")
    if head.startswith((b"\x1f\x8b", b"PK\x03\x04")):
        raise UnreadableSource("the file is compressed; unpack it first")
    text = head.removeprefix(BOM_UTF8).decode("utf-8", "replace").lstrip()
    guess = _guess(text)
    if guess is not None and guess is not expected:
        raise UnreadableSource(f"this looks like {guess}; use --from {guess}")
    if expected is not SourceFormat.JSONL and not text:
        raise UnreadableSource("the file is empty")
    if expected is SourceFormat.JSONL and text.startswith("["):
        raise UnreadableSource(
            "this is a JSON array; JSONL is one conversation a line, without brackets around and commas between them"
        )
    if expected is not SourceFormat.JSONL and text and text[0] not in "[{":
        raise UnreadableSource(f"this is no {expected} file: it does not begin with a JSON array")


def _half_empty(head: bytes) -> bool:
    """Whether every second one of the first bytes is zero: UTF-16 that does not begin with its mark."""
    start = head[:40]
    return any(len(half) > 1 and not any(half) for half in (start[::2], start[1::2]))


def _guess(text: str) -> SourceFormat | None:
    """The format whose keys the text has. A JSONL line may carry any key in its raw data: its own counts first."""
    if text.startswith("{") and _KEYS[SourceFormat.JSONL].search(text):
        return SourceFormat.JSONL
    for name in (SourceFormat.TAU_BENCH, SourceFormat.ABCD):
        if _KEYS[name].search(text):
            return name
    return None


def count_entries(file: BinaryIO, form: SourceFormat) -> int:
    """How many lines or items the file has, broken ones included; the file is at its beginning afterwards."""
    if form is SourceFormat.JSONL:
        count = sum(1 for line in iter(lambda: file.readline(MAX_LINE_BYTES), b"") if line.strip())
    else:
        count = sum(1 for _found in read_items(file))
    file.seek(0)
    return count


def read_lines(file: BinaryIO) -> Iterator[Located | Finding]:
    """The JSON value of every line that is not empty; a line that has none is a finding."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        position = Position(number)
        if len(line) > MAX_LINE_BYTES:
            while line and not line.endswith(b"\n"):
                line = file.readline(MAX_LINE_BYTES)
            yield Finding(position, Severity.ERROR, f"the line has more than {MAX_LINE_BYTES:,} bytes.")
            continue
        line = line.removeprefix(BOM_UTF8).strip() if number == 1 else line.strip()
        if line:
            yield _line_value(position, line)


def _line_value(position: Position, line: bytes) -> Located | Finding:
    try:
        return position, clean(json_loads(line.decode("utf-8")))
    except UnicodeDecodeError as fault:
        return Finding(position, Severity.ERROR, f"byte {fault.start + 1} is not UTF-8.", "Save the file as UTF-8.")
    except json.JSONDecodeError as fault:
        mend = "One conversation must stand on one line." if line in (b"{", b"[", b"}", b"]") else ""
        return Finding(position, Severity.ERROR, f"no JSON: {_reason(fault)}.", mend)
    except ValueError as fault:
        return Finding(position, Severity.ERROR, f"no JSON: {fault}.")
    except RecursionError:
        return Finding(position, Severity.ERROR, f"nested deeper than {MAX_DEPTH} levels.")


def _reason(fault: json.JSONDecodeError) -> str:
    return f"{fault.msg.removesuffix(' at')} at character {fault.pos + 1}"


def read_items(file: BinaryIO) -> Iterator[Located | Finding]:
    """The items of a JSON array, or of the arrays in a JSON object (`{"train": [...], "test": [...]}`), one at a time.

    After broken JSON nothing can be found again: one finding, and the end. Items with bytes that are not UTF-8 are
    findings, the others go on. Words that JSON does not know (NaN) are read as null, since common writers make them.
    """
    text = file.read().removeprefix(BOM_UTF8).decode("utf-8", "surrogateescape")
    yield from _Items(text).read()


class _NoArray(Exception):
    """JSON, but not conversations one after the other."""


class _Items:
    """A cursor over the text of a whole file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.decoder = json.JSONDecoder(parse_constant=lambda _word: None)
        self.at = self.line_at = 0
        self.line, self.item = 1, 0

    def read(self) -> Iterator[Located | Finding]:
        try:
            if self._peek() != "{":
                yield from self._array()
                return
            self.at += 1
            while self._peek() not in ("}", ""):
                _name, self.at = self.decoder.raw_decode(self.text, self.at)
                self._expect(":")
                yield from self._array()
        except (ValueError, RecursionError) as fault:
            self.at = getattr(fault, "pos", self.at)
            reason = _reason(fault) if isinstance(fault, json.JSONDecodeError) else "nested too deep"
            yield Finding(self._position(), Severity.ERROR, f"no JSON: {reason}.", "What follows cannot be read.")
        except _NoArray:
            yield Finding(
                self._position(), Severity.ERROR, "no array of conversations.",
                "The file must be one array, or an object with nothing but arrays.",
            )  # fmt: skip

    def _array(self) -> Iterator[Located | Finding]:
        if self._peek() != "[":
            raise _NoArray
        self.at += 1
        while self._peek() != "]":
            begin = self.at
            self.item += 1
            position = self._position()
            value, self.at = self.decoder.raw_decode(self.text, begin)
            if _UNDECODED.search(self.text, begin, self.at):
                yield Finding(position, Severity.ERROR, "not UTF-8.", "Save the file as UTF-8.")
                continue
            try:
                value = clean(value)
            except ValueError as fault:
                yield Finding(position, Severity.ERROR, f"{fault}.")
                continue
            yield position, value
        self.at += 1

    def _peek(self) -> str:
        match = _BLANKS.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.text[self.at : self.at + 1]

    def _expect(self, mark: str) -> None:
        if self._peek() != mark:
            raise json.JSONDecodeError(f"Expecting '{mark}'", self.text, self.at)
        self.at += 1

    def _position(self) -> Position:
        self.line += self.text.count("\n", self.line_at, self.at)
        self.line_at = self.at
        return Position(self.line, self.item or None)


def clean(value: Any, depth: int = 0) -> Any:
    """The value without what the database cannot hold: NUL goes (conventions.md 9), half characters become U+FFFD.

    Raises `ValueError` for numbers without bound and for more than `MAX_DEPTH` levels.
    """
    if isinstance(value, str):
        return _UNSTORABLE.sub(_mended, value) if _UNSTORABLE.search(value) else value
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, dict):
        return {clean(key): clean(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item, depth + 1) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


def _mended(match: Any) -> str:
    return "" if match.group() == "\0" else "\ufffd"


def fingerprint(value: Any) -> str:
    """The same for the same JSON value, however it is written."""
    return sha256(json.dumps(value, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
