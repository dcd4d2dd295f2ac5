"""Judging without storing: past work, or cases that were frozen earlier (quality.md 12).

Everything that tries a scorecard or a judge goes through here, so that a trial asks exactly what the job would ask.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.assessments.criteria import answer_of, totals_of
from assaydesk.domains.quality.assessments.judge import ask_judge, judge_of, judge_settings
from assaydesk.domains.quality.assessments.record import WORKLOG_GONE
from assaydesk.domains.quality.assessments.types import CriterionAnswer
from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement, JudgeSettings, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content, PercentageBase, Totals
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import assert_no_open_session
from assaydesk.platform.jobs.job import Runtime

READ_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class JudgeChoice:
    """Another judge than that of the settings; None follows the settings."""

    judge: Literal["auto", "model", "builtIn"] | None = None
    model: str | None = None
    prompt_version: str | None = None

    def over(self, settings: JudgeSettings) -> JudgeSettings:
        """The settings with what was chosen."""
        chosen = settings
        if self.judge is not None:
            chosen = replace(chosen, judge=self.judge)
        if self.model is not None:
            chosen = replace(chosen, model=self.model)
        return chosen if self.prompt_version is None else replace(chosen, prompt_version=self.prompt_version)


AS_SET: Final = JudgeChoice()


class DryResult(NamedTuple):
    """What the judge made of one case. `judgement` is None when the content leaves nothing to judge.

    `answers` are what an assessment would show, one for each judged criterion; none after a failure.
    """

    worklog_id: int
    judgement: Judgement | JudgeFailed | None
    totals: Totals
    answers: tuple[CriterionAnswer, ...]

    @property
    def failed(self) -> bool:
        return isinstance(self.judgement, JudgeFailed)


@dataclass(slots=True)
class Spending:
    """What a dry run took so far. With `max_cost` it takes nothing new once that much is spent.

    `unpriced` counts judgements by a model without a price: their cost is not in `cost`.
    """

    max_cost: Decimal | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)
    currency: str | None = None
    unpriced: int = 0
    duration_ms: int = 0

    @property
    def exhausted(self) -> bool:
        return self.max_cost is not None and self.cost >= self.max_cost

    def add(self, judgement: Judgement | JudgeFailed | None) -> None:
        if not isinstance(judgement, Judgement):
            return
        run = judgement.run
        self.duration_ms += run.duration_ms
        if run.input_tokens is None and run.output_tokens is None:
            return
        self.input_tokens += run.input_tokens or 0
        self.output_tokens += run.output_tokens or 0
        if run.cost is None:
            self.unpriced += 1
        else:
            self.cost += run.cost
            self.currency = self.currency or run.currency


async def judge_worklogs(
    runtime: Runtime,
    worklog_ids: Sequence[int],
    content: Content,
    settings: InstanceSettings,
    *,
    choice: JudgeChoice = AS_SET,
    learned: Learned | None = None,
    spending: Spending | None = None,
    concurrency: int | None = None,
) -> AsyncGenerator[DryResult]:
    """Judge pieces of past work as they stand now, a result as soon as it is there, in no certain order.

    `qualityJudgeConcurrency` at a time unless told otherwise. `learned`: what the family has taught (`learned_of`).
    Leaving the loop (`contextlib.aclosing`) cancels what is being judged. Ends early when `spending` is exhausted. A
    piece of work that is gone fails with `worklog_removed`.
    """
    for start in range(0, len(worklog_ids), READ_AT_ONCE):
        ids = worklog_ids[start : start + READ_AT_ONCE]
        async with runtime.database.read() as session:
            found = await collect(session, ids, now=utc_now())
        cases = [found[number].case for number in ids if number in found]
        for number in ids:
            if number not in found:
                yield _result(number, content, WORKLOG_GONE, settings)
        judged = judge_cases(
            runtime,
            cases,
            content,
            settings,
            choice=choice,
            learned=learned,
            spending=spending,
            concurrency=concurrency,
        )
        try:
            async for result in judged:
                yield result
        finally:
            await judged.aclose()
        if spending is not None and spending.exhausted:
            return


async def judge_cases(
    runtime: Runtime,
    cases: Iterable[WorklogCase],
    content: Content,
    settings: InstanceSettings,
    *,
    choice: JudgeChoice = AS_SET,
    learned: Learned | None = None,
    spending: Spending | None = None,
    concurrency: int | None = None,
) -> AsyncGenerator[DryResult]:
    """The same for cases that are at hand, for example frozen ones. No session may be open."""
    assert_no_open_session("the judge")
    waiting = list(cases)[::-1]
    spent = Spending() if spending is None else spending
    judge = judge_of(runtime.config, runtime.ports)
    asked = choice.over(judge_settings(settings, runtime.config, learned))
    # One place: nobody judges far ahead of a caller who stores each result, and may want no more of them.
    results: asyncio.Queue[DryResult] = asyncio.Queue(maxsize=1)

    async def work() -> None:
        while waiting and not spent.exhausted:
            case = waiting.pop()
            judgement = await ask_judge(judge, case, content, asked)
            spent.add(judgement)
            await results.put(_result(case.worklog_id, content, judgement, settings))

    async def work_all() -> None:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(concurrency or settings.quality_judge_concurrency, len(waiting))):
                group.create_task(work())

    working = asyncio.create_task(work_all())
    try:
        while not working.done():
            getting = asyncio.create_task(results.get())
            try:
                await asyncio.wait({getting, working}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                found = getting.result() if getting.done() else None
                getting.cancel()
            if found is not None:
                yield found
        await working
        while not results.empty():
            yield results.get_nowait()
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def judge_one(
    runtime: Runtime,
    case: WorklogCase,
    content: Content,
    settings: InstanceSettings,
    *,
    choice: JudgeChoice = AS_SET,
    learned: Learned | None = None,
) -> DryResult:
    """One case."""
    asked = choice.over(judge_settings(settings, runtime.config, learned))
    judgement = await ask_judge(judge_of(runtime.config, runtime.ports), case, content, asked)
    return _result(case.worklog_id, content, judgement, settings)


def answers_of(content: Content, judgement: Judgement) -> tuple[CriterionAnswer, ...]:
    """A judgement in the form of answers, in the order of the criteria."""
    verdicts = {verdict.criterion_id: verdict for verdict in judgement.verdicts}
    return tuple(
        answer_of(category.category_id, criterion, verdicts[criterion.id])
        for category, criterion in content.criteria
        if criterion.id in verdicts
    )


def _result(
    worklog_id: int, content: Content, judgement: Judgement | JudgeFailed | None, settings: InstanceSettings
) -> DryResult:
    answers = answers_of(content, judgement) if isinstance(judgement, Judgement) else ()
    totals = totals_of(content, answers, PercentageBase(settings.quality_percentage_base))
    return DryResult(worklog_id, judgement, totals, answers)
