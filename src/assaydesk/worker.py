"""The worker process: takes jobs until it is told to stop, then finishes those at hand."""

import asyncio
import signal

from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.jobs.queue import run_worker


async def work(runtime: Runtime) -> None:
    """Run until SIGINT or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await run_worker(runtime, stop=stop, concurrency=runtime.config.worker_concurrency)
