"""The only door to the queue library, Procrastinate (ADR 0006)."""

import asyncio
from typing import Any, Literal, cast

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

from assaydesk.kit.ids import transaction_id
from assaydesk.platform import metrics
from assaydesk.platform.db.engine import driver_url
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError
from assaydesk.platform.jobs.job import JOBS, Job, JobResult, Runtime
from assaydesk.platform.logging import transaction

log = structlog.get_logger("jobs")

_enqueuer = App(connector=PsycopgConnector())


async def enqueue(
    session: WriteSession, job: Job, *, key: str | None = None, lock: str | None = None, **arguments: int | str
) -> bool:
    """Queue a job in the transaction of the caller. False when one with the same key already waits."""
    connection = await session.connection()
    driver = cast(Any, (await connection.get_raw_connection()).driver_connection)
    deferrer = _enqueuer.configure_task(
        job.name, connection=driver, queueing_lock=key, lock=lock, queue=job.queue, priority=job.priority
    )
    try:
        # A refused key would abort the caller's transaction, so the insert stands behind a savepoint.
        async with connection.begin_nested():
            await deferrer.defer_async(**arguments)
    except AlreadyEnqueued:
        return False
    return True


async def run_job(job: Job, runtime: Runtime, job_id: int | None = None, **arguments: Any) -> None:
    """Run one job inside its time limit, with a transaction id of its own in the logs."""
    token = transaction.set(transaction_id())
    error: str | None = "Interrupted."
    result: JobResult = None
    await _note(runtime, "begin", job, job_id)
    try:
        result = await asyncio.wait_for(job.function(runtime, **arguments), job.timeout_seconds)
        error = None
    except Exception as failure:
        error = _named(failure, job)
        log.error("job_failed", job=job.name, exc_info=failure, **arguments)
        raise
    finally:
        metrics.jobs.labels(job.name, "failed" if error else "ok").inc()
        await _note(runtime, "end", job, job_id, error=error, result=result)
        transaction.reset(token)


async def _note(runtime: Runtime, verb: Literal["begin", "end"], job: Job, job_id: int | None, **facts: Any) -> None:
    """A run whose history cannot be written goes on nevertheless."""
    if runtime.run_log is None:
        return
    try:
        await getattr(runtime.run_log, verb)(job, job_id, **facts)
    except Exception as failure:
        log.warning("run_not_noted", job=job.name, exc_info=failure)


def _named(failure: Exception, job: Job) -> str:
    """What an administrator may read: our own sentences, of others only the kind, as they may quote customers."""
    if isinstance(failure, DomainError):
        return failure.message[:500]
    if isinstance(failure, TimeoutError):
        return f"It took longer than {job.timeout_seconds:g} seconds."
    return f"{type(failure).__name__}; the log of the worker says more."


def worker_app(runtime: Runtime) -> App:
    """A queue application that knows every declared job."""
    app = App(
        connector=PsycopgConnector(conninfo=driver_url(runtime.database.url), min_size=1, max_size=4, kwargs={
            "application_name": "assaydesk-worker"
        }),
        periodic_defaults={"max_delay": 300},
    )  # fmt: skip
    for job in JOBS.values():
        _register(app, job, runtime)
    return app


def _register(app: App, job: Job, runtime: Runtime) -> None:
    retry = RetryStrategy(
        max_attempts=job.retries, wait=job.retry_wait_seconds, linear_wait=job.retry_wait_seconds * 3
    )  # fmt: skip

    async def work(context: JobContext, /, **arguments: Any) -> None:
        # Jobs that earlier releases queued by their own clock carry the time, which none asks for.
        if job.cron:
            arguments.pop("timestamp", None)
        await run_job(job, runtime, context.job.id, **arguments)

    app.task(name=job.name, queue=job.queue, retry=retry, priority=job.priority, pass_context=True)(work)


async def run_worker(runtime: Runtime, *, stop: asyncio.Event, concurrency: int) -> None:
    """Work until `stop` is set, then finish the jobs at hand. A lost database is waited for."""
    while not stop.is_set():
        app = worker_app(runtime)
        try:
            async with app.open_async():
                work = asyncio.create_task(
                    app.run_worker_async(
                        concurrency=concurrency,
                        install_signal_handlers=False,
                        delete_jobs="never",
                        fetch_job_polling_interval=2.0,
                        shutdown_graceful_timeout=20.0,
                        update_heartbeat_interval=runtime.config.job_heartbeat_seconds,
                        stalled_worker_timeout=runtime.config.job_stalled_seconds,
                    )
                )
                rescue = asyncio.create_task(_rescue_stalled(app, runtime.config.job_stalled_seconds))
                stopping = asyncio.create_task(stop.wait())
                await asyncio.wait({work, stopping, rescue}, return_when=asyncio.FIRST_COMPLETED)
                for task in (rescue, stopping, work):
                    if not task.done():
                        task.cancel()
                results = await asyncio.gather(work, rescue, stopping, return_exceptions=True)
                for result in results:
                    if isinstance(result, Exception):
                        raise result
        except Exception as failure:
            if stop.is_set():
                return
            log.warning("worker_interrupted", error=str(failure))
            await asyncio.sleep(1.0)


async def _rescue_stalled(app: App, seconds: float) -> None:
    """Give the jobs of workers that died back to the living ones."""
    while True:
        for stalled in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=seconds):
            log.warning("job_rescued", job=stalled.task_name, id=stalled.id)
            try:
                await app.job_manager.retry_job(stalled)
            except UniqueViolation:
                # One with the same key was queued since the worker died; it does the same, and waits for this one's
                # end. Put back beside it, neither could ever begin.
                await app.job_manager.finish_job(stalled, Status.ABORTED, delete_job=False)
        await asyncio.sleep(min(5.0, seconds / 2))
