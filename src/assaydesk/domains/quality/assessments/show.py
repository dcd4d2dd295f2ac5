"""Reading assessments: lists, single ones, runs; always as the caller may see them (quality.md 8.1, 8.2, 8.8, 8.9)."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from assaydesk.domains.quality.assessments import repository
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.errors import AssessmentNotFound
from assaydesk.domains.quality.assessments.filters import AssessmentFilter, Order
from assaydesk.domains.quality.assessments.policy import mask
from assaydesk.domains.quality.assessments.repository import Seen
from assaydesk.domains.quality.assessments.rows import FullRow, PageRow, SingleRow, SummaryRow
from assaydesk.domains.quality.assessments.types import CriterionAnswer, State
from assaydesk.domains.quality.assessments.views import (
    Viewer,
    full_view,
    history_view,
    run_json,
    run_view,
    summary_view,
    work_of_row,
    work_of_worklog,
)
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Totals
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs.rows import WorklogRow
from assaydesk.domains.worklogs.service import load_worklogs
from assaydesk.kit.clock import iso_or_none, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor


async def viewer_of(session: ReadSession, actor: Actor) -> Viewer:
    return Viewer(actor, await get_settings(session))


async def list_assessments(
    session: ReadSession, viewer: Viewer, asked: AssessmentFilter, order: Order, *, limit: int, offset: int
) -> PageRow:
    """One page of summaries of what the caller may see."""
    rows, total = await repository.page(
        session, viewer.actor, viewer.settings, asked, order, limit=limit, offset=offset
    )
    return PageRow(assessments=await _summaries(session, viewer, rows), total=total, limit=limit, offset=offset)


async def list_of_ticket(session: ReadSession, actor: Actor, ticket_id: int) -> list[SummaryRow]:
    """Summaries of a ticket that the caller may read, in the order of creation."""
    viewer = await viewer_of(session, actor)
    rows = await repository.of_ticket(session, actor, viewer.settings, ticket_id)
    return await _summaries(session, viewer, rows)


async def summaries_of(session: ReadSession, viewer: Viewer, ids: Collection[int]) -> dict[int, SummaryRow]:
    """Summaries of those of these assessments that the caller may see, by id."""
    rows = await repository.of_ids(session, viewer.actor, viewer.settings, ids)
    return {row.id: row for row in await _summaries(session, viewer, rows)}


async def assessments_of_worklogs(
    session: ReadSession, actor: Actor, worklog_ids: Collection[int]
) -> dict[int, list[dict[str, Any]]]:
    """What a worklog shows of its assessments: the live ones that the caller may see. Fills `WORKLOG_ASSESSMENTS`."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in await repository.of_worklogs(session, actor, await get_settings(session), worklog_ids):
        found.setdefault(row.worklog_id, []).append(
            {
                "id": row.id,
                "scorecardId": row.scorecard_id,
                "state": row.state,
                "scorecardBaseId": row.scorecard_base_id,
            }
        )
    return found


async def find_assessment(session: ReadSession, viewer: Viewer, assessment_id: int, *, lock: bool = False) -> Seen:
    """The row, if the caller may see it. Raises `AssessmentNotFound`."""
    seen = await repository.get(session, viewer.actor, viewer.settings, assessment_id, lock=lock)
    if seen is None:
        raise AssessmentNotFound(assessment_id)
    return seen


async def answers_of_assessment(session: ReadSession, assessment_id: int) -> dict[int, CriterionAnswer]:
    """The present answers by criterion, of a row that was found for somebody; unmasked."""
    return (await repository.answers_of(session, [assessment_id])).get(assessment_id, {})


async def lock_assessment(session: WriteSession, viewer: Viewer, assessment_id: int) -> Seen:
    """The same, held until the end of the transaction."""
    return await find_assessment(session, viewer, assessment_id, lock=True)


async def show_summary(session: ReadSession, viewer: Viewer, seen: Seen) -> SummaryRow:
    work = work_of_worklog(await _worklog(session, seen.row, with_segments=False))
    masked = await _masked_totals(session, viewer, [(seen.row, seen.team_mate)])
    totals = masked.get(seen.row.id)
    return summary_view(seen.row, viewer, work, team_mate=seen.team_mate, masked_totals=totals)


async def show_full(session: ReadSession, viewer: Viewer, seen: Seen) -> FullRow:
    """The full format, as a change of the assessment answers it."""
    row = seen.row
    content = (await load_content(session, [row.content_id]))[row.content_id]
    answers: Mapping[int, Any] = (await repository.answers_of(session, [row.id]))[row.id]
    if viewer.masks(row, team_mate=seen.team_mate):
        answers = {number: mask(answer) for number, answer in answers.items()}
    work = work_of_worklog(await _worklog(session, row, with_segments=True))
    run = await repository.get_run(session, row.run_id)
    return full_view(
        row,
        viewer,
        work,
        team_mate=seen.team_mate,
        content=content,
        answers=answers,
        totals=totals_of(content, answers.values(), viewer.base),
        judge=None if run is None else run_json(run),
    )


async def show_single(session: ReadSession, viewer: Viewer, seen: Seen) -> SingleRow:
    """The full format with the history."""
    full = await show_full(session, viewer, seen)
    edits = await repository.edits_of(session, seen.row.id)
    deleted = seen.row.deleted_at if seen.row.state == State.DELETED else None
    return SingleRow(
        **{name: getattr(full, name) for name in FullRow.__struct_fields__},
        deleted_at=iso_or_none(deleted),
        editing_history=history_view(edits, masked=viewer.masks(seen.row, team_mate=seen.team_mate)),
    )


async def list_runs(session: ReadSession, viewer: Viewer, seen: Seen, *, limit: int, offset: int) -> dict[str, Any]:
    """The runs of the judge, newest first; the right to edit is the caller's matter."""
    runs, total = await repository.runs_of(session, seen.row.id, limit=limit, offset=offset)
    masked = viewer.masks(seen.row, team_mate=seen.team_mate)
    return {"runs": [run_view(run, masked=masked) for run in runs], "total": total, "limit": limit, "offset": offset}


async def _summaries(session: ReadSession, viewer: Viewer, rows: Sequence[Any]) -> list[SummaryRow]:
    """No statement for any number of rows; two when some are reviewed blind."""
    masked = await _masked_totals(session, viewer, [(row, row.team_mate) for row in rows])
    now = utc_now()
    return [
        summary_view(row, viewer, work_of_row(row, now), team_mate=row.team_mate, masked_totals=masked.get(row.id))
        for row in rows
    ]


async def _worklog(session: ReadSession, row: Any, *, with_segments: bool) -> WorklogRow | None:
    ids = [] if row.worklog_id is None else [row.worklog_id]
    return (await load_worklogs(session, ids, with_segments=with_segments)).get(row.worklog_id or 0)


async def _masked_totals(session: ReadSession, viewer: Viewer, rows: Sequence[tuple[Any, bool]]) -> dict[int, Totals]:
    """Totals of one's own answers alone, for rows whose AI answers are hidden from the caller."""
    hidden = [row for row, team_mate in rows if row.blind_review and viewer.masks(row, team_mate=team_mate)]
    if not hidden:
        return {}
    contents = await load_content(session, {row.content_id for row in hidden})
    answers = await repository.answers_of(session, [row.id for row in hidden])
    return {
        row.id: totals_of(contents[row.content_id], map(mask, answers[row.id].values()), viewer.base) for row in hidden
    }
