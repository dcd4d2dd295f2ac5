"""Having the judge run again while a person waits (quality.md 8.7)."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Final

import structlog

from assaydesk.domains.quality.assessments import repository
from assaydesk.domains.quality.assessments.claims import Claimed, kept_alive
from assaydesk.domains.quality.assessments.collect import Snapshot
from assaydesk.domains.quality.assessments.create import usable_revision
from assaydesk.domains.quality.assessments.desk import Desk, Result
from assaydesk.domains.quality.assessments.errors import InvalidState, ScorecardFamilyMismatch, refuse
from assaydesk.domains.quality.assessments.judge import service_error
from assaydesk.domains.quality.assessments.lifecycle import Command, Refusal, move
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.permit import require_assessor
from assaydesk.domains.quality.assessments.record import Outcome
from assaydesk.domains.quality.assessments.rows import FullRow
from assaydesk.domains.quality.assessments.schemas import AssessmentRefresh
from assaydesk.domains.quality.assessments.show import find_assessment, show_full, viewer_of
from assaydesk.domains.quality.assessments.stored import request_to_json
from assaydesk.domains.quality.assessments.types import RefreshRequest, State, Trigger
from assaydesk.domains.quality.scorecards.service import get_revision
from assaydesk.domains.quality.scorecards.types import ScorecardState
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Busy
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import Actor

log = structlog.get_logger("assessments")

MOST_AT_ONCE: Final = 16
"""Refreshes that one process runs at the same time; more are refused instead of left to wait."""

_running: Final[set[asyncio.Task[Result]]] = set()


async def refresh_assessment(
    runtime: Runtime,
    actor: Actor,
    assessment_id: int,
    body: AssessmentRefresh,
    *,
    opened: Callable[[], AbstractAsyncContextManager[WriteSession]],
) -> tuple[FullRow, bool]:
    """Judge again now. Answers the full assessment, and whether the run is finished.

    When the judge needs longer than `qualityRefreshTimeoutSeconds` the run goes on in this process; should that die,
    the job takes over. `opened` opens the transaction that takes the assessment. Raises `UnknownReference`,
    `ScorecardFamilyMismatch`, `AssessmentLocked`, `AlreadyRunning`, `InvalidState`, `Busy`, and, with scores and state
    as they were, `AiServiceFailed` or `LlmNotConfigured`.
    """
    task, seconds = await _start(runtime, actor, assessment_id, body, opened)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        result = task.result()
        if result.failure is not None and result.outcome is Outcome.FAILED:
            raise service_error(result.failure)
    async with runtime.database.read() as session:
        viewer = await viewer_of(session, actor)
        seen = await find_assessment(session, viewer, assessment_id)
        return await show_full(session, viewer, seen), bool(done) and seen.row.refresh_request is None


async def _start(
    runtime: Runtime,
    actor: Actor,
    assessment_id: int,
    body: AssessmentRefresh,
    opened: Callable[[], AbstractAsyncContextManager[WriteSession]],
) -> tuple[asyncio.Task[Result], float]:
    async with opened() as session:
        viewer = await viewer_of(session, actor)
        seen = await find_assessment(session, viewer, assessment_id, lock=True)
        row = seen.row
        require_assessor(viewer, row.assessed_user, team_mate=seen.team_mate)
        request = await _request(session, actor, row, body)
        if isinstance(reached := move(State(row.state), Command.REFRESH), Refusal):
            raise refuse(reached, State(row.state), State.AI_IN_PROGRESS)
        if row.worklog_id is None:
            raise InvalidState(row.state, "The piece of work was removed; there is nothing to judge again.")
        if len(_running) >= MOST_AT_ONCE:
            raise Busy("Too many assessments are being refreshed.")
        desk = Desk(runtime, viewer.settings)
        item = _take(row, request, reached, desk.token)
        snapshots = await desk.read_up(session, [item])
    task = asyncio.create_task(_judge(desk, item, snapshots))
    _running.add(task)
    task.add_done_callback(_finished)
    return task, viewer.settings.quality_refresh_timeout_seconds


async def _judge(desk: Desk, item: Claimed, snapshots: dict[int, Snapshot]) -> Result:
    async with kept_alive(desk.runtime.database, desk.token, [item.id], desk.runtime.config.job_heartbeat_seconds):
        return await desk.judge(item, snapshots.get(item.worklog_id or 0), put_back=True)


def _finished(task: asyncio.Task[Result]) -> None:
    _running.discard(task)
    if not task.cancelled() and task.exception() is not None:
        log.error("refresh_broke", exc_info=task.exception())


def _take(row: Assessment, request: RefreshRequest, state: State, token: str) -> Claimed:
    """Claim the locked row for this process."""
    if row.refresh_request is None or row.state_before is None:
        row.state_before = row.state
    row.state, row.claim, row.refresh_request = state, token, request_to_json(request)
    row.heartbeat_at = row.modified_at = utc_now()
    row.version += 1
    return Claimed(
        id=row.id,
        worklog_id=row.worklog_id,
        ticket_id=row.ticket_id,
        scorecard_id=row.scorecard_id,
        base_id=row.scorecard_base_id,
        content_id=row.content_id,
        state_before=State(row.state_before),
        trigger=Trigger.REFRESH,
        tries=row.tries,
        failing_since=row.failing_since,
        refresh=request,
        has_answers=True,
    )


async def _request(session: ReadSession, actor: Actor, row: Assessment, body: AssessmentRefresh) -> RefreshRequest:
    """The revision: the named one, else the active one of the family, else the one it has."""
    scorecard_id, content_id = row.scorecard_id, row.content_id
    if body.scorecard_id is not None:
        named = await usable_revision(session, body.scorecard_id)
        if named.base_id != row.scorecard_base_id:
            raise ScorecardFamilyMismatch(scorecardId=body.scorecard_id, scorecardBaseId=row.scorecard_base_id)
        scorecard_id, content_id = named.scorecard_id, named.content_id
    else:
        states = await repository.revision_states(session, row.scorecard_base_id)
        active = next((number for number, state in states if state == ScorecardState.ACTIVE), None)
        found = None if active is None else await get_revision(session, active)
        if found is not None:
            scorecard_id, content_id = found.scorecard_id, found.content_id
    return RefreshRequest(scorecard_id, content_id, body.overwrite_human, actor.user_id)
