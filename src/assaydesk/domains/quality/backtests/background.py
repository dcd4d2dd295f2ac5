"""Small backtests, run in the process of the request while its caller waits."""

import asyncio
from typing import Final

import structlog

from assaydesk.domains.quality.backtests.run import Ended, run_backtest
from assaydesk.platform.jobs.job import Runtime

log = structlog.get_logger("backtests")

_running: Final[set[asyncio.Task[Ended]]] = set()


async def run_now(runtime: Runtime, backtest_id: int, seconds: float) -> bool:
    """Whether it was finished in time. Else it goes on in this process; should that die, the job takes over."""
    task = asyncio.create_task(run_backtest(runtime, backtest_id))
    _running.add(task)
    task.add_done_callback(_finished)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    return bool(done) and task.result() is Ended.FINISHED


def _finished(task: asyncio.Task[Ended]) -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error("backtest_broke", exc_info=task.exception())
