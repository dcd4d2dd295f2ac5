"""Jobs of the event log: telling hooks, the events of the clock, and removing what is old."""

from typing import Final

from assaydesk.domains.events import service
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.jobs.job import JobResult, Runtime, job
from assaydesk.platform.jobs.queue import enqueue

MOST_ROUNDS: Final = 200


@job("events.deliver", retries=2, timeout_seconds=3600)
async def deliver(runtime: Runtime, *, hook_id: int) -> None:
    """Tell a hook everything that is due."""
    await service.deliver(runtime, hook_id)


@job("events.deliverDue", cron="* * * * *", can_disable=False)
async def deliver_due(runtime: Runtime) -> JobResult:
    """Take up what waits for another try, or was left by a worker that died."""
    async with runtime.database.write() as session:
        hooks = await service.hooks_with_due(session)
        for hook_id in hooks:
            await enqueue(session, deliver, key=f"{deliver.name}:{hook_id}", hook_id=hook_id)
    return {"hooks": len(hooks)}


@job("events.cleanUp", cron="40 1 * * *")
async def clean_up(runtime: Runtime) -> JobResult:
    """Remove events that are older than the setting `eventRetentionDays`."""
    removed = 0
    for _ in range(MOST_ROUNDS):
        async with runtime.database.write() as session:
            gone = await service.delete_old(session)
        removed += gone
        if not gone:
            break
    return {"events": removed}


async def _tick(runtime: Runtime, event_type: str) -> None:
    async with runtime.database.write() as session:
        await service.emit(session, event_type, data={"scheduledAt": iso(utc_now().replace(second=0, microsecond=0))})


@job("events.minute", cron="*/5 * * * 1-5", cron_name="eventMinute")
async def every_five_minutes(runtime: Runtime) -> None:
    """The event `CronMinute`."""
    await _tick(runtime, "CronMinute")


@job("events.hour", cron="1 * * * *", cron_name="eventHour")
async def every_hour(runtime: Runtime) -> None:
    """The event `CronHour`."""
    await _tick(runtime, "CronHour")


@job("events.day", cron="0 2 * * 1-5", cron_name="eventDay")
async def every_day(runtime: Runtime) -> None:
    """The event `CronDay`."""
    await _tick(runtime, "CronDay")


@job("events.week", cron="0 2 * * 6", cron_name="eventWeek")
async def every_week(runtime: Runtime) -> None:
    """The event `CronWeek`."""
    await _tick(runtime, "CronWeek")
