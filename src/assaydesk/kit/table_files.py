"""Rows to files: CSV, XLSX, JSON, each with constant memory."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import xlsxwriter  # type: ignore[import-untyped]  # It ships no types.

_FORMULA: Final = frozenset("=+-@\t\r\n")
"""A text that begins so may be taken for a formula. CSV has no types, so it gets an apostrophe in front."""
_LONGEST_CELL: Final = 32_767
"""What a cell of a spreadsheet holds at most."""
_LONGEST_TITLE: Final = 31
_NOT_IN_TITLE: Final = re.compile(r"[\[\]:*?/\\\x00-\x1f]")

Row = Sequence[Any]


class Writer(Protocol):
    """Takes rows and gives pieces of a file."""

    def begin(self) -> bytes: ...

    def rows(self, rows: Iterable[Row]) -> bytes: ...

    def end(self) -> bytes: ...


class CsvWriter:
    """RFC 4180: comma or another delimiter, CR LF, quotes where they are needed, a header line, UTF-8 without a mark.

    `free`: positions of columns with text from people.
    """

    def __init__(self, names: Sequence[str], free: Sequence[int], delimiter: str) -> None:
        self.names = names
        self.free = free
        self.buffer = StringIO()
        self.writer = csv.writer(self.buffer, delimiter=delimiter, lineterminator="\r\n")

    def begin(self) -> bytes:
        self.writer.writerow([safe_text(name) for name in self.names])
        return self._taken()

    def rows(self, rows: Iterable[Row]) -> bytes:
        self.writer.writerows(map(self._safe, rows))
        return self._taken()

    def end(self) -> bytes:
        return b""

    def _safe(self, row: Row) -> Row:
        changed: list[Any] | None = None
        for place in self.free:
            value = row[place]
            if value and value[0] in _FORMULA:
                changed = changed if changed is not None else list(row)
                changed[place] = safe_text(value)
        return row if changed is None else changed

    def _taken(self) -> bytes:
        text = self.buffer.getvalue()
        self.buffer.seek(0)
        self.buffer.truncate()
        return text.encode()


class JsonWriter:
    """A bare array of objects."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = tuple(names)
        self.encoder = msgspec.json.Encoder()
        self.first = True

    def begin(self) -> bytes:
        return b"["

    def rows(self, rows: Iterable[Row]) -> bytes:
        names = self.names
        encoded = self.encoder.encode([dict(zip(names, row, strict=True)) for row in rows])[1:-1]
        if not encoded:
            return b""
        lead = b"" if self.first else b","
        self.first = False
        return lead + encoded

    def end(self) -> bytes:
        return b"]"


class XlsxFile:
    """Sheets, one after the other. The format has its directory at the end, so that it is written to a file and read
    from there.

    `constant_memory` writes each row through; texts stand in the cells themselves.
    """

    def __init__(self, path: Path) -> None:
        self.book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        )
        self.bold = self.book.add_format({"bold": True})
        self.line = 0

    def begin(self, title: str, names: Sequence[str]) -> None:
        """Go on with a new sheet; a title comes from `sheet_titles`."""
        self.sheet = self.book.add_worksheet(title)
        for place, name in enumerate(names):
            self.sheet.write_string(0, place, name[:_LONGEST_CELL], self.bold)
        self.sheet.freeze_panes(1, 0)
        self.line = 1

    def rows(self, rows: Iterable[Row]) -> None:
        """Add rows to the sheet. Numbers are numbers; everything else is text, and cut where a cell ends."""
        sheet = self.sheet
        for row in rows:
            for place, value in enumerate(row):
                if value is None:
                    continue
                if isinstance(value, bool | str):
                    sheet.write_string(self.line, place, str(value)[:_LONGEST_CELL])
                else:
                    sheet.write_number(self.line, place, value)
            self.line += 1

    def end(self) -> None:
        """Close the file; it is whole after this."""
        self.book.close()


def sheet_titles(names: Iterable[str]) -> list[str]:
    """Names as titles of sheets: 31 characters, no `[]:*?/\\`, no apostrophe at an end, each once in a book.

    Repeated ones, whatever their case, get ` (2)` and so on.
    """
    taken: set[str] = {"history"}  # A word that the format keeps for itself.
    titles: list[str] = []
    for name in names:
        clean = _NOT_IN_TITLE.sub("_", name).strip().strip("'") or "_"
        title, number = clean[:_LONGEST_TITLE].rstrip("' "), 1
        while not title or title.casefold() in taken:
            number += 1
            ending = f" ({number})"
            title = clean[: _LONGEST_TITLE - len(ending)].rstrip() + ending
        taken.add(title.casefold())
        titles.append(title)
    return titles


def safe_text(text: str) -> str:
    """A text that no spreadsheet takes for a formula: with an apostrophe in front where it would."""
    return "'" + text if text and text[0] in _FORMULA else text
