"""What this domain does when an event is published."""

from assaydesk.domains.exports.events import ExportQueued
from assaydesk.domains.exports.tasks import write_export
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.queue import enqueue


def register() -> None:
    on(ExportQueued, write_soon)


async def write_soon(session: WriteSession, event: ExportQueued) -> None:
    await enqueue(session, write_export, key=f"export:{event.export_id}", export_id=event.export_id)
