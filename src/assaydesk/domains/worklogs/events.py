"""What worklogs tell others, and what only higher domains know about a worklog."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false

from assaydesk.platform.events import Slot


@dataclass(frozen=True, slots=True)
class WorklogTouched:
    """Worklogs came into being, or an action was added to them. Time alone that goes on is not told."""

    worklog_ids: tuple[int, ...]


WORKLOG_ASSESSMENTS: Slot[int, list[dict[str, Any]]] = Slot("worklog.assessments")
"""Worklog id -> `[{"id", "scorecardId", "state", "scorecardBaseId"}]`: live assessments that the caller may view."""


class AssessedCondition:
    """A filter that only the domain of the assessments can express."""

    def __init__(self) -> None:
        self._source: Callable[[Collection[int] | None], ColumnElement[bool]] | None = None

    def fill(self, source: Callable[[Collection[int] | None], ColumnElement[bool]]) -> None:
        """Register the one function; it answers an `exists(...)` that names `Worklog.id`.

        Its argument: ids of scorecard families of which one must have a live assessment, None for any family.
        """
        self._source = source

    def __call__(self, base_ids: Collection[int] | None = None) -> ColumnElement[bool]:
        return false() if self._source is None else self._source(base_ids)


WORKLOG_ASSESSED = AssessedCondition()
"""Whether a worklog has a live assessment; filled by the domain of the assessments."""
