"""The end of a calibration session, its result, and what the judge adds to it (quality.md 15)."""

import asyncio
from collections.abc import Iterable
from typing import Any

from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.dry_run import DryResult
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Origin
from assaydesk.domains.quality.calibration import repository
from assaydesk.domains.quality.calibration.errors import InvalidState, TooFewSubmissions
from assaydesk.domains.quality.calibration.events import CalibrationAiWanted
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.calibration.sheets import answer_from_json, answer_json, content_of
from assaydesk.domains.quality.calibration.types import AiState, CalibrationState, SheetAnswer, SheetState
from assaydesk.domains.quality.calibration.views import result_without_ai
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.domains.quality.scorecards.types import Content, PercentageBase
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor


async def close_session(session: WriteSession, actor: Actor, row: Calibration) -> None:
    """Close a locked session and compute its result from the final sheets; drafts count as missing.

    Where the judge has not answered, or failed, it is asked (again), and what it says later is added to the result.
    Raises `InvalidState` and `TooFewSubmissions`.
    """
    if row.state != CalibrationState.OPEN:
        raise InvalidState(CalibrationState(row.state), CalibrationState.OPEN)
    submitted = await repository.submitted_count(session, row.id)
    if submitted < 2:
        raise TooFewSubmissions(submitted)
    now = utc_now()
    row.state, row.closed_at, row.modified_at, row.version = CalibrationState.CLOSED, now, now, row.version + 1
    row.result = await _compute(session, row)
    await session.flush()
    change = Change(row.id, "state", CalibrationState.OPEN, CalibrationState.CLOSED)
    await write_audit(session, actor, "calibration:close", "calibration", [change])
    if row.include_ai:
        await repository.ask_ai_again(session, row.id)
        if await repository.waiting_for_ai(session, row.id):
            await publish(session, CalibrationAiWanted(row.id))


async def read_result(session: ReadSession, row: Calibration) -> dict[str, Any]:
    """The result of a closed session; without the AI while somebody reviews work of it blind. Raises `InvalidState`."""
    if row.state != CalibrationState.CLOSED or row.result is None:
        raise InvalidState(CalibrationState(row.state), CalibrationState.CLOSED)
    hidden = await repository.hidden_from_all(session, row.id)
    return {"calibrationId": row.id, **(result_without_ai(row.result) if hidden else row.result)}


async def note_ai_answers(session: WriteSession, calibration_id: int, judged: DryResult) -> None:
    """Keep what the judge made of one piece of work; a closed session gets it in its result."""
    row = await repository.lock(session, SYSTEM, calibration_id)
    if row is None or row.state == CalibrationState.CANCELLED:
        return
    await repository.store_ai(session, calibration_id, judged.worklog_id, **_ai_values(judged))
    if row.state == CalibrationState.CLOSED:
        row.result = await _compute(session, row)


def _ai_values(judged: DryResult) -> dict[str, Any]:
    if isinstance(judged.judgement, JudgeFailed):
        return {"ai_state": AiState.FAILED, "ai_error": judged.judgement.code}
    answers = [answer_json(_of_ai(answer)) for answer in judged.answers]
    run = None if judged.judgement is None else judged.judgement.run
    known = None if run is None else {
        "provider": run.provider, "model": run.model, "promptVersion": run.prompt_version, "inputHash": run.input_hash,
        "contentHash": run.content_hash,
    }  # fmt: skip
    return {"ai_state": AiState.DONE, "ai_answers": answers, "ai_run": known, "ai_error": None}


def _of_ai(answer: CriterionAnswer) -> SheetAnswer:
    """An abstention is no answer: neither a score nor "not applicable"."""
    if answer.state is CriterionState.NEEDS_HUMAN:
        return SheetAnswer(answer.criterion_id, answer.category_id, None, None, answer.reason)
    return SheetAnswer(answer.criterion_id, answer.category_id, answer.score, answer.applicable, answer.reason)


async def _compute(session: ReadSession, row: Calibration) -> dict[str, Any]:
    """The figures of what is stored at this moment."""
    content = await content_of(session, row)
    settings = await get_settings(session)
    items = await repository.items_of(session, row.id)
    sheets = [one for one in await repository.sheets_of(session, row.id) if one.state == SheetState.SUBMITTED]
    return await asyncio.to_thread(_figures, row.reviewers, row.reference_user_id, content, settings, items, sheets)


def _figures(
    reviewers: list[int],
    reference: int | None,
    content: Content,
    settings: InstanceSettings,
    items: Iterable[CalibrationItem],
    sheets: Iterable[CalibrationSheet],
) -> dict[str, Any]:
    from assaydesk.domains.quality.calibration.result import AI, Rater, Sitting, compute_result, mark_of

    criteria = {criterion.id: criterion for _, criterion in content.criteria}
    given: dict[tuple[int, Rater], list[SheetAnswer]] = {
        (sheet.worklog_id, sheet.user_id): [answer_from_json(one) for one in sheet.answers] for sheet in sheets
    }
    listed = list(items)
    for item in listed:
        if item.ai_answers is not None:
            given[item.worklog_id, AI] = [answer_from_json(one) for one in item.ai_answers]
    marks = {
        key: {
            answer.criterion_id: mark
            for answer in answers
            if answer.criterion_id in criteria and (mark := mark_of(criteria[answer.criterion_id], answer)) is not None
        }
        for key, answers in given.items()
    }
    base = PercentageBase(settings.quality_percentage_base)
    percentages = {key: totals_of(content, map(_scored, answers), base).percentage for key, answers in given.items()}
    return compute_result(
        Sitting(
            criteria=list(criteria.values()),
            worklog_ids=[item.worklog_id for item in listed],
            people=reviewers,
            reference=reference,
            marks=marks,
            percentages=percentages,
            least=settings.quality_report_min_n,
        )
    )


def _scored(answer: SheetAnswer) -> CriterionAnswer:
    """In the form that totals are made of."""
    if answer.applicable is False:
        state = CriterionState.NOT_APPLICABLE
    else:
        state = CriterionState.UNSCORED if answer.score is None else CriterionState.HUMAN_VERIFIED
    return CriterionAnswer(
        criterion_id=answer.criterion_id,
        category_id=answer.category_id,
        state=state,
        score=answer.score,
        applicable=answer.applicable,
        origin=Origin.HUMAN if answer.given else None,
    )
