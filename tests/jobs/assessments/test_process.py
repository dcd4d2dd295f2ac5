"""From a worklog to a judged assessment."""

from typing import Any

from fastapi import FastAPI
from sqlalchemy import select

from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS, Runtime
from tests.factories.assessments import ScriptedJudge, make_agent, make_work, small_content
from tests.factories.scorecards import make_scorecard


async def test_given_work_the_job_makes_and_judges_one_assessment(
    app: FastAPI, session: WriteSession, runtime: Runtime, run_jobs: Any, judge: ScriptedJudge
) -> None:
    agent = await make_agent(session)
    work = await make_work(session, agent)
    card = await make_scorecard(session, small_content())
    await session.commit()
    await JOBS["quality.assessments.create"].function(runtime)
    assert await run_jobs() == ["quality.assessments.process"]
    [row] = (await session.execute(select(Assessment))).scalars()
    assert (row.state, row.worklog_id, row.scorecard_id) == (State.AI_READY, work.worklog.id, card.id)
    assert (row.scored_points, row.used_max_points, row.total_max_points, row.unscored_criteria) == (15, 15, 18, 1)
    assert (row.claim, row.tries, row.ai_summary) == (None, 0, "Judged by script.")
    [case] = judge.cases
    assert [message.assessed for message in case.messages] == [False, True]
    [run] = (await session.execute(select(JudgeRun))).scalars()
    assert (run.id, run.outcome, run.trigger, len(run.criteria)) == (row.run_id, "ok", "job", 2)
    await JOBS["quality.assessments.create"].function(runtime)
    assert await run_jobs() == []
