"""`POST /quality/assessment` (quality.md 8.3)."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import PATH, SceneMaker
from tests.factories.assessments import ScriptedJudge, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings


async def test_given_a_worklog_the_job_takes_the_new_assessment(
    as_actor: Any, session: WriteSession, run_jobs: Any, judge: ScriptedJudge
) -> None:
    await set_settings(session, qualityJudgeConcurrency=1)
    work = await make_work(session, await make_agent(session), context="status", action_list=["pending"])
    card = await make_scorecard(session, small_content(sample_percent=0.0))
    await session.commit()
    client = await as_actor()
    answer = await client.post(PATH, json={"worklogId": work.worklog.id, "scorecardId": card.id})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["state"], body["assessedUser"], body["ticketId"]) == (
        "unprocessed",
        work.worklog.user_id,
        work.ticket.id,
    )
    assert (body["totals"]["totalMaxPoints"], body["totals"]["unscoredCriteria"]) == (18, 3)
    assert "quality.assessments.process" in await run_jobs()
    shown = (await client.get(f"{PATH}/{body['id']}")).json()
    assert (shown["state"], shown["totals"]["scoredPoints"]) == ("aiReady", 15)


async def test_given_no_ai_it_is_ready_at_once(as_actor: Any, session: WriteSession, run_jobs: Any) -> None:
    work = await make_work(session, await make_agent(session))
    card = await make_scorecard(session, small_content())
    await session.commit()
    body = {"worklogId": str(work.worklog.id), "scorecardBaseId": card.base_id, "processWithAi": False}
    answer = await (await as_actor()).post(PATH, json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["aiSummary"], shown["judge"], shown["canEdit"]) == ("aiReady", "", None, True)
    assert (shown["totals"]["unscoredCriteria"], shown["warnings"]) == (3, ["criteria_unscored"])
    assert await run_jobs() == []


async def test_given_a_deleted_one_a_new_one_may_be_made_by_hand(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.DELETED)
    body = {"worklogId": scene.work.worklog.id, "scorecardId": scene.card.id}
    assert (await (await as_actor()).post(PATH, json=body)).status_code == 200


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "worklogId", "validation_failed"),
        ({"worklogId": 1}, "scorecardId", "validation_failed"),
        ({"worklogId": 1, "scorecardId": 1, "scorecardBaseId": 1}, "scorecardId", "validation_failed"),
        ({"worklogId": "x", "scorecardId": 1}, "worklogId", "validation_failed"),
        ({"worklogId": 1, "scorecardId": 1, "processWithAi": "perhaps"}, "processWithAi", "validation_failed"),
        ({"worklogId": None, "scorecardId": 1}, "worklogId", "validation_failed"),
    ],
)
async def test_given_a_bad_body_the_answer_is_422(as_actor: Any, body: Any, field: str, code: str) -> None:
    answer = await (await as_actor()).post(PATH, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert answer.json()["error"]["details"]["fields"][0]["path"] == field
    assert (await (await as_actor(permissions=["readTicket"])).post(PATH, json=body)).status_code == 403


async def test_given_references_that_lead_nowhere_the_field_is_named(as_actor: Any, session: WriteSession) -> None:
    work = await make_work(session, await make_agent(session))
    card = await make_scorecard(session, small_content())
    deleted = await make_scorecard(session, small_content(), state="deleted")
    await session.commit()
    client = await as_actor()
    cases = [
        ({"worklogId": 9_999_999, "scorecardId": card.id}, "worklogId"),
        ({"worklogId": work.worklog.id, "scorecardId": 9_999_999}, "scorecardId"),
        ({"worklogId": work.worklog.id, "scorecardBaseId": 9_999_999}, "scorecardBaseId"),
        ({"worklogId": work.worklog.id, "scorecardId": deleted.id}, "scorecardId"),
        ({"worklogId": work.worklog.id, "scorecardBaseId": deleted.base_id}, "scorecardBaseId"),
    ]
    for body, field in cases:
        error = (await client.post(PATH, json=body)).json()["error"]
        assert (error["code"], error["details"]["field"]) == ("unknown_reference", field)
    hidden = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    answer = await hidden.post(PATH, json={"worklogId": work.worklog.id, "scorecardId": card.id})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_rights_the_worklogs_person_decides(as_actor: Any, anonymous: Any, session: WriteSession) -> None:
    team = (await make_team(session)).id
    agent, lead = await make_agent(session, teams=[team]), (await make_profile(session)).id
    card = await make_scorecard(session, small_content())
    theirs, own = await make_work(session, agent), await make_work(session, lead)
    await session.commit()
    body = {"worklogId": theirs.worklog.id, "scorecardId": card.id}
    assert (await anonymous.post(PATH, json=body)).status_code == 401
    stranger = await as_actor(permissions=["qualityDoAssessmentsTeam", "worklogViewAll"])
    refused = await stranger.post(PATH, json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    self_made = await (await as_actor(profile=lead)).post(PATH, json={**body, "worklogId": own.worklog.id})
    assert (self_made.status_code, self_made.json()["error"]["code"]) == (403, "self_assessment")
    mate = await as_actor(permissions=["qualityDoAssessmentsTeam"], teams=[team])
    assert (await mate.post(PATH, json=body)).status_code == 200


async def test_given_states_that_forbid_it_the_answer_is_409(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene()
    retired = await make_scorecard(session, small_content(), state="retired")
    draft = await make_scorecard(session, small_content(), state="draft")
    await session.commit()
    client = await as_actor()
    work = scene.work.worklog.id
    for body in (
        {"worklogId": work, "scorecardId": retired.id},
        {"worklogId": work, "scorecardId": draft.id},
        {"worklogId": work, "scorecardBaseId": retired.base_id},
    ):
        answer = await client.post(PATH, json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "scorecard_not_active")
    twice = await client.post(PATH, json={"worklogId": work, "scorecardId": scene.card.id})
    assert (twice.status_code, twice.json()["error"]["code"]) == (409, "assessment_exists")
    assert twice.json()["error"]["details"]["assessmentId"] == scene.row.id


async def test_given_an_idempotency_key_the_stored_answer_comes_back(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.DELETED)
    client = await as_actor()
    body = {"worklogId": scene.work.worklog.id, "scorecardId": scene.card.id, "processWithAi": False}
    first = await client.post(PATH, json=body, headers={"Idempotency-Key": "one"})
    again = await client.post(PATH, json=body, headers={"Idempotency-Key": "one"})
    assert (again.status_code, again.json()) == (200, first.json())


async def test_given_ten_requests_at_once_one_assessment_is_made(committed: Database, config: Config) -> None:
    async with committed.write() as session:
        work = await make_work(session, await make_agent(session))
        card = await make_scorecard(session, small_content())
        issued = await start_session(session, issuer=config.base_url, user_id=(await make_profile(session)).id)
        body = {"worklogId": work.worklog.id, "scorecardId": card.id}
    transport = httpx.ASGITransport(create_app(config, committed, {}))
    headers = {"Authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers) as client:
        answers = await asyncio.gather(*(client.post(PATH, json=body) for _ in range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 9
    made = next(answer.json()["id"] for answer in answers if answer.status_code == 200)
    for answer in answers:
        if answer.status_code == 409:
            assert answer.json()["error"]["details"]["assessmentId"] == made
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(Assessment)) == 1


async def test_given_an_existing_one_of_another_revision_it_counts(as_actor: Any, session: WriteSession) -> None:
    work = await make_work(session, await make_agent(session))
    old = await make_scorecard(session, small_content(), state="retired")
    new = await make_scorecard(session, small_content(), base_id=old.base_id, revision=2)
    row = await make_assessment(session, work, old)
    await session.commit()
    answer = await (await as_actor()).post(PATH, json={"worklogId": work.worklog.id, "scorecardId": new.id})
    assert answer.json()["error"]["details"]["assessmentId"] == row.id
