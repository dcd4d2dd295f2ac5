"""Calibration sessions in their wire form; what a caller may not see is left out here, in one place."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.calibration.types import AiState, CalibrationState, SheetState
from assaydesk.domains.quality.judging.types import Role, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.kit.clock import iso, iso_or_none
from assaydesk.kit.numbers import plain


def opened(row: Calibration) -> bool:
    """Whether what others answered may be seen: at once without blindness, else when the session is closed."""
    return not row.blind or row.state == CalibrationState.CLOSED


def session_json(
    row: Calibration,
    items: Iterable[CalibrationItem],
    sheets: Iterable[CalibrationSheet],
    viewer_id: int,
    hidden: Collection[int],
) -> dict[str, Any]:
    """The whole session. One's own answers are always shown, those of others and of the AI when it is `opened`.

    `hidden`: worklogs of which the AI's answers are shown to nobody at present.
    """
    found = {(sheet.worklog_id, sheet.user_id): sheet for sheet in sheets}
    shown = opened(row)
    return {
        "id": row.id,
        "name": row.name,
        "scorecardId": row.scorecard_id,
        "scorecardBaseId": row.scorecard_base_id,
        "state": row.state,
        "blind": row.blind,
        "includeAi": row.include_ai,
        "referenceUserId": row.reference_user_id,
        "dueBy": iso_or_none(row.due_by),
        "createdBy": row.created_by,
        "createdAt": iso(row.created_at),
        "modifiedAt": iso(row.modified_at),
        "closedAt": iso_or_none(row.closed_at),
        "version": row.version,
        "reviewers": row.reviewers,
        "items": [
            {
                "worklogId": item.worklog_id,
                "ticketId": item.ticket_id,
                "sheets": [
                    sheet_json(found.get((item.worklog_id, user)), user, shown=shown or user == viewer_id)
                    for user in row.reviewers
                ],
                "ai": _ai_json(item, shown=shown and item.worklog_id not in hidden),
            }
            for item in items
        ],
    }


def result_without_ai(result: Mapping[str, Any]) -> dict[str, Any]:
    """What people alone make of it: nothing from which the AI's answers could be told."""
    items = [
        {**item, "percentages": {rater: value for rater, value in item["percentages"].items() if rater != "ai"}}
        for item in result["items"]
    ]
    cells = [cell for cell in result["heatMap"] if cell["userId"] is not None]
    return {**result, "items": items, "ai": None, "heatMap": cells}


def sheet_json(sheet: CalibrationSheet | None, user_id: int, *, shown: bool) -> dict[str, Any]:
    """One sheet; without a row the reviewer has not begun."""
    if sheet is None:
        state, submitted, answers, comment = SheetState.NOT_STARTED, None, [], ""
    else:
        state, submitted = SheetState(sheet.state), sheet.submitted_at
        answers, comment = sheet.answers, sheet.comment
    return {
        "userId": user_id,
        "state": state,
        "submittedAt": iso_or_none(submitted),
        "criteria": answers if shown else None,
        "comment": comment if shown else None,
    }


def _ai_json(item: CalibrationItem, *, shown: bool) -> dict[str, Any]:
    failed = item.ai_state == AiState.FAILED
    return {
        "state": item.ai_state,
        "criteria": item.ai_answers if shown else None,
        "errorCode": item.ai_error if failed else None,
    }


def listed_json(row: Any) -> dict[str, Any]:
    """One line of the list; `row` has the columns of `repository.page`."""
    return {
        "id": row.id,
        "name": row.name,
        "scorecardId": row.scorecard_id,
        "state": row.state,
        "reviewers": row.reviewers,
        "items": row.items,
        "submitted": row.submitted,
        "dueBy": iso_or_none(row.due_by),
        "createdBy": row.created_by,
        "createdAt": iso(row.created_at),
        "closedAt": iso_or_none(row.closed_at),
    }


def item_json(
    row: Calibration, item: CalibrationItem, case: WorklogCase, content: Content, sheet: Mapping[str, Any] | None
) -> dict[str, Any]:
    """One piece of work as it is scored: no name of the person who did it and nobody's scores but one's own."""
    return {
        "calibrationId": row.id,
        "worklogId": item.worklog_id,
        "ticketId": item.ticket_id,
        "state": row.state,
        "channel": case.channel,
        "subject": case.subject,
        "actionList": list(case.action_list),
        "conversations": [
            {
                "id": message.conversation_id,
                "role": message.role,
                "private": message.role is Role.NOTE,
                "subject": message.subject,
                "bodyPlain": message.text,
                "createdAt": iso(message.at),
                "assessed": message.assessed,
                "attachments": list(message.attachments),
            }
            for message in case.messages
        ],
        "toolCalls": [
            {"id": call.id, "name": call.name, "arguments": call.arguments, "result": call.result, "at": iso(call.at)}
            for call in case.tool_calls
        ],
        "categories": _categories(content),
        "sheet": sheet,
    }


def _categories(content: Content) -> Sequence[Mapping[str, Any]]:
    return [
        {
            "categoryId": category.category_id,
            "label": category.label,
            "criteria": [
                {
                    "id": criterion.id,
                    "label": criterion.label,
                    "description": criterion.description,
                    "maxPoints": plain(criterion.max_points),
                    "scoringType": criterion.scoring_type,
                    "allowNotApplicable": criterion.allow_not_applicable,
                    "applicabilityPrompt": criterion.applicability_prompt,
                    "makeOrBreakForCategory": criterion.make_or_break_for_category,
                    "makeOrBreakForAssessment": criterion.make_or_break_for_assessment,
                }
                for criterion in category.criteria
            ],
        }
        for category in content.categories
    ]
