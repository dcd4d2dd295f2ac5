"""Assessments a second with a judge that answers at once: what the pipeline around the judge costs.

Bars (design): at most 8 round trips to the database for an assessment, at least 50 assessments a second for one worker
process, and two worker processes at least 1.6 times one. Worker processes of their own, on the embedded server with its
normal settings; the best of three runs counts, because other work on the machine only ever makes a run slower.
"""

import asyncio
import contextlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event, text

from assaydesk import registry
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ensure_roles
from assaydesk.domains.quality.assessments.service import create_missing, process_due
from assaydesk.domains.quality.judging.types import Evidence, Judgement, JudgeSettings, RunInfo, Verdict, WorklogCase
from assaydesk.domains.quality.scorecards.service import create_scorecard
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM

COUNT = 1500
CRITERIA = 10
ROUNDS = 4


async def instant(case: WorklogCase, content: Content, _: JudgeSettings) -> Judgement:
    """Full points with a quote for every criterion, at once."""
    message = case.assessed_messages[-1]
    quote = (Evidence(message.conversation_id, message.text[:20], 0, 20),)
    now = utc_now()
    verdicts = tuple(
        Verdict(
            one.id, True, one.max_points, "It is as it should be.", 0.9, quote, (), (), "ai", False, "model:instant"
        )
        for _, one in content.criteria
    )
    run = RunInfo(
        "instant", "instant", "1", "sha256:0", "sha256:0", 0.0, 1, 5000, 500, Decimal("0.01"), "EUR", 1, now, now
    )
    return Judgement(verdicts, "Everything was as it should be.", run)


async def seed(database: Database) -> None:
    """Tickets with three messages and a worklog each, and a scorecard."""
    now = utc_now()
    async with database.write() as session:
        await ensure_roles(session)
        agent = Profile(first_name="Jane", last_name="Doe", email="jane@desk.example", role_id=2)
        session.add(agent)
        await session.flush()
        tickets = [Ticket(channel="email", subject=f"No {n}", created_at=now, sla_started_at=now) for n in range(COUNT)]
        session.add_all(tickets)
        await session.flush()
        for ticket in tickets:
            for number, direction in enumerate(("in", "out", "in")):
                words = f"Message {number} of ticket {ticket.id}. " * 12
                session.add(
                    Conversation(
                        ticket_id=ticket.id, direction=direction, body=words, body_plain=words, body_clean=words,
                        created_at=now, agent_id=agent.id if direction == "out" else None,
                    )
                )  # fmt: skip
            session.add(
                Worklog(
                    user_id=agent.id, ticket_id=ticket.id, date=now.date(), phase=1, started_at=now,
                    latest_interaction=now, worked_at=now, action="writeAction", context="reply", action_list=["reply"],
                    duration_ms=300_000, after_work_ms=0,
                )
            )  # fmt: skip
        criteria: list[dict[str, Any]] = [
            {
                "id": number,
                "label": f"Criterion {number}",
                "description": "Is it so?",
                "maxPoints": 5,
                "scoringType": "numericScale",
                "autoGenerateByAi": True,
            }
            for number in range(1, CRITERIA + 1)
        ]
        body = {"name": "Card", "categories": [{"categoryId": 1, "label": "All", "criteria": criteria}]}
        await create_scorecard(session, SYSTEM, body)


async def begin_again(database: Database) -> None:
    """All assessments anew and unprocessed."""
    async with database.write() as session:
        await session.execute(text("truncate assessments, assessment_criteria, assessment_edits, judge_runs cascade"))
        await create_missing(session)
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("vacuum analyze"))


def count_round_trips(database: Database) -> list[int]:
    """Statements, and the begin, commit and liveness check of each transaction."""
    counted = [0]

    def add(*_: object) -> None:
        counted[0] += 1

    engine = database.engine.sync_engine
    for name in ("before_cursor_execute", "begin", "commit", "rollback"):
        event.listen(engine, name, add)
    event.listen(engine.pool, "checkout", add)
    return counted


async def work(url: str, folder: Path, name: str) -> None:
    """One worker process: be ready, wait for the others, judge what is due."""
    database = Database(url)
    counted = count_round_trips(database)
    await database.ping()
    (folder / f"ready-{name}").touch()
    while not (folder / "go").exists():
        await asyncio.sleep(0.001)
    counted[0] = 0
    busy = time.process_time()
    report = await process_due(Runtime(Config(data_dir=folder), database, {"judge": instant}))
    busy = time.process_time() - busy
    (folder / f"done-{name}").write_text(f"{report.done} {database.statements} {counted[0]} {busy}")
    await database.close()


@dataclass(frozen=True)
class Run:
    """`rate`: assessments a second; the others are for one assessment, times in seconds of one core."""

    rate: float
    statements: float
    round_trips: float
    worker: float
    server: float


def measure(database: Database, server: EmbeddedPostgres, workers: int) -> Run:
    asyncio.run(begin_again(database))
    asyncio.run(database.close())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, __file__, "--worker", server.url, name]
        processes = [subprocess.Popen([*command, str(number)]) for number in range(workers)]
        wait_for(folder, "ready-*", processes)
        busy, started = server_seconds(server), time.perf_counter()
        (folder / "go").touch()
        wait_for(folder, "done-*", processes)
        seconds, busy = time.perf_counter() - started, server_seconds(server) - busy
        for process in processes:
            process.wait()
        results = [[float(word) for word in path.read_text().split()] for path in folder.glob("done-*")]
    done, statements, round_trips, worker = (sum(column) for column in zip(*results, strict=True))
    if done != COUNT:
        raise SystemExit(f"{done:.0f} of {COUNT} were judged")
    return Run(COUNT / seconds, statements / COUNT, round_trips / COUNT, worker / COUNT, busy / COUNT)


def wait_for(folder: Path, pattern: str, processes: list[subprocess.Popen[bytes]]) -> None:
    """Until each process has left its file."""
    while len(list(folder.glob(pattern))) < len(processes):
        if any(process.poll() for process in processes):
            raise SystemExit("a worker failed")
        time.sleep(0.002)


def server_seconds(server: EmbeddedPostgres) -> float:
    """Processor time of the database so far, ended connections included."""
    pid = int((server.cluster / "postmaster.pid").read_text().splitlines()[0])
    total = sum(psutil.Process(pid).cpu_times()[:4])
    for process in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:2])
    return total


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        server = EmbeddedPostgres(Path(name) / "data")
        server.start()
        try:
            registry.import_models()
            upgrade(server.url)
            database = Database(server.url)
            asyncio.run(seed(database))
            # In turns, so that other work on the machine meets both alike.
            runs = [(measure(database, server, 1), measure(database, server, 2)) for _ in range(ROUNDS)]
        finally:
            server.stop()
    single, double = (max(column, key=lambda run: run.rate) for column in zip(*runs, strict=True))
    cores = psutil.cpu_count() or 1
    both = single.worker + single.server
    ceiling = min(2.0, cores * single.worker / both)
    trips = f"{single.round_trips:.2f} round trips with begin, commit and liveness check"
    print(f"{COUNT} assessments of {CRITERIA} criteria, judged at once; best of {ROUNDS} runs")
    print(f"one worker process    {single.rate:7.1f} a second   (bar 50)")
    print(f"two worker processes  {double.rate:7.1f} a second   {double.rate / single.rate:.2f} times one (bar 1.6)")
    print(f"for one assessment    {single.statements:7.2f} statements, {trips} (bar 8)")
    print(f"                      {1000 * single.worker:7.2f} ms of a core in the worker,", end=" ")
    print(f"{1000 * single.server:.2f} ms in the database: {cores} cores allow {ceiling:.2f} times a busy worker")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        registry.import_models()
        asyncio.run(work(sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
    else:
        main()
