"""Queries over queued exports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update

from assaydesk.domains.exports.lifecycle import Step, before
from assaydesk.domains.exports.models import Export
from assaydesk.domains.exports.types import State
from assaydesk.domains.tags.models import Tag
from assaydesk.platform.db.session import ReadSession, WriteSession


async def page(session: ReadSession, user_id: int, *, limit: int, offset: int) -> tuple[Sequence[Export], int]:
    """The exports of a user, newest first, and their number."""
    mine = Export.user_id == user_id
    rows = await session.scalars(select(Export).where(mine).order_by(Export.id.desc()).limit(limit).offset(offset))
    total = await session.scalar(select(func.count()).select_from(Export).where(mine))
    return rows.all(), total or 0


async def find(session: ReadSession, user_id: int, export_id: int) -> Export | None:
    """One export of a user."""
    query = select(Export).where(Export.id == export_id, Export.user_id == user_id)
    return (await session.scalars(query)).first()


async def find_for_update(session: WriteSession, user_id: int, export_id: int) -> Export | None:
    """The same, locked."""
    query = select(Export).where(Export.id == export_id, Export.user_id == user_id).with_for_update()
    return (await session.scalars(query)).first()


async def claim(session: WriteSession, export_id: int) -> Export | None:
    """Take an export for writing. None when there is nothing to write any more."""
    query = (
        update(Export)
        .where(Export.id == export_id, Export.state.in_(before(Step.CLAIM)))
        .values(state=State.RUNNING, attempt=Export.attempt + 1, rows_done=0)
        .returning(Export)
        .execution_options(synchronize_session=False)
    )
    return (await session.scalars(query)).first()


async def note_progress(session: WriteSession, export_id: int, attempt: int, rows: int) -> bool:
    """False when the export was cancelled, or somebody else took it over."""
    return await _change(session, export_id, attempt, Step.FINISH, rows_done=rows)


async def finish(session: WriteSession, export_id: int, attempt: int, **values: Any) -> bool:
    """Make it done with its file, unless it was cancelled or taken over."""
    return await _change(session, export_id, attempt, Step.FINISH, state=State.DONE, **values)


async def fail(session: WriteSession, export_id: int, attempt: int, error: str, at: datetime) -> bool:
    """Give it up."""
    return await _change(session, export_id, attempt, Step.FAIL, state=State.FAILED, error=error, finished_at=at)


async def _change(session: WriteSession, export_id: int, attempt: int, step: Step, **values: Any) -> bool:
    query = (
        update(Export)
        .where(Export.id == export_id, Export.attempt == attempt, Export.state.in_(before(step)))
        .values(**values)
        .returning(Export.id)
    )
    return (await session.execute(query)).first() is not None


async def expired(session: WriteSession, now: datetime, limit: int) -> Sequence[Export]:
    """Exports whose file has had its time, locked."""
    query = (
        select(Export)
        .where(Export.file_id.is_not(None), Export.expires_at <= now)
        .order_by(Export.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(query)).all()


async def left_alone(session: ReadSession, job: str) -> list[int]:
    """Unfinished exports for which no job waits or runs."""
    rows = await session.scalars(
        text(
            "select e.id from exports e where e.state in ('queued', 'running') and not exists ("
            "select 1 from procrastinate_jobs j where j.task_name = :job and j.status in ('todo', 'doing') "
            "and (j.args ->> 'export_id')::bigint = e.id) order by e.id"
        ),
        {"job": job},
    )
    return list(rows)


async def tags(session: ReadSession) -> Sequence[Any]:
    """Every tag, deleted ones included: they stay on old tickets."""
    return (await session.execute(select(Tag.id, Tag.name, Tag.parent_id))).all()
