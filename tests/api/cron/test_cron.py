"""Periodic jobs through the API, and their clock (platform.md 2)."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from assaydesk.domains.cron.models import CronJob
from assaydesk.domains.cron.service import RUNS_SHOWN, StoredRunLog
from assaydesk.domains.cron.tasks import clean_up, tick
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS, Job, Runtime
from assaydesk.platform.jobs.queue import run_job
from tests.conftest import ClientMaker
from tests.factories.worklogs import set_settings

READ = ["readCron"]
MANAGE = ["readCron", "manageCron"]
NOW = datetime(2024, 3, 31, 12, 0, 30, tzinfo=UTC)


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A periodic job that notes its calls and fails when told to."""
    calls: list[Any] = []

    async def work(runtime: Runtime, *, ticket_id: int = 0, text: str = "") -> dict[str, int]:
        calls.append(ticket_id)
        if ticket_id == 13:
            raise ValueError("Jane Doe, jane@customer.example")
        return {"tickets": len(calls)}

    declared = Job("test.probe", work, "default", 0, 0, 0, 5, "0 2 * * *", "testProbe")
    monkeypatch.setitem(JOBS, "test.probe", declared)
    return calls


async def test_only_jobs_that_exist_are_listed_by_the_names_of_the_api(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=READ)
    answer = await client.get("/cron")
    assert answer.status_code == 200, answer.text
    jobs = {job["name"]: job for job in answer.json()["jobs"]}
    assert set(jobs) == {job.cron_name for job in JOBS.values() if job.cron}
    assert jobs["ticketReopenDue"] | {"nextRunAt": None} == {
        "name": "ticketReopenDue",
        "label": "Reopen due tickets",
        "description": "Opens pending tickets whose due date has come.",
        "schedule": "* * * * *",
        "enabled": True,
        "canDisable": False,
        "state": "idle",
        "lastRun": None,
        "nextRunAt": None,
    }
    assert jobs["qualityAssessments"]["canDisable"] is True


async def test_rights(as_actor: ClientMaker, anonymous: Any, probe: list[Any]) -> None:
    nobody, reader = await as_actor(permissions=[]), await as_actor(permissions=READ)
    assert (await anonymous.get("/cron")).status_code == 401
    assert (await nobody.get("/cron")).status_code == 403
    assert (await nobody.get("/job")).status_code == 403
    assert (await nobody.get("/cron/testProbe")).status_code == 404
    assert (await reader.get("/cron/testProbe")).status_code == 200
    assert (await reader.get("/cron/unknown")).json()["error"]["code"] == "cron_not_found"
    assert (await reader.post("/cron/testProbe/run")).status_code == 403
    assert (await reader.patch("/cron/testProbe", json={"enabled": "?"})).status_code == 403
    assert (await reader.post("/job/1/retry")).status_code == 404
    assert (await nobody.get("/health/details")).status_code == 403


async def test_run_now_with_arguments_and_its_history(
    as_actor: ClientMaker, runtime: Runtime, session: WriteSession, probe: list[Any]
) -> None:
    client = await as_actor(permissions=MANAGE)
    runtime.run_log = StoredRunLog(runtime.database)
    answer = await client.post("/cron/testProbe/run", json={"args": {"ticket_id": 7}})
    assert answer.status_code == 202
    assert answer.headers["Location"] == "/api/mind/cron/testProbe"
    again = await client.post("/cron/testProbe/run")
    assert again.json()["error"]["code"] == "job_running"
    waiting = (await client.get("/job", params={"state": "waiting", "name": "test.probe"})).json()
    assert [job["id"] for job in waiting["jobs"]] == [answer.json()["id"]]
    assert waiting["jobs"][0]["arguments"] == {"ticket_id": 7}
    assert (waiting["total"], waiting["counts"]["waiting"]) == (1, 1)
    await run_job(JOBS["test.probe"], runtime, 1, ticket_id=7)
    with pytest.raises(ValueError, match="Jane"):
        await run_job(JOBS["test.probe"], runtime, 2, ticket_id=13)
    shown = (await client.get("/cron/testProbe")).json()
    assert shown["state"] == "failed"
    assert [run["ok"] for run in shown["runs"]] == [False, True]
    assert shown["runs"][1]["result"] == {"tickets": 1}
    assert shown["lastRun"]["error"] == "ValueError; the log of the worker says more."
    assert shown["lastRun"]["durationMs"] >= 0
    bad = await client.post("/cron/testProbe/run", json={"args": {"other": 1, "ticket_id": [1]}})
    assert [fault["path"] for fault in bad.json()["error"]["details"]["fields"]] == ["args.other", "args.ticket_id"]


async def test_switching_off_and_another_schedule(
    as_actor: ClientMaker, runtime: Runtime, session: WriteSession, probe: list[Any]
) -> None:
    client = await as_actor(permissions=MANAGE)
    assert (await client.patch("/cron/testProbe", json={"enabled": False})).json() == {
        "success": True, "nextRunAt": None
    }  # fmt: skip
    async with runtime.database.write() as writer:
        row = await writer.get_one(CronJob, "testProbe")
        row.last_tick = NOW - timedelta(days=2)
    assert "testProbe" not in await tick(runtime, NOW)
    assert (await client.post("/cron/testProbe/run")).status_code == 202
    changed = await client.patch("/cron/testProbe", json={"enabled": True, "schedule": " 30  4 * * mon "})
    assert changed.json()["nextRunAt"].endswith("T04:30:00Z")
    assert (await client.get("/cron/testProbe")).json()["schedule"] == "30 4 * * mon"
    back = await client.patch("/cron/testProbe", json={"schedule": None})
    assert back.json()["nextRunAt"].endswith("T02:00:00Z")
    bad = await client.patch("/cron/testProbe", json={"schedule": "61 * * * *"})
    assert bad.json()["error"]["details"]["fields"][0] | {"message": ""} == {
        "path": "schedule", "code": "bad_format", "message": ""
    }  # fmt: skip
    required = await client.patch("/cron/ticketReopenDue", json={"enabled": False})
    assert (required.status_code, required.json()["error"]["code"]) == (409, "job_required")
    audited = await session.scalar(text("select count(*) from audit_entries where object_type = 'cron'"))
    assert audited == 5


async def test_the_clock_goes_by_the_zone_of_the_instance_and_hands_a_time_out_once(
    runtime: Runtime, session: WriteSession, probe: list[Any]
) -> None:
    async def at(moment: datetime) -> bool:
        await session.execute(text("update procrastinate_jobs set status = 'succeeded' where status = 'todo'"))
        await session.commit()
        return "testProbe" in await tick(runtime, moment)

    await set_settings(session, timezone="Europe/Berlin")
    await session.commit()
    assert not await at(datetime(2024, 3, 30, 12, tzinfo=UTC))
    assert await at(datetime(2024, 3, 31, 1, 0, 1, tzinfo=UTC))  # 03:00 in summer time; 02:00 does not exist.
    assert not await at(datetime(2024, 3, 31, 1, 0, 2, tzinfo=UTC))
    assert not await at(datetime(2024, 3, 31, 23, 59, tzinfo=UTC))
    assert await at(datetime(2024, 4, 1, 0, 0, 1, tzinfo=UTC))  # 02:00 in summer time.
    assert await at(datetime(2024, 4, 9, 12, tzinfo=UTC))  # A long stop: once, not eight times.
    assert not await at(datetime(2024, 4, 9, 12, 1, tzinfo=UTC))


async def test_jobs_of_the_queue_are_retried_and_cancelled(
    as_actor: ClientMaker, session: WriteSession, run_jobs: Callable[..., Awaitable[list[str]]], probe: list[Any]
) -> None:
    client = await as_actor(permissions=MANAGE)
    ids = {}
    for status in ("todo", "doing", "failed", "succeeded"):
        ids[status] = await session.scalar(
            text(
                "insert into procrastinate_jobs (queue_name, task_name, status, args, attempts, queueing_lock) "
                "values ('default', 'test.probe', cast(:status as procrastinate_job_status), "
                "jsonb_build_object('ticket_id', 5, 'text', repeat('x', 100)), 1, :status) returning id"
            ),
            {"status": status},
        )
    await session.commit()
    listed = (await client.get("/job")).json()
    assert listed["counts"] == {"waiting": 1, "running": 1, "failed": 1, "done": 1, "cancelled": 0}
    assert [job["state"] for job in listed["jobs"]] == ["done", "failed", "running", "waiting"]
    assert listed["jobs"][0]["arguments"] == {"ticket_id": 5}
    page = (await client.get("/job", params={"limit": 1, "offset": 1, "state": "waiting,failed"})).json()
    assert ([job["id"] for job in page["jobs"]], page["total"]) == ([ids["todo"]], 2)
    assert (await client.get("/job", params={"to": "2001-01-01"})).json()["counts"]["waiting"] == 0
    assert (await client.get("/job", params={"state": "odd"})).status_code == 422
    assert (await client.get("/job", params={"from": "odd"})).status_code == 422
    assert (await client.post(f"/job/{ids['todo']}/retry")).json()["error"]["code"] == "job_not_failed"
    assert (await client.post(f"/job/{ids['doing']}/cancel")).json()["error"]["code"] == "job_running"
    assert (await client.post(f"/job/{ids['succeeded']}/cancel")).json()["error"]["code"] == "job_not_waiting"
    assert (await client.post(f"/job/{ids['failed']}/retry")).status_code == 202
    assert (await client.post(f"/job/{ids['todo']}/cancel")).json() == {"success": True}
    assert (await client.post("/job/999999999/cancel")).json()["error"]["code"] == "job_not_found"
    assert await run_jobs() == ["test.probe"] or probe


async def test_the_queue_forgets_what_ended_long_ago(runtime: Runtime, session: WriteSession, probe: list[Any]) -> None:
    runtime.run_log = StoredRunLog(runtime.database)
    for _ in range(RUNS_SHOWN + 2):
        await run_job(JOBS["test.probe"], runtime)
    for status, days in (("succeeded", 2), ("succeeded", 0), ("failed", 2), ("failed", 31), ("todo", 40)):
        await session.execute(
            text(
                "with j as (insert into procrastinate_jobs (queue_name, task_name, status) values "
                "('default', 'test.probe', cast(:status as procrastinate_job_status)) returning id) "
                "insert into procrastinate_events (job_id, type, at) "
                "select id, 'started', now() - make_interval(days => :days) from j"
            ),
            {"status": status, "days": days},
        )
    await session.commit()
    assert await clean_up.function(runtime) == {"jobs": 2, "runs": 2}
    assert await session.scalar(text("select count(*) from cron_runs where name = 'testProbe'")) == RUNS_SHOWN


async def test_health_details_name_each_check(
    as_actor: ClientMaker, runtime: Runtime, session: WriteSession, probe: list[Any]
) -> None:
    client = await as_actor(permissions=["readSystemHealth"])
    runtime.run_log = StoredRunLog(runtime.database)
    await run_job(JOBS["test.probe"], runtime)
    found = (await client.get("/health/details")).json()
    checks = {check["name"]: check for check in found["checks"]}
    assert {"database", "worker", "queue", "cron", "storage", "clock", "mailboxes"} <= set(checks)
    assert checks["database"]["ok"]
    assert (found["status"], checks["worker"]["ok"]) == ("degraded", False)
    await session.execute(text("insert into procrastinate_workers default values"))
    await session.commit()
    checks = {check["name"]: check for check in (await client.get("/health/details")).json()["checks"]}
    assert checks["worker"]["ok"]
    assert checks["cron"]["ok"], checks["cron"]
    with pytest.raises(ValueError, match="Jane"):
        await run_job(JOBS["test.probe"], runtime, ticket_id=13)
    checks = {check["name"]: check for check in (await client.get("/health/details")).json()["checks"]}
    assert checks["cron"] | {"latencyMs": 0} == {
        "name": "cron", "ok": False, "latencyMs": 0, "message": "The last run failed: testProbe."
    }  # fmt: skip
