"""Processes that are really killed, at every step of an assessment: nothing is lost, doubled or half written."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from assaydesk import registry
from assaydesk.domains.profiles.service import ensure_roles
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.service import verify_evidence
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue
from tests.factories.assessments import make_agent, make_work, small_content
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings
from tests.queue.crash_worker import STEPS
from tests.servers.llm_server import Hang, LlmServer, fair_judge
from tests.servers.processes import Started, start_module

COUNT = 6


@pytest.fixture
def start_worker(tmp_path: Path) -> Iterator[Callable[..., Started]]:
    """`start_worker(url, step)`: a worker process; all are killed at the end."""
    started: list[Started] = []

    def start(url: str, step: str = "") -> Started:
        started.append(start_module("tests.queue.crash_worker", url, tmp_path, *([step] if step else [])))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(10)


async def arrange(database: Database, count: int = COUNT) -> None:
    """Work and an active scorecard, and a call for the job that makes assessments."""
    registry.register_jobs()
    async with database.write() as session:
        await set_settings(session, qualityJudgeConcurrency=2, qualityJudgeSecondOpinion=False)
        agent = await make_agent(session)
        for number in range(count):
            await make_work(session, agent, phase=number)
        await make_scorecard(session, small_content())
        await call_job(session)


async def call_job(session: Any) -> None:
    """What the clock does every minute."""
    await enqueue(session, JOBS["quality.assessments.create"], key="by the test", timestamp=0)


async def until(condition: Callable[[], Any], seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        found = condition()
        if found is True or (asyncio.iscoroutine(found) and await found):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("it did not happen in time")


async def assert_nothing_half_written(database: Database) -> None:
    """An assessment has all of a judgement or nothing of it."""
    async with database.read() as session:
        # One moment for all three: another worker goes on meanwhile.
        await session.execute(text("set transaction isolation level repeatable read"))
        rows = (await session.execute(select(Assessment.__table__))).all()
        answers = (await session.execute(select(AssessmentCriterion.assessment_id))).scalars().all()
        runs = (await session.execute(select(JudgeRun.id, JudgeRun.assessment_id))).all()
    for row in rows:
        finished = row.state == "aiReady"
        assert row.state in ("aiReady", "aiInProgress", "unprocessed")
        assert answers.count(row.id) == (2 if finished else 0), row.state
        assert [run for run, owner in runs if owner == row.id] == ([row.run_id] if finished else []), row.state
        assert (row.used_max_points, row.ai_summary != "") == ((15, True) if finished else (0, False))
    assert len({row.worklog_id for row in rows}) == len(rows)


async def all_ready(database: Database, count: int = COUNT) -> bool:
    """Looks, and lets the clock go faster than in life."""
    async with database.write() as session:
        states = (await session.execute(select(Assessment.state))).scalars().all()
        await call_job(session)
    return states == ["aiReady"] * count


async def assert_done_once(database: Database, count: int = COUNT) -> None:
    """No worklog without an assessment, none with two, each judged to the end once; every quote is verbatim."""
    await assert_nothing_half_written(database)
    async with database.read() as session:
        left_out = text(
            "select count(*) from worklogs w where not exists (select 1 from assessments a where a.worklog_id = w.id)"
        )
        assert await session.scalar(left_out) == 0
        assert await session.scalar(text("select count(*) from assessments")) == count
        assert await session.scalar(text("select count(*) from judge_runs where outcome = 'ok'")) == count
        assert await session.scalar(text("select max(tries) from assessments")) == 0
    report = await verify_evidence(database)
    assert (report.assessments, report.faults) == (count, [])
    assert report.quotes > 0


@pytest.mark.parametrize("step", [*STEPS, "judging"])
async def test_given_a_worker_killed_at_any_step_another_one_ends_the_work(
    committed: Database, tmp_path: Path, start_worker: Any, step: str
) -> None:
    await arrange(committed)
    doomed = start_worker(committed.url, step)
    await until((tmp_path / "reached").exists)
    doomed.send_signal(signal.SIGKILL)
    doomed.wait(10)
    await assert_nothing_half_written(committed)
    start_worker(committed.url)
    await until(lambda: all_ready(committed))
    await assert_done_once(committed)


async def test_given_a_worker_killed_while_a_model_answers_another_one_ends_the_work(
    committed: Database, tmp_path: Path, start_worker: Any
) -> None:
    with LlmServer([Hang()]) as server:
        (tmp_path / "llm_url").write_text(server.url)
        await arrange(committed)
        doomed = start_worker(committed.url)
        await until(lambda: len(server.requests) >= 1)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(10)
        await assert_nothing_half_written(committed)
        server.play(fair_judge)
        start_worker(committed.url)
        await until(lambda: all_ready(committed))
        await assert_done_once(committed)


async def test_given_two_workers_and_one_killed_again_and_again_each_is_judged_once(
    committed: Database, start_worker: Any
) -> None:
    count = 120
    await arrange(committed, count)
    start_worker(committed.url)
    for pause in (1.0, 0.7, 0.4):
        doomed = start_worker(committed.url)
        await asyncio.sleep(1.5 + pause)
        doomed.send_signal(signal.SIGKILL)
        doomed.wait(10)
        await assert_nothing_half_written(committed)
    await until(lambda: all_ready(committed, count))
    await assert_done_once(committed, count)


@pytest.fixture
async def own_server(tmp_path: Path) -> AsyncIterator[EmbeddedPostgres]:
    """A database server of this test alone, which is started again whenever it is killed."""
    server = EmbeddedPostgres(tmp_path / "server", fsync=False)
    server.start()
    registry.import_models()
    upgrade(server.url)
    server.watch(0.2)
    yield server
    server.stop()


async def test_given_a_killed_database_the_work_goes_on_after_its_restart(
    own_server: EmbeddedPostgres, start_worker: Any
) -> None:
    count = 150
    database = Database(own_server.url)
    async with database.write() as session:
        await ensure_roles(session)
    await arrange(database, count)
    start_worker(own_server.url)
    start_worker(own_server.url)

    async def some_ready() -> int:
        async with database.read() as session:
            found = await session.scalar(text("select count(*) from assessments where state = 'aiReady'"))
        return found or 0

    for share in (0.1, 0.4):
        await until(lambda share=share: reached(some_ready, count * share))
        pid = int((own_server.cluster / "postmaster.pid").read_text().splitlines()[0])
        os.kill(pid, signal.SIGKILL)
        await database.close()
        await until(lambda: alive(database))
        await assert_nothing_half_written(database)
    await until(lambda: all_ready(database, count), 90)
    await assert_done_once(database, count)
    await database.close()


async def reached(count: Callable[[], Any], wanted: float) -> bool:
    return bool(await count() >= wanted)


async def alive(database: Database) -> bool:
    try:
        return await database.ping()
    except Exception:
        await database.close()
        return False
