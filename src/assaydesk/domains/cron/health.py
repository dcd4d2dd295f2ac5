"""Health of the machinery: database, workers, queue, periodic jobs, disk, clock (platform.md 4)."""

import shutil
from typing import Final

from sqlalchemy import text

from assaydesk.domains.cron import repository
from assaydesk.domains.cron.service import cron_jobs
from assaydesk.kit.clock import utc_now
from assaydesk.platform.health import Finding, Probe
from assaydesk.platform.jobs import board

QUEUE_WAIT_SECONDS: Final = 300
"""A due job that waits longer means that the workers do not keep up."""
FREE_BYTES: Final = 200 * 1024 * 1024
CLOCK_SECONDS: Final = 5.0


async def database(probe: Probe) -> Finding:
    async with probe.database.read() as session:
        version = await session.scalar(text("show server_version"))
    return Finding(True, f"PostgreSQL {version}.", critical=True)


async def worker(probe: Probe) -> Finding:
    async with probe.database.read() as session:
        beat = await board.last_heartbeat(session)
    if beat is None:
        return Finding(False, "No worker is at work.")
    age = max(0, round((utc_now() - beat).total_seconds()))
    return Finding(age <= probe.config.job_stalled_seconds, f"The last heartbeat came {age} seconds ago.")


async def queue(probe: Probe) -> Finding:
    async with probe.database.read() as session:
        length, oldest = await board.waiting_figures(session)
    wait = 0 if oldest is None else max(0, round((utc_now() - oldest).total_seconds()))
    return Finding(wait <= QUEUE_WAIT_SECONDS, f"{length} jobs wait, the oldest for {wait} seconds.")


async def cron(probe: Probe) -> Finding:
    async with probe.database.read() as session:
        runs = await repository.last_runs(session, cron_jobs())
        failed = sorted(name for name, run in runs.items() if run.ok is False)
    if failed:
        return Finding(False, f"The last run failed: {', '.join(failed)}.")
    return Finding(True, f"{len(runs)} of {len(cron_jobs())} periodic jobs have run, none failed.")


async def storage(probe: Probe) -> Finding:
    """Free space of the disk with the data folder; files themselves stand in the database."""
    folder = probe.config.data_path
    place = folder if folder.exists() else folder.parent
    free = shutil.disk_usage(place).free
    return Finding(free >= FREE_BYTES, f"{free // (1024 * 1024)} MB are free.")


async def clock(probe: Probe) -> Finding:
    async with probe.database.read() as session:
        drift = await repository.clock_drift(session, utc_now())
    return Finding(abs(drift) <= CLOCK_SECONDS, f"The clock of the database differs by {abs(drift):.1f} seconds.")
