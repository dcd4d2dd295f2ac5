"""Claims of dead workers, and the end of a living one (quality.md 6, steps 6 and 8)."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.service import process_due, recover_abandoned
from assaydesk.domains.quality.assessments.types import State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS, Runtime
from tests.factories.assessments import ScriptedJudge, make_agent, make_assessment, make_work, small_content
from tests.factories.scorecards import make_scorecard

pytestmark = pytest.mark.usefixtures("app")


async def abandoned_row(session: WriteSession, seconds: float = 61, **values: Any) -> Assessment:
    work = await make_work(session, await make_agent(session))
    card = await make_scorecard(session, small_content())
    defaults = {
        "claim": "dead",
        "heartbeat_at": utc_now() - timedelta(seconds=seconds),
        "state_before": State.UNPROCESSED,
    }
    row = await make_assessment(session, work, card, state=State.AI_IN_PROGRESS, **(defaults | values))
    await session.commit()
    return row


async def reload(session: WriteSession, row: Assessment) -> Assessment:
    return await session.get_one(Assessment, row.id, populate_existing=True)


async def test_given_a_silent_claim_the_job_counts_a_try_and_judges_at_once(
    session: WriteSession, runtime: Runtime, run_jobs: Any, judge: ScriptedJudge
) -> None:
    row = await abandoned_row(session)
    async with runtime.database.write() as other:
        assert await recover_abandoned(other, stalled_seconds=60, now=utc_now()) == 1
    stored = await reload(session, row)
    assert (stored.state, stored.tries, stored.next_try_at, stored.claim) == ("unprocessed", 1, None, None)
    await JOBS["quality.assessments.create"].function(runtime)
    await run_jobs()
    assert (await reload(session, row)).state == "aiReady"


async def test_given_a_claim_without_any_heartbeat_it_is_taken_back_as_well(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    row = await abandoned_row(session, heartbeat_at=None, state_before=None, claim=None)
    assert (await process_due(runtime)).done == 1
    assert (await reload(session, row)).state == "aiReady"


async def test_given_a_living_claim_it_is_left_alone(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    row = await abandoned_row(session, seconds=55)
    assert (await process_due(runtime)).tried == 0
    assert ((await reload(session, row)).state, (await reload(session, row)).claim) == ("aiInProgress", "dead")


async def test_given_the_fourth_death_it_is_an_error(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    row = await abandoned_row(session, tries=3)
    assert (await process_due(runtime)).tried == 0
    stored = await reload(session, row)
    assert (stored.state, stored.error and stored.error["code"]) == ("error", "worker_lost")
    assert stored.next_try_at is not None


async def test_given_a_death_while_a_grown_one_was_judged_its_scores_stay_to_be_seen(
    session: WriteSession, runtime: Runtime
) -> None:
    row = await abandoned_row(
        session, state_before=State.AI_READY, trigger="worklogChanged", next_try_at=utc_now() - timedelta(minutes=2)
    )
    async with runtime.database.write() as other:
        await recover_abandoned(other, stalled_seconds=60, now=utc_now())
    stored = await reload(session, row)
    assert (stored.state, stored.tries, stored.trigger) == ("aiReady", 1, "worklogChanged")
    assert (await process_due(Runtime(runtime.config, runtime.database, {"judge": ScriptedJudge()}))).done == 1
    stored = await reload(session, row)
    assert (stored.state, stored.trigger, stored.next_try_at) == ("aiReady", "job", None)


@pytest.mark.parametrize(
    "state", [State.REVIEW_ONGOING, State.REVIEWED, State.DISCUSSED, State.DELETED, State.AI_READY]
)
async def test_given_other_states_the_job_never_touches_them(
    session: WriteSession, runtime: Runtime, run_jobs: Any, judge: ScriptedJudge, state: State
) -> None:
    work = await make_work(session, await make_agent(session))
    card = await make_scorecard(session, small_content())
    due = None if state is State.AI_READY else utc_now() - timedelta(hours=1)
    row = await make_assessment(session, work, card, state=state, next_try_at=due, ai_summary="Mine.")
    await session.commit()
    before = (await reload(session, row)).version
    await JOBS["quality.assessments.create"].function(runtime)
    await run_jobs()
    stored = await reload(session, row)
    assert (stored.state, stored.version, stored.ai_summary) == (state, before, "Mine.")
    assert judge.cases == []


async def committed_rows(database: Database, count: int) -> None:
    async with database.write() as session:
        agent, card = await make_agent(session), await make_scorecard(session, small_content())
        for number in range(count):
            work = await make_work(session, agent, phase=number)
            await make_assessment(session, work, card, state=State.UNPROCESSED)


async def test_given_many_workers_each_one_is_judged_once(committed: Database, config: Config) -> None:
    await committed_rows(committed, 60)
    judges = [ScriptedJudge() for _ in range(3)]
    runtimes = [Runtime(config, committed, {"judge": judge}) for judge in judges]
    reports = await asyncio.gather(*(process_due(runtime) for runtime in runtimes))
    assert sum(report.done for report in reports) == 60
    assert sum(len(judge.cases) for judge in judges) == 60
    async with committed.read() as session:
        assert len((await session.execute(select(JudgeRun.assessment_id).distinct())).all()) == 60
        assert set((await session.execute(select(Assessment.state))).scalars()) == {"aiReady"}


async def test_given_a_stop_in_good_order_nothing_stays_claimed_and_no_try_is_counted(
    committed: Database, config: Config
) -> None:
    await committed_rows(committed, 12)
    started = asyncio.Event()

    async def endless(*_: Any) -> Any:
        started.set()
        await asyncio.sleep(3600)

    running = asyncio.create_task(process_due(Runtime(config, committed, {"judge": endless})))
    await started.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with committed.read() as session:
        rows = (await session.execute(select(Assessment.state, Assessment.tries, Assessment.claim))).all()
    assert set(rows) == {("unprocessed", 0, None)}


async def test_given_a_long_judgement_its_heartbeat_goes_on(committed: Database, config: Config) -> None:
    await committed_rows(committed, 1)
    quick = config.model_copy(update={"job_heartbeat_seconds": 0.05})
    go_on = asyncio.Event()
    judge = ScriptedJudge()

    async def slow(*arguments: Any) -> Any:
        await go_on.wait()
        return await judge(*arguments)

    running = asyncio.create_task(process_due(Runtime(quick, committed, {"judge": slow})))
    beats: set[datetime | None] = set()
    while len(beats - {None}) < 3:  # Two more than that of the claim.
        async with committed.read() as session:
            beats.add(await session.scalar(select(Assessment.heartbeat_at)))
        await asyncio.sleep(0.02)
    other = ScriptedJudge()
    assert (await process_due(Runtime(quick, committed, {"judge": other}))).tried == 0
    go_on.set()
    assert (await running).done == 1
    assert other.cases == []


async def test_given_a_claim_that_was_lost_the_late_answer_is_thrown_away(committed: Database, config: Config) -> None:
    await committed_rows(committed, 1)
    go_on, asked = asyncio.Event(), asyncio.Event()
    late = ScriptedJudge(scores={10: "1"})

    async def slow(*arguments: Any) -> Any:
        asked.set()
        await go_on.wait()
        return await late(*arguments)

    running = asyncio.create_task(process_due(Runtime(config, committed, {"judge": slow})))
    await asked.wait()
    async with committed.write() as session:
        await session.execute(update(Assessment).values(heartbeat_at=utc_now() - timedelta(minutes=5)))
    assert (await process_due(Runtime(config, committed, {"judge": ScriptedJudge()}))).done == 1
    go_on.set()
    assert (await running).discarded == 1
    async with committed.read() as session:
        assert (await session.execute(select(Assessment.scored_points))).scalar_one() == 15
        assert len((await session.execute(select(JudgeRun.id))).all()) == 1
