"""What happens when the judge cannot (quality.md 6, step 5)."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.quality.assessments.events import QualityAssessmentFailed
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.service import process_due
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from assaydesk.platform.jobs.job import Runtime
from tests.factories.assessments import ScriptedJudge, make_agent, make_assessment, make_work, small_content
from tests.factories.scorecards import category, content, criterion, make_scorecard
from tests.factories.worklogs import set_settings

pytestmark = pytest.mark.usefixtures("app")
DOWN = JudgeFailed("ai_service_failed", "The AI service does not answer.", reason="timeout")


@pytest.fixture
async def row(session: WriteSession) -> Assessment:
    work = await make_work(session, await make_agent(session))
    made = await make_assessment(
        session, work, await make_scorecard(session, small_content()), state=State.UNPROCESSED, judged_until=None
    )
    await session.commit()
    return made


async def reload(session: WriteSession, row: Assessment) -> Assessment:
    return await session.get_one(Assessment, row.id, populate_existing=True)


async def wait_is_over(session: WriteSession, row: Assessment) -> None:
    await session.execute(update(Assessment).where(Assessment.id == row.id).values(next_try_at=utc_now()))
    await session.commit()


async def test_given_failures_the_waits_grow_and_the_fourth_is_an_error(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    heard: list[QualityAssessmentFailed] = []

    async def hear(_: Any, event: QualityAssessmentFailed) -> None:
        heard.append(event)

    on(QualityAssessmentFailed, hear)
    for tries, minutes in ((1, 1), (2, 5), (3, 15)):
        judge.failures = [DOWN]
        began = utc_now()
        report = await process_due(runtime)
        assert (report.done, report.failed) == (0, 1)
        stored = await reload(session, row)
        assert (stored.state, stored.tries, stored.claim) == ("unprocessed", tries, None)
        assert stored.next_try_at is not None
        assert timedelta(minutes=minutes) <= stored.next_try_at - began < timedelta(minutes=minutes, seconds=20)
        assert (await process_due(runtime)).tried == 0
        await wait_is_over(session, row)
    judge.failures = [DOWN]
    await process_due(runtime)
    stored = await reload(session, row)
    assert (stored.state, stored.tries) == ("error", 4)
    assert stored.error == {"code": "ai_service_failed", "message": "The AI service does not answer."}
    assert [event.assessment_id for event in heard] == [row.id]
    runs = (await session.execute(select(JudgeRun.outcome, JudgeRun.error_code))).all()
    assert runs == [("failed", "ai_service_failed")] * 4
    await wait_is_over(session, row)
    assert (await process_due(runtime)).done == 1
    stored = await reload(session, row)
    assert (stored.state, stored.tries, stored.error, stored.next_try_at) == ("aiReady", 0, None, None)
    assert len(heard) == 1


async def test_given_an_error_for_a_day_nobody_tries_any_more(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    now = utc_now()
    await session.execute(
        update(Assessment).values(state="error", tries=27, next_try_at=now, failing_since=now - timedelta(hours=23.5))
    )
    await session.commit()
    judge.failures = [DOWN]
    await process_due(runtime)
    stored = await reload(session, row)
    assert (stored.state, stored.next_try_at, stored.tries) == ("error", None, 28)
    assert (await process_due(runtime)).tried == 0


@pytest.mark.parametrize(("seconds", "expected"), [(300.0, 300), (10.0, 60), (7200.0, 900)])
async def test_given_a_retry_after_the_longer_wait_counts(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment, seconds: float, expected: int
) -> None:
    judge.failures = [JudgeFailed("ai_service_failed", "Busy.", reason="rate_limited", retry_after_seconds=seconds)]
    began = utc_now()
    await process_due(runtime)
    stored = await reload(session, row)
    assert stored.next_try_at is not None
    assert 0 <= (stored.next_try_at - began).total_seconds() - expected < 20


async def test_given_no_model_the_same_waits_follow(
    session: WriteSession, runtime: Runtime, ports: dict[str, Any], row: Assessment
) -> None:
    await set_settings(session, qualityJudge="model")
    await session.commit()
    ports.pop("judge", None)
    assert (await process_due(runtime)).failed == 1
    stored = await reload(session, row)
    assert (stored.state, stored.error and stored.error["code"]) == ("unprocessed", "llm_not_configured")


async def test_given_a_defect_in_one_the_others_are_judged(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    agent = await make_agent(session)
    card = await make_scorecard(session, small_content())
    others = [
        await make_assessment(session, await make_work(session, agent, phase=n), card, state=State.UNPROCESSED)
        for n in range(3)
    ]
    await session.commit()
    bad = row.worklog_id

    def script(case: Any, said: Any) -> Any:
        if case.worklog_id == bad:
            raise RuntimeError("a defect")
        return []

    judge.script = script
    report = await process_due(runtime)
    assert (report.done, report.failed) == (3, 1)
    assert (await reload(session, row)).error == {
        "code": "internal_error",
        "message": "The judge broke off because of a defect.",
    }
    assert {(await reload(session, other)).state for other in others} == {"aiReady"}


async def test_given_nothing_for_the_judge_it_is_ready_at_once(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    card = await make_scorecard(session, content([category(1, [criterion(10)])]))
    work = await make_work(session, await make_agent(session))
    row = await make_assessment(session, work, card, state=State.UNPROCESSED, ai_summary="")
    await session.commit()
    assert (await process_due(runtime)).done == 1
    stored = await reload(session, row)
    assert (stored.state, stored.ai_summary, stored.run_id, stored.unscored_criteria) == ("aiReady", "", None, 1)
    assert judge.cases == []


async def test_given_a_removed_worklog_it_ends_in_an_error_that_says_so(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    await session.execute(update(Assessment).values(worklog_id=None))
    await session.commit()
    await process_due(runtime)
    stored = await reload(session, row)
    assert (stored.state, stored.next_try_at) == ("error", None)
    assert stored.error is not None
    assert stored.error["code"] == "worklog_removed"


async def test_given_verdicts_that_cannot_be_they_make_no_score(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    judge.scores = {10: "77", 11: "-1", 99: "3", 22: "3"}
    await process_due(runtime)
    stored = await reload(session, row)
    assert (stored.scored_points, stored.needs_human_criteria) == (3, 2)
    rows = (await session.execute(select(AssessmentCriterion.criterion_id))).scalars().all()
    assert set(rows) == {10, 11, 22}


async def test_given_a_message_that_changes_meanwhile_the_answer_is_thrown_away(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, row: Assessment
) -> None:
    from assaydesk.domains.conversations.models import Conversation

    calls: list[datetime] = []
    plain = judge.__call__

    async def edit_first(*arguments: Any) -> Any:
        if not calls:
            async with runtime.database.write() as other:
                await other.execute(update(Conversation).values(body_plain="Redacted.", version=2))
        calls.append(utc_now())
        return await plain(*arguments)

    runtime.ports["judge"] = edit_first
    report = await process_due(runtime)
    assert (report.discarded, report.done, len(calls)) == (1, 1, 2)
    stored = await reload(session, row)
    assert (stored.state, stored.tries) == ("aiReady", 0)
    evidence = (await session.execute(select(AssessmentCriterion.evidence))).scalars().first()
    assert evidence is not None
    assert evidence[0]["quote"] == "Redacted."


async def test_given_a_limit_no_more_are_taken(session: WriteSession, runtime: Runtime, judge: ScriptedJudge) -> None:
    agent, card = await make_agent(session), await make_scorecard(session, small_content())
    for number in range(5):
        await make_assessment(session, await make_work(session, agent, phase=number), card, state=State.UNPROCESSED)
    await session.commit()
    heard: list[tuple[int, int]] = []
    report = await process_due(runtime, limit=3, on_progress=lambda done, total: heard.append((done, total)))
    assert (report.done, heard) == (3, [(1, 3), (2, 3), (3, 3)])
    assert (await process_due(runtime)).done == 2
