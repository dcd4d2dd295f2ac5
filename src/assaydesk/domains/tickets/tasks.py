"""Periodic work on tickets."""

from assaydesk.domains.tickets import service
from assaydesk.platform.jobs.job import Runtime, job
from assaydesk.platform.security.actor import SYSTEM


@job("tickets.reopenDue", cron="* * * * *", cron_name="ticketReopenDue", can_disable=False)
async def reopen_due(runtime: Runtime) -> None:
    """Open pending tickets whose due date has come. Running twice finds nothing the second time."""
    more = True
    while more:
        async with runtime.database.write() as session:
            more = await service.reopen_due(session, SYSTEM, limit=500) == 500
