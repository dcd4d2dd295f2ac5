"""Cleaning up after sign-in."""

from datetime import timedelta

from assaydesk.domains.auth.repository import delete_outdated
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime, job

BATCH = 1000
OUTDATED = (
    ("sessions", "expires_at", timedelta(days=1)),
    ("one_time_links", "expires_at", timedelta(days=1)),
    ("failed_sign_ins", "at", timedelta(hours=1)),
)
"""Table, the column that says when a row ended, and how long it is kept after that."""


@job("auth.clean_up", cron="17 * * * *")
async def clean_up(runtime: Runtime) -> None:
    """Delete sessions and links that have ended, and failed sign-ins that no longer count, in batches."""
    now = utc_now()
    for table, column, keep in OUTDATED:
        deleted = BATCH
        while deleted == BATCH:
            async with runtime.database.write() as session:
                deleted = await delete_outdated(session, table, column, now - keep, BATCH)
