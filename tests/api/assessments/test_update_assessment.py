"""`PATCH /quality/assessment/{id}` (quality.md 8.4)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentEdit
from assaydesk.domains.quality.assessments.types import State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import SceneMaker
from tests.factories.assessments import (
    REPLY,
    ai_answer,
    make_agent,
    make_assessment,
    make_work,
    small_content,
)
from tests.factories.profiles import make_profile
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import make_message, set_settings

SCORE = {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 2, "reason": "Too short."}]}


def criterion_of(body: dict[str, Any], number: int) -> dict[str, Any]:
    return next(one for part in body["data"]["categories"] for one in part["criteria"] if one["id"] == number)


async def history(client: httpx.AsyncClient, path: str) -> list[tuple[str, Any, Any]]:
    single = (await client.get(path)).json()
    return [(edit["field"], edit["oldValue"], edit["newValue"]) for edit in single["editingHistory"]]


async def test_given_a_score_it_is_verified_and_the_review_begins(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    answer = await client.patch(scene.path, json=SCORE)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["state"], body["assessedByUser"], body["version"]) == ("reviewOngoing", None, 2)
    touched = criterion_of(body, 10)
    assert (touched["score"], touched["state"], touched["origin"]) == (2, "humanVerified", "human")
    assert (touched["aiScore"], touched["lastEditedByUserId"]) == (4, client.actor_id)
    assert (body["totals"]["scoredPoints"], body["totals"]["percentage"]) == (2, 40)
    assert [part["categoryId"] for part in body["data"]["categories"]] == [1, 2]
    assert criterion_of(body, 22)["state"] == "unscored"
    assert await history(client, scene.path) == [
        ("criteria.1.10.score", 4, 2),
        ("criteria.1.10.reason", "The AI on 10.", "Too short."),
        ("state", "aiReady", "reviewOngoing"),
    ]


async def test_given_everything_at_once_it_is_all_stored(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    body = {
        "aiSummary": "  My summary. ",
        "supervisorAssessment": "Well done.",
        "assessmentDate": "2024-06-12 11:00:00",
        "discussionDate": 1718269200,
        "criteria": [
            {"categoryId": 1, "criterionId": 10},
            {"categoryId": "1", "criterionId": "11", "score": "7.25", "overrideReason": "scoreWrong"},
            {"categoryId": 2, "criterionId": 22, "applicable": False, "reason": "No call."},
        ],
        "state": "discussedWithAssessee",
    }
    answer = await client.patch(scene.path, json=body)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["assessedByUser"], shown["canEdit"]) == (
        "discussedWithAssessee",
        client.actor_id,
        False,
    )
    assert shown["aiSummary"] == shown["data"]["aiSummary"] == "My summary."
    assert shown["data"]["aiSummaryGenerated"] == "A summary."
    assert shown["data"]["assessmentDate"] == "2024-06-12T11:00:00Z"
    assert shown["data"]["discussionDate"] == "2024-06-13T09:00:00Z"
    assert (criterion_of(shown, 11)["score"], criterion_of(shown, 11)["overrideReason"]) == (7.25, "scoreWrong")
    assert (criterion_of(shown, 22)["state"], criterion_of(shown, 22)["score"]) == ("notApplicable", None)
    assert (shown["totals"]["scoredPoints"], shown["totals"]["notApplicableCriteria"]) == (11.25, 1)
    assert shown["warnings"] == []
    steps = [entry for entry in await history(client, scene.path) if entry[0] == "state"]
    assert steps == [
        ("state", "aiReady", "reviewedBySupervisor"),
        ("state", "reviewedBySupervisor", "discussedWithAssessee"),
    ]


async def test_given_a_finished_review_dates_and_reviewer_are_set(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    shown = (await client.patch(scene.path, json={"state": "reviewedBySupervisor"})).json()
    assert shown["assessedByUser"] == client.actor_id
    made = datetime.fromisoformat(shown["data"]["assessmentDate"])
    assert abs(made - utc_now()) < timedelta(minutes=1)
    assert shown["data"]["discussionDate"] is None
    assert shown["warnings"] == ["criteria_unscored", "criteria_need_human"]
    other = await as_actor()
    discussed = (await other.patch(scene.path, json={"state": "discussedWithAssessee"})).json()
    assert discussed["assessedByUser"] == client.actor_id
    assert discussed["data"]["assessmentDate"] == shown["data"]["assessmentDate"]
    assert discussed["data"]["discussionDate"] is not None


async def test_given_a_null_date_it_is_not_set_by_the_state(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    body = {"state": "reviewedBySupervisor", "assessmentDate": None}
    assert (await (await as_actor()).patch(scene.path, json=body)).json()["data"]["assessmentDate"] is None


@pytest.mark.parametrize(
    "body",
    [{}, {"criteria": []}, {"aiSummary": "A summary."}, {"supervisorAssessment": ""}, {"assessmentDate": None},
     {"criteria": [{"categoryId": 1, "criterionId": 11}]}],
)  # fmt: skip
async def test_given_nothing_new_nothing_moves(as_actor: Any, make_scene: SceneMaker, body: dict[str, Any]) -> None:
    scene = await make_scene()
    client = await as_actor()
    before = (await client.get(scene.path)).json()
    answer = await client.patch(scene.path, json=body)
    assert answer.status_code == 200, answer.text
    assert (await client.get(scene.path)).json() == before
    assert before["state"] == "aiReady"


async def test_given_confirmations_they_are_edits(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    body = {"criteria": [{"categoryId": 1, "criterionId": 10}]}
    shown = (await client.patch(scene.path, json=body)).json()
    assert (shown["state"], criterion_of(shown, 10)["state"]) == ("reviewOngoing", "humanVerified")
    version = shown["version"]
    assert (await client.patch(scene.path, json=body)).json()["version"] == version


async def test_given_edits_after_the_review_they_are_allowed(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.REVIEWED)
    shown = (await (await as_actor()).patch(scene.path, json=SCORE)).json()
    assert (shown["state"], shown["totals"]["scoredPoints"]) == ("reviewedBySupervisor", 2)


async def test_given_an_error_a_person_takes_over(as_actor: Any, session: WriteSession, make_scene: SceneMaker) -> None:
    scene = await make_scene(
        state=State.ERROR,
        answers=[],
        tries=4,
        next_try_at=utc_now(),
        error={"code": "ai_service_failed", "message": "The AI service failed."},
    )
    client = await as_actor()
    assert (await client.get(scene.path)).json()["errorMessage"]["tries"] == 4
    refused = await client.patch(scene.path, json={"state": "reviewedBySupervisor"})
    assert refused.json()["error"]["code"] == "invalid_transition"
    shown = (await client.patch(scene.path, json={**SCORE, "state": "reviewedBySupervisor"})).json()
    assert (shown["state"], shown["errorMessage"]) == ("reviewedBySupervisor", None)
    row = await session.get(Assessment, scene.row.id, populate_existing=True)
    assert row is not None
    assert (row.next_try_at, row.tries, row.touched_by_human) == (None, 0, True)


@pytest.mark.parametrize(
    ("state", "body", "code"),
    [
        (State.UNPROCESSED, SCORE, "assessment_not_ready"),
        (State.AI_IN_PROGRESS, SCORE, "assessment_not_ready"),
        (State.UNPROCESSED, {"state": "reviewedBySupervisor"}, "assessment_not_ready"),
        (State.DISCUSSED, SCORE, "assessment_locked"),
        (State.DISCUSSED, {"supervisorAssessment": "More."}, "assessment_locked"),
        (State.DISCUSSED, {"state": "reviewedBySupervisor"}, "invalid_transition"),
        (State.ERROR, {"state": "discussedWithAssessee"}, "invalid_transition"),
        (State.DELETED, SCORE, "invalid_state"),
        (State.DELETED, {"state": "reviewedBySupervisor"}, "invalid_state"),
    ],
)
async def test_given_the_wrong_state_the_answer_is_409_and_nothing_changes(
    as_actor: Any, make_scene: SceneMaker, state: State, body: dict[str, Any], code: str
) -> None:
    scene = await make_scene(state=state)
    client = await as_actor()
    before = (await client.get(scene.path)).json()
    answer = await client.patch(scene.path, json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, code), answer.text
    if code == "assessment_not_ready":
        assert answer.headers["Retry-After"] == "10"
    if code == "invalid_transition":
        assert error["details"]["from"] == state
        assert error["details"]["to"] == body["state"]
    assert (await client.get(scene.path)).json() == before
    if state is not State.DELETED:
        assert before["canEdit"] is (state is State.ERROR)


@pytest.mark.parametrize("state", [State.REVIEWED, State.DISCUSSED])
async def test_given_the_same_state_again_nothing_happens(as_actor: Any, make_scene: SceneMaker, state: State) -> None:
    scene = await make_scene(state=state, assessed_by_user=None)
    answer = await (await as_actor()).patch(scene.path, json={"state": state})
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def item(**values: Any) -> dict[str, Any]:
    return {"criteria": [{"categoryId": 1, "criterionId": 10, **values}]}


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ([], "body", "wrong_type"),
        ({"aiSummary": None}, "aiSummary", "wrong_type"),
        ({"aiSummary": 7}, "aiSummary", "wrong_type"),
        ({"aiSummary": "x" * 20_001}, "aiSummary", "too_long"),
        ({"supervisorAssessment": None}, "supervisorAssessment", "wrong_type"),
        ({"assessmentDate": "soon"}, "assessmentDate", "bad_format"),
        ({"discussionDate": "2024-02-31"}, "discussionDate", "bad_format"),
        ({"discussionDate": True}, "discussionDate", None),
        ({"state": "aiReady"}, "state", "not_allowed"),
        ({"state": None}, "state", None),
        ({"criteria": None}, "criteria", "wrong_type"),
        ({"criteria": {}}, "criteria", "wrong_type"),
        ({"criteria": [{"criterionId": 10}]}, "criteria.0.categoryId", "required"),
        ({"criteria": [{"categoryId": 1}]}, "criteria.0.criterionId", "required"),
        ({"criteria": [{"categoryId": 2, "criterionId": 10}]}, "criteria.0.categoryId", "unknown"),
        ({"criteria": [{"categoryId": 1, "criterionId": 99}]}, "criteria.0.criterionId", "unknown"),
        ({"criteria": [{"categoryId": 1, "criterionId": 10}] * 2}, "criteria.1.criterionId", "duplicate"),
        (item(score=5.5), "criteria.0.score", "out_of_range"),
        (item(score=-1), "criteria.0.score", "out_of_range"),
        (item(score=1.234), "criteria.0.score", "out_of_range"),
        (item(score="much"), "criteria.0.score", None),
        (item(score="NaN"), "criteria.0.score", None),
        (item(score=True), "criteria.0.score", None),
        (item(score=[1]), "criteria.0.score", None),
        (item(score=1, applicable=False), "criteria.0.applicable", "not_allowed"),
        (item(applicable="maybe"), "criteria.0.applicable", "wrong_type"),
        (item(reason="x" * 4001), "criteria.0.reason", "too_long"),
        (item(overrideReason="mood"), "criteria.0.overrideReason", "not_allowed"),
        (item(evidence=None), "criteria.0.evidence", "wrong_type"),
        (item(evidence=[{"quote": "x"}]), "criteria.0.evidence.0.conversationId", "required"),
        (item(evidence=[{"conversationId": 10**9, "quote": "x"}]), "criteria.0.evidence.0.conversationId", "unknown"),
    ],
)
async def test_given_a_bad_body_the_answer_is_422_and_nothing_is_stored(
    as_actor: Any, make_scene: SceneMaker, body: Any, path: str, code: str | None
) -> None:
    scene = await make_scene()
    client = await as_actor()
    sent = {"supervisorAssessment": "Stored?", **body} if isinstance(body, dict) else body
    answer = await client.patch(scene.path, json=sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), answer.text
    faults = {fault["path"]: fault["code"] for fault in answer.json()["error"]["details"]["fields"]}
    assert path in faults
    assert code is None or faults[path] == code
    shown = (await client.get(scene.path)).json()
    assert (shown["state"], shown["editingHistory"]) == ("aiReady", [])


async def test_given_many_faults_all_are_named(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    body = {
        "assessmentDate": "soon",
        "criteria": [{"categoryId": 1, "criterionId": 10, "score": 9}, {"categoryId": 5, "criterionId": 11}],
    }
    answer = await (await as_actor()).patch(scene.path, json=body)
    paths = {fault["path"] for fault in answer.json()["error"]["details"]["fields"]}
    assert paths == {"assessmentDate", "criteria.0.score", "criteria.1.categoryId"}


async def test_given_a_malformed_body_of_a_locked_assessment_the_body_is_judged_first(
    as_actor: Any, make_scene: SceneMaker
) -> None:
    scene = await make_scene(state=State.DISCUSSED)
    answer = await (await as_actor()).patch(scene.path, json=item(score=99))
    assert answer.status_code == 422


async def test_given_unknown_keys_they_are_named_and_not_stored(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    answer = await (await as_actor()).patch(scene.path, json={"totals": {}, "criteria": [
        {"categoryId": 1, "criterionId": 10, "aiScore": 5}
    ]})  # fmt: skip
    assert answer.headers["X-Ignored-Fields"] == "totals, criteria.aiScore"
    assert criterion_of(answer.json(), 10)["aiScore"] == 4


async def test_given_evidence_its_offsets_are_found(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene()
    client = await as_actor()
    reply = scene.work.reply.id
    quote = "booked your reading"
    answer = await client.patch(scene.path, json=item(evidence=[
        {"conversationId": reply, "quote": quote, "start": 1, "end": 2},
        {"conversationId": reply, "quote": "4,711 kWh", "start": REPLY.index("4,711"), "end": REPLY.index("4,711") + 9},
    ]))  # fmt: skip
    assert answer.status_code == 200, answer.text
    first, second = criterion_of(answer.json(), 10)["evidence"]
    assert first == {
        "conversationId": reply,
        "quote": quote,
        "start": REPLY.index(quote),
        "end": REPLY.index(quote) + len(quote),
    }
    assert second["quote"] == "4,711 kWh"
    other = await make_message(session, (await make_work(session, scene.agent)).ticket.id)
    await session.commit()
    for bad, path in (
        ({"conversationId": reply, "quote": "never said"}, "quote"),
        ({"conversationId": reply, "quote": "r"}, "start"),
        ({"conversationId": other.id, "quote": "meter"}, "conversationId"),
    ):
        refused = await client.patch(scene.path, json=item(evidence=[bad]))
        fault = refused.json()["error"]["details"]["fields"][0]
        assert (refused.status_code, fault["path"]) == (422, f"criteria.0.evidence.0.{path}")
    cleared = await client.patch(scene.path, json=item(evidence=[]))
    assert criterion_of(cleared.json(), 10)["evidence"] == []


async def test_given_the_setting_open_criteria_keep_a_review_from_ending(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    await set_settings(session, qualityRequireHumanDecision=True)
    scene = await make_scene()
    client = await as_actor()
    answer = await client.patch(scene.path, json={**SCORE, "state": "reviewedBySupervisor"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "criteria_need_human")
    assert answer.json()["error"]["details"]["criteria"] == [11, 22]
    assert (await client.get(scene.path)).json()["state"] == "aiReady"
    body = {
        "criteria": [
            {"categoryId": 1, "criterionId": 11, "score": 10},
            {"categoryId": 2, "criterionId": 22, "applicable": False},
        ],
        "state": "reviewedBySupervisor",
    }
    assert (await client.patch(scene.path, json=body)).status_code == 200


async def test_given_an_acknowledgement_a_changed_score_withdraws_it(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene(state=State.REVIEWED, acknowledged_at=datetime(2024, 6, 12, 12, tzinfo=UTC))
    client = await as_actor()
    kept = await client.patch(scene.path, json={"supervisorAssessment": "More."})
    assert kept.json()["acknowledgedAt"] == "2024-06-12T12:00:00Z"
    assert (await client.patch(scene.path, json=SCORE)).json()["acknowledgedAt"] is None
    assert ("acknowledgedAt", "2024-06-12T12:00:00Z", None) in await history(client, scene.path)


async def test_given_an_older_version_the_answer_is_409(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    client = await as_actor()
    await client.patch(scene.path, json=SCORE)
    headers = {"If-Unmodified-Since-Version": "1"}
    stale = await client.patch(scene.path, json={"supervisorAssessment": "Late."}, headers=headers)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale_object")
    assert stale.json()["error"]["details"]["version"] == 2
    headers = {"If-Unmodified-Since-Version": "2"}
    assert (await client.patch(scene.path, json={"supervisorAssessment": "Now."}, headers=headers)).status_code == 200


async def test_refusals_in_their_order(as_actor: Any, anonymous: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    assert (await anonymous.patch(scene.path, json=SCORE)).status_code == 401
    cases = [
        (["qualityDoAssessmentsAll"], "/quality/assessment/x", 422, "validation_failed"),
        (["qualityDoAssessmentsAll"], "/quality/assessment/999999", 404, "assessment_not_found"),
        (["readTicket"], scene.path, 404, "assessment_not_found"),
        (["qualityDoAssessmentsTeam"], scene.path, 404, "assessment_not_found"),
        (["qualityViewAssessmentAll"], scene.path, 403, "permission_denied"),
        (["qualityViewAssessmentAll", "qualityDoAssessmentsTeam"], scene.path, 403, "permission_denied"),
    ]
    for permissions, path, status, code in cases:
        answer = await (await as_actor(permissions=permissions)).patch(path, json={"criteria": 7})
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), permissions
    mate = await as_actor(permissions=["qualityDoAssessmentsTeam"], teams=[scene.team])
    assert (await mate.patch(scene.path, json={"criteria": 7})).status_code == 422
    assert (await mate.patch(scene.path, json=SCORE)).status_code == 200


async def test_given_ones_own_work_nobody_assesses_it_unless_the_setting_says_so(
    as_actor: Any, session: WriteSession
) -> None:
    boss = (await make_profile(session)).id
    row = await make_assessment(
        session,
        await make_work(session, boss),
        await make_scorecard(session, small_content()),
        answers=[ai_answer(10, 4)],
    )
    await session.commit()
    client = await as_actor(profile=boss)
    path = f"/quality/assessment/{row.id}"
    assert (await client.get(path)).json()["canEdit"] is False
    for request in (
        client.patch(path, json=SCORE),
        client.post(f"{path}/refresh"),
        client.post(f"{path}/reopen", json={"reason": "Again."}),
        client.get(f"{path}/runs"),
    ):
        answer = await request
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "self_assessment")
    await set_settings(session, qualityAllowSelfAssessment=True)
    await session.commit()
    assert (await client.get(path)).json()["canEdit"] is True
    assert (await client.patch(path, json=SCORE)).status_code == 200


async def test_given_a_change_the_audit_log_names_it_without_texts(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene()
    client = await as_actor()
    await client.patch(scene.path, json=SCORE)
    rows = (
        await session.execute(
            text("select user_id, field, old_value, new_value from audit_entries where object_type = 'assessment'")
        )
    ).all()
    assert (client.actor_id, "criteria.1.10.score", 4, 2) in rows
    assert (client.actor_id, "criteria.1.10.reason", None, None) in rows


async def test_given_two_patches_at_once_both_take_effect_one_after_the_other(
    committed: Database, config: Config
) -> None:
    async with committed.write() as session:
        work = await make_work(session, await make_agent(session))
        card = await make_scorecard(session, small_content())
        row = await make_assessment(session, work, card, answers=[ai_answer(10, 4), ai_answer(11, 4)])
        person = await make_profile(session)
        issued = await start_session(session, issuer=config.base_url, user_id=person.id)
        number = row.id
    app = create_app(config, committed, {})
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers) as client:

        def patch(criterion: int, score: int) -> Any:
            body = {"criteria": [{"categoryId": 1, "criterionId": criterion, "score": score}]}
            return client.patch(f"/quality/assessment/{number}", json=body)

        answers = await asyncio.gather(*(patch(10 + index % 2, index % 5) for index in range(12)))
        assert {answer.status_code for answer in answers} == {200}
    async with committed.read() as session:
        stored = await session.get(Assessment, number)
        assert stored is not None
        edits = (await session.execute(select(AssessmentEdit).order_by(AssessmentEdit.id))).scalars().all()
        for name in ("criteria.1.10.score", "criteria.1.11.score"):
            chain = [(edit.old_value, edit.new_value) for edit in edits if edit.field == name]
            assert [new for _, new in chain[:-1]] == [old for old, _ in chain[1:]]
        last = {edit.field: edit.new_value for edit in edits}
        assert stored.scored_points == last["criteria.1.10.score"] + last["criteria.1.11.score"]
        assert sum(edit.field == "state" for edit in edits) == 1
