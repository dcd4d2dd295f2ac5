"""The jobs of backtests."""

from datetime import timedelta
from typing import Final

from assaydesk.domains.quality.backtests import repository
from assaydesk.domains.quality.backtests.run import Ended, run_backtest
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime, job
from assaydesk.platform.jobs.queue import enqueue

WORK_FOR_SECONDS: Final = 300.0
"""Then the job ends and another one follows, so that a worker can be stopped in good order."""


@job("quality.backtests.run", retries=3, timeout_seconds=3600)
async def run(runtime: Runtime, *, backtest_id: int) -> None:
    """Work on one backtest. One that another process works on is left to it."""
    ended = await run_backtest(runtime, backtest_id, for_seconds=WORK_FOR_SECONDS)
    if ended is Ended.TO_BE_CONTINUED:
        async with runtime.database.write() as session:
            await call_worker(session, backtest_id)


@job("quality.backtests.recover", cron="* * * * *", cron_name="qualityBacktests", timeout_seconds=60, can_disable=False)
async def recover(runtime: Runtime) -> None:
    """Have backtests go on whose process died."""
    silent_since = utc_now() - timedelta(seconds=runtime.config.job_stalled_seconds)
    async with runtime.database.write() as session:
        for backtest_id in await repository.abandoned(session, silent_since=silent_since):
            await call_worker(session, backtest_id)


async def call_worker(session: WriteSession, backtest_id: int) -> None:
    """One waiting call of a backtest is enough."""
    await enqueue(session, run, key=f"{run.name}:{backtest_id}", backtest_id=backtest_id)
