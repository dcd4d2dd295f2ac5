"""Looking at the queue, and the two things a person may do to a job. The tables are Procrastinate's (ADR 0006)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from assaydesk.platform.db.session import ReadSession, WriteSession

STATES: Final = {
    "waiting": ("todo",),
    "running": ("doing",),
    "failed": ("failed",),
    "done": ("succeeded",),
    "cancelled": ("cancelled", "aborting", "aborted"),
}
"""Our words for a job's state, and the queue's."""

_STATE_OF: Final = {theirs: ours for ours, several in STATES.items() for theirs in several}

_TIMED: Final = """
    cross join lateral (select min(at) as made_at from procrastinate_events e where e.job_id = j.id) e
    where (cast(:name as text) is null or j.task_name = :name)
      and (cast(:since as timestamptz) is null or coalesce(j.scheduled_at, e.made_at) >= :since)
      and (cast(:until as timestamptz) is null or coalesce(j.scheduled_at, e.made_at) <= :until)
"""
_NAMED: Final = "where (cast(:name as text) is null or j.task_name = :name)"
"""Without times asked for, no event need be read to count jobs."""


async def list_jobs(
    session: ReadSession,
    *,
    states: Sequence[str],
    name: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
    offset: int,
) -> list[dict[str, Any]]:
    """Jobs, newest first. `states` are ours; none means all. Times are those of the last try."""
    theirs = [one for state in states for one in STATES[state]]
    rows = await session.execute(
        text(
            f"""
            with page as (
              select j.*, e.made_at from procrastinate_jobs j {_TIMED} and (cardinality(cast(:states as text[])) = 0
                or cast(j.status as text) = any(:states))
              order by j.id desc limit :limit offset :offset
            )
            select p.id, p.task_name as name, p.queue_name as queue, cast(p.status as text) as status,
              p.queueing_lock as key, p.attempts, coalesce(p.scheduled_at, p.made_at) as scheduled_at, p.args,
              t.started_at, t.ended_at, w.last_heartbeat as heartbeat_at
            from page p
            left join procrastinate_workers w on w.id = p.worker_id and p.status = 'doing'
            cross join lateral (
              select max(at) filter (where type = 'started') as started_at,
                max(at) filter (where type in ('succeeded', 'failed', 'cancelled', 'aborted')) as ended_at
              from procrastinate_events e where e.job_id = p.id
            ) t
            order by p.id desc
            """  # noqa: S608 - constant text
        ),
        {"states": theirs, "name": name, "since": since, "until": until, "limit": limit, "offset": offset},
    )
    return [_job(row) for row in rows.mappings()]


def _job(row: Any) -> dict[str, Any]:
    state = _STATE_OF[row["status"]]
    over = state not in {"waiting", "running"}
    return {
        "id": row["id"],
        "name": row["name"],
        "queue": row["queue"],
        "state": state,
        "key": row["key"],
        "attempts": row["attempts"],
        "scheduled_at": row["scheduled_at"],
        "started_at": row["started_at"],
        "finished_at": row["ended_at"] if over else None,
        "heartbeat_at": row["heartbeat_at"],
        "arguments": row["args"],
    }


async def count_jobs(
    session: ReadSession, *, name: str | None = None, since: datetime | None = None, until: datetime | None = None
) -> dict[str, int]:
    """How many jobs there are in each state."""
    wanted = _NAMED if since is None and until is None else _TIMED
    rows = await session.execute(
        text(f"select cast(j.status as text), count(*) from procrastinate_jobs j {wanted} group by 1"),  # noqa: S608
        {"name": name} if wanted is _NAMED else {"name": name, "since": since, "until": until},
    )
    counts = dict.fromkeys(STATES, 0)
    for status, number in rows:
        counts[_STATE_OF[status]] += number
    return counts


async def state_of(session: WriteSession, job_id: int) -> str | None:
    """The state of a job, which is held; None when there is no such job."""
    status = await session.scalar(
        text("select cast(status as text) from procrastinate_jobs where id = :id for update"), {"id": job_id}
    )
    return None if status is None else _STATE_OF[status]


async def retry_job(session: WriteSession, job_id: int) -> bool:
    """Queue a failed job again. False when another one with its key already waits."""
    try:
        async with session.begin_nested():
            await session.execute(
                text("select procrastinate_retry_job_v2(:id, null, null, null, null)"), {"id": job_id}
            )
    except IntegrityError:
        return False
    return True


async def cancel_job(session: WriteSession, job_id: int) -> bool:
    """Take a waiting job out of the queue. False when it no longer waits."""
    done = await session.scalar(text("select procrastinate_cancel_job_v1(:id, false, false)"), {"id": job_id})
    return done is not None


async def unfinished(session: ReadSession, names: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Of each of these kinds of job the oldest that waits or runs: its id and state. One at work counts first."""
    rows = await session.execute(
        text(
            "select distinct on (task_name) task_name, id, cast(status as text) from procrastinate_jobs "
            "where status in ('todo', 'doing') and task_name = any(:names) order by task_name, status desc, id"
        ),
        {"names": list(names)},
    )
    return {row[0]: (row[1], _STATE_OF[row[2]]) for row in rows}


async def waiting_figures(session: ReadSession) -> tuple[int, datetime | None]:
    """How many jobs are due and wait, and since when the first of them."""
    row = (
        await session.execute(
            text(
                "select count(*), min(coalesce(j.scheduled_at, (select min(at) from procrastinate_events e "
                "where e.job_id = j.id))) from procrastinate_jobs j "
                "where j.status = 'todo' and (j.scheduled_at is null or j.scheduled_at <= now())"
            )
        )
    ).one()
    return row[0], row[1]


async def last_heartbeat(session: ReadSession) -> datetime | None:
    """When a worker last said that it lives."""
    found: datetime | None = await session.scalar(text("select max(last_heartbeat) from procrastinate_workers"))
    return found


async def delete_ended(session: WriteSession, now: datetime, *, done: timedelta, others: timedelta, limit: int) -> int:
    """Delete up to `limit` jobs that ended some time ago: `done` ones sooner than failed and cancelled ones."""
    rows = await session.execute(
        text(
            """
            delete from procrastinate_jobs where id in (
              select j.id from procrastinate_jobs j
              where j.status in ('succeeded', 'failed', 'cancelled', 'aborted') and not exists (
                select 1 from procrastinate_events e where e.job_id = j.id
                and e.at >= case when j.status = 'succeeded' then cast(:done as timestamptz) else :others end
              )
              order by j.id limit :limit
            ) returning id
            """
        ),
        {"done": now - done, "others": now - others, "limit": limit},
    )
    return len(rows.all())
