"""Assessments as the API shows them, field for field the read shapes of `schemas.py`."""

from typing import Any

from assaydesk.domains.worklogs.rows import AiUsage, CustomerExperience, WorkTime
from assaydesk.platform.http.encode import Row

Number = int | float


class TotalsRow(Row, frozen=True):
    scored_points: Number
    used_max_points: Number
    total_max_points: Number
    percentage: Number | None
    knocked_out: bool
    knocked_out_categories: list[int]
    unscored_criteria: int
    needs_human_criteria: int
    not_applicable_criteria: int
    percentage_base: str


class WorkRow(Row, frozen=True):
    """The `worklog` object; other keys and another `action` than in the worklog endpoints (quality.md 4.2)."""

    user_id: int
    worklog_id: int | None
    last_interaction: str | None
    ticket_id: int
    conversation_id: int | None
    action: str | None
    action_list: list[str]


class SummaryRow(Row, frozen=True):
    """The summary format."""

    id: int
    scorecard_id: int
    scorecard_base_id: int
    state: str
    assessed_user: int
    assessed_by_user: int | None
    ticket_id: int
    worklog_id: int | None
    created_at: str
    modified_at: str
    version: int
    can_edit: bool
    ai_summary: str
    totals: TotalsRow
    worklog: WorkRow
    ai_usage: AiUsage
    time: WorkTime
    customer_experience: CustomerExperience
    error_message: dict[str, Any] | None
    worklog_changed: bool
    acknowledged_at: str | None
    acknowledgement_comment: str | None
    appeal_state: str | None
    blind_review: bool
    warnings: list[str]


class FullRow(SummaryRow, frozen=True):
    """The full format, without what only `GET /quality/assessment/{id}` shows."""

    data: dict[str, Any]
    judge: dict[str, Any] | None


class SingleRow(FullRow, frozen=True):
    """The full format of `GET /quality/assessment/{id}`."""

    deleted_at: str | None
    editing_history: list[dict[str, Any]]


class PageRow(Row, frozen=True):
    assessments: list[SummaryRow]
    total: int
    limit: int
    offset: int
