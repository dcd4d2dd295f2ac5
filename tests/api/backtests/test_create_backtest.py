"""`POST /quality/scorecard/{id}/backtest` (quality.md 12): what is drawn, compared and refused."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.backtests.models import Backtest, BacktestItem
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.platform.db.session import WriteSession
from tests.api.backtests.conftest import PastMaker
from tests.factories.assessments import REPLY, ScriptedJudge, judged, small_content
from tests.factories.profiles import make_profile
from tests.factories.scorecards import category, content, make_scorecard
from tests.factories.worklogs import set_settings

Jobs = Callable[..., Awaitable[list[str]]]
DOWN = JudgeFailed("ai_service_failed", "The service is down.", reason="connection")


async def test_a_small_one_is_answered_at_once(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(3)
    client = await as_actor()
    answer = await client.post(past.path, json={})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    summary = body["summary"]
    assert (body["state"], body["scorecardId"], body["compareWith"]) == ("done", past.card.id, "assessed")
    counts = ("candidates", "excludedByPermission", "sampled", "scored", "failed", "notApplicable", "changed")
    assert [summary[name] for name in counts] == [3, 0, 3, 3, 0, 0, 2]
    # 9 of 15 points before; now 2 of 5, and the other criterion is left to a person.
    assert (summary["meanBefore"], summary["meanAfter"], summary["meanDifference"]) == (60, 40, -20)
    assert (summary["ci95"], summary["needsHumanShare"], summary["cost"]) == ([-20, -20], 0.5, 0.0369)
    ten, eleven = body["criteria"]
    assert (ten["compared"], ten["changed"], ten["meanDifference"], ten["agreementAfter"]["n"]) == (2, 2, -2, 0)
    assert (eleven["judged"], eleven["needsHumanBefore"], eleven["needsHumanAfter"]) == (3, 0, 3)
    assert eleven["agreementBefore"] == {"n": 2, "exact": 1, "kappa": None, "note": "oneCategory"}
    assert eleven["agreementAfter"]["n"] == 0
    rows = {row["worklogId"]: row for row in body["diffs"]}
    row = rows[past.works[0].worklog.id]
    assert (row["percentageBefore"], row["percentageAfter"], row["changed"]) == (60, 40, True)
    assert [(one["criterionId"], one["scoreBefore"], one["scoreAfter"]) for one in row["criteria"]] == [
        (10, 4, 2),
        (11, 5, None),
    ]
    assert (ten["label"], ten["categoryLabel"], ten["maxPoints"]) == ("Criterion 10", "Category 1", 5)
    fresh = rows[past.works[2].worklog.id]
    assert (fresh["percentageBefore"], fresh["assessmentId"], fresh["changed"]) == (None, None, False)
    assert await session.scalar(select(func.count()).select_from(Assessment)) == 2
    assert await session.scalar(select(func.count()).select_from(JudgeRun)) == 0


async def test_a_larger_one_is_a_job(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge, run_jobs: Jobs) -> None:
    past = await make_past(6)
    client = await as_actor()
    answer = await client.post(past.path, json={"compareWith": "none"})
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    path = f"/quality/backtest/{answer.json()['id']}"
    waiting = (await client.get(path)).json()
    assert (waiting["progress"], waiting["summary"], waiting["diffs"]) == ({"done": 0, "total": 6}, None, [])
    await run_jobs()
    done = (await client.get(path, params={"limit": 2, "offset": 4})).json()
    assert (done["state"], done["progress"]["done"], done["total"], len(done["diffs"])) == ("done", 6, 6, 2)
    assert (done["summary"]["meanAfter"], done["summary"]["meanBefore"], done["summary"]["changed"]) == (40, None, 0)
    listed = (await client.get("/quality/backtest", params={"scorecardId": past.card.id})).json()
    assert (listed["total"], listed["backtests"][0]["summary"]["scored"]) == (1, 6)
    assert "diffs" not in listed["backtests"][0]
    shown = (await client.get(f"/quality/scorecard/{past.card.id}")).json()["latestBacktest"]
    assert (shown["id"], shown["summary"]["scored"]) == (done["id"], 6)


async def test_the_seed_decides_what_is_drawn(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(40, assessed=False)
    client = await as_actor()

    async def draw(seed: int) -> list[int]:
        body = {"sampleSize": 5, "seed": seed, "compareWith": "none"}
        return [row["worklogId"] for row in (await client.post(past.path, json=body)).json()["diffs"]]

    first = await draw(1)
    assert len(first) == 5
    assert await draw(1) == first
    assert any([await draw(seed) != first for seed in range(2, 6)])


async def test_every_criterion_with_its_evidence(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(2)
    judge.scores = {10: 4, 11: 5}
    client = await as_actor()
    number = (await client.post(past.path, json={"filters": {"onlyAssessed": True}})).json()["id"]
    path = f"/quality/backtest/{number}"
    row = (await client.get(path)).json()["diffs"][0]
    assert (row["changed"], row["criteria"]) == (False, [])
    row = (await client.get(path, params={"allCriteria": True})).json()["diffs"][0]
    assert [(one["criterionId"], one["scoreBefore"], one["scoreAfter"]) for one in row["criteria"]] == [
        (10, 4, 4),
        (11, 5, 5),
    ]
    [words] = row["criteria"][0]["evidence"]
    assert words["quote"] == REPLY[words["start"] : words["end"]]
    # Words that a message does not say any more are not shown: nothing of them was kept.
    await session.execute(
        update(Conversation).where(Conversation.id == words["conversationId"]).values(body_plain="Erased.")
    )
    await session.commit()
    row = (await client.get(path, params={"allCriteria": True})).json()["diffs"][0]
    assert [one["evidence"] for one in row["criteria"]] == [[], []]


async def test_another_revision_beside_it(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(2)
    other = content([category(1, [judged(10), judged(11, 20)])])
    card = await make_scorecard(session, other, state="retired", revision=2, base_id=past.card.base_id)
    await session.commit()
    body = {"compareWith": "revision", "compareScorecardId": card.id}
    found = (await (await as_actor()).post(past.path, json=body)).json()
    assert len(judge.cases) == 4
    assert (found["summary"]["meanBefore"], found["summary"]["meanAfter"], found["summary"]["changed"]) == (40, 40, 0)
    # 11 has another maximum there, so it does not compare.
    assert [(one["criterionId"], one["compared"]) for one in found["criteria"]] == [(10, 2), (11, 0)]


async def test_unsaved_content(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(1)
    judge.scores = None
    criterion = {"id": 10, "label": "Tone", "maxPoints": 5, "scoringType": "numericScale", "autoGenerateByAi": True}
    categories = [{"categoryId": 1, "label": "All", "criteria": [criterion | {"description": "Is it friendly?"}]}]
    client = await as_actor()
    found = (await client.post(past.path, json={"categories": categories})).json()
    assert [one["criterionId"] for one in found["criteria"]] == [10]
    assert found["contentHash"] != (await client.get(f"/quality/scorecard/{past.card.id}")).json()["contentHash"]
    answer = await client.post(past.path, json={"categories": [{"label": "All", "criteria": [{"maxPoints": -1}]}]})
    assert answer.status_code == 422
    assert "categories.0.criteria.0.maxPoints" in [one["path"] for one in answer.json()["error"]["details"]["fields"]]


async def test_filters(as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(3)
    client = await as_actor()

    async def candidates(**filters: Any) -> int:
        body = {"filters": filters, "estimateOnly": True}
        answer = await client.post(past.path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()["candidates"]

    assert await candidates(users=[past.agent]) == 3
    assert await candidates(users=[past.agent + 1]) == 0
    assert await candidates(worklogIds=[past.works[0].worklog.id]) == 1
    assert await candidates(onlyAssessed=True) == 2
    assert (await candidates(channels=["email"]), await candidates(channels=["chat"])) == (3, 0)
    assert (await candidates(to="2020-01-01"), await candidates(**{"from": "2020-01-01"})) == (0, 3)
    assert (await candidates(ticketTags=[1]), await candidates(teams=[past.team])) == (0, 0)
    assert judge.cases == []


async def test_an_estimate_stores_nothing(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(2)
    await set_settings(session, llmPrices={"big": {"inputPerMillion": 10, "outputPerMillion": 30, "currency": "EUR"}})
    await session.commit()
    body = {"estimateOnly": True, "judge": "model", "model": "big"}
    found = (await (await as_actor()).post(past.path, json=body)).json()
    assert (found["sampled"], found["calls"], found["basis"], found["currency"]) == (2, 2, "text", "EUR")
    assert found["inputTokens"] > 1800
    assert found["cost"] == pytest.approx((found["inputTokens"] * 10 + found["outputTokens"] * 30) / 1e6)
    assert await session.scalar(select(func.count()).select_from(Backtest)) == 0


async def test_it_stops_when_the_money_is_spent(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(4)
    await set_settings(session, qualityJudgeConcurrency=1)
    await session.commit()
    found = (await (await as_actor()).post(past.path, json={"maxCost": 0.02})).json()
    # 0.0123 each: the second one reaches the limit.
    assert (found["state"], found["summary"]["scored"], len(judge.cases)) == ("stopped", 2, 2)
    assert found["summary"]["cost"] == 0.0246


async def test_a_failure_of_one_and_of_all(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(2)
    client = await as_actor()
    judge.failures = [DOWN]
    found = (await client.post(past.path, json={})).json()
    assert (found["state"], found["summary"]["failed"], found["summary"]["scored"]) == ("done", 1, 1)
    judge.failures = [DOWN] * 2
    found = (await client.post(past.path, json={})).json()
    assert (found["state"], found["errorMessage"]["code"]) == ("failed", "ai_service_failed")


async def test_a_judge_that_is_down_ends_it_early(
    as_actor: Any, make_past: PastMaker, judge: ScriptedJudge, run_jobs: Jobs
) -> None:
    past = await make_past(30, assessed=False)
    judge.failures = [DOWN] * 100
    client = await as_actor()
    made = (await client.post(past.path, json={"compareWith": "none"})).json()
    await run_jobs()
    assert (await client.get(f"/quality/backtest/{made['id']}")).json()["state"] == "failed"
    assert len(judge.cases) < 20


async def test_no_work(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(1)
    answer = await (await as_actor()).post(past.path, json={"filters": {"users": [4711]}})
    body = answer.json()
    assert (answer.status_code, body["state"], body["summary"]["candidates"], body["diffs"]) == (200, "done", 0, [])
    assert body["summary"]["meanAfter"] is None


async def test_three_at_a_time(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(6)
    client = await as_actor()
    numbers = [(await client.post(past.path, json={})).json()["id"] for _ in range(3)]
    answer = await client.post(past.path, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")
    assert (await (await as_actor()).post(past.path, json={})).status_code == 202
    assert (await client.delete(f"/quality/backtest/{numbers[0]}")).json() == {"success": True}
    assert (await client.post(past.path, json={})).status_code == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sampleSize": 501}, "sampleSize"),
        ({"compareWith": "revision"}, "compareScorecardId"),
        ({"filters": {"from": "yesterday"}}, "filters.from"),
        ({"filters": {"channels": ["fax"]}}, "filters.channels"),
        ({"filters": {"worklogIds": list(range(1, 502))}}, "filters.worklogIds"),
        ({"maxCost": -1}, "maxCost"),
    ],
)
async def test_a_malformed_request(as_actor: Any, make_past: PastMaker, body: dict[str, Any], field: str) -> None:
    answer = await (await as_actor()).post((await make_past(1)).path, json=body)
    assert answer.status_code == 422
    assert [one["path"] for one in answer.json()["error"]["details"]["fields"]] == [field]


async def test_refusals(as_actor: Any, anonymous: Any, session: WriteSession, make_past: PastMaker) -> None:
    past = await make_past(1)
    gone = await make_scorecard(session, small_content(), state="deleted")
    await session.commit()
    assert (await anonymous.post(past.path, json={})).status_code == 401
    answer = await (await as_actor(permissions=["qualityManageScorecards"])).post(past.path, json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
    manager, runner = await as_actor(), await as_actor(permissions=["qualityRunBacktest"])
    assert (await manager.post("/quality/scorecard/4711/backtest", json={})).status_code == 404
    assert (await runner.post(f"/quality/scorecard/{gone.id}/backtest", json={})).status_code == 404
    answer = await manager.post(f"/quality/scorecard/{gone.id}/backtest", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "scorecard_deleted")
    answer = await manager.post(past.path, json={"compareWith": "revision", "compareScorecardId": gone.id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_work_that_one_may_not_see_is_left_out(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(3)
    team_lead = ["qualityRunBacktest", "qualityDoAssessmentsTeam"]

    async def counts(client: Any) -> tuple[int, int, int]:
        summary = (await client.post(past.path, json={})).json()["summary"]
        return summary["candidates"], summary["excludedByPermission"], summary["sampled"]

    assert await counts(await as_actor(permissions=team_lead, teams=[past.team])) == (3, 0, 3)
    assert await counts(await as_actor(permissions=team_lead)) == (3, 3, 0)
    person = (await make_profile(session, permissions=["qualityRunBacktest", "qualityViewAssessmentOwn"])).id
    for work in past.works:
        work.worklog.user_id = person
    await session.commit()
    assert await counts(await as_actor(profile=person)) == (3, 3, 0)


async def test_work_that_is_reviewed_blind_is_left_out(
    as_actor: Any, make_past: PastMaker, judge: ScriptedJudge
) -> None:
    past = await make_past(3, blind_review=True)
    found = (await (await as_actor()).post(past.path, json={})).json()
    assert (found["summary"]["excludedByPermission"], found["summary"]["sampled"]) == (2, 1)


async def test_who_reads_it(as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(2)
    made = (await (await as_actor()).post(past.path, json={})).json()
    path = f"/quality/backtest/{made['id']}"
    other = await as_actor(permissions=["qualityRunBacktest"])
    for answer in (await other.get(path), await other.delete(path)):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "backtest_not_found")
    assert (await other.get("/quality/backtest")).json()["backtests"] == []
    agent = await as_actor(permissions=["qualityViewAssessmentOwn"])
    assert [(await agent.get(one)).status_code for one in ("/quality/backtest", path)] == [403, 404]
    # Who manages scorecards reads it, and sees of it only what concerns people whose assessments one may see.
    manager = await as_actor(permissions=["qualityManageScorecards"])
    found = (await manager.get(path)).json()
    assert (found["diffs"], found["criteria"], found["summary"]["scored"], found["summary"]["meanAfter"]) == (
        [],
        [],
        0,
        None,
    )
    assert (await manager.get("/quality/backtest")).json()["backtests"][0]["summary"] is None
    assert (await manager.get(f"/quality/scorecard/{past.card.id}")).json()["latestBacktest"]["summary"] is None
    assert (await agent.get(f"/quality/scorecard/{past.card.id}")).json()["latestBacktest"] is None


async def test_only_changed(as_actor: Any, make_past: PastMaker, judge: ScriptedJudge) -> None:
    past = await make_past(3)
    client = await as_actor()
    made = (await client.post(past.path, json={})).json()
    found = (await client.get(f"/quality/backtest/{made['id']}", params={"onlyChanged": "true"})).json()
    assert (found["total"], {row["changed"] for row in found["diffs"]}) == (2, {True})


async def test_cancelled_ones_are_hidden_and_do_nothing(
    as_actor: Any, session: WriteSession, make_past: PastMaker, judge: ScriptedJudge, run_jobs: Jobs
) -> None:
    past = await make_past(6)
    client = await as_actor()
    number = (await client.post(past.path, json={})).json()["id"]
    await client.delete(f"/quality/backtest/{number}")
    await run_jobs()
    assert judge.cases == []
    assert (await client.get(f"/quality/backtest/{number}")).status_code == 404
    state = await session.scalar(select(Backtest.state).where(Backtest.id == number))
    assert state == "cancelled"
    assert await session.scalar(select(func.count()).where(BacktestItem.after.is_not(None))) == 0
