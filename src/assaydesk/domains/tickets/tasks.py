"""Periodic work on tickets."""

from assaydesk.domains.settings.service import get_settings
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


@job("tickets.escalate", cron="*/5 * * * *", cron_name="slaEscalation")
async def escalate(runtime: Runtime) -> dict[str, int] | None:
    """Mark open tickets whose due date has passed, when the settings say so."""
    done, more = 0, True
    while more:
        async with runtime.database.write() as session:
            if not (await get_settings(session)).escalate_on_sla_breach:
                return None
            found = await service.escalate(session, limit=500)
        done, more = done + found, found == 500
    return {"tickets": done}
