"""Working off a backtest: judge what is missing, store each result by itself, finish. A run that was killed goes on."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

import structlog

from assaydesk.domains.quality.assessments.claims import beating, insist, new_token
from assaydesk.domains.quality.assessments.criteria import totals_of
from assaydesk.domains.quality.assessments.dry_run import DryResult, JudgeChoice, Spending, judge_worklogs
from assaydesk.domains.quality.assessments.service import answers_of_assessment
from assaydesk.domains.quality.backtests import repository
from assaydesk.domains.quality.backtests.compare import comparable, labels_of, side_of, summarize
from assaydesk.domains.quality.backtests.models import Backtest
from assaydesk.domains.quality.backtests.types import CompareWith, State
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.loading import learned_of
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement
from assaydesk.domains.quality.scorecards.codec import content_from_json
from assaydesk.domains.quality.scorecards.service import load_content
from assaydesk.domains.quality.scorecards.types import Content, PercentageBase
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.jobs.job import Runtime

log = structlog.get_logger("backtests")

CHUNK: Final = 20
"""Pieces of work that are judged by both contents before the next ones are."""
FAILURES_IN_A_ROW: Final = 10
"""Then the judge is down, and going on would only waste the sample."""


class Ended(StrEnum):
    FINISHED = "finished"
    TO_BE_CONTINUED = "toBeContinued"
    NOT_MINE = "notMine"


class _TakenAway(Exception):
    """It was cancelled, or another process took it over."""


class _JudgeDown(Exception):
    """One piece of work after the other fails."""


class _TimeOver(Exception):
    """This run has taken long enough."""


@dataclass(slots=True)
class _Run:
    runtime: Runtime
    backtest: Backtest
    token: str
    settings: InstanceSettings
    spending: Spending
    content: Content
    compared: Content | None
    learned: Learned | None
    deadline: float
    failures: int = 0
    last: JudgeFailed | None = None
    contents: dict[int, Content] = field(default_factory=dict)

    @property
    def choice(self) -> JudgeChoice:
        asked = self.backtest.request
        return JudgeChoice(asked.get("judge"), asked.get("model"), asked.get("promptVersion"))


async def run_backtest(runtime: Runtime, backtest_id: int, *, for_seconds: float = float("inf")) -> Ended:
    """Work on a backtest until it is finished, cancelled, or the time is over. One process at a time does."""
    token = new_token()
    async with runtime.database.write() as session:
        stalled = runtime.config.job_stalled_seconds
        if not await repository.claim(session, backtest_id, token, now=utc_now(), stalled_seconds=stalled):
            return Ended.NOT_MINE
        backtest = await repository.get(session, backtest_id)
        settings = await get_settings(session)
        spent = await repository.spent(session, backtest_id)
        assert backtest is not None
        learned = await learned_of(session, runtime.ports, {backtest.scorecard_base_id})
        session.expunge(backtest)
    run = _Run(
        runtime,
        backtest,
        token,
        settings,
        Spending(max_cost=backtest.max_cost, cost=spent),
        content_from_json(backtest.body),
        content_from_json(backtest.compare_body) if backtest.compare_body else None,
        learned.get(backtest.scorecard_base_id),
        time.monotonic() + for_seconds,
    )
    ending: dict[str, Any] | None = {}
    try:
        async with beating(
            runtime.database,
            runtime.config.job_heartbeat_seconds,
            lambda session: repository.beat(session, backtest.id, run.token, utc_now()),
        ):
            ending = await _work(run)
    finally:
        # Without an ending the claim alone is given back, and the next run goes on where this one was.
        await asyncio.shield(_leave(run, ending))
    if ending is None:
        return Ended.NOT_MINE
    return Ended.FINISHED if ending else Ended.TO_BE_CONTINUED


async def _work(run: _Run) -> dict[str, Any] | None:
    """What the backtest came to: column values; none while there is more to do, None when it is not ours any more."""
    both = run.compared is not None
    try:
        async with run.runtime.database.read() as session:
            rows = await repository.waiting(session, run.backtest.id, with_before=both)
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            failed = await _judge(run, "after", [row for row in chunk if row.no_after])
            if both:
                await _judge(run, "before", [r for r in chunk if r.no_before and r.position not in failed])
            if run.spending.exhausted:
                break
    except _TakenAway:
        return None
    except _TimeOver:
        return {}
    except _JudgeDown:
        return await _finish(run, State.FAILED)
    async with run.runtime.database.read() as session:
        left = await repository.waiting(session, run.backtest.id, with_before=both)
    return await _finish(run, State.STOPPED if left else State.DONE)


async def _judge(run: _Run, side: str, rows: Sequence[Any]) -> set[int]:
    """Fill one side of these rows. Answers the positions of those that failed."""
    content = run.content if side == "after" or run.compared is None else run.compared
    by_worklog = {row.worklog_id: row for row in rows if row.worklog_id is not None}
    failed: set[int] = set()
    for row in rows:
        if row.worklog_id is None:
            await insist(lambda row=row: _store_failure(run, side, row, "worklog_removed"))  # type: ignore[misc]
            failed.add(row.position)
    results = judge_worklogs(
        run.runtime,
        list(by_worklog),
        content,
        run.settings,
        choice=run.choice,
        learned=run.learned,
        spending=run.spending,
    )
    async with aclosing(results):
        async for result in results:
            row = by_worklog[result.worklog_id]
            if isinstance(result.judgement, JudgeFailed):
                failed.add(row.position)
                code = result.judgement.code
                await insist(lambda row=row, code=code: _store_failure(run, side, row, code))  # type: ignore[misc]
                _count_failure(run, result.judgement)
            else:
                run.failures = 0
                await insist(lambda row=row, result=result: _store(run, side, row, result))  # type: ignore[misc]
            if time.monotonic() > run.deadline:
                raise _TimeOver
    return failed


def _count_failure(run: _Run, failure: JudgeFailed) -> None:
    if failure.code == "worklog_removed":
        return
    run.failures += 1
    run.last = failure
    if run.failures >= FAILURES_IN_A_ROW or failure.code == "llm_not_configured":
        raise _JudgeDown


async def _store(run: _Run, side: str, row: Any, result: DryResult) -> None:
    """One result, with what there is to compare it with as it stands now."""
    values: dict[str, Any] = {}
    async with run.runtime.database.write() as session:
        if not await repository.is_mine(session, run.backtest.id, run.token):
            raise _TakenAway
        if side == "before":
            assert run.compared is not None
            among = comparable(run.content, run.compared)
            values["before"] = side_of(result.totals, result.answers, among=among)
        else:
            values["after"] = side_of(result.totals, result.answers)
            values |= await _assessed(session, run, row.assessment_id)
        await repository.store(
            session, run.backtest.id, row.position, side, values | _currency(result), **_took(result)
        )


async def _assessed(session: ReadSession, run: _Run, assessment_id: int | None) -> dict[str, Any]:
    """What the assessment of the same work says, and what people decided in it."""
    content_id = None if assessment_id is None else await repository.content_of_assessment(session, assessment_id)
    if assessment_id is None or content_id is None:
        return {}
    if content_id not in run.contents:
        run.contents.update(await load_content(session, [content_id]))
    said = run.contents[content_id]
    answers = list((await answers_of_assessment(session, assessment_id)).values())
    among = comparable(run.content, said)
    found: dict[str, Any] = {"labels": labels_of(answers, among)}
    if run.backtest.compare_with == CompareWith.ASSESSED:
        totals = totals_of(said, answers, PercentageBase(run.settings.quality_percentage_base))
        found["before"] = side_of(totals, answers, by_judge=False, among=among)
    return found


async def _store_failure(run: _Run, side: str, row: Any, code: str) -> None:
    async with run.runtime.database.write() as session:
        if not await repository.is_mine(session, run.backtest.id, run.token):
            raise _TakenAway
        await repository.store(session, run.backtest.id, row.position, side, {"error_code": code})


def _took(result: DryResult) -> dict[str, Any]:
    if not isinstance(result.judgement, Judgement):
        return {}
    run = result.judgement.run
    return {
        "input_tokens": run.input_tokens or 0,
        "output_tokens": run.output_tokens or 0,
        "cost": run.cost or Decimal(0),
        "duration_ms": run.duration_ms,
    }


def _currency(result: DryResult) -> dict[str, Any]:
    found = result.judgement.run.currency if isinstance(result.judgement, Judgement) else None
    return {} if found is None else {"currency": found}


async def _finish(run: _Run, state: State) -> dict[str, Any]:
    async with run.runtime.database.read() as session:
        items = await repository.items(session, run.backtest.id)
    judged = sum(item.after is not None for item in items)
    if state is State.DONE and items and not judged:
        state = State.FAILED
    error = {"code": run.last.code, "message": run.last.message} if state is State.FAILED and run.last else None
    summary = await asyncio.to_thread(summarize, items)
    return {"state": state, "error": error, "summary": summary, "finished_at": utc_now()}


async def _leave(run: _Run, ending: dict[str, Any] | None) -> None:
    async def leave() -> None:
        async with run.runtime.database.write() as session:
            await repository.release(session, run.backtest.id, run.token, ending or {})

    if ending is not None:
        await insist(leave)
