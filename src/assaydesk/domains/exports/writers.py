"""The files of exports: their formats and writers."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from assaydesk.domains.exports.types import Format
from assaydesk.kit.table_files import CsvWriter, JsonWriter, Row, Writer

MEDIA_TYPES: Final = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.JSON: "application/json",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def text_writer(form: Format, names: Sequence[str], free: Sequence[int], delimiter: str) -> Writer:
    """The writer of CSV or JSON."""
    return JsonWriter(names) if form is Format.JSON else CsvWriter(names, free, delimiter)


def finished(row: Row, finish: Sequence[tuple[int, Callable[[Any], Any]]]) -> Row:
    """The row with the cells at these places turned into what is printed."""
    if not finish:
        return row
    cells = list(row)
    for place, turn in finish:
        cells[place] = turn(cells[place])
    return cells
