"""Servers that are really killed in the middle of requests: all of it is there afterwards, or nothing."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings
from tests.queue.test_commands import free_port
from tests.queue.test_crash import until
from tests.servers.processes import Started, start_module
from tests.servers.web_server import Page, WebServer

COUNT = 1000
WORDS = "update tickets set|insert into attachments|insert into conversations"
TABLES = (
    "conversations", "files", "file_chunks", "file_contents", "attachments", "events", "worklogs", "procrastinate_jobs",
    "idempotency_keys",
)  # fmt: skip
Start = Callable[..., Started]


@pytest.fixture
def start(tmp_path: Path, committed: Database) -> Iterator[Start]:
    """`start(module, *arguments)`: a process of this test; all are killed at the end."""
    started: list[Started] = []

    def run(module: str, *arguments: object) -> Started:
        started.append(start_module(f"tests.queue.{module}", committed.url, tmp_path, *arguments))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait(10)


@pytest.fixture
async def headers(committed: Database, config: Config) -> dict[str, str]:
    async with committed.write() as session:
        person = await make_profile(session, type="serviceWorker")
        token = (await start_session(session, issuer=config.base_url, user_id=person.id)).token
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
async def survivor(committed: Database, config: Config, headers: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """Another server of the same instance, which goes on after the first one died."""
    registry.register_handlers()
    registry.register_jobs()
    transport = httpx.ASGITransport(create_app(config, committed, {}))
    async with httpx.AsyncClient(transport=transport, headers=headers, base_url="http://desk.test/api/mind") as client:
        yield client


async def figures(database: Database) -> dict[str, int]:
    """How many rows there are of what requests write."""
    async with database.read() as session:
        found = {name: await session.scalar(text(f"select count(*) from {name}")) or 0 for name in TABLES}
        changed = "select count(*) from tickets where priority = 'high' or status = 'closed'"
        return found | {"changed": await session.scalar(text(changed)) or 0}


async def many_tickets(session: WriteSession) -> list[int]:
    """COUNT open tickets, by copies of one."""
    await make_ticket(session)
    names = ", ".join(column.name for column in Ticket.__table__.columns if column.name != "id" and not column.computed)
    await session.execute(
        text(f"insert into tickets ({names}) select {names} from tickets, generate_series(2, {COUNT})")
    )
    return list(await session.scalars(select(Ticket.id).order_by(Ticket.id)))


@pytest.mark.timeout(120)
@pytest.mark.parametrize("step", ["before", "after"])
async def test_given_a_server_killed_in_bulk_update_upload_and_reply_each_is_done_wholly_or_not_at_all(
    committed: Database, tmp_path: Path, start: Start, survivor: httpx.AsyncClient, headers: dict[str, str], step: str
) -> None:
    """Killed before the commit nothing was done; after it all was. The repeat of the reply sends nothing twice."""
    async with committed.write() as session:
        *ids, answered = await many_tickets(session)
    change = {"priority": "high", "status": "closed"}
    calls: list[dict[str, Any]] = [
        {"method": "PATCH", "url": "/ticket", "json": [{"id": one} | change for one in ids]},
        {"method": "POST", "url": "/attachment", "files": {"file": ("a.txt", b"Hello\n" * 300_000, "text/plain")}},
        {
            "method": "POST", "url": f"/ticket/{answered}/conversation/reply",
            "headers": {"Idempotency-Key": "reply-1"},
            "json": {"body": "Thank you.", "to": "tom@example.com"},
        },
    ]  # fmt: skip
    before = await figures(committed)
    port = free_port()
    process = start("crash_server", port, step, WORDS)
    async with httpx.AsyncClient(headers=headers, base_url=f"http://127.0.0.1:{port}/api/mind", timeout=100) as client:

        async def answers() -> bool:
            try:
                return (await client.get("/health/live")).status_code == 200
            except httpx.HTTPError:
                return False

        await until(answers)
        asked = [asyncio.create_task(client.request(**call)) for call in calls]
        await until(lambda: len(list(tmp_path.glob("reached-*"))) == len(calls))
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        for one in asked:
            with pytest.raises(httpx.HTTPError):
                await one
    after = await figures(committed)
    done = {name: after[name] - before[name] for name in after}
    if step == "before":
        assert after == before
    else:
        assert (done["changed"], done["attachments"], done["conversations"]) == (len(ids), 1, 1)
    for call in calls:
        answer = await survivor.request(**call)
        assert answer.status_code == 200, answer.text
    again = await survivor.request(**calls[-1])
    assert again.json() == answer.json()
    after = await figures(committed)
    done = {name: after[name] - before[name] for name in after}
    # An upload without a key is another upload; the bytes are there once.
    assert (done["changed"], done["conversations"], done["file_contents"]) == (len(ids), 1, 1)
    assert done["attachments"] == (1 if step == "before" else 2)
    async with committed.read() as session:
        per_person = "select 1 from worklogs group by ticket_id, user_id having count(*) > 1"
        twice = f"select count(*) from ({per_person}) as doubled"
        assert await session.scalar(text(twice)) == 0


@pytest.mark.timeout(120)
async def test_given_a_worker_killed_while_a_hook_is_told_it_is_told_again_under_the_same_key(
    committed: Database, start: Start, survivor: httpx.AsyncClient
) -> None:
    """At least once: a receiver drops the repeat by its key; nothing is lost, and no other key is made."""
    ends = threading.Event()
    with WebServer({"/hook": Page(b"{}", silent=ends)}) as receiver:
        async with committed.write() as session:
            await set_settings(session, sandboxAllowedPrivateHosts=["127.0.0.1"])
            ticket_id = (await make_ticket(session)).id
        executor = {"type": "apiCall", "request": {"url": receiver.url + "/hook"}}
        hook = {"name": "Shop", "events": ["TicketUpdated"], "executor": executor}
        made = await survivor.post("/settings/eventHook", json=hook)
        assert made.status_code == 200, made.text
        assert (await survivor.patch(f"/ticket/{ticket_id}", json={"priority": "high"})).status_code == 200
        doomed = start("mail_worker", 1.5)
        await until(lambda: len(receiver.asked) == 1)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(10)
        ends.set()
        async with committed.write() as session:
            assert await session.scalar(text("select state from event_deliveries")) == "waiting"
            # The claim of the dead one runs out, faster than in life.
            await session.execute(text("update event_deliveries set claimed_until = now() - interval '1 second'"))
        start("mail_worker", 1.5)

        async def told() -> bool:
            async with committed.write() as session:
                await enqueue(session, JOBS["events.deliverDue"], key="by the test", timestamp=0)
                return bool(await session.scalar(text("select state = 'ok' from event_deliveries")))

        await until(told)
        keys = [sent["x-assaydesk-delivery"] for _, sent, _ in receiver.asked]
        assert (len(keys), len(set(keys)), len({body for _, _, body in receiver.asked})) == (2, 1, 1)
