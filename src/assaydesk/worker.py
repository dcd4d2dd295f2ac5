"""The worker process: takes jobs until it is told to stop, then finishes those at hand."""

import asyncio
import signal

from assaydesk.domains.cron.service import StoredRunLog
from assaydesk.domains.cron.tasks import keep_time
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.jobs.queue import run_worker


async def work(runtime: Runtime) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    runtime.run_log = StoredRunLog(runtime.database)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(keep_time(runtime, stop))
        tasks.create_task(run_worker(runtime, stop=stop, concurrency=runtime.config.worker_concurrency))
