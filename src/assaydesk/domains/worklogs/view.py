"""Stored worklogs in their wire form (worklog.md 4 to 7). Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from assaydesk.domains.worklogs.actions import action_texts, level_label
from assaydesk.domains.worklogs.experience import sla_met
from assaydesk.domains.worklogs.rows import (
    AiUsage,
    CustomerExperience,
    TimeSegment,
    ToolCallRow,
    WorklogDetail,
    WorklogFacts,
    WorklogRow,
    WorkTime,
)
from assaydesk.domains.worklogs.sharing import seconds
from assaydesk.kit.clock import iso, iso_or_none, zoneless


def worklog_view(
    row: Any, segments: Iterable[Any], assessments: Sequence[dict[str, Any]], *, language: str | None, now: datetime
) -> WorklogRow:
    """One row of `worklogs` with its segments, ascending."""
    texts = action_texts(row.action_list, language)
    latest = iso(row.latest_interaction)
    return WorklogRow(
        id=row.id,
        ticket_id=row.ticket_id,
        date=row.date.isoformat(),
        latest_interaction=latest,
        assessments=list(assessments),
        worklog=WorklogFacts(
            user_id=row.user_id,
            worklog_id=row.id,
            latest_interaction=latest,
            ticket_id=row.ticket_id,
            conversation_id=row.conversation_id,
            action=row.action,
            action_list=row.action_list,
            action_list_text=texts,
        ),
        ai_usage=usage_view(row),
        time=time_view(row, [_segment_view(segment, language) for segment in segments]),
        customer_experience=experience_view(row, now=now),
    )


def usage_view(row: Any) -> AiUsage:
    """`aiUsage` of a row with the columns of a worklog."""
    return AiUsage(
        automation_level=row.automation_level,
        automation_level_label=level_label(row.automation_level),
        ai_agents=row.ai_agents,
    )


def time_view(row: Any, segments: list[TimeSegment]) -> WorkTime:
    """`time` of a row with the columns of a worklog."""
    return WorkTime(
        duration=seconds(row.duration_ms), duration_after_work=seconds(row.after_work_ms), segments=segments
    )


def experience_view(row: Any, *, now: datetime) -> CustomerExperience:
    """`customerExperience` of a row with the columns of a worklog."""
    return CustomerExperience(
        sla_met=sla_met(row.sla_due_at, row.net_seconds_after_sla, now),
        net_seconds_closed_after_sla=row.net_seconds_after_sla,
        closing_date_for_sla=iso_or_none(row.closing_at),
        due_date_for_sla=iso_or_none(row.sla_due_at),
        re_opened=row.re_opened,
        csat=row.csat,
    )


def detail_view(view: WorklogRow, tool_calls: Iterable[Any]) -> WorklogDetail:
    """The same with its tool calls."""
    fields: Mapping[str, Any] = {name: getattr(view, name) for name in WorklogRow.__struct_fields__}
    return WorklogDetail(**fields, tool_calls=[call_view(call) for call in tool_calls])


def user_view(profile: Any, zone: ZoneInfo, *, last_seen: bool) -> dict[str, Any]:
    """A user inside a ticket (ticket.md 1.1)."""
    seen = profile.last_seen if last_seen else None
    return {
        "id": profile.id,
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "email": profile.email,
        "phone": profile.phone,
        "lastSeen": None if seen is None else zoneless(seen, zone),
        "type": profile.type,
        "isSsoOnly": int(profile.is_sso_only),
        "lang": profile.lang,
        "nameAlias": profile.name_alias,
        "externalId": profile.external_id,
    }


def _segment_view(row: Any, language: str | None) -> TimeSegment:
    return TimeSegment(
        user_time_tracking_id=row.id,
        from_=iso(row.since),
        to=iso(row.until),
        action_list=row.actions,
        action_list_text=action_texts(row.actions, language),
    )


def call_view(row: Any) -> ToolCallRow:
    return ToolCallRow(
        id=row.id,
        name=row.name,
        arguments=row.arguments,
        result=row.result,
        at=iso(row.at),
        conversation_id=row.conversation_id,
    )
