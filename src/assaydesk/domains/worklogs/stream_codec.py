"""Rows of time tracking as values, and values as the JSON in which sets of rows travel. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from assaydesk.domains.worklogs.rollup import Key
from assaydesk.domains.worklogs.segments import CustomerMessage, Segment
from assaydesk.domains.worklogs.streams import Stored
from assaydesk.domains.worklogs.types import AiUse, AutomationLevel, SignalKind

RUN: Final = "run"
"""The kind of the stored row of a run; all other kinds are `SignalKind`s."""


def as_json(rows: Sequence[dict[str, Any]]) -> str:
    """One text for `jsonb_populate_recordset`."""
    return msgspec.json.encode(rows).decode()


def stored_segment(row: Any) -> Stored:
    """A row of `work_segments`."""
    segment = Segment(row.since, row.until, row.phase, row.opened_at, row.last_signal_at, SignalKind(row.last_kind))
    return Stored(
        segment,
        Key(row.date, row.phase),
        row.id,
        row.worklog_id,
        tuple(row.actions),
        row.share_us,
        row.after_work_us,
        row.messages_seen,
    )


def customer_message(values: Sequence[str | None]) -> CustomerMessage:
    """[time, stored at, deleted at] as texts of PostgreSQL."""
    at, stored_at, deleted_at = (datetime.fromisoformat(value) if value else None for value in values)
    assert at is not None
    assert stored_at is not None
    return CustomerMessage(at, stored_at, deleted_at)


def ai_use(stored: dict[str, Any] | None) -> AiUse | None:
    """The column `ai`."""
    if stored is None:
        return None
    return AiUse(AutomationLevel(stored["level"]), tuple(stored.get("agents", ())), stored.get("accuracy"))


def from_ai_use(use: AiUse | None) -> dict[str, Any] | None:
    """For the column `ai`."""
    if use is None:
        return None
    return {"level": use.level, "agents": [dict(agent) for agent in use.agents], "accuracy": use.accuracy}
