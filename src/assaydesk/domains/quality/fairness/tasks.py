"""The job of the fairness probes."""

from assaydesk.domains.quality.fairness import service
from assaydesk.platform.jobs.job import Runtime, job


@job("quality.fairness.probe", timeout_seconds=7200)
async def probe(runtime: Runtime, *, probe_id: int) -> None:
    """Carry a probe out; what was found is kept as it goes, so that a broken-off job goes on where it was."""
    await service.carry_out(runtime, probe_id)
