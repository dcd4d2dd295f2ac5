"""The jobs of the assessments: every minute what is missing is made, and what is due is judged (quality.md 6)."""

from datetime import datetime
from typing import Final

from assaydesk.domains.quality.assessments import service
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime, job
from assaydesk.platform.jobs.queue import enqueue

BATCH: Final = 2000
CLAIM_FOR_SECONDS: Final = 300.0
"""Then the job ends and another one follows, so that a worker can be stopped in good order."""

_at_work = False


@job("quality.assessments.process", retries=3, retry_wait_seconds=5, timeout_seconds=3600)
async def process(runtime: Runtime) -> None:
    """Judge what is due. A process does this once at a time; a second job that reaches it has nothing to do."""
    global _at_work
    if _at_work:
        return
    _at_work = True
    try:
        await service.process_due(runtime, on_more=lambda: _have_judged(runtime), claim_for_seconds=CLAIM_FOR_SECONDS)
    finally:
        _at_work = False
    await _have_judged(runtime)


@job("quality.assessments.create", cron="* * * * *", cron_name="qualityAssessments", timeout_seconds=300)
async def create(runtime: Runtime) -> None:
    """Make what is missing, give claims of dead workers back, and have what is due judged."""
    while await _create(runtime, utc_now()) >= BATCH:
        pass
    async with runtime.database.write() as session:
        await service.recover_abandoned(session, stalled_seconds=runtime.config.job_stalled_seconds, now=utc_now())
    await _have_judged(runtime)


async def _have_judged(runtime: Runtime) -> None:
    """Call a worker, if there is something to do; one waiting call is enough."""
    async with runtime.database.write() as session:
        if await service.any_due(session, utc_now()):
            await enqueue(session, process, key=process.name)


async def _create(runtime: Runtime, now: datetime) -> int:
    async with runtime.database.write() as session:
        return await service.create_due(session, now=now, limit=BATCH)
