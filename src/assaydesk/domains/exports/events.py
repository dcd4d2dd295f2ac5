"""What happens to exports."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ExportQueued:
    """An export waits to be written."""

    export_id: int
