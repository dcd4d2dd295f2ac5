"""Periodic work on copies of master data."""

from assaydesk.domains.customers import service
from assaydesk.platform.jobs.job import Runtime, job


@job("customers.purge", cron="30 1 * * *", can_disable=False)
async def purge(runtime: Runtime) -> None:
    """Remove for good what was deleted long enough ago. Running twice finds nothing the second time."""
    more = 1
    while more:
        async with runtime.database.write() as session:
            more = await service.purge_deleted(session)


@job("customers.forgetLookups", cron="20 * * * *", can_disable=False)
async def forget_lookups(runtime: Runtime) -> None:
    """Forget answers of look-ups that are no longer valid."""
    async with runtime.database.write() as session:
        await service.drop_old_answers(session)
