"""The agent writes again after the judge has looked (quality.md 6, step 7)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.quality.assessments.models import Assessment, AssessmentEdit, JudgeRun
from assaydesk.domains.quality.assessments.service import process_due
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.domains.worklogs.events import WorklogTouched
from assaydesk.domains.worklogs.models import Worklog, WorkSignal
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.jobs.job import Runtime
from tests.factories.assessments import ScriptedJudge, Work, make_agent, make_assessment, make_work, small_content
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import make_message, set_settings

pytestmark = pytest.mark.usefixtures("app")


async def scene(session: WriteSession, **values: Any) -> tuple[Work, Assessment]:
    work = await make_work(session, await make_agent(session))
    row = await make_assessment(session, work, await make_scorecard(session, small_content()), **values)
    return work, row


async def grow(session: WriteSession, work: Work, *, writes: bool = True, acts: bool = False) -> None:
    """The worklog goes on for ten minutes; with a further reply, or a further action."""
    end = work.worklog.latest_interaction + timedelta(minutes=10)
    user, ticket = work.worklog.user_id, work.ticket.id
    if writes:
        await make_message(session, ticket, end, direction="out", agent_id=user, text="One thing more.")
    if acts:
        session.add(WorkSignal(user_id=user, ticket_id=ticket, at=end, kind="action", action="closed"))
    await session.execute(update(Worklog).where(Worklog.id == work.worklog.id).values(latest_interaction=end))
    await session.flush()
    await publish(session, WorklogTouched((work.worklog.id,)))
    await session.commit()


async def reload(session: WriteSession, row: Assessment) -> Assessment:
    return await session.get_one(Assessment, row.id, populate_existing=True)


@pytest.mark.parametrize("how", [{"writes": True}, {"writes": False, "acts": True}])
async def test_given_more_writing_what_no_person_touched_is_judged_again(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, how: dict[str, bool]
) -> None:
    work, row = await scene(session)
    before = work.worklog.latest_interaction
    await grow(session, work, **how)
    stored = await reload(session, row)
    assert (stored.state, stored.worklog_changed, stored.trigger) == ("aiReady", True, "worklogChanged")
    assert (await process_due(runtime)).done == 1
    stored = await reload(session, row)
    assert (stored.state, stored.worklog_changed, stored.trigger, stored.next_try_at) == ("aiReady", False, "job", None)
    assert stored.judged_until == before + timedelta(minutes=10)
    [edit] = (await session.execute(select(AssessmentEdit))).scalars()
    assert (edit.field, edit.user_id) == ("worklog", None)
    [run] = (await session.execute(select(JudgeRun))).scalars()
    assert run.trigger == "worklogChanged"
    assert len(judge.cases[0].assessed_messages) == (2 if how["writes"] else 1)


async def test_given_only_more_time_nothing_happens(session: WriteSession, runtime: Runtime) -> None:
    work, row = await scene(session)
    await grow(session, work, writes=False)
    assert not (await reload(session, row)).worklog_changed


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (State.AI_READY, {"touched_by_human": True}),
        (State.REVIEW_ONGOING, {"touched_by_human": True}),
        (State.REVIEWED, {}),
        (State.DISCUSSED, {}),
    ],
)
async def test_given_a_persons_work_only_the_mark_is_set(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, state: State, values: dict[str, Any]
) -> None:
    work, row = await scene(session, state=state, **values)
    await grow(session, work)
    stored = await reload(session, row)
    assert (stored.worklog_changed, stored.state, stored.next_try_at) == (True, state, None)
    assert (await process_due(runtime)).tried == 0


@pytest.mark.parametrize("state", [State.UNPROCESSED, State.AI_IN_PROGRESS, State.ERROR, State.DELETED])
async def test_given_nothing_scored_there_is_nothing_to_mark(session: WriteSession, state: State) -> None:
    work, row = await scene(session, state=state)
    await grow(session, work)
    assert not (await reload(session, row)).worklog_changed


async def test_given_a_delay_the_judge_waits_for_the_worklog_to_rest(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    await set_settings(session, qualityAssessmentDelayMinutes=30)
    work, row = await scene(session)
    await grow(session, work)
    wait = (await reload(session, row)).next_try_at
    assert wait is not None
    assert timedelta(minutes=29) < wait - utc_now() < timedelta(minutes=31)
    assert (await process_due(runtime)).tried == 0


async def test_given_growth_while_the_judge_looks_it_looks_again(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    work, row = await scene(session, state=State.UNPROCESSED, judged_until=None)
    await session.commit()
    plain = judge.__call__

    async def grow_first(*arguments: Any) -> Any:
        answer = await plain(*arguments)
        if len(judge.cases) == 1:
            async with runtime.database.write() as other:
                end = work.worklog.latest_interaction + timedelta(minutes=3)
                user = work.worklog.user_id
                await make_message(other, work.ticket.id, end, direction="out", agent_id=user, text="And more.")
                await other.execute(update(Worklog).values(latest_interaction=end))
                await publish(other, WorklogTouched((work.worklog.id,)))
        return answer

    runtime.ports["judge"] = grow_first
    assert (await process_due(runtime)).done == 2
    assert [len(case.assessed_messages) for case in judge.cases] == [1, 2]
    stored = await reload(session, row)
    assert (stored.state, stored.worklog_changed) == ("aiReady", False)


async def test_given_a_failing_judge_the_scores_of_a_grown_one_stay(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    work, row = await scene(session, ai_summary="As it was.")
    await grow(session, work)
    for tries in (1, 2, 3, 0):
        judge.failures = [JudgeFailed("ai_service_failed", "Down.")]
        assert (await process_due(runtime)).failed == 1
        stored = await reload(session, row)
        assert (stored.state, stored.tries, stored.ai_summary) == ("aiReady", tries, "As it was.")
        assert stored.worklog_changed
        await session.execute(
            update(Assessment).where(Assessment.next_try_at.is_not(None)).values(next_try_at=utc_now())
        )
        await session.commit()
    assert (await process_due(runtime)).tried == 0
