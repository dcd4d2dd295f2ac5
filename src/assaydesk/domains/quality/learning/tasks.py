"""The jobs of learning: one a family, and every night those of all families."""

from assaydesk.domains.quality.learning import service
from assaydesk.platform.jobs.job import JobResult, Runtime, job
from assaydesk.platform.jobs.queue import enqueue


@job("quality.learning.learn", retries=3, retry_wait_seconds=60, timeout_seconds=1800)
async def learn(runtime: Runtime, *, base_id: int) -> JobResult:
    """Learn one family. Stopped half way it leaves nothing but vectors; run twice it changes nothing."""
    return service.summary_of(await service.learn_family(runtime, base_id))


@job("quality.learning.nightly", cron="20 3 * * *", cron_name="qualityLearning", timeout_seconds=300)
async def nightly(runtime: Runtime) -> JobResult:
    """Have every family learned that has labels, and drop vectors that teach nothing any more."""
    async with runtime.database.write() as session:
        families = await service.families_with_labels(session)
        await service.drop_unused_vectors(session)
        for base_id in families:
            await enqueue(session, learn, key=f"{learn.name}:{base_id}", base_id=base_id)
    return {"families": len(families)}
