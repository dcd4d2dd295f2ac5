"""What an import has to tell about places of the file: faults, things left out, warnings."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error`: not imported; `skipped`: nothing in it to import; `warning`: imported, but look at it."""

    ERROR = "error"
    SKIPPED = "skipped"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Position:
    """Where in the file: the line, from 1, and in a JSON array also the item, from 1. Line 0 is the whole file."""

    line: int
    item: int | None = None

    def __str__(self) -> str:
        if self.line == 0:
            return "file"
        return f"line {self.line}" if self.item is None else f"item {self.item} (line {self.line})"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to tell about one place of the file: what is wrong, and how to mend it."""

    position: Position
    severity: Severity
    message: str
    mend: str = ""

    def __str__(self) -> str:
        return f"{self.position}: {self.message}" + (f" {self.mend}" if self.mend else "")


class UnreadableSource(Exception):
    """The file as a whole cannot be read, or is of another format. The text is one line for a person."""
