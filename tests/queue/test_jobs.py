"""The queue with a real worker and real commits."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.jobs.job import JOBS, Job, Runtime
from assaydesk.platform.jobs.queue import enqueue, run_worker


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Two jobs: one notes its argument, one fails the first time."""
    seen: dict[str, list[Any]] = {"note": [], "flaky": []}

    async def note(runtime: Runtime, *, number: int) -> None:
        async with runtime.database.write() as session:
            seen["note"].append((number, await session.scalar(text("select 1"))))

    async def flaky(runtime: Runtime) -> None:
        seen["flaky"].append(1)
        if len(seen["flaky"]) == 1:
            raise ValueError("the first time fails")

    monkeypatch.setitem(JOBS, "test.note", Job("test.note", note, "default", 0, 3, 0, 10, None))
    monkeypatch.setitem(JOBS, "test.flaky", Job("test.flaky", flaky, "default", 0, 3, 0, 10, None))
    return seen


async def _until(condition: Any, seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.05)):
        if condition():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not happen in time")


async def test_given_commits_and_rollbacks_only_committed_jobs_run(
    committed: Database, config: Config, jobs: dict[str, list[Any]]
) -> None:
    with pytest.raises(RuntimeError):
        async with committed.write() as session:
            await enqueue(session, JOBS["test.note"], number=1)
            raise RuntimeError("the request failed")
    async with committed.write() as session:
        assert await enqueue(session, JOBS["test.note"], key="same", number=2)
        assert not await enqueue(session, JOBS["test.note"], key="same", number=3)
        assert await enqueue(session, JOBS["test.flaky"])
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(Runtime(config, committed), stop=stop, concurrency=2))
    await _until(lambda: len(jobs["flaky"]) == 2 and jobs["note"])
    stop.set()
    await asyncio.wait_for(worker, 20)
    assert jobs["note"] == [(2, 1)]
    async with committed.read() as session:
        assert await session.scalar(text("select count(*) from procrastinate_jobs where status <> 'succeeded'")) == 0


async def test_given_a_dead_job_beside_a_waiting_one_of_its_key_the_waiting_one_runs(
    committed: Database, config: Config, jobs: dict[str, list[Any]]
) -> None:
    async with committed.write() as session:
        await enqueue(session, JOBS["test.note"], key="same", lock="same", number=1)
        worker_id = await session.scalar(text("insert into procrastinate_workers default values returning id"))
        await session.execute(
            text("update procrastinate_workers set last_heartbeat = now() - interval '1 hour' where id = :id"),
            {"id": worker_id},
        )
        await session.execute(
            text("update procrastinate_jobs set status = 'doing', worker_id = :id"), {"id": worker_id}
        )
        assert await enqueue(session, JOBS["test.note"], key="same", lock="same", number=2)
    stop = asyncio.Event()
    worker = asyncio.create_task(run_worker(Runtime(config, committed), stop=stop, concurrency=2))
    await _until(lambda: bool(jobs["note"]))
    stop.set()
    await asyncio.wait_for(worker, 20)
    assert jobs["note"] == [(2, 1)]
    async with committed.read() as session:
        ended = await session.execute(text("select status::text from procrastinate_jobs order by id"))
        assert list(ended.scalars()) == ["aborted", "succeeded"]
