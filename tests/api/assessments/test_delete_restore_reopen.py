"""Deleting, restoring and reopening (quality.md 8.5 and 8.6)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import PATH, SceneMaker
from tests.factories.assessments import make_assessment

REASON = {"reason": "The customer complained."}


@pytest.mark.parametrize("state", [state for state in State if state is not State.DELETED])
async def test_given_any_state_it_comes_back_after_a_delete(
    as_actor: Any, make_scene: SceneMaker, state: State
) -> None:
    scene = await make_scene(state=state)
    client = await as_actor()
    for _ in range(2):
        assert (await client.delete(scene.path)).json() == {"success": True}
    assert (await client.get(PATH)).json()["total"] == 0
    gone = (await client.get(scene.path)).json()
    assert (gone["state"], gone["deletedAt"] is None, gone["canEdit"]) == ("deleted", False, False)
    back = await client.post(f"{scene.path}/restore")
    assert back.status_code == 200, back.text
    expected = "unprocessed" if state is State.AI_IN_PROGRESS else state
    assert (back.json()["state"], "data" in back.json()) == (expected, True)
    fields = [edit["field"] for edit in (await client.get(scene.path)).json()["editingHistory"]]
    assert fields == ["state", "state"]
    again = await client.post(f"{scene.path}/restore")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "assessment_not_deleted")


async def test_given_a_live_one_meanwhile_the_restore_is_refused(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    scene = await make_scene(state=State.DELETED, state_before="aiReady")
    other = await make_assessment(session, scene.work, scene.card)
    await session.commit()
    answer = await (await as_actor()).post(f"{scene.path}/restore")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "assessment_exists")
    assert answer.json()["error"]["details"]["assessmentId"] == other.id


async def test_refusals_of_delete_and_restore(as_actor: Any, anonymous: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    for request in (anonymous.delete(scene.path), anonymous.post(f"{scene.path}/restore")):
        assert (await request).status_code == 401
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    deleter = await as_actor(permissions=["qualityDeleteAssessment"])
    both = await as_actor(permissions=["qualityDeleteAssessment", "qualityViewAssessmentAll"])
    for send in (lambda client: client.delete(scene.path), lambda client: client.post(f"{scene.path}/restore")):
        assert (await send(viewer)).status_code == 403
        assert (await send(deleter)).status_code == 404
    assert (await both.delete(f"{PATH}/0")).status_code == 422
    assert (await both.delete(f"{PATH}/999999")).status_code == 404
    assert (await both.delete(scene.path)).status_code == 200


@pytest.mark.parametrize("state", [State.REVIEWED, State.DISCUSSED])
async def test_given_a_finished_review_its_reviewer_opens_it_again(
    as_actor: Any, make_scene: SceneMaker, state: State
) -> None:
    reviewer = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    when = datetime(2024, 6, 12, 12, tzinfo=UTC)
    scene = await make_scene(
        state=state,
        assessed_by_user=reviewer.actor_id,
        assessment_date=when,
        acknowledged_at=when,
        acknowledgement_comment="Thanks.",
    )
    mate = await as_actor(permissions=["qualityDoAssessmentsTeam"], teams=[scene.team])
    refused = await mate.post(f"{scene.path}/reopen", json=REASON)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    assert (await reviewer.post(f"{scene.path}/reopen", json=REASON)).status_code == 404
    everybody = await as_actor(permissions=["qualityDoAssessmentsAll"])
    answer = await everybody.post(f"{scene.path}/reopen", json=REASON)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert (body["state"], body["acknowledgedAt"], body["acknowledgementComment"]) == ("reviewOngoing", None, None)
    assert body["data"]["assessmentDate"] == "2024-06-12T12:00:00Z"
    history = {edit["field"]: edit for edit in (await everybody.get(scene.path)).json()["editingHistory"]}
    assert history["reopenReason"]["newValue"] == REASON["reason"]
    assert (history["state"]["oldValue"], history["state"]["newValue"]) == (state, "reviewOngoing")
    assert history["acknowledgedAt"]["oldValue"] == "2024-06-12T12:00:00Z"


@pytest.mark.parametrize(
    "state", [State.UNPROCESSED, State.AI_IN_PROGRESS, State.AI_READY, State.REVIEW_ONGOING, State.ERROR, State.DELETED]
)
async def test_given_another_state_reopening_is_refused(as_actor: Any, make_scene: SceneMaker, state: State) -> None:
    scene = await make_scene(state=state)
    answer = await (await as_actor()).post(f"{scene.path}/reopen", json=REASON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "invalid_transition")


@pytest.mark.parametrize("body", [{}, {"reason": "ab"}, {"reason": "  a  "}, {"reason": "x" * 2001}, {"reason": None}])
async def test_given_no_good_reason_reopening_is_422(
    as_actor: Any, anonymous: Any, make_scene: SceneMaker, body: Any
) -> None:
    scene = await make_scene(state=State.REVIEWED)
    answer = await (await as_actor()).post(f"{scene.path}/reopen", json=body)
    assert (answer.status_code, answer.json()["error"]["details"]["fields"][0]["path"]) == (422, "reason")
    assert (await anonymous.post(f"{scene.path}/reopen", json=body)).status_code == 401
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert (await viewer.post(f"{scene.path}/reopen", json=body)).status_code == 403
