"""Sampling plans: who keeps them, what they draw, and that nothing is drawn twice."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import func, select

from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.sampling import service, tasks
from assaydesk.domains.quality.sampling.draw import draw
from assaydesk.domains.quality.sampling.models import SamplingDraw, SamplingPick
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.assessments import ai_answer, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

PATH = "/quality/samplingPlan"


def last_monday() -> datetime:
    today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=today.weekday() + 7)


class Field(NamedTuple):
    session: WriteSession
    team: int
    agent: int
    card: Any
    manager: httpx.AsyncClient

    async def work(self, count: int, **values: Any) -> list[Any]:
        """Pieces of work of last week."""
        made = []
        for number in range(count):
            at = last_monday() + timedelta(days=1, hours=number)
            made.append(await make_work(self.session, self.agent, at=at, team_ids=[self.team], **values))
        await self.session.commit()
        return made

    async def plan(self, **changes: Any) -> int:
        body = {"name": "Weekly", "scorecardBaseId": self.card.base_id, "perAgentWeek": 4, "newAgentDays": 1}
        answer = await self.manager.post(PATH, json=body | changes)
        assert answer.status_code == 200, answer.text
        number: int = answer.json()["id"]
        return number

    async def draws(self, plan_id: int, by: httpx.AsyncClient | None = None) -> list[dict[str, Any]]:
        answer = await (by or self.manager).get(f"{PATH}/{plan_id}/draw")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["draws"]
        return found


@pytest.fixture
async def field(session: WriteSession, as_actor: Any) -> Field:
    team = (await make_team(session)).id
    agent = await make_agent(session, teams=[team], created_at=datetime(2020, 1, 1, tzinfo=UTC))
    card = await make_scorecard(session, small_content())
    await set_settings(session, qualityReviewSamplePercent=0)
    rights = ["qualityManageScorecards", "qualityDoAssessmentsAll"]
    return Field(session, team, agent, card, await as_actor(permissions=rights))


async def test_a_week_is_drawn_once_and_stands_in_the_queue(field: Field, runtime: Runtime, as_actor: Any) -> None:
    works = await field.work(8)
    await field.work(1, re_opened=True)
    risky = (await field.work(1, csat={"id": 1, "scale": 5, "answerStars": 1, "answerText": ""}))[0]
    quiet = works[0]
    done = await make_assessment(field.session, works[1], field.card, state=State.REVIEWED, answers=[ai_answer(10, 0)])
    await make_assessment(field.session, works[2], field.card, state=State.DELETED)
    old = await make_work(field.session, field.agent, at=last_monday() - timedelta(days=1), team_ids=[field.team])
    other = await make_work(field.session, await make_agent(field.session), at=last_monday() + timedelta(days=1))
    await field.session.commit()
    plan = await field.plan(teamIds=[field.team], dueDays=3)
    assert await tasks.draw_due.function(runtime) == {"weeks": 1, "drawn": 4}
    assert await tasks.draw_due.function(runtime) == {"weeks": 0, "drawn": 0}
    [found] = await field.draws(plan)
    assert (found["weekStart"], found["population"]) == (last_monday().date().isoformat(), 9)
    assert found["plan"]["perAgentWeek"] == 4
    [person] = found["people"]
    assert person | {"probabilityRisky": 0, "probabilityOthers": 0} == {
        "userId": field.agent, "population": 9, "risky": 2, "drawnByRisk": 2, "drawnAtRandom": 2,
        "probabilityRisky": 0, "probabilityOthers": 0,
    }  # fmt: skip
    assert (person["probabilityRisky"], round(person["probabilityOthers"], 6)) == (1, round(2 / 7, 6))
    by_risk = {pick["worklogId"]: pick["risks"] for pick in found["picks"] if pick["share"] == "risk"}
    assert by_risk[risky.worklog.id] == ["negativeSurvey"]
    assert sorted(by_risk.values()) == [["negativeSurvey"], ["reopened"]]
    chosen = {pick["worklogId"] for pick in found["picks"]}
    assert chosen.isdisjoint({works[2].worklog.id, old.worklog.id, other.worklog.id})
    rows = (await field.session.scalars(select(Assessment).where(Assessment.worklog_id.in_(chosen)))).all()
    assert len(rows) == 4
    open_ones = [row for row in rows if row.id != done.id]
    assert all(row.review_due_at is not None for row in open_ones)
    for row in open_ones:
        row.state, row.review_due_at = State.AI_READY, utc_now() + timedelta(days=2)
    open_ones[0].review_due_at = utc_now() - timedelta(hours=1)
    doubtful = await make_assessment(field.session, other, field.card, answers=[ai_answer(10, None)])
    assert quiet is works[0]
    await field.session.commit()
    queue = (await field.manager.get("/quality/reviewQueue")).json()
    places = [(item["assessment"]["id"], item["overdue"], item["reasons"][0]["code"]) for item in queue["items"]]
    assert places[:2] == [(open_ones[0].id, True, "sample"), (doubtful.id, False, "uncertain")]
    assert {one for one, _, code in places if code == "sample"} == {row.id for row in open_ones}
    assert queue["counts"]["sample"] == len(open_ones)
    assert (queue["progress"]["due"], queue["progress"]["overdue"]) == (len(open_ones), 1)
    path = f"/quality/assessment/{open_ones[0].id}"
    assert (await field.manager.patch(path, json={"state": "reviewedBySupervisor"})).status_code == 200
    assert (await field.manager.get("/quality/reviewQueue")).json()["progress"]["overdue"] == 0
    mate = await as_actor(permissions=["qualityManageScorecards", "qualityViewAssessmentOwn"], teams=[field.team])
    [unseen] = await field.draws(plan, by=mate)
    assert (unseen["people"], unseen["picks"], unseen["population"]) == ([], [], 0)


async def test_broken_off_and_repeated_nothing_is_doubled(field: Field, runtime: Runtime) -> None:
    await field.work(6)
    plan = await field.plan(perAgentWeek=3, randomPercent=100)
    now, week = utc_now(), last_monday().date()
    async with runtime.database.read() as session:
        found = await service.population_of(session, plan, week, now)
    assert found is not None
    drawn = draw(found)
    try:
        async with runtime.database.write() as session:
            assert await service.keep_draw(session, plan, week, drawn, now) == 3
            raise RuntimeError("killed")
    except RuntimeError:
        pass
    assert await field.session.scalar(select(func.count()).select_from(Assessment)) == 0
    for expected in (3, 0):
        async with runtime.database.write() as session:
            assert await service.keep_draw(session, plan, week, drawn, now) == expected
    assert await tasks.draw_due.function(runtime) == {"weeks": 0, "drawn": 0}
    for table, count in ((Assessment, 3), (SamplingPick, 3), (SamplingDraw, 1)):
        assert await field.session.scalar(select(func.count()).select_from(table)) == count
    picked = set(await field.session.scalars(select(SamplingPick.worklog_id)))
    assert picked == {pick.worklog_id for pick in drawn.picks}


async def test_what_the_ai_found_makes_no_blind_review_risky(field: Field, runtime: Runtime) -> None:
    works = await field.work(4)
    answers = ([ai_answer(10, 4)], [ai_answer(10, None)], [ai_answer(10, 4, confidence=0.1)], [ai_answer(10, None)])
    for number, (work, said) in enumerate(zip(works, answers, strict=True)):
        await make_assessment(field.session, work, field.card, answers=said, blind_review=number == 3)
    late = works[0].worklog
    late.net_seconds_after_sla = 60
    await field.session.commit()
    plan = await field.plan()
    async with runtime.database.read() as session:
        found = await service.population_of(session, plan, last_monday().date(), utc_now())
    assert found is not None
    assert [list(unit.risks) for unit in found.units] == [["slaMissed"], ["needsHuman"], ["lowConfidence"], []]


async def test_keeping_plans(field: Field, runtime: Runtime, as_actor: Any) -> None:
    plan = await field.plan()
    path = f"{PATH}/{plan}"
    changed = (await field.manager.patch(path, json={"perAgentWeek": 2, "enabled": False})).json()
    assert (changed["perAgentWeek"], changed["enabled"], changed["version"]) == (2, False, 2)
    assert (await field.manager.get(path)).json() == changed
    assert (await field.manager.get(PATH)).json()["plans"] == [changed]
    await field.work(1)
    assert await tasks.draw_due.function(runtime) == {"weeks": 0, "drawn": 0}
    assert await field.draws(plan) == []
    for body, code in (
        ({"scorecardBaseId": field.card.base_id + 999}, "unknown_reference"),
        ({"teamIds": [field.team + 999]}, "unknown_reference"),
        ({"perAgentWeek": 0}, "validation_failed"),
        ({"risks": ["weather"]}, "validation_failed"),
    ):
        known = {"name": "x", "scorecardBaseId": field.card.base_id, "perAgentWeek": 1}
        answer = await field.manager.post(PATH, json=known | body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    agent = await as_actor(profile=field.agent)
    refused = [
        await agent.get(PATH), await agent.post(PATH, json={}), await agent.get(path), await agent.patch(path, json={}),
        await agent.delete(path), await agent.get(f"{path}/draw"),
    ]  # fmt: skip
    assert [answer.status_code for answer in refused] == [403] * 6
    assert (await field.manager.delete(path)).json() == {"success": True}
    gone = [await field.manager.get(path), await field.manager.get(f"{path}/draw"), await field.manager.delete(path)]
    assert [answer.status_code for answer in gone] == [404] * 3
    assert (await field.manager.get(PATH)).json()["total"] == 0


async def test_without_an_active_scorecard_a_week_waits(field: Field, runtime: Runtime) -> None:
    await field.work(1)
    await field.plan()
    field.card.state = "retired"
    await field.session.commit()
    assert await tasks.draw_due.function(runtime) == {"weeks": 1, "drawn": 0}
    field.card.state = "active"
    await field.session.commit()
    assert await tasks.draw_due.function(runtime) == {"weeks": 1, "drawn": 1}
    assert await field.session.scalar(select(func.count()).select_from(Worklog)) == 1
