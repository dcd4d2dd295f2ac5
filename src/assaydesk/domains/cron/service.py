"""Periodic jobs and the queue: what they are, how they went, and what an administrator may do (platform.md 2)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from inspect import Parameter, signature
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.domains.cron import repository
from assaydesk.domains.cron.events import CronRunRequested
from assaydesk.domains.cron.models import CronJob, CronRun
from assaydesk.domains.cron.schedule import last_tick, next_tick, parse
from assaydesk.domains.cron.texts import label_of, words_of
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, milliseconds, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Conflict, FieldError, NotFound, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.jobs import board
from assaydesk.platform.jobs.job import JOBS, Job, JobResult
from assaydesk.platform.security.actor import Actor

RUNS_SHOWN: Final = 50
FIRST_LOOK: Final = timedelta(minutes=5)
"""How far a clock that starts for the first time looks back, so that what runs often runs at once."""


class CronNotFound(NotFound):
    default_message = "There is no such periodic job."


class JobNotFound(NotFound):
    default_message = "This job does not exist."


class JobRunning(Conflict):
    default_message = "The job is at work or about to start."


class JobRequired(Conflict):
    default_message = "This job cannot be switched off: the desk would stop working."


class JobNotFailed(Conflict):
    default_message = "Only a failed job can be run again."


class JobNotWaiting(Conflict):
    default_message = "The job has ended; there is nothing to cancel."


def cron_jobs() -> dict[str, Job]:
    """The periodic jobs that exist, by their names in the API."""
    found = {job.cron_name: job for job in JOBS.values() if job.cron and job.cron_name}
    return dict(sorted(found.items()))


def find_cron(name: str) -> Job:
    """Raises `CronNotFound`."""
    job = cron_jobs().get(name)
    if job is None:
        raise CronNotFound(name=name[:100])
    return job


async def list_cron(session: ReadSession, actor: Actor) -> list[dict[str, Any]]:
    """All periodic jobs as the API shows them."""
    jobs = cron_jobs()
    stored = await repository.stored(session)
    runs = await repository.last_runs(session, jobs)
    busy = await board.unfinished(session, [job.name for job in jobs.values()])
    zone, now = (await get_settings(session)).zone, utc_now()
    return [
        _view(name, job, stored.get(name), runs.get(name), busy.get(job.name), zone, now, actor.lang)
        for name, job in jobs.items()
    ]


async def read_cron(session: ReadSession, actor: Actor, name: str) -> dict[str, Any]:
    """One periodic job with its last runs. Raises `CronNotFound`."""
    job = find_cron(name)
    runs = await repository.runs_of(session, name, RUNS_SHOWN)
    stored = (await repository.stored(session)).get(name)
    busy = (await board.unfinished(session, [job.name])).get(job.name)
    zone = (await get_settings(session)).zone
    view = _view(name, job, stored, runs[0] if runs else None, busy, zone, utc_now(), actor.lang)
    return view | {"runs": [_run(run) for run in runs]}


async def run_cron(session: WriteSession, actor: Actor, name: str, arguments: Mapping[str, Any]) -> int:
    """Have a periodic job run at once, also a disabled one; answers the id of the job.

    Raises `CronNotFound`, `ValidationFailed` for arguments that the job does not take, `JobRunning`.
    """
    job = find_cron(name)
    taken = [one for one in signature(job.function).parameters.values() if one.kind is Parameter.KEYWORD_ONLY]
    known = {one.name: one.annotation for one in taken}
    faults = [
        FieldError(f"args.{key}", "unknown" if key not in known else "wrong_type", "The job takes no such argument.")
        for key, value in arguments.items()
        if key not in known or isinstance(value, bool) or not isinstance(value, int | str)
    ]
    if faults:
        raise ValidationFailed(faults)
    await repository.hold(session, name, utc_now())
    if job.name in await board.unfinished(session, [job.name]):
        raise JobRunning(name=name)
    await publish(session, CronRunRequested(job.name, dict(arguments)))
    await write_audit(session, actor, "cron:run:request", "cron", [Change(0, field=name)])
    job_id, _ = (await board.unfinished(session, [job.name]))[job.name]
    return job_id


async def change_cron(
    session: WriteSession, actor: Actor, name: str, *, enabled: bool | None, schedule: str | None, reset: bool
) -> datetime | None:
    """Switch a periodic job on or off, or give it another schedule (`reset`: its own). Answers when it runs next.

    Raises `CronNotFound`, `ValidationFailed`, `JobRequired`.
    """
    job = find_cron(name)
    if schedule is not None:
        schedule = " ".join(schedule.split())
        try:
            parse(schedule)
        except ValueError as failure:
            raise ValidationFailed([FieldError("schedule", "bad_format", f"{failure}.")]) from None
    if enabled is False and not job.can_disable:
        raise JobRequired(name=name)
    now = utc_now()
    row = await repository.hold(session, name, now)
    changes = []
    if enabled is not None and enabled != row.enabled:
        changes.append(Change(0, f"{name}.enabled", row.enabled, enabled))
        row.enabled = enabled
    if (schedule is not None or reset) and schedule != row.schedule:
        changes.append(Change(0, f"{name}.schedule", row.schedule, schedule))
        row.schedule = schedule
    if changes:
        # What was missed before belongs to the state before.
        row.last_tick = max(row.last_tick, now)
        await write_audit(session, actor, "cron:job:change", "cron", changes)
    return _next(job, row, (await get_settings(session)).zone, now)


async def due_jobs(session: ReadSession, now: datetime) -> list[tuple[str, Job, datetime, bool]]:
    """What is due: name, job, the time it was due at, and whether it is switched on."""
    jobs = cron_jobs()
    stored = await repository.stored(session)
    zone = (await get_settings(session)).zone
    found = []
    for name, job in jobs.items():
        row = stored.get(name)
        schedule = (row.schedule if row else None) or job.cron or ""
        tick = last_tick(schedule, zone, row.last_tick if row else now - FIRST_LOOK, now)
        if tick is not None:
            found.append((name, job, tick, row is None or row.enabled or not job.can_disable))
    return found


async def take_tick(session: WriteSession, name: str, tick: datetime) -> bool:
    """True for the one worker that may queue the run of this time."""
    await repository.ensure(session, [name], tick - FIRST_LOOK)
    return await repository.take_tick(session, name, tick)


async def list_jobs(
    session: ReadSession,
    actor: Actor,
    *,
    states: Sequence[str],
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    offset: int,
) -> dict[str, Any]:
    """Jobs of the queue, newest first, with the number in each state."""
    rows = await board.list_jobs(
        session, states=states, name=name, since=since, until=until, limit=limit, offset=offset
    )
    counts = await board.count_jobs(session, name=name, since=since, until=until)
    errors = await repository.failures_of(session, [row["id"] for row in rows if row["attempts"]])
    jobs = [_job(row, errors.get(row["id"]), actor.lang) for row in rows]
    total = sum(number for state, number in counts.items() if not states or state in states)
    return {"success": True, "jobs": jobs, "counts": counts, "total": total, "limit": limit, "offset": offset}


async def hold_job(session: WriteSession, job_id: int) -> str:
    """The state of a job, held. Raises `JobNotFound`."""
    state = await board.state_of(session, job_id)
    if state is None:
        raise JobNotFound(jobId=job_id)
    return state


async def retry_job(session: WriteSession, actor: Actor, job_id: int, state: str) -> None:
    """Run a failed job again. Raises `JobNotFailed`, and `JobRunning` when one like it already waits."""
    if state != "failed":
        raise JobNotFailed(jobId=job_id, state=state)
    if not await board.retry_job(session, job_id):
        raise JobRunning("A job like it already waits.", jobId=job_id)
    await write_audit(session, actor, "job:retry:request", "job", [Change(job_id)])


async def cancel_job(session: WriteSession, actor: Actor, job_id: int, state: str) -> None:
    """Take a waiting job out of the queue. Raises `JobRunning`, `JobNotWaiting`."""
    if state == "running":
        raise JobRunning(jobId=job_id)
    if state != "waiting" or not await board.cancel_job(session, job_id):
        raise JobNotWaiting(jobId=job_id, state=state)
    await write_audit(session, actor, "job:cancel:request", "job", [Change(job_id)])


class StoredRunLog:
    """Writes how runs went: those of periodic jobs as runs, and of all jobs why they failed."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def begin(self, job: Job, job_id: int | None) -> None:
        if job.cron and job.cron_name:
            async with self.database.write() as session:
                now = utc_now()
                await repository.ensure(session, [job.cron_name], now)
                await repository.begin_run(session, job.cron_name, job_id, now)

    async def end(self, job: Job, job_id: int | None, *, error: str | None, result: JobResult) -> None:
        cron = job.cron_name if job.cron else None
        if not cron and (error is None or job_id is None):
            return
        async with self.database.write() as session:
            now = utc_now()
            if cron:
                await repository.end_run(session, cron, now, error, result)
            if error is not None and job_id is not None:
                await repository.note_failure(session, job_id, now, error)


def _view(
    name: str,
    job: Job,
    row: CronJob | None,
    run: CronRun | None,
    busy: tuple[int, str] | None,
    zone: ZoneInfo,
    now: datetime,
    language: str,
) -> dict[str, Any]:
    words = words_of(name, language)
    running = busy is not None and busy[1] == "running"
    failed = run is not None and run.ok is False
    upcoming = _next(job, row, zone, now)
    return {
        "name": name,
        "label": words.label,
        "description": words.text,
        "schedule": (row.schedule if row else None) or job.cron,
        "enabled": row is None or row.enabled or not job.can_disable,
        "canDisable": job.can_disable,
        "state": "running" if running else "failed" if failed else "idle",
        "lastRun": None if run is None else _run(run),
        "nextRunAt": iso_or_none(upcoming),
    }


def _next(job: Job, row: CronJob | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    if row is not None and not row.enabled and job.can_disable:
        return None
    return next_tick((row.schedule if row else None) or job.cron or "", zone, now)


def _run(run: CronRun) -> dict[str, Any]:
    end = run.finished_at
    return {
        "startedAt": iso(run.started_at),
        "finishedAt": iso_or_none(end),
        "durationMs": None if end is None else milliseconds(end - run.started_at),
        "ok": run.ok,
        "error": run.error,
        "result": run.result,
    }


def _job(row: Mapping[str, Any], error: str | None, language: str) -> dict[str, Any]:
    times = {name: row[name] for name in ("scheduled_at", "started_at", "finished_at", "heartbeat_at")}
    shown = {name: iso_or_none(at) for name, at in times.items()}
    # Arguments are ids and plain words; anything longer is not shown.
    arguments = {
        key: value
        for key, value in row["arguments"].items()
        if isinstance(value, int) or (isinstance(value, str) and len(value) <= 64)
    }
    return {
        "id": row["id"],
        "name": row["name"],
        "label": label_of(row["name"], language),
        "queue": row["queue"],
        "state": row["state"],
        "key": row["key"],
        "attempts": row["attempts"],
        "scheduledAt": shown["scheduled_at"],
        "startedAt": shown["started_at"],
        "finishedAt": shown["finished_at"],
        "heartbeatAt": shown["heartbeat_at"],
        "error": error if row["state"] in {"failed", "waiting", "running"} else None,
        "arguments": arguments,
    }
