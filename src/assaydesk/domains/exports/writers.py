"""Rows to files: CSV, XLSX, JSON, each with constant memory. They know nothing of the database."""

import csv
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any, Final, Protocol

import msgspec
import xlsxwriter  # type: ignore[import-untyped]  # It ships no types.

from assaydesk.domains.exports.types import Format

_FORMULA: Final = frozenset("=+-@\t\r\n")
"""A text that begins so may be taken for a formula. CSV has no types, so it gets an apostrophe in front."""
_LONGEST_CELL: Final = 32_767
"""What a cell of a spreadsheet holds at most."""
_SHEET: Final = "Export"

MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

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
        self.writer.writerow(self.names)
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
                changed[place] = "'" + value
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
    """One sheet. The format has its directory at the end, so that it is written to a file and read from there.

    `constant_memory` writes each row through; texts stand in the cells themselves.
    """

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.book = xlsxwriter.Workbook(
            str(path), {"constant_memory": True, "tmpdir": str(path.parent), "strings_to_formulas": False}
        )
        self.sheet = self.book.add_worksheet(_SHEET)
        self.bold = self.book.add_format({"bold": True})
        for place, name in enumerate(names):
            self.sheet.write_string(0, place, name, self.bold)
        self.sheet.freeze_panes(1, 0)
        self.line = 1

    def rows(self, rows: Iterable[Row]) -> None:
        """Add rows. Numbers are numbers; everything else is text, and cut where a cell ends."""
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


def text_writer(form: Format, names: Sequence[str], free: Sequence[int], delimiter: str) -> Writer:
    """The writer of CSV or JSON."""
    return JsonWriter(names) if form is Format.JSON else CsvWriter(names, free, delimiter)


def finished(rows: Iterable[Row], finish: Sequence[tuple[int, Callable[[Any], Any]]]) -> Iterable[Row]:
    """Rows whose cells at these places are turned into what is printed."""
    if not finish:
        return rows
    return (_finished(row, finish) for row in rows)


def _finished(row: Row, finish: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    cells = list(row)
    for place, turn in finish:
        cells[place] = turn(cells[place])
    return cells
