"""Exports with real workers that are really killed, and how much memory a large one takes."""

import asyncio
import os
import signal
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from assaydesk import registry
from assaydesk.domains.cron.tasks import tick
from assaydesk.domains.exports import service
from assaydesk.domains.exports.queries import Query
from assaydesk.domains.exports.tasks import write_export
from assaydesk.domains.exports.types import Format
from assaydesk.domains.profiles.actors import actor_of
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.files.store import stream_file
from assaydesk.platform.jobs.job import Runtime
from tests.factories.exports import make_many
from tests.factories.profiles import make_profile
from tests.factories.worklogs import set_settings
from tests.servers.processes import Started, start_module

ROWS = 6_000


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """`start_worker(url, step)`: a worker process; all are killed at the end."""
    started: list[Started] = []

    def start(url: str, step: str = "") -> Started:
        started.append(start_module("tests.queue.export_worker", url, tmp_path, *([step] if step else [])))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(10)


async def queue(database: Database, rows: int, length: int = 40) -> int:
    registry.register_handlers()
    registry.register_jobs()
    async with database.write() as session:
        await set_settings(session, exportSyncRowsText=10)
        await make_many(session, rows, length)
        person = await make_profile(session)
    async with database.write() as session:
        actor = await actor_of(session, person.id)
        assert actor is not None
        query = Query(1_000_000, 0, None, "asc", ())
        prepared = await service.prepare(session, actor, "ticket", Format.CSV, query)
        return await service.queue_export(session, actor, prepared, rows)


async def _until(condition: Callable[[], Any], seconds: float = 40) -> None:
    for _ in range(int(seconds / 0.05)):
        found = condition()
        if await found if asyncio.iscoroutine(found) else found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


@pytest.mark.parametrize("step", ["rows", "file"])
async def test_given_a_killed_worker_another_one_leaves_one_whole_file(
    committed: Database, tmp_path: Path, start_worker: Callable[..., Started], step: str
) -> None:
    export_id = await queue(committed, ROWS)

    async def row() -> Any:
        async with committed.read() as session:
            found = await session.execute(text("select state, attempt, file_id, rows_done from exports"))
            return found.one()

    process = start_worker(committed.url, step)
    await _until((tmp_path / "reached").exists)
    assert (await row())[:3] == ("running", 1, None)
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    start_worker(committed.url)

    async def is_done() -> bool:
        return bool((await row()).state == "done")

    await _until(is_done)
    state, attempt, file_id, rows_done = await row()
    assert (state, attempt, rows_done) == ("done", 2, ROWS)
    content = b"".join([piece async for piece in stream_file(committed, file_id)])
    lines = content.decode().split("\r\n")
    assert len(lines) == ROWS + 2
    assert [int(line.split(",")[0]) for line in lines[1:-1]] == list(range(1, ROWS + 1))
    async with committed.read() as session:
        assert await session.scalar(text("select count(*) from files")) == 1
        assert await session.scalar(text("select count(*) from file_contents")) == 1
        assert await session.scalar(text("select count(*) from notifications")) == 1
    assert not (tmp_path / "exports" / str(export_id)).exists()


async def test_memory_does_not_grow_with_the_rows(committed: Database, config: Config) -> None:
    """30,000 rows of 500 letters are 18 MB of text; a chunk of them is less than one."""
    runtime = Runtime(config, committed)
    export_id = await queue(committed, 30_000, length=500)
    tracemalloc.start()
    try:
        await write_export.function(runtime, export_id=export_id)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    async with committed.read() as session:
        assert await session.scalar(text("select size from files")) > 17_000_000
        assert await session.scalar(text("select state from exports")) == "done"
    assert peak < 8 * 1024 * 1024


async def test_several_workers_hand_a_due_time_out_once(committed: Database, config: Config) -> None:
    registry.register_jobs()
    now = utc_now().replace(second=30)
    runtimes = [Runtime(config, committed) for _ in range(4)]
    found = await asyncio.gather(*(tick(runtime, now) for runtime in runtimes))
    names = [name for queued in found for name in queued]
    assert "ticketReopenDue" in names
    assert len(names) == len(set(names))
    assert await tick(runtimes[0], now) == []
    async with committed.read() as session:
        queued = await session.scalar(text("select count(*) from procrastinate_jobs"))
        assert queued == len(names)
