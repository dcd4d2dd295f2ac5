"""Periodic work of routing and the life cycle (platform.md 2)."""

from assaydesk.domains.profiles.service import hand_over, set_offline
from assaydesk.domains.routing import service
from assaydesk.domains.routing.policy import UNSEEN
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime, job


@job("routing.status", cron="* * * * *", cron_name="routingStatus", can_disable=False)
async def status(runtime: Runtime) -> dict[str, int]:
    """Give back what nobody works on, let substitutes take over, and note who is no longer there."""
    returned, found = 0, 200
    while found == 200:
        async with runtime.database.write() as session:
            found = await service.take_back(session)
        returned += found
    begun = 100
    while begun == 100:
        async with runtime.database.write() as session:
            begun = await hand_over(session)
    async with runtime.database.write() as session:
        offline = await set_offline(session, utc_now() - UNSEEN)
    return {"returned": returned, "offline": offline}


@job("routing.closeInactive", cron="15 * * * *", cron_name="ticketInactivity")
async def close_inactive(runtime: Runtime) -> dict[str, int]:
    """Close pending tickets without any message for as long as the settings say."""
    closed, found = 0, 200
    while found == 200:
        async with runtime.database.write() as session:
            found = await service.close_silent(session, limit=200)
        closed += found
    return {"tickets": closed}
