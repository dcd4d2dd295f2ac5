"""What closed sessions say of the judge and of people among themselves, for the agreement report (quality.md 16)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, not_, select

from assaydesk.domains.quality.assessments.filters import reviewed_blind
from assaydesk.domains.quality.assessments.pairs import Compared, Subject, values_of
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.calibration.types import CalibrationState, SheetState
from assaydesk.platform.db.session import ReadSession

Scope = Callable[[Any], ColumnElement[bool]]


async def pairs_of(
    session: ReadSession,
    scope: Scope,
    *,
    base_id: int,
    scorecard_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[list[Subject], list[Compared]]:
    """Each submitted sheet of closed sessions against the judge's answers to the same work, in one statement.

    `scope`: whose work counts, as a condition on the assessed person. Pieces of work that the judge did not answer, or
    that somebody reviews blind, are left out.
    """
    known, item, sheet = Calibration, CalibrationItem, CalibrationSheet
    query = (
        select(
            known.id, known.content_id, known.closed_at, known.blind, item.worklog_id, item.ticket_id,
            item.assessed_user, item.ai_answers, item.ai_run, sheet.user_id, sheet.answers,
        )
        .join(item, item.calibration_id == known.id)
        .join(sheet, (sheet.calibration_id == known.id) & (sheet.worklog_id == item.worklog_id))
        .where(
            known.scorecard_base_id == base_id, known.state == CalibrationState.CLOSED,
            sheet.state == SheetState.SUBMITTED, item.ai_answers.is_not(None), scope(item.assessed_user),
            not_(reviewed_blind(item.worklog_id)),
        )
        .order_by(known.id, item.worklog_id, sheet.user_id)
    )  # fmt: skip
    if scorecard_id is not None:
        query = query.where(known.scorecard_id == scorecard_id)
    if since is not None:
        query = query.where(known.closed_at >= since)
    if until is not None:
        query = query.where(known.closed_at <= until)
    subjects: dict[tuple[int, int], Subject] = {}
    compared: list[Compared] = []
    for row in await session.execute(query):
        place = row.id, row.worklog_id
        if place not in subjects:
            run = row.ai_run or {}
            subjects[place] = Subject(
                key=len(subjects) + 1,
                content_id=row.content_id,
                at=row.closed_at,
                ticket_id=row.ticket_id,
                worklog_id=row.worklog_id,
                assessed_user=row.assessed_user,
                model=run.get("model") or run.get("provider"),
                prompt_version=run.get("promptVersion"),
                session_id=row.id,
            )
        key, human = subjects[place].key, values_of(row.answers)
        compared += [
            Compared(key, criterion, ai, human.get(criterion), row.user_id, blind=row.blind)
            for criterion, ai in values_of(row.ai_answers).items()
        ]
    return list(subjects.values()), compared


async def sheets_of_closed(
    session: ReadSession, scope: Scope, *, base_id: int | None = None
) -> list[tuple[int, int, int, int, dict[int, float | None]]]:
    """Session, content, worklog, reviewer and values by criterion of every submitted sheet of closed sessions."""
    known, item, sheet = Calibration, CalibrationItem, CalibrationSheet
    query = (
        select(known.id, known.content_id, sheet.worklog_id, sheet.user_id, sheet.answers)
        .join(sheet, sheet.calibration_id == known.id)
        .join(item, (item.calibration_id == known.id) & (item.worklog_id == sheet.worklog_id))
        .where(
            known.state == CalibrationState.CLOSED, sheet.state == SheetState.SUBMITTED, scope(item.assessed_user),
        )
        .order_by(known.id, sheet.worklog_id, sheet.user_id)
    )  # fmt: skip
    if base_id is not None:
        query = query.where(known.scorecard_base_id == base_id)
    return [
        (row.id, row.content_id, row.worklog_id, row.user_id, values_of(row.answers))
        for row in await session.execute(query)
    ]
