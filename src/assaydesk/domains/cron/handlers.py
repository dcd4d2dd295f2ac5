"""What this domain does when an event is published, and the checks it answers for."""

from assaydesk.domains.cron import health
from assaydesk.domains.cron.events import CronRunRequested
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.health import add_check
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(CronRunRequested, run_soon)
    for check in (health.database, health.worker, health.queue, health.cron, health.storage, health.clock):
        add_check(check.__name__, check)


async def run_soon(session: WriteSession, event: CronRunRequested) -> None:
    job = JOBS[event.name]
    await enqueue(session, job, key=job.name, lock=job.name, **event.arguments)
