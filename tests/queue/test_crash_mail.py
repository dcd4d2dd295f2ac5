"""Workers that are really killed while they fetch mail: nothing is lost, nothing is doubled."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from assaydesk import registry
from assaydesk.domains.channels.models import MailMessage, MailReceipt
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.engine import Database
from assaydesk.platform.files.models import FileContent, StoredFile
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue
from tests.factories.mail import make_mail, make_mailbox
from tests.queue.test_crash import until
from tests.servers.imap_server import ImapServer
from tests.servers.processes import Started, start_module

ADDRESS = "crash@desk.example"
COUNT = 6


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    started: list[Started] = []

    def start(url: str, step: str = "") -> Started:
        started.append(start_module("tests.queue.crash_mail_worker", url, tmp_path, *([step] if step else [])))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(10)


async def call_job(database: Database) -> None:
    """What the clock does every minute."""
    async with database.write() as session:
        await enqueue(session, JOBS["channels.fetchDue"], key="by the test", timestamp=0)


async def counted(database: Database) -> dict[str, int]:
    async with database.read() as session:
        models: dict[str, Any] = {"tickets": Ticket, "messages": Conversation, "mails": MailMessage}
        found = {name: await session.scalar(select(func.count()).select_from(model)) for name, model in models.items()}
        found["settled"] = await session.scalar(
            select(func.count()).select_from(MailReceipt).where(MailReceipt.settled_at.is_not(None))
        )
        # Every raw source is named by its mail, and no bytes are left over.
        found["loose files"] = await session.scalar(
            select(func.count()).select_from(StoredFile).where(~StoredFile.id.in_(select(MailMessage.file_id)))
        )
        found["loose bytes"] = await session.scalar(
            select(func.count()).select_from(FileContent).where(~FileContent.id.in_(select(StoredFile.bytes_id)))
        )
    return {name: number or 0 for name, number in found.items()}


@pytest.mark.parametrize(
    ("step", "after"), [("fetched", "delete"), ("before_commit", "seen"), ("after_commit", "delete")]
)
async def test_given_a_worker_killed_at_any_step_each_mail_is_there_once(
    committed: Database, imap_server: ImapServer, tmp_path: Path, start_worker: Any, step: str, after: str
) -> None:
    registry.register_jobs()
    address = f"{step}.{after}.{ADDRESS}"
    async with committed.write() as session:
        await make_mailbox(session, imap_server.data(address, afterFetch=after))
    imap_server.deliver(address, *(make_mail(f"number {number}") for number in range(COUNT)))
    await call_job(committed)
    doomed = start_worker(committed.url, step)
    await until((tmp_path / "reached").exists)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(10)
    start_worker(committed.url)
    whole = {"tickets": COUNT, "messages": COUNT, "mails": COUNT, "settled": COUNT, "loose files": 0, "loose bytes": 0}

    async def done() -> bool:
        await call_job(committed)
        return await counted(committed) == whole

    await until(done, 60)
    assert await counted(committed) == whole
    flags = imap_server.flags(address)
    assert flags == ({number: {rb"\Seen"} for number in range(1, COUNT + 1)} if after == "seen" else {})
