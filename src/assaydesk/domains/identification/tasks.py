"""Identification as jobs."""

from assaydesk.domains.customers.service import Doors
from assaydesk.domains.identification import service
from assaydesk.integrations.web.opening import web_of
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime, job


@job("identification.identify", timeout_seconds=180)
async def identify(runtime: Runtime, *, ticket_id: int) -> None:
    """Find out who wrote a ticket."""
    await service.identify(Doors(runtime.database, web_of(runtime.config, runtime.ports)), ticket_id)


@job("identification.retry", cron="* * * * *", can_disable=False)
async def retry(runtime: Runtime) -> None:
    """Try again where the system with the master data had failed."""
    more = True
    while more:
        async with runtime.database.write() as session:
            more = await service.retry_due(session, utc_now()) > 0
