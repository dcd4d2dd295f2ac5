"""Queries over periodic jobs and their runs."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.cron.models import CronJob, CronRun, JobFailure
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.jobs.job import JobResult


async def stored(session: ReadSession) -> dict[str, CronJob]:
    """What is stored, by name."""
    return {row.name: row for row in await session.scalars(select(CronJob))}


async def hold(session: WriteSession, name: str, now: datetime) -> CronJob:
    """The row of a job, locked; made when there is none."""
    await ensure(session, [name], now)
    rows = await session.scalars(select(CronJob).where(CronJob.name == name).with_for_update())
    return rows.one()


async def ensure(session: WriteSession, names: Collection[str], now: datetime) -> None:
    """Have a row for each job; one that is met for the first time is not due before `now`."""
    rows = [{"name": name, "last_tick": now} for name in sorted(names)]
    await session.execute(insert(CronJob).values(rows).on_conflict_do_nothing())


async def take_tick(session: WriteSession, name: str, tick: datetime) -> bool:
    """Move the clock of a job on. False when another worker has done so; until the caller ends, others wait."""
    moved = update(CronJob).where(CronJob.name == name, CronJob.last_tick < tick).values(last_tick=tick)
    return (await session.execute(moved.returning(CronJob.name))).first() is not None


async def last_runs(session: ReadSession, names: Collection[str]) -> dict[str, CronRun]:
    """The newest run of each job."""
    newest = select(func.max(CronRun.id)).where(CronRun.name.in_(list(names))).group_by(CronRun.name)
    rows = await session.scalars(select(CronRun).where(CronRun.id.in_(newest)))
    return {row.name: row for row in rows}


async def runs_of(session: ReadSession, name: str, limit: int) -> Sequence[CronRun]:
    """Runs of one job, newest first."""
    return (
        await session.scalars(select(CronRun).where(CronRun.name == name).order_by(CronRun.id.desc()).limit(limit))
    ).all()


async def begin_run(session: WriteSession, name: str, job_id: int | None, at: datetime) -> None:
    """Note a start. A run of the same job that has no end was interrupted: runs of one job never overlap."""
    await session.execute(
        update(CronRun)
        .where(CronRun.name == name, CronRun.finished_at.is_(None))
        .values(finished_at=at, ok=False, error="Interrupted: the worker was stopped.")
    )
    await session.execute(insert(CronRun).values(name=name, job_id=job_id, started_at=at))


async def end_run(session: WriteSession, name: str, at: datetime, error: str | None, result: JobResult) -> None:
    """Note the end of the run at hand."""
    await session.execute(
        update(CronRun)
        .where(CronRun.name == name, CronRun.finished_at.is_(None))
        .values(finished_at=at, ok=error is None, error=error, result=None if result is None else dict(result))
    )


async def note_failure(session: WriteSession, job_id: int, at: datetime, error: str) -> None:
    """Remember why the last try of a job failed."""
    row = insert(JobFailure).values(job_id=job_id, at=at, error=error)
    await session.execute(row.on_conflict_do_update(index_elements=["job_id"], set_={"at": at, "error": error}))


async def failures_of(session: ReadSession, job_ids: Collection[int]) -> dict[int, str]:
    """Why the last tries of these jobs failed."""
    rows = await session.execute(
        select(JobFailure.job_id, JobFailure.error).where(JobFailure.job_id.in_(list(job_ids)))
    )
    return {row[0]: row[1] for row in rows}


async def delete_old_runs(session: WriteSession, keep: int) -> int:
    """Forget all but the newest runs of each job."""
    ranked = select(
        CronRun.id, func.row_number().over(partition_by=CronRun.name, order_by=CronRun.id.desc()).label("rank")
    ).subquery()
    gone = delete(CronRun).where(CronRun.id.in_(select(ranked.c.id).where(ranked.c.rank > keep)))
    return len((await session.execute(gone.returning(CronRun.id))).all())


async def delete_old_failures(session: WriteSession) -> None:
    """Forget the failures of jobs that are gone."""
    await session.execute(
        text("delete from job_failures f where not exists (select 1 from procrastinate_jobs j where j.id = f.job_id)")
    )


async def clock_drift(session: ReadSession, now: datetime) -> float:
    """By how many seconds the clock of the database is ahead of `now`."""
    found: Any = await session.scalar(text("select extract(epoch from clock_timestamp())"))
    return float(found) - now.timestamp()
