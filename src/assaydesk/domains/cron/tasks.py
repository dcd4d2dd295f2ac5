"""The clock of the periodic jobs, and tidying up after the queue."""

import asyncio
from datetime import datetime, timedelta
from typing import Final

import structlog

from assaydesk.domains.cron import repository, service
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs import board
from assaydesk.platform.jobs.job import JobResult, Runtime, job
from assaydesk.platform.jobs.queue import enqueue

log = structlog.get_logger("cron")

LOOK_SECONDS: Final = 5.0
BATCH: Final = 5000
KEEP_DONE: Final = timedelta(days=1)
KEEP_OTHERS: Final = timedelta(days=30)


async def tick(runtime: Runtime, now: datetime) -> list[str]:
    """Queue what is due; answers the names. Any number of workers may do this: each due time is handed out once.

    The clock of a job is moved on, and its run is queued, in one transaction; a worker that dies before the commit has
    done neither. A run that still waits takes the due time with it.
    """
    async with runtime.database.read() as session:
        due = await service.due_jobs(session, now)
    queued = []
    for name, periodic, at, switched_on in due:
        async with runtime.database.write() as session:
            if not await service.take_tick(session, name, at) or not switched_on:
                continue
            if await enqueue(session, periodic, key=periodic.name, lock=periodic.name):
                queued.append(name)
    return queued


async def keep_time(runtime: Runtime, stop: asyncio.Event) -> None:
    """Look at the clock until `stop` is set. A lost database is waited for."""
    while not stop.is_set():
        try:
            await tick(runtime, utc_now())
        except Exception as failure:
            log.warning("clock_interrupted", error=type(failure).__name__)
        try:
            full_minute = 60.05 - utc_now().timestamp() % 60
            await asyncio.wait_for(stop.wait(), min(LOOK_SECONDS, full_minute))
        except TimeoutError:
            continue


@job("queue.cleanUp", cron="23 * * * *", can_disable=False)
async def clean_up(runtime: Runtime) -> JobResult:
    """Forget jobs that ended some time ago, and all but the last runs of the periodic ones."""
    now, jobs, deleted = utc_now(), 0, BATCH
    while deleted == BATCH:
        async with runtime.database.write() as session:
            deleted = await board.delete_ended(session, now, done=KEEP_DONE, others=KEEP_OTHERS, limit=BATCH)
        jobs += deleted
    async with runtime.database.write() as session:
        runs = await repository.delete_old_runs(session, service.RUNS_SHOWN)
        await repository.delete_old_failures(session)
    return {"jobs": jobs, "runs": runs}
