"""What a reviewer sees of one piece of work, and what he or she writes about it (quality.md 15)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import true

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.assessments.edits import CriterionChange, change_faults
from assaydesk.domains.quality.calibration import repository
from assaydesk.domains.quality.calibration.errors import AlreadySubmitted, InvalidState, ItemNotFound
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.calibration.schemas import AnswerWrite, SheetWrite
from assaydesk.domains.quality.calibration.types import CalibrationState, SheetAnswer, SheetState
from assaydesk.domains.quality.calibration.views import item_json, sheet_json
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.worklogs.service import readable_worklogs
from assaydesk.kit.clock import utc_now
from assaydesk.kit.numbers import plain
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, ValidationFailed
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.versions import refuse_stale


async def find_item(session: ReadSession, row: Calibration, worklog_id: int) -> CalibrationItem:
    """Raises `ItemNotFound`."""
    item = await repository.item_of(session, row.id, worklog_id)
    if item is None:
        raise ItemNotFound(worklog_id)
    return item


async def show_item(session: ReadSession, actor: Actor, row: Calibration, worklog_id: int) -> dict[str, Any]:
    """Messages, criteria, and the caller's own scores so far. Agent and AI scores are in no field.

    A reviewer may read this work because the session names it; a manager who does not score has to be allowed to see
    it anyway. Raises `ItemNotFound`.
    """
    item = await find_item(session, row, worklog_id)
    reviews = actor.id in row.reviewers
    seen = true() if reviews and row.state != CalibrationState.CANCELLED else readable_worklogs(actor)
    known = await repository.works(session, [worklog_id], seen)
    snapshots = await collect(session, [worklog_id], now=utc_now()) if known else {}
    if worklog_id not in snapshots:
        raise ItemNotFound(worklog_id)
    content = await content_of(session, row)
    sheet = None
    if reviews:
        own = await repository.sheet_of(session, row.id, worklog_id, actor.id)
        sheet = sheet_json(own, actor.id, shown=True)
    return item_json(row, item, snapshots[worklog_id].case, content, sheet)


async def write_sheet(
    session: WriteSession,
    actor: Actor,
    row: Calibration,
    worklog_id: int,
    body: SheetWrite,
    *,
    unmodified_since: str | None = None,
) -> dict[str, Any]:
    """Keep the caller's scores; `criteria` replaces what was there, a key that is missing keeps it.

    Raises `ItemNotFound`, `PermissionDenied`, `ValidationFailed`, `StaleObject`, `InvalidState`, `AlreadySubmitted`.
    """
    await find_item(session, row, worklog_id)
    if actor.id not in row.reviewers:
        raise PermissionDenied(
            Permission.QUALITY_MANAGE_CALIBRATION, message="Only the reviewers of this calibration score in it."
        )
    content = await content_of(session, row)
    given = body.model_fields_set
    faults = change_faults(content, [_change(item) for item in body.criteria]) if "criteria" in given else []
    if faults:
        raise ValidationFailed(faults)
    if row.state != CalibrationState.OPEN:
        raise InvalidState(CalibrationState(row.state), CalibrationState.OPEN)
    now = utc_now()
    sheet = await repository.lock_sheet(session, row.id, worklog_id, actor.id, created_at=now, modified_at=now)
    if sheet.state == SheetState.SUBMITTED:
        raise AlreadySubmitted
    refuse_stale(unmodified_since, modified_at=sheet.modified_at, version=sheet.version)
    if "criteria" in given:
        sheet.answers = [answer_json(_answer(item)) for item in body.criteria]
    if "comment" in given:
        sheet.comment = body.comment
    if body.submit:
        _require_complete(content, answers_of(sheet))
        sheet.state, sheet.submitted_at = SheetState.SUBMITTED, now
    sheet.modified_at, sheet.version = now, sheet.version + 1
    await session.flush()
    if body.submit:
        change = Change(row.id, f"sheets.{worklog_id}.{actor.id}", SheetState.DRAFT, SheetState.SUBMITTED)
        await write_audit(session, actor, "calibration:sheet:submit", "calibration", [change])
    return sheet_json(sheet, actor.id, shown=True)


async def content_of(session: ReadSession, row: Calibration) -> Content:
    return (await load_content(session, [row.content_id]))[row.content_id]


def answers_of(sheet: CalibrationSheet) -> list[SheetAnswer]:
    return [answer_from_json(item) for item in sheet.answers]


def answer_from_json(item: Mapping[str, Any]) -> SheetAnswer:
    score = item["score"]
    return SheetAnswer(
        criterion_id=item["criterionId"],
        category_id=item["categoryId"],
        score=None if score is None else Decimal(str(score)),
        applicable=item["applicable"],
        reason=item["reason"],
    )


def answer_json(answer: SheetAnswer) -> dict[str, Any]:
    return {
        "categoryId": answer.category_id,
        "criterionId": answer.criterion_id,
        "score": None if answer.score is None else plain(answer.score),
        "applicable": answer.applicable,
        "reason": answer.reason,
    }


def _answer(item: AnswerWrite) -> SheetAnswer:
    applicable = True if item.score is not None else item.applicable
    return SheetAnswer(item.criterion_id, item.category_id, item.score, applicable, item.reason)


def _change(item: AnswerWrite) -> CriterionChange:
    return CriterionChange(
        category_id=item.category_id,
        criterion_id=item.criterion_id,
        given=frozenset(item.model_fields_set),
        score=item.score,
        reason=item.reason,
        applicable=item.applicable,
    )


def _require_complete(content: Content, answers: Sequence[SheetAnswer]) -> None:
    """Raises `ValidationFailed` with every criterion that has no answer."""
    answered = {answer.criterion_id for answer in answers if answer.given}
    missing = [criterion for _, criterion in content.criteria if criterion.id not in answered]
    if missing:
        raise ValidationFailed(
            [FieldError("criteria", "required", f"Criterion {one.id} ({one.label}) has no answer.") for one in missing]
        )
