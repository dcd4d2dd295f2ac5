"""A backtest whose process is killed, and one that is cancelled while it runs: nothing lost, nothing doubled."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.quality.backtests.models import Backtest, BacktestItem
from assaydesk.domains.quality.backtests.run import Ended, run_backtest
from assaydesk.domains.quality.backtests.schemas import BacktestCreate
from assaydesk.domains.quality.backtests.service import create_backtest, prepare
from assaydesk.domains.quality.backtests.tasks import recover
from assaydesk.domains.quality.judging.types import Judgement, JudgeSettings, WorklogCase
from assaydesk.domains.quality.scorecards.types import Content
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.assessments import ScriptedJudge, make_agent, make_work, small_content
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

COUNT = 8


class StuckJudge(ScriptedJudge):
    """Answers three cases; with the fourth it is stuck until it is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck = asyncio.Event()

    async def __call__(self, case: WorklogCase, said: Content, settings: JudgeSettings) -> Judgement:
        if len(self.cases) == 3:
            self.stuck.set()
            await asyncio.Event().wait()
        return await super().__call__(case, said, settings)


@pytest.fixture
async def backtest(session: WriteSession) -> int:
    number = await arrange(session)
    await session.commit()
    return number


async def arrange(session: WriteSession) -> int:
    agent = await make_agent(session)
    card = await make_scorecard(session, small_content())
    for _ in range(COUNT):
        await make_work(session, agent)
    await set_settings(session, qualityJudgeConcurrency=1)
    body = BacktestCreate()
    prepared = await prepare(session, SYSTEM, card.id, body)
    return (await create_backtest(session, SYSTEM, prepared, body)).id


async def judged(session: ReadSession) -> int:
    return len((await session.scalars(select(BacktestItem.position).where(BacktestItem.after.is_not(None)))).all())


async def test_a_run_that_was_broken_off_goes_on_where_it_was(committed: Database, config: Config) -> None:
    stuck = StuckJudge()
    async with committed.write() as session:
        backtest = await arrange(session)
    running = asyncio.create_task(run_backtest(Runtime(config, committed, {"judge": stuck}), backtest))
    await stuck.stuck.wait()
    stored = 0
    while stored < 3:
        async with committed.read() as reading:
            stored = await judged(reading)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    others = ScriptedJudge()
    assert await run_backtest(Runtime(config, committed, {"judge": others}), backtest) is Ended.FINISHED
    assert len(others.cases) == COUNT - 3
    assert {case.worklog_id for case in others.cases}.isdisjoint(case.worklog_id for case in stuck.cases)
    async with committed.read() as reading:
        row = (await reading.execute(select(Backtest.state, Backtest.claim, Backtest.summary))).one()
    assert (row.state, row.claim) == ("done", None)
    assert (row.summary["scored"], row.summary["inputTokens"]) == (COUNT, 100 * COUNT)


async def test_one_at_a_time_works_on_it_and_the_living_take_over(
    session: WriteSession, runtime: Runtime, ports: dict[str, Any], backtest: int, run_jobs: Any
) -> None:
    judge = ports["judge"] = ScriptedJudge()
    now = utc_now()
    await session.execute(update(Backtest).values(claim="another", heartbeat_at=now, state="running"))
    await session.commit()
    assert await run_backtest(runtime, backtest) is Ended.NOT_MINE
    await run_jobs()
    assert judge.cases == []
    dead = now - timedelta(seconds=runtime.config.job_stalled_seconds + 1)
    await session.execute(update(Backtest).values(heartbeat_at=dead))
    await session.commit()
    await recover.function(runtime)
    await run_jobs()
    assert len(judge.cases) == COUNT
    assert await session.scalar(select(Backtest.state)) == "done"


async def test_a_run_ends_in_time_and_another_one_follows(
    session: WriteSession, runtime: Runtime, ports: dict[str, Any], backtest: int
) -> None:
    judge = ports["judge"] = ScriptedJudge()
    runs = 0
    while await run_backtest(runtime, backtest, for_seconds=0) is Ended.TO_BE_CONTINUED:
        runs += 1
        assert runs < 2 * COUNT
    assert runs > 1
    assert {case.worklog_id for case in judge.cases} == set(await session.scalars(select(BacktestItem.worklog_id)))
    assert await judged(session) == COUNT


async def test_one_that_is_cancelled_stops(committed: Database, config: Config) -> None:
    class Cancelling(ScriptedJudge):
        async def __call__(self, *given: Any) -> Judgement:
            if len(self.cases) == 2:
                async with committed.write() as other:
                    await other.execute(update(Backtest).values(state="cancelled", claim=None, deleted_at=utc_now()))
            return await super().__call__(*given)

    judge = Cancelling()
    async with committed.write() as session:
        backtest = await arrange(session)
    assert await run_backtest(Runtime(config, committed, {"judge": judge}), backtest) is Ended.NOT_MINE
    assert len(judge.cases) < COUNT
    async with committed.read() as reading:
        assert await judged(reading) <= 2
        assert await reading.scalar(select(Backtest.state)) == "cancelled"
