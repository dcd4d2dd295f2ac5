"""What the newest runs of golden sets say of the judge, for the agreement report (quality.md 16)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, not_, select

from assaydesk.domains.quality.assessments.filters import reviewed_blind
from assaydesk.domains.quality.assessments.pairs import Compared, Subject, values_of
from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenRunItem, GoldenSet
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession


async def pairs_of(
    session: ReadSession,
    scope: Callable[[Any], ColumnElement[bool]],
    *,
    base_id: int,
    scorecard_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[list[Subject], list[Compared]]:
    """The labels of each set against the answers of its newest finished run in the period, in one statement.

    `scope`: whose work counts, as a condition on the assessed person. Items that were erased, taken out, failed in the
    run or are reviewed blind by somebody are left out.
    """
    item, run, answered = GoldenItem, GoldenRun, GoldenRunItem
    newest = (
        select(func.max(run.id))
        .join(GoldenSet, GoldenSet.id == run.golden_set_id)
        .where(GoldenSet.scorecard_base_id == base_id, GoldenSet.deleted_at.is_(None), run.state == "done")
        .group_by(run.golden_set_id)
    )
    if scorecard_id is not None:
        newest = newest.where(run.scorecard_id == scorecard_id)
    if since is not None:
        newest = newest.where(run.finished_at >= since)
    if until is not None:
        newest = newest.where(run.finished_at <= until)
    query = (
        select(
            item.id, item.worklog_id, item.ticket_id, item.labels, item.created_by, answered.answers, run.content_id,
            run.finished_at, run.model, run.provider, run.prompt_version, run.id.label("run_id"), Worklog.user_id,
        )
        .join(answered, answered.item_id == item.id)
        .join(run, run.id == answered.run_id)
        .outerjoin(Worklog, Worklog.id == item.worklog_id)
        .where(
            run.id.in_(newest), item.deleted_at.is_(None), item.erased_at.is_(None), answered.error.is_(None),
            scope(Worklog.user_id),
            not_(reviewed_blind(item.worklog_id)),
        )
        .order_by(item.id)
    )  # fmt: skip
    subjects: list[Subject] = []
    compared: list[Compared] = []
    for row in await session.execute(query):
        subjects.append(
            Subject(
                key=row.id,
                content_id=row.content_id,
                at=row.finished_at,
                ticket_id=row.ticket_id,
                worklog_id=row.worklog_id,
                reviewer=row.created_by,
                assessed_user=row.user_id,
                model=row.model or row.provider,
                prompt_version=row.prompt_version,
                session_id=row.run_id,
            )
        )
        labels, answers = values_of(row.labels), values_of(row.answers)
        compared += [
            Compared(row.id, criterion, answers.get(criterion), label, row.created_by)
            for criterion, label in labels.items()
        ]
    return subjects, compared
