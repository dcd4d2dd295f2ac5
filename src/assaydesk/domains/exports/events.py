"""What happens to exports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportQueued:
    """An export waits to be written."""

    export_id: int


@dataclass(frozen=True, slots=True)
class ReportReady:
    """The file of an export is there (platform.md 5.1)."""

    export_id: int
    user_id: int
