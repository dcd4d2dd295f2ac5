"""Worklogs as lists return them, field for field the read shapes of `schemas.py`."""

from __future__ import annotations

from typing import Any

import msgspec

from assaydesk.platform.http.encode import Row


class WorklogFacts(Row, frozen=True):
    """The `worklog` object: who did what."""

    user_id: int
    worklog_id: int
    latest_interaction: str | None
    ticket_id: int
    conversation_id: int | None
    action: str
    action_list: list[str]
    action_list_text: list[str]


class AiUsage(Row, frozen=True):
    automation_level: int
    automation_level_label: str
    ai_agents: list[dict[str, Any]]


class TimeSegment(Row, frozen=True):
    user_time_tracking_id: int
    from_: str = msgspec.field(name="from")
    to: str
    action_list: list[str]
    action_list_text: list[str]


class WorkTime(Row, frozen=True):
    """Seconds."""

    duration: int
    duration_after_work: int
    segments: list[TimeSegment]


class CustomerExperience(Row, frozen=True):
    sla_met: bool | None
    net_seconds_closed_after_sla: int | None
    closing_date_for_sla: str | None = msgspec.field(name="closingDateForSLA")
    due_date_for_sla: str | None = msgspec.field(name="dueDateForSLA")
    re_opened: bool
    csat: dict[str, Any] | None


class WorklogRow(Row, frozen=True):
    id: int
    ticket_id: int
    date: str
    latest_interaction: str | None
    assessments: list[dict[str, Any]]
    worklog: WorklogFacts
    ai_usage: AiUsage
    time: WorkTime
    customer_experience: CustomerExperience


class ToolCallRow(Row, frozen=True):
    id: int
    name: str
    arguments: Any
    result: Any
    at: str
    conversation_id: int | None


class WorklogDetail(WorklogRow, frozen=True):
    tool_calls: list[ToolCallRow]


class WorklogPage(Row, frozen=True):
    worklogs: list[WorklogRow]
    total: int
    limit: int
    offset: int
