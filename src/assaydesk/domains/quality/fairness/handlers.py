"""What fairness probes queue."""

from assaydesk.domains.quality.fairness.events import FairnessProbeQueued
from assaydesk.domains.quality.fairness.tasks import probe
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(FairnessProbeQueued, _have_probed)


async def _have_probed(session: WriteSession, event: FairnessProbeQueued) -> None:
    await enqueue(session, probe, key=f"{probe.name}:{event.probe_id}", probe_id=event.probe_id)
