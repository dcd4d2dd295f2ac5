"""What golden sets do when others change something, and the slot they fill."""

from assaydesk.domains.customers.events import CustomerAnonymised
from assaydesk.domains.quality.golden import service
from assaydesk.domains.quality.golden.events import GoldenRunQueued
from assaydesk.domains.quality.golden.tasks import run
from assaydesk.domains.quality.scorecards.events import ACTIVATION_GATE
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(GoldenRunQueued, _have_run)
    on(CustomerAnonymised, _erase)
    ACTIVATION_GATE.fill(service.check_activation)


async def _have_run(session: WriteSession, event: GoldenRunQueued) -> None:
    await enqueue(session, run, key=f"{run.name}:{event.run_id}", run_id=event.run_id)


async def _erase(session: WriteSession, event: CustomerAnonymised) -> None:
    await service.erase_customer(session, event.customer_id)
