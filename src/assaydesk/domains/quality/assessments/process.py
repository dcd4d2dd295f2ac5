"""The judge's work: claim what is due, judge it with no session open, record each by itself (quality.md 6, 4 to 6)."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from assaydesk.domains.quality.assessments import queue
from assaydesk.domains.quality.assessments.claims import (
    Claimed,
    claimed,
    insist,
    kept_alive,
    recover_abandoned,
    release,
)
from assaydesk.domains.quality.assessments.collect import Snapshot
from assaydesk.domains.quality.assessments.desk import Desk, Result
from assaydesk.domains.quality.assessments.record import Outcome
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.jobs.job import Runtime

QUICK_SECONDS: Final = 2.0
SLOW_SECONDS: Final = 10.0


class Failure(NamedTuple):
    """An assessment that could not be judged this time, and why."""

    assessment_id: int
    code: str
    message: str


@dataclass(slots=True)
class ProcessReport:
    """What one call of `process_due` did.

    `failed` ones wait for their next try or ended in `error`; `discarded` ones were lost to somebody else, deleted, or
    changed while they were judged.
    """

    done: int = 0
    failed: int = 0
    discarded: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return self.done + self.failed + self.discarded

    def count(self, outcome: Outcome) -> None:
        if outcome is Outcome.OK:
            self.done += 1
        elif outcome is Outcome.FAILED:
            self.failed += 1
        else:
            self.discarded += 1


async def process_due(
    runtime: Runtime,
    *,
    limit: int | None = None,
    on_progress: Callable[[int, int], object] | None = None,
    on_more: Callable[[], Awaitable[None]] | None = None,
    claim_for_seconds: float | None = None,
) -> ProcessReport:
    """Judge what is due, oldest first, until nothing is.

    Any number of processes may do this at the same time: a claim belongs to one of them. `limit`: how many to take at
    most. `on_progress` hears how many were tried and how many there are. `on_more` is called after a full claim, when
    there is probably work for others. `claim_for_seconds`: take nothing after that time; what is taken is finished.
    """

    async def prepare() -> tuple[Desk, int]:
        async with runtime.database.write() as session:
            await recover_abandoned(session, stalled_seconds=runtime.config.job_stalled_seconds, now=utc_now())
            due = await queue.count_due(session, utc_now()) if on_progress is not None else 0
            return Desk(runtime, await get_settings(session)), due

    desk, due = await insist(prepare)
    line = _Line(desk, limit, on_more, claim_for_seconds)
    report = ProcessReport()

    async def work() -> None:
        while (taken := await line.take()) is not None:
            item, snapshot = taken
            result: Result = await desk.judge(item, snapshot)
            line.leave(item)
            report.count(result.outcome)
            if result.outcome is Outcome.FAILED and result.failure is not None:
                report.failures.append(Failure(item.id, result.failure.code, result.failure.message))
            if on_progress is not None:
                on_progress(report.tried, max(report.tried, due if limit is None else min(due, limit)))

    async with kept_alive(runtime.database, desk.token, line.held, runtime.config.job_heartbeat_seconds):
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(desk.settings.quality_judge_concurrency):
                    group.create_task(work())
        finally:
            if line.held:
                await asyncio.shield(line.give_back())
    return report


@dataclass(slots=True)
class _Line:
    """Claims from which the judges of one process take; whoever finds it empty claims more.

    As many are claimed at a time as are judged within a few seconds: few when a model thinks long, so that other
    workers find something to do, a whole batch when judging is quick.
    """

    desk: Desk
    limit: int | None
    on_more: Callable[[], Awaitable[None]] | None
    claim_for_seconds: float | None
    held: dict[int, Claimed] = field(default_factory=dict)
    _waiting: deque[tuple[Claimed, Snapshot | None]] = field(default_factory=deque)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _size: int = 0
    _taken: int = 0
    _dry: bool = False
    _began: float = field(default_factory=time.monotonic)
    _claimed_at: float = 0.0

    async def take(self) -> tuple[Claimed, Snapshot | None] | None:
        """The next claim with its snapshot (None: its worklog is gone); None when there is nothing to do."""
        async with self._turn:
            if not self._waiting and not self._dry:
                await self._claim()
            return self._waiting.popleft() if self._waiting else None

    def leave(self, item: Claimed) -> None:
        self.held.pop(item.id, None)

    async def give_back(self) -> None:
        async with self.desk.runtime.database.write() as session:
            await release(session, self.desk.token, list(self.held.values()))
        self.held.clear()

    async def _claim(self) -> None:
        wanted = self._next_size()
        items = [] if wanted == 0 else await insist(lambda: self._claim_once(wanted))
        self._dry = not items
        if items:
            snapshots = await insist(lambda: self._read_up(items))
            self._waiting.extend((item, snapshots.get(item.worklog_id or 0)) for item in items)
        if items and len(items) == wanted and self.on_more is not None:
            await self.on_more()

    async def _claim_once(self, wanted: int) -> list[Claimed]:
        async with self.desk.runtime.database.write() as session:
            self.desk.settings = await get_settings(session)
            rows = await queue.claim(session, self.desk.token, now=utc_now(), limit=wanted)
        items = [claimed(row) for row in rows]
        self.held.update((item.id, item) for item in items)
        self._taken += len(items)
        return items

    async def _read_up(self, items: list[Claimed]) -> dict[int, Snapshot]:
        async with self.desk.runtime.database.read() as session:
            return await self.desk.read_up(session, items)

    def _next_size(self) -> int:
        now = time.monotonic()
        settings = self.desk.settings
        if self.claim_for_seconds is not None and now - self._began > self.claim_for_seconds:
            return 0
        least, most = settings.quality_judge_concurrency, settings.quality_assessment_batch_size
        took, self._claimed_at = now - self._claimed_at, now
        if self._size == 0:
            self._size = least
        elif took < QUICK_SECONDS:
            self._size *= 2
        elif took > SLOW_SECONDS:
            self._size //= 2
        self._size = max(1, min(max(self._size, least), most))
        return self._size if self.limit is None else min(self._size, self.limit - self._taken)
