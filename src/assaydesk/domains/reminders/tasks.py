"""Reminders whose time has come."""

from assaydesk.domains.reminders import service
from assaydesk.platform.jobs.job import Runtime, job


@job("reminders.fireDue", cron="* * * * *", cron_name="reminderDue", can_disable=False)
async def fire_due(runtime: Runtime) -> dict[str, int]:
    """Fire what is due, one transaction for each, so that one that fails holds up no other. What was missed while
    nothing ran fires once."""
    fired, after = 0, 0
    while True:
        async with runtime.database.read() as session:
            found = await service.fire_due(session, limit=200, after=after)
        for reminder_id, ticket_id in found:
            async with runtime.database.write() as session:
                fired += await service.fire_one(session, reminder_id, ticket_id)
            after = reminder_id
        if len(found) < 200:
            return {"reminders": fired}
