"""Queries of calibration sessions. Reads begin with who may know of a session."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select, true, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.quality.assessments.filters import reviewed_blind
from assaydesk.domains.quality.calibration.models import Calibration, CalibrationItem, CalibrationSheet
from assaydesk.domains.quality.calibration.types import AiState, CalibrationState, SheetState
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission


def readable(actor: Actor) -> ColumnElement[bool]:
    """Managers know of all sessions, reviewers of their own."""
    if actor.has(Permission.QUALITY_MANAGE_CALIBRATION):
        return true()
    return Calibration.reviewers.contains([actor.id])


async def page(
    session: ReadSession, actor: Actor, states: Collection[str], *, limit: int, offset: int
) -> tuple[Sequence[Any], int]:
    """One page, the newest first, with the numbers of items and of submitted sheets."""
    C = Calibration
    wanted = (readable(actor), C.state.in_(list(states)))
    items = select(func.count()).where(CalibrationItem.calibration_id == C.id).scalar_subquery()
    submitted = (
        select(func.count())
        .where(CalibrationSheet.calibration_id == C.id, CalibrationSheet.state == SheetState.SUBMITTED)
        .scalar_subquery()
    )
    query = (
        select(
            C.id, C.name, C.scorecard_id, C.state, C.reviewers, C.due_by, C.created_by, C.created_at, C.closed_at,
            items.label("items"), submitted.label("submitted"),
        )
        .where(*wanted)
        .order_by(C.id.desc())
        .limit(limit)
        .offset(offset)
    )  # fmt: skip
    rows = (await session.execute(query)).all()
    total = await session.scalar(select(func.count()).select_from(C).where(*wanted))
    return rows, total or 0


async def find(session: ReadSession, actor: Actor, calibration_id: int) -> Calibration | None:
    """A session, if the caller may know of it."""
    query = select(Calibration).where(Calibration.id == calibration_id, readable(actor))
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def lock(session: WriteSession, actor: Actor, calibration_id: int, *, shared: bool = False) -> Calibration | None:
    """The same, locked: alone for what changes the session, `shared` for sheets, which do not hinder each other."""
    query = select(Calibration).where(Calibration.id == calibration_id, readable(actor)).with_for_update(read=shared)
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()


async def items_of(session: ReadSession, calibration_id: int) -> Sequence[CalibrationItem]:
    query = select(CalibrationItem).where(CalibrationItem.calibration_id == calibration_id)
    query = query.order_by(CalibrationItem.position, CalibrationItem.worklog_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def item_of(session: ReadSession, calibration_id: int, worklog_id: int) -> CalibrationItem | None:
    return await session.get(CalibrationItem, (calibration_id, worklog_id), populate_existing=True)


async def sheets_of(session: ReadSession, calibration_id: int) -> Sequence[CalibrationSheet]:
    query = select(CalibrationSheet).where(CalibrationSheet.calibration_id == calibration_id)
    return (await session.execute(query.execution_options(populate_existing=True))).scalars().all()


async def sheet_of(session: ReadSession, calibration_id: int, worklog_id: int, user_id: int) -> CalibrationSheet | None:
    return await session.get(CalibrationSheet, (calibration_id, worklog_id, user_id), populate_existing=True)


async def lock_sheet(
    session: WriteSession, calibration_id: int, worklog_id: int, user_id: int, **made: Any
) -> CalibrationSheet:
    """The locked sheet, made when there is none; two requests of one person take their turns."""
    key = {"calibration_id": calibration_id, "worklog_id": worklog_id, "user_id": user_id}
    await session.execute(insert(CalibrationSheet).values(**key, **made).on_conflict_do_nothing())
    query = select(CalibrationSheet).filter_by(**key).with_for_update()
    return (await session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def submitted_count(session: ReadSession, calibration_id: int) -> int:
    query = select(func.count()).where(
        CalibrationSheet.calibration_id == calibration_id, CalibrationSheet.state == SheetState.SUBMITTED
    )
    return await session.scalar(query) or 0


async def works(
    session: ReadSession, worklog_ids: Collection[int], seen: ColumnElement[bool]
) -> dict[int, tuple[int, int]]:
    """Worklog id -> ticket and assessed user, of those that the caller may see."""
    query = select(Worklog.id, Worklog.ticket_id, Worklog.user_id).where(Worklog.id.in_(list(worklog_ids)), seen)
    return {row.id: (row.ticket_id, row.user_id) for row in await session.execute(query)}


async def hidden_from_all(session: ReadSession, calibration_id: int) -> set[int]:
    """The worklogs of a session that somebody reviews blind: what the AI says of them is not shown."""
    query = select(CalibrationItem.worklog_id).where(
        CalibrationItem.calibration_id == calibration_id, reviewed_blind(CalibrationItem.worklog_id)
    )
    return set(await session.scalars(query))


async def waiting_for_ai(session: ReadSession, calibration_id: int) -> list[int]:
    """The worklogs of a session that the judge has not answered; none when the session was cancelled."""
    query = (
        select(CalibrationItem.worklog_id)
        .join(Calibration, Calibration.id == CalibrationItem.calibration_id)
        .where(
            CalibrationItem.calibration_id == calibration_id,
            CalibrationItem.ai_state == AiState.WAITING,
            Calibration.state != CalibrationState.CANCELLED,
        )
        .order_by(CalibrationItem.position)
    )
    return list(await session.scalars(query))


async def store_ai(session: WriteSession, calibration_id: int, worklog_id: int, **values: Any) -> None:
    """What the judge said, unless it was stored before."""
    await session.execute(
        update(CalibrationItem)
        .where(
            CalibrationItem.calibration_id == calibration_id,
            CalibrationItem.worklog_id == worklog_id,
            CalibrationItem.ai_state == AiState.WAITING,
        )
        .values(**values)
    )


async def ask_ai_again(session: WriteSession, calibration_id: int) -> None:
    """Have the judge try once more what it failed at."""
    await session.execute(
        update(CalibrationItem)
        .where(CalibrationItem.calibration_id == calibration_id, CalibrationItem.ai_state == AiState.FAILED)
        .values(ai_state=AiState.WAITING)
    )
