"""New tickets are read once, by a job."""

from assaydesk.domains.tagging import service
from assaydesk.domains.tickets.service import load_tickets
from assaydesk.platform.db.session import assert_no_open_session
from assaydesk.platform.jobs.job import Runtime, job


@job("tagging.read", retries=3, retry_wait_seconds=5)
async def read(runtime: Runtime, *, ticket_id: int) -> None:
    """Detect the tags of a new ticket and hand it to people. A second delivery finds it done."""
    async with runtime.database.read() as session:
        row = (await load_tickets(session, [ticket_id])).get(ticket_id)
        if row is None or not service.waits(row):
            return
        prepared = await service.prepare(session, [ticket_id])
    assert_no_open_session("the built-in model")
    found = await service.decide_in_thread(runtime.config.embedding, prepared)
    async with runtime.database.write() as session:
        await service.assign(session, ticket_id, found.get(ticket_id, []))
