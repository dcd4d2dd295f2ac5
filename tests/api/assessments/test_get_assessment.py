"""`GET /quality/assessment/{id}`, its runs, and the assessments of a ticket (quality.md 8.2, 8.8, 8.9)."""

from datetime import timedelta
from typing import Any

from assaydesk.domains.quality.assessments.schemas import AssessmentSingle, AssessmentSummary, RunPage
from assaydesk.domains.quality.assessments.types import State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import PATH, SceneMaker
from tests.factories.assessments import ScriptedJudge, make_agent, make_assessment, make_work, small_content
from tests.factories.scorecards import make_scorecard


async def test_given_the_full_format_every_criterion_is_there(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    answer = await (await as_actor()).get(scene.path)
    AssessmentSingle.model_validate_json(answer.content)
    body = answer.json()
    data = body["data"]
    assert [part["categoryId"] for part in data["categories"]] == [1, 2]
    assert [one["id"] for part in data["categories"] for one in part["criteria"]] == [10, 11, 22]
    assert [one["state"] for part in data["categories"] for one in part["criteria"]] == [
        "aiScored",
        "needsHuman",
        "unscored",
    ]
    first = data["categories"][0]
    assert (first["score"], first["usedMaxPoints"], first["maxPoints"], first["knockedOut"]) == (4, 5, 15, False)
    assert data["general"] == body["worklog"]
    for name in ("totals", "aiUsage", "time", "customerExperience", "aiSummary"):
        assert data[name] == body[name]
    assert data["aiSummaryGenerated"] is None
    assert (body["deletedAt"], body["editingHistory"], body["judge"]) == (None, [], None)


async def test_given_the_summary_format_the_details_are_left_out(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    answer = await client.get(scene.path, params={"format": "summary"})
    AssessmentSummary.model_validate_json(answer.content)
    full = (await client.get(scene.path)).json()
    assert full.keys() - answer.json().keys() == {"data", "editingHistory", "deletedAt", "judge"}
    assert answer.json().items() <= full.items()


async def test_given_an_unprocessed_one_everything_is_unscored(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.UNPROCESSED, answers=[], ai_summary="")
    body = (await (await as_actor()).get(scene.path)).json()
    assert {one["state"] for part in body["data"]["categories"] for one in part["criteria"]} == {"unscored"}
    assert (body["totals"]["percentage"], body["warnings"], body["canEdit"]) == (None, [], False)


async def test_given_a_removed_worklog_the_assessment_stays_readable(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene()
    await session.delete(scene.work.worklog)
    await session.commit()
    answer = await (await as_actor()).get(scene.path)
    AssessmentSingle.model_validate_json(answer.content)
    body = answer.json()
    assert (body["worklogId"], body["worklog"]["action"], body["time"]["duration"]) == (None, None, 0)


async def test_given_a_deleted_one_only_those_who_delete_see_it(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.DELETED, state_before="aiReady", deleted_at=utc_now())
    seen = await (await as_actor()).get(scene.path)
    assert (seen.status_code, seen.json()["deletedAt"] is None) == (200, False)
    hidden = await (await as_actor(permissions=["qualityDoAssessmentsAll"])).get(scene.path)
    assert hidden.status_code == 404


async def test_refusals(as_actor: Any, anonymous: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    assert (await anonymous.get(scene.path)).status_code == 401
    client = await as_actor()
    for path in (f"{PATH}/abc", f"{PATH}/0", f"{scene.path}?format=short"):
        assert (await client.get(path)).status_code == 422, path
    answer = await client.get(f"{PATH}/123456789")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "assessment_not_found")
    nobody = await as_actor(permissions=[])
    assert (await nobody.get(scene.path)).status_code == 404
    assert (await nobody.get(f"{PATH}/123456789?format=short")).status_code == 422


async def test_runs(as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge) -> None:
    scene = await make_scene()
    client = await as_actor()
    assert (await client.get(f"{scene.path}/runs")).json() == {"runs": [], "total": 0, "limit": 100, "offset": 0}
    for _ in range(2):
        assert (await client.post(f"{scene.path}/refresh")).status_code == 200
    answer = await client.get(f"{scene.path}/runs", params={"limit": 1})
    RunPage.model_validate_json(answer.content)
    body = answer.json()
    assert (body["total"], len(body["runs"])) == (2, 1)
    [run] = body["runs"]
    assert (run["trigger"], run["userId"], run["outcome"], run["errorCode"]) == ("refresh", client.actor_id, "ok", None)
    assert [one["criterionId"] for one in run["criteria"]] == [10, 11]
    assert run["cost"] == 0.0123
    shown = (await client.get(scene.path)).json()["judge"]
    assert shown == {name: run[name] for name in shown}
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await viewer.get(f"{scene.path}/runs")).status_code == 403
    stranger = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    assert (await stranger.get(f"{scene.path}/runs")).status_code == 404
    assert (await client.get(f"{scene.path}/runs?limit=0")).status_code == 422


async def test_assessments_of_a_ticket(as_actor: Any, anonymous: Any, session: WriteSession) -> None:
    agent = await make_agent(session)
    work = await make_work(session, agent)
    now = utc_now()
    cards = [await make_scorecard(session, small_content(name=f"Card {number}")) for number in range(3)]
    late = await make_assessment(session, work, cards[0], created_at=now)
    early = await make_assessment(session, work, cards[1], created_at=now - timedelta(hours=1))
    await make_assessment(session, work, cards[2], state=State.DELETED)
    await session.commit()
    path = f"/ticket/{work.ticket.id}/assessments"
    answer = await (await as_actor()).get(path)
    assert [row["id"] for row in answer.json()] == [early.id, late.id]
    assert answer.headers["X-Total-Count"] == "2"
    assert "data" not in answer.json()[0]
    reader = await as_actor(permissions=["readTicket"])
    nothing = await reader.get(path)
    assert (nothing.status_code, nothing.json()) == (200, [])
    assert (await reader.get("/ticket/99999999/assessments")).json()["error"]["code"] == "ticket_not_found"
    assert (await reader.get("/ticket/x/assessments")).status_code == 422
    blind = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await blind.get(path)).status_code == 404
    assert (await anonymous.get(path)).status_code == 401
