"""A blind reviewer learns nothing of the AI's answers before the review is finished (quality.md 4.5)."""

from dataclasses import replace
from typing import Any

from assaydesk.domains.quality.assessments.types import Quotation, State
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import PATH, Scene, SceneMaker
from tests.factories.assessments import ScriptedJudge, ai_answer, make_agent, make_assessment, make_work, small_content
from tests.factories.scorecards import make_scorecard

SECRETS = (
    "A summary.",
    "The AI on",
    '"needsHuman"',
    '"aiScored"',
    "Judged",
    "3.75",
    "evidence-words",
    '"confidence":0',
)


async def blind_scene(make_scene: SceneMaker, **values: Any) -> Scene:
    """The AI gave 3.75 of 5, with evidence, and left 11 to a person."""
    quote = Quotation(77, "evidence-words", 0, 14)
    scored = replace(ai_answer(10, "3.75"), evidence=(quote,), searched_conversation_ids=(77,), tool_call_ids=(5,))
    return await make_scene(answers=[scored, ai_answer(11, None)], blind_review=True, **values)


def assert_silent(text: str) -> None:
    for secret in SECRETS:
        assert secret not in text, secret


async def test_given_a_blind_review_no_answer_tells_what_the_ai_said(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await blind_scene(make_scene)
    client = await as_actor()
    answers = [
        await client.get(PATH),
        await client.get(scene.path),
        await client.get(scene.path, params={"format": "summary"}),
        await client.get(f"/ticket/{scene.work.ticket.id}/assessments"),
        await client.get(f"/ticket/{scene.work.ticket.id}/worklog"),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert_silent(answer.text)
    body = answers[1].json()
    assert (body["blindReview"], body["aiSummary"], body["canEdit"]) == (True, "", True)
    assert body["totals"]["percentage"] is None
    assert (body["totals"]["unscoredCriteria"], body["warnings"]) == (3, ["criteria_unscored"])
    assert [part["score"] for part in body["data"]["categories"]] == [0, 0]
    row = answers[0].json()["assessments"][0]
    assert row["totals"] == body["totals"] == answers[3].json()[0]["totals"]


async def test_given_own_scores_only_they_are_shown(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await blind_scene(make_scene)
    client = await as_actor()
    body = {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 5}]}
    answer = await client.patch(scene.path, json=body)
    assert_silent(answer.text)
    shown = answer.json()
    assert (shown["totals"]["percentage"], shown["totals"]["usedMaxPoints"]) == (100, 5)
    first = shown["data"]["categories"][0]["criteria"][0]
    assert (first["score"], first["reason"], first["evidence"], first["aiScore"]) == (5, None, [], None)
    single = await client.get(scene.path)
    assert_silent(single.text)
    [score] = [edit for edit in single.json()["editingHistory"] if edit["field"] == "criteria.1.10.score"]
    assert (score["oldValue"], score["newValue"]) == (None, 5)
    await client.patch(scene.path, json={"criteria": [{"categoryId": 1, "criterionId": 10, "score": 4}]})
    scores = [
        (edit["oldValue"], edit["newValue"])
        for edit in (await client.get(scene.path)).json()["editingHistory"]
        if edit["field"] == "criteria.1.10.score"
    ]
    assert scores == [(None, 5), (5, 4)]


async def test_given_touches_without_a_score_nothing_is_confirmed_or_told(
    as_actor: Any, make_scene: SceneMaker
) -> None:
    scene = await blind_scene(make_scene)
    client = await as_actor()
    for item in ({}, {"reason": "Hm."}, {"applicable": None}, {"overrideReason": "other"}):
        body = {"aiSummary": "", "criteria": [{"categoryId": 1, "criterionId": 10, **item}]}
        answer = await client.patch(scene.path, json=body)
        assert answer.status_code == 200, answer.text
        assert_silent(answer.text)
        assert answer.json()["data"]["categories"][0]["criteria"][0]["score"] is None
    assert answer.json()["data"]["categories"][0]["criteria"][0]["reason"] == "Hm."
    assert_silent((await client.get(scene.path)).text)
    done = (await client.patch(scene.path, json={"state": "reviewedBySupervisor"})).json()
    assert (done["aiSummary"], done["data"]["aiSummaryGenerated"]) == ("A summary.", None)


async def test_given_a_rewritten_summary_only_the_own_one_is_shown(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await blind_scene(make_scene)
    client = await as_actor()
    answer = await client.patch(scene.path, json={"aiSummary": "Mine."})
    assert (answer.json()["aiSummary"], answer.json()["data"]["aiSummaryGenerated"]) == ("Mine.", None)
    assert_silent(answer.text)
    assert_silent((await client.get(scene.path)).text)


async def test_given_a_refresh_neither_the_answer_nor_the_runs_tell(
    as_actor: Any, make_scene: SceneMaker, judge: ScriptedJudge
) -> None:
    judge.scores = {10: "3.75", 11: None}
    scene = await blind_scene(make_scene)
    client = await as_actor()
    await client.patch(scene.path, json={"criteria": [{"categoryId": 1, "criterionId": 10, "score": 5}]})
    answer = await client.post(f"{scene.path}/refresh", json={"overwriteHuman": True})
    assert answer.status_code == 200, answer.text
    assert_silent(answer.text)
    assert_silent((await client.get(scene.path)).text)
    runs = await client.get(f"{scene.path}/runs")
    assert_silent(runs.text)
    assert runs.json()["runs"][0]["criteria"] == []


async def test_given_a_finished_review_everything_appears(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await blind_scene(make_scene)
    client = await as_actor()
    body = {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 5}], "state": "reviewedBySupervisor"}
    shown = (await client.patch(scene.path, json=body)).json()
    first, second = shown["data"]["categories"][0]["criteria"]
    assert (first["score"], first["aiScore"], first["aiReason"]) == (5, 3.75, "The AI on 10.")
    assert second["state"] == "needsHuman"
    assert shown["aiSummary"] == "A summary."


async def test_given_people_who_cannot_edit_nothing_is_hidden(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await blind_scene(make_scene)
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await viewer.get(scene.path)).json()["totals"]["scoredPoints"] == 3.75
    stranger = await as_actor(permissions=["qualityViewAssessmentAll", "qualityDoAssessmentsTeam"])
    assert (await stranger.get(PATH)).json()["assessments"][0]["totals"]["scoredPoints"] == 3.75
    mate = await as_actor(permissions=["qualityDoAssessmentsTeam"], teams=[scene.team])
    assert_silent((await mate.get(PATH)).text)


async def test_given_filters_and_orders_hidden_values_do_not_decide(as_actor: Any, session: WriteSession) -> None:
    agent = await make_agent(session)
    card = await make_scorecard(session, small_content())
    rows = []
    for score, blind in (("1", False), ("5", True), ("3", True)):
        answers = [ai_answer(10, score), ai_answer(11, None)]
        work = await make_work(session, agent)
        rows.append(await make_assessment(session, work, card, answers=answers, blind_review=blind))
    await session.commit()
    open_, high, low = [row.id for row in rows]
    client = await as_actor()

    async def ids(**query: str) -> list[int]:
        return [row["id"] for row in (await client.get(PATH, params=query)).json()["assessments"]]

    assert await ids(orderByField="percentage", orderByDirection="desc") == [open_, low, high]
    assert await ids(orderByField="percentage", orderByDirection="asc") == [open_, high, low]
    assert await ids(needsHuman="true") == [open_]
    assert await ids(needsHuman="false", orderByDirection="asc") == [high, low]
    assert await ids(state=State.AI_READY, orderByDirection="asc") == [open_, high, low]
