"""Drawing what is due: once for each plan and week, whatever happens on the way."""

import asyncio
from datetime import date, datetime

from assaydesk.domains.quality.sampling import service
from assaydesk.domains.quality.sampling.draw import draw
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import JobResult, Runtime, job


@job("quality.sampling.draw", cron="7 * * * *", cron_name="qualitySampling", timeout_seconds=900)
async def draw_due(runtime: Runtime) -> JobResult:
    """Draw the weeks that are over. A draw is stored in one transaction, and its week takes no second one."""
    now = utc_now()
    async with runtime.database.read() as session:
        todo = await service.due(session, now)
    drawn = 0
    for plan_id, week in todo:
        drawn += await _draw(runtime, plan_id, week, now)
    return {"weeks": len(todo), "drawn": drawn}


async def _draw(runtime: Runtime, plan_id: int, week: date, now: datetime) -> int:
    async with runtime.database.read() as session:
        found = await service.population_of(session, plan_id, week, now)
    if found is None:
        return 0
    chosen = await asyncio.to_thread(draw, found)
    async with runtime.database.write() as session:
        return await service.keep_draw(session, plan_id, week, chosen, now)
