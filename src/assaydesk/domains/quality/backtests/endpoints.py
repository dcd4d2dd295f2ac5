"""Backtests (quality.md 12)."""

from typing import Annotated

from fastapi import Body, Request
from starlette.responses import Response

from assaydesk.domains.quality.backtests import service
from assaydesk.domains.quality.backtests.background import run_now
from assaydesk.domains.quality.backtests.deps import (
    AllCriteria,
    OnlyChanged,
    Reader,
    Runner,
    ScorecardId,
    ToCancel,
    ToRead,
    ToTry,
)
from assaydesk.domains.quality.backtests.errors import BacktestNotFound
from assaydesk.domains.quality.backtests.estimate import estimate
from assaydesk.domains.quality.backtests.schemas import (
    BacktestCreate,
    BacktestEstimate,
    BacktestPage,
    BacktestQueued,
    BacktestRead,
)
from assaydesk.domains.quality.scorecards.errors import ScorecardDeleted, ScorecardNotFound
from assaydesk.platform.errors import Busy, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes, late_writes
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done

router = Router("quality", prefix="/api/mind/quality")


@router.post(
    "/scorecard/{id}/backtest",
    operation_id="createQualityBacktest",
    response_model=BacktestRead | BacktestEstimate,
    responses=errors(PermissionDenied, ScorecardNotFound, ScorecardDeleted, ValidationFailed, UnknownReference, Busy)
    | {202: {"description": "It is queued; read it by its id.", "model": BacktestQueued}},
)
async def create_backtest(
    request: Request,
    context: Context,
    actor: Runner,
    scorecard_id: ToTry,
    body: Annotated[BacktestCreate | None, Body()] = None,
) -> Response:
    """Try a revision on past work: judge a sample of it, store no assessment, tell nobody.

    Work of people whose assessments the caller may not view is left out and counted, and so is work that is being
    reviewed blind. A sample of up to 5 is answered at once (200, the finished backtest) when the judge is quick enough.
    `estimateOnly` counts and names the expected cost. `categories` tries unsaved content; `judge`, `model` and
    `promptVersion` try another judge.
    """
    asked = body or BacktestCreate()
    async with context.database.read() as session:
        prepared = await service.prepare(session, actor, scorecard_id, asked)
        if asked.estimate_only:
            return json_answer(await estimate(session, prepared, asked, context.config))
    async with late_writes(request) as writes:
        row = await service.create_backtest(writes, actor, prepared, asked)
        number, size = row.id, row.sampled
    if size > service.AT_ONCE:
        return json_answer({"success": True, "id": number, "state": "queued"}, status=202)
    runtime = Runtime(context.config, context.database, context.ports)
    if size and not await run_now(runtime, number, prepared.settings.quality_refresh_timeout_seconds):
        return json_answer({"success": True, "id": number, "state": "running"}, status=202)
    async with context.database.read() as session:
        found = await service.find_backtest(session, actor, number)
        shown = await service.read_backtest(session, actor, found, limit=100, offset=0, only_changed=False)
    return json_answer(shown)


@router.get(
    "/backtest",
    operation_id="listQualityBacktests",
    response_model=BacktestPage,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_backtests(session: Reads, actor: Reader, paging: Paging, scorecard_id: ScorecardId = None) -> Response:
    """One's own backtests, newest first and without `diffs`; those who manage scorecards see everybody's.

    `summary` is null while it runs, and when it covers work that the caller may not view.
    """
    found = await service.list_backtests(
        session, actor, scorecard_id=scorecard_id, limit=paging.limit, offset=paging.offset
    )
    return json_answer(found)


@router.get(
    "/backtest/{id}",
    operation_id="getQualityBacktest",
    response_model=BacktestRead,
    responses=errors(PermissionDenied, BacktestNotFound, ValidationFailed),
)
async def get_backtest(
    session: Reads,
    actor: Reader,
    row: ToRead,
    paging: Paging,
    only_changed: OnlyChanged = False,
    all_criteria: AllCriteria = False,
) -> Response:
    """A backtest with its differences. Means, criteria and `diffs` cover the work that the caller may view."""
    return json_answer(
        await service.read_backtest(
            session,
            actor,
            row,
            limit=paging.limit,
            offset=paging.offset,
            only_changed=only_changed,
            all_criteria=all_criteria,
        )
    )


@router.delete(
    "/backtest/{id}",
    operation_id="deleteQualityBacktest",
    response_model=Done,
    responses=errors(PermissionDenied, BacktestNotFound, ValidationFailed),
)
async def delete_backtest(session: Writes, actor: Reader, row: ToCancel) -> dict[str, bool]:
    """Cancel a backtest that is running, and hide it."""
    await service.cancel_backtest(session, actor, row)
    return {"success": True}
