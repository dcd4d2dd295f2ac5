"""Assessments in their wire form (quality.md 4.2). Pure: rows in, structs out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.quality.assessments.policy import Subject, can_edit, is_masked
from assaydesk.domains.quality.assessments.rows import FullRow, SummaryRow, TotalsRow, WorkRow
from assaydesk.domains.quality.assessments.stored import quotation_json
from assaydesk.domains.quality.assessments.types import SCORED_STATES, CriterionAnswer, State
from assaydesk.domains.quality.scorecards.scoring import percentage
from assaydesk.domains.quality.scorecards.types import Category, Content, Criterion, PercentageBase, Totals
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.domains.worklogs.actions import level_label
from assaydesk.domains.worklogs.rows import AiUsage, CustomerExperience, WorklogRow, WorkTime
from assaydesk.domains.worklogs.view import experience_view, time_view, usage_view
from assaydesk.kit.clock import iso, iso_or_none
from assaydesk.kit.numbers import plain, plain_or_none
from assaydesk.platform.security.actor import Actor


@dataclass(frozen=True, slots=True)
class WorkParts:
    """What an assessment shows of its worklog, read live."""

    last_interaction: str | None
    conversation_id: int | None
    action_list: list[str]
    usage: AiUsage
    time: WorkTime
    experience: CustomerExperience


NO_WORK: Final = WorkParts(
    None,
    None,
    [],
    AiUsage(automation_level=0, automation_level_label=level_label(0), ai_agents=[]),
    WorkTime(duration=0, duration_after_work=0, segments=[]),
    CustomerExperience(
        sla_met=None,
        net_seconds_closed_after_sla=None,
        closing_date_for_sla=None,
        due_date_for_sla=None,
        re_opened=False,
        csat=None,
    ),
)
"""The worklog was removed for good."""


def work_of_row(row: Any, now: datetime) -> WorkParts:
    """From a row of a list, which has the columns of its worklog; the summary format has no segments."""
    if row.latest_interaction is None:
        return NO_WORK
    return WorkParts(
        iso(row.latest_interaction),
        row.conversation_id,
        row.action_list,
        usage_view(row),
        time_view(row, []),
        experience_view(row, now=now),
    )


def work_of_worklog(worklog: WorklogRow | None) -> WorkParts:
    """From a worklog as its own domain shows it."""
    if worklog is None:
        return NO_WORK
    facts = worklog.worklog
    return WorkParts(
        facts.latest_interaction,
        facts.conversation_id,
        facts.action_list,
        worklog.ai_usage,
        worklog.time,
        worklog.customer_experience,
    )


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and the settings of the instance by which things are shown."""

    actor: Actor
    settings: InstanceSettings
    _editable: dict[tuple[str, bool, bool], bool] = field(default_factory=dict, compare=False, repr=False)

    @property
    def base(self) -> PercentageBase:
        return PercentageBase(self.settings.quality_percentage_base)

    def masks(self, row: Any, *, team_mate: bool) -> bool:
        """Whether the AI's answers are hidden from this viewer."""
        if not row.blind_review:
            return False
        subject = Subject(row.assessed_user, team_mate)
        allow_self = self.settings.quality_allow_self_assessment
        return is_masked(self.actor, subject, State(row.state), blind=True, allow_self=allow_self)

    def may_edit(self, row: Any, *, team_mate: bool) -> bool:
        """`canEdit`; the same for all rows that are alike, so a list decides it a few times only."""
        key = (row.state, row.assessed_user == self.actor.id, team_mate)
        if key not in self._editable:
            subject = Subject(row.assessed_user, team_mate)
            allow_self = self.settings.quality_allow_self_assessment
            self._editable[key] = can_edit(self.actor, subject, State(row.state), allow_self=allow_self)
        return self._editable[key]


def summary_view(
    row: Any, viewer: Viewer, work: WorkParts, *, team_mate: bool, masked_totals: Totals | None = None
) -> SummaryRow:
    """`masked_totals`: those of one's own answers, for a blind reviewer."""
    return SummaryRow(**_summary_fields(row, viewer, work, team_mate, masked_totals))


def full_view(
    row: Any,
    viewer: Viewer,
    work: WorkParts,
    *,
    team_mate: bool,
    content: Content,
    answers: Mapping[int, CriterionAnswer],
    totals: Totals,
    judge: Mapping[str, Any] | None,
) -> FullRow:
    """`answers` and `totals` as this viewer may see them."""
    masked = viewer.masks(row, team_mate=team_mate)
    fields = _summary_fields(row, viewer, work, team_mate, totals if masked else None)
    data = {
        "aiSummary": fields["ai_summary"],
        "aiSummaryGenerated": None if masked else row.ai_summary_generated,
        "general": fields["worklog"],
        "aiUsage": fields["ai_usage"],
        "time": fields["time"],
        "customerExperience": fields["customer_experience"],
        "categories": _categories(content, answers, totals),
        "totals": fields["totals"],
        "supervisorAssessment": row.supervisor_assessment,
        "assessmentDate": iso_or_none(row.assessment_date),
        "discussionDate": iso_or_none(row.discussion_date),
    }
    return FullRow(**fields, data=data, judge=None if judge is None else dict(judge))


def run_json(run: Any) -> dict[str, Any]:
    """The provenance of a run (quality.md 7.4)."""
    return {
        "runId": run.id,
        "provider": run.provider,
        "model": run.model,
        "promptVersion": run.prompt_version,
        "scorecardId": run.scorecard_id,
        "contentHash": run.content_hash,
        "inputHash": run.input_hash,
        "temperature": plain(run.temperature),
        "repeats": run.repeats,
        "inputTokens": run.input_tokens,
        "outputTokens": run.output_tokens,
        "cost": None if run.cost is None else plain(run.cost),
        "currency": run.currency,
        "durationMs": run.duration_ms,
        "startedAt": iso(run.started_at),
        "finishedAt": iso(run.finished_at),
    }


def run_view(run: Any, *, masked: bool) -> dict[str, Any]:
    """One entry of the list of runs; a blind reviewer is not shown what was answered."""
    return {
        **run_json(run),
        "trigger": run.trigger,
        "userId": run.user_id,
        "outcome": run.outcome,
        "errorCode": run.error_code,
        "aiSummary": "" if masked else run.ai_summary,
        "criteria": [] if masked else [{"raw": None, **item} for item in run.criteria],
    }


def history_view(edits: Iterable[Any], *, masked: bool) -> list[dict[str, Any]]:
    """`editingHistory`, oldest first.

    A blind reviewer is not told what stood there before a person's first entry, because that was the AI's, nor what
    the judge itself changed.
    """
    shown: list[dict[str, Any]] = []
    by_people: set[str] = set()
    for edit in edits:
        secret = masked and (edit.field.startswith("criteria.") or edit.field == "aiSummary")
        by_system = edit.user_id is None
        shown.append(
            {
                "userId": edit.user_id,
                "timestamp": iso(edit.at),
                "field": edit.field,
                "oldValue": None if secret and (by_system or edit.field not in by_people) else edit.old_value,
                "newValue": None if secret and by_system else edit.new_value,
            }
        )
        by_people = by_people - {edit.field} if by_system else by_people | {edit.field}
    return shown


def _summary_fields(
    row: Any, viewer: Viewer, work: WorkParts, team_mate: bool, masked_totals: Totals | None
) -> dict[str, Any]:
    masked = viewer.masks(row, team_mate=team_mate)
    totals = _totals(row, viewer.base) if masked_totals is None else totals_row(masked_totals, viewer.base)
    return {
        "id": row.id,
        "scorecard_id": row.scorecard_id,
        "scorecard_base_id": row.scorecard_base_id,
        "state": row.state,
        "assessed_user": row.assessed_user,
        "assessed_by_user": row.assessed_by_user,
        "ticket_id": row.ticket_id,
        "worklog_id": row.worklog_id,
        "created_at": iso(row.created_at),
        "modified_at": iso(row.modified_at),
        "version": row.version,
        "can_edit": viewer.may_edit(row, team_mate=team_mate),
        "ai_summary": "" if masked and row.ai_summary_generated is None else row.ai_summary,
        "totals": totals,
        "worklog": WorkRow(
            user_id=row.assessed_user,
            worklog_id=row.worklog_id,
            last_interaction=work.last_interaction,
            ticket_id=row.ticket_id,
            conversation_id=work.conversation_id,
            action=work.action_list[0] if work.action_list else None,
            action_list=work.action_list,
        ),
        "ai_usage": work.usage,
        "time": work.time,
        "customer_experience": work.experience,
        "error_message": _error(row) if row.state == State.ERROR else None,
        "worklog_changed": row.worklog_changed,
        "acknowledged_at": iso_or_none(row.acknowledged_at),
        "acknowledgement_comment": row.acknowledgement_comment,
        "appeal_state": row.appeal_state,
        "blind_review": row.blind_review,
        "warnings": _warnings(row.state, totals),
    }


def _warnings(state: str, totals: TotalsRow) -> list[str]:
    if state not in SCORED_STATES:
        return []
    found = [("criteria_unscored", totals.unscored_criteria), ("criteria_need_human", totals.needs_human_criteria)]
    return [name for name, count in found if count]


def _error(row: Any) -> dict[str, Any]:
    error = row.error or {"code": "internal_error", "message": "The judge failed."}
    return {
        "code": error["code"],
        "message": error["message"],
        "tries": row.tries,
        "nextTryAt": iso_or_none(row.next_try_at),
    }


def _totals(row: Any, base: PercentageBase) -> TotalsRow:
    share = percentage(row.scored_points, row.used_max_points, row.total_max_points, base)
    return TotalsRow(
        scored_points=plain(row.scored_points),
        used_max_points=plain(row.used_max_points),
        total_max_points=plain(row.total_max_points),
        percentage=plain_or_none(share),
        knocked_out=row.knocked_out,
        knocked_out_categories=row.knocked_out_categories,
        unscored_criteria=row.unscored_criteria,
        needs_human_criteria=row.needs_human_criteria,
        not_applicable_criteria=row.not_applicable_criteria,
        percentage_base=base,
    )


def totals_row(totals: Totals, base: PercentageBase) -> TotalsRow:
    share = percentage(totals.scored_points, totals.used_max_points, totals.total_max_points, base)
    return TotalsRow(
        scored_points=plain(totals.scored_points),
        used_max_points=plain(totals.used_max_points),
        total_max_points=plain(totals.total_max_points),
        percentage=plain_or_none(share),
        knocked_out=totals.knocked_out,
        knocked_out_categories=list(totals.knocked_out_categories),
        unscored_criteria=totals.unscored_criteria,
        needs_human_criteria=totals.needs_human_criteria,
        not_applicable_criteria=totals.not_applicable_criteria,
        percentage_base=base,
    )


def _categories(content: Content, answers: Mapping[int, CriterionAnswer], totals: Totals) -> list[dict[str, Any]]:
    parts = {part.category_id: part for part in totals.categories}
    return [
        {
            "categoryId": category.category_id,
            "label": category.label,
            "order": category.order,
            "score": plain(parts[category.category_id].score),
            "usedMaxPoints": plain(parts[category.category_id].used_max_points),
            "maxPoints": plain(parts[category.category_id].max_points),
            "knockedOut": parts[category.category_id].knocked_out,
            "criteria": [_criterion(category, criterion, answers) for criterion in category.criteria],
        }
        for category in content.categories
    ]


def _criterion(category: Category, criterion: Criterion, answers: Mapping[int, CriterionAnswer]) -> dict[str, Any]:
    answer = answers.get(criterion.id) or CriterionAnswer(criterion.id, category.category_id)
    return {
        "id": criterion.id,
        "label": criterion.label,
        "score": plain_or_none(answer.score),
        "maxPoints": plain(criterion.max_points),
        "scoringType": criterion.scoring_type,
        "reason": answer.reason,
        "state": answer.state,
        "lastEditedByUserId": answer.last_edited_by_user_id,
        "lastEditedAt": iso_or_none(answer.last_edited_at),
        "applicable": answer.applicable,
        "confidence": answer.confidence,
        "evidence": [quotation_json(item) for item in answer.evidence],
        "searchedConversationIds": list(answer.searched_conversation_ids),
        "toolCallIds": list(answer.tool_call_ids),
        "origin": answer.origin,
        "aiScore": plain_or_none(answer.ai_score),
        "aiApplicable": answer.ai_applicable,
        "aiReason": answer.ai_reason,
        "overrideReason": answer.override_reason,
        "autoGenerateByAi": criterion.auto_generate_by_ai,
        "makeOrBreakForCategory": criterion.make_or_break_for_category,
        "makeOrBreakForAssessment": criterion.make_or_break_for_assessment,
    }
