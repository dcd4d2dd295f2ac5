"""Claims: which process judges which assessment, and what happens when that process dies (quality.md 6)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import uuid4

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from assaydesk.domains.quality.assessments import queue
from assaydesk.domains.quality.assessments.events import QualityAssessmentFailed
from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.retries import after_interruption
from assaydesk.domains.quality.assessments.stored import request_from_json
from assaydesk.domains.quality.assessments.types import SCORED_STATES, RefreshRequest, State, Trigger
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish

log = structlog.get_logger("assessments")

T = TypeVar("T")
PATIENCE_SECONDS: Final = 60.0
RECOVERED_AT_ONCE: Final = 200
NO_MORE_TRIES: Final = {
    "state_before": None, "trigger": Trigger.JOB, "refresh_request": None, "next_try_at": None, "tries": 0,
}  # fmt: skip
INTERRUPTED: Final = {"code": "worker_lost", "message": "The worker stopped while it judged this piece of work."}


@dataclass(frozen=True, slots=True)
class Claimed:
    """An assessment that this process judges; `refresh` is what a person asked for, if one did."""

    id: int
    worklog_id: int | None
    ticket_id: int
    scorecard_id: int
    base_id: int
    content_id: int
    state_before: State
    trigger: Trigger
    tries: int
    failing_since: datetime | None
    refresh: RefreshRequest | None
    has_answers: bool

    @property
    def has_scores(self) -> bool:
        """It was scored before: when the judge fails, scores and state stay as they were."""
        return self.state_before in SCORED_STATES

    @property
    def target_content_id(self) -> int:
        return self.refresh.content_id if self.refresh else self.content_id


def new_token() -> str:
    return uuid4().hex


def claimed(row: Any) -> Claimed:
    """From a row with the columns `queue.CLAIMED`."""
    return Claimed(
        id=row.id,
        worklog_id=row.worklog_id,
        ticket_id=row.ticket_id,
        scorecard_id=row.scorecard_id,
        base_id=row.scorecard_base_id,
        content_id=row.content_id,
        state_before=State(row.state_before or State.UNPROCESSED),
        trigger=Trigger(row.trigger),
        tries=row.tries,
        failing_since=row.failing_since,
        refresh=request_from_json(row.refresh_request),
        has_answers=row.run_id is not None or row.touched_by_human,
    )


async def insist(operation: Callable[[], Awaitable[T]], seconds: float = PATIENCE_SECONDS) -> T:
    """Repeat a transaction while the database is away: a judgement is too dear to be thrown away for a restart.

    The operation has to look again before it acts, because a commit may have come through unheard.
    """
    give_up = time.monotonic() + seconds
    while True:
        try:
            return await operation()
        except (OperationalError, InterfaceError) as failure:
            if time.monotonic() > give_up:
                raise
            log.warning("database_away", error=type(failure.orig).__name__)
            await asyncio.sleep(0.5)


@asynccontextmanager
async def beating(
    database: Database, every_seconds: float, beat: Callable[[WriteSession], Awaitable[object]]
) -> AsyncIterator[None]:
    """Say again and again that this process is alive, each time in a transaction of its own; a database that is away
    is waited for."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            with suppress(OperationalError, InterfaceError):
                async with database.write() as session:
                    await beat(session)

    task = asyncio.create_task(go_on())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def kept_alive(
    database: Database, token: str, ids: Collection[int], every_seconds: float
) -> AbstractAsyncContextManager[None]:
    """Keep these claims alive. `ids` is read each time and may change meanwhile."""
    return beating(database, every_seconds, lambda session: queue.beat(session, token, list(ids), utc_now()))


async def release(session: WriteSession, token: str, items: Iterable[Claimed]) -> None:
    """Give claims back as if they had not been taken: the process stops in good order. No try is counted."""
    now = utc_now()
    for item in items:
        if await queue.lock_claimed(session, item.id, token) is not None:
            await queue.store(session, item.id, given_back(item, now))


async def recover_abandoned(session: WriteSession, *, stalled_seconds: float, now: datetime) -> int:
    """Give claims without a heartbeat back; each counts as one try. Answers how many there were."""
    silent_since = now - timedelta(seconds=stalled_seconds)
    rows = await queue.abandoned(session, silent_since=silent_since, limit=RECOVERED_AT_ONCE)
    for row in rows:
        item = claimed(row)
        following = after_interruption(tries=item.tries, failing_since=item.failing_since, now=now)
        values = given_back(item, now) | {"tries": following.tries}
        if following.command is Command.GIVE_UP and not item.has_scores:
            values |= {
                "state": in_progress_to(Command.GIVE_UP),
                "next_try_at": following.at,
                "failing_since": following.failing_since,
                "error": INTERRUPTED,
            }
            await publish(session, QualityAssessmentFailed(item.id, INTERRUPTED["code"]))
        elif following.command is Command.GIVE_UP:
            values |= {"state": in_progress_to(Command.PUT_BACK, item.state_before), **NO_MORE_TRIES}
        log.warning("claim_abandoned", assessment_id=item.id, tries=following.tries)
        await queue.store(session, item.id, values)
    return len(rows)


def given_back(item: Claimed, now: datetime) -> dict[str, Any]:
    """Column values for work that was broken off. A renewed run that a person asked for still waits to be done."""
    if item.refresh is not None or not item.has_scores:
        return unclaimed(in_progress_to(Command.WAIT), now)
    return unclaimed(in_progress_to(Command.PUT_BACK, item.state_before), now) | {"state_before": None}


def in_progress_to(command: Command, before: State | None = None) -> State:
    """Where a command leads from `aiInProgress`."""
    target = move(State.AI_IN_PROGRESS, command, before)
    assert not isinstance(target, Refusal)
    return target


def unclaimed(state: State, now: datetime) -> dict[str, Any]:
    """Column values of an assessment that nobody judges any more."""
    return {"state": state, "claim": None, "heartbeat_at": None, "modified_at": now}
