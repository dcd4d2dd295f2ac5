"""Sets, their items, and every refusal (quality.md 18)."""

import httpx
from sqlalchemy import select

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.customers.service import anonymise_customer
from assaydesk.domains.quality.assessments.types import CriterionState, Origin, State
from assaydesk.domains.quality.golden.models import GoldenItem
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from assaydesk.platform.security.permissions import Permission
from tests.api.golden.conftest import PATH, RunJobs, Scene
from tests.conftest import ClientMaker
from tests.factories.assessments import ScriptedJudge, ai_answer, make_assessment, small_content
from tests.factories.customers import make_customer
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings


async def test_a_set_is_kept_changed_and_deleted(scene: Scene) -> None:
    shown = (await scene.manager.get(scene.path)).json()
    assert (shown["name"], shown["enabled"], shown["minKappa"], shown["items"]) == ("Core e-mail set", True, None, [])
    assert shown["lastRun"] is None
    changed = (await scene.manager.patch(scene.path, json={"minKappa": 0.7, "name": "Core", "enabled": False})).json()
    assert (changed["name"], changed["minKappa"], changed["enabled"], changed["version"]) == ("Core", 0.7, False, 2)
    assert (await scene.manager.patch(scene.path, json={"minKappa": None})).json()["minKappa"] is None
    assert (await scene.manager.patch(scene.path, json={"minKappa": 1.5})).status_code == 422
    stale = await scene.manager.patch(scene.path, json={"name": "x"}, headers={"If-Unmodified-Since-Version": "1"})
    assert stale.json()["error"]["code"] == "stale_object"
    listed = (await scene.manager.get(PATH, params={"scorecardBaseId": scene.card.base_id})).json()
    assert [row["id"] for row in listed["goldenSets"]] == [scene.set_id]
    assert (await scene.manager.get(PATH, params={"scorecardBaseId": 999_999})).json()["total"] == 0
    unknown = await scene.manager.post(PATH, json={"name": "x", "scorecardBaseId": 999_999})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")
    assert (await scene.manager.delete(scene.path)).json() == {"success": True}
    for call in (scene.manager.get(scene.path), scene.manager.delete(scene.path)):
        gone = await call
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "golden_set_not_found")
    assert (await scene.manager.get(PATH)).json()["total"] == 0


async def test_items_are_frozen(scene: Scene, session: WriteSession, judge: ScriptedJudge, run_jobs: RunJobs) -> None:
    item = await scene.add(0, 4, None)
    assert item["textHash"].startswith("sha256:")
    assert item["labels"] == [
        {"criterionId": 10, "score": 4, "applicable": True}, {"criterionId": 11, "score": None, "applicable": False}
    ]  # fmt: skip
    assert not item["erased"]
    reply = await session.get_one(Conversation, scene.works[0].reply.id)
    reply.body_plain = "Something else."
    await session.commit()
    await scene.run()
    await run_jobs()
    assert judge.cases[0].assessed_messages[0].text == "Reply number 0. Kind regards"
    assert judge.cases[0].messages[0].at == scene.works[0].question.created_at
    again = await scene.manager.post(f"{scene.path}/item", json={
        "worklogId": scene.works[0].worklog.id, "labels": [{"criterionId": 10, "score": 1}]
    })  # fmt: skip
    assert (again.status_code, again.json()["error"]["code"]) == (409, "item_exists")
    assert again.json()["error"]["details"]["itemId"] == item["id"]
    assert (await scene.manager.delete(f"{scene.path}/item/{item['id']}")).json() == {"success": True}
    gone = await scene.manager.delete(f"{scene.path}/item/{item['id']}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "item_not_found")
    # What was taken out may come back, as it stands now.
    assert (await scene.add(0, 4))["textHash"] != item["textHash"]


async def test_labels_are_checked(scene: Scene) -> None:
    work = scene.works[0].worklog.id
    for labels, path, code in (
        ([{"criterionId": 99, "score": 1}], "labels.0.criterionId", "unknown"),
        ([{"criterionId": 10, "score": 5.5}], "labels.0.score", "out_of_range"),
        ([{"criterionId": 10}], "labels.0.score", "required"),
        ([{"criterionId": 10, "score": 1}, {"criterionId": 10, "score": 2}], "labels.1.criterionId", "duplicate"),
        ([{"criterionId": 10, "score": 1, "applicable": False}], "labels.0.applicable", "not_allowed"),
        ([], "labels", "too_short"),
    ):
        refused = await scene.manager.post(f"{scene.path}/item", json={"worklogId": work, "labels": labels})
        assert refused.status_code == 422
        fault = refused.json()["error"]["details"]["fields"][0]
        assert (fault["path"], fault["code"]) == (path, code)
    neither = await scene.manager.post(f"{scene.path}/item", json={"worklogId": work})
    assert neither.json()["error"]["details"]["fields"][0]["code"] == "required"
    unknown = await scene.manager.post(
        f"{scene.path}/item", json={"worklogId": 999_999, "labels": [{"criterionId": 10, "score": 1}]}
    )
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")


async def test_labels_from_an_assessment_are_what_people_verified(scene: Scene, session: WriteSession) -> None:
    verified = ai_answer(10, 3, state=CriterionState.HUMAN_VERIFIED, origin=Origin.HUMAN, ai_score=5)
    row = await make_assessment(
        session, scene.works[1], scene.card, state=State.REVIEWED, answers=[verified, ai_answer(11, 7)]
    )
    bare = await make_assessment(session, scene.works[2], scene.card, answers=[ai_answer(10, 5)])
    await session.commit()
    worklogs = [work.worklog.id for work in scene.works]
    body = {"worklogId": worklogs[1], "fromAssessmentId": row.id}
    item = (await scene.manager.post(f"{scene.path}/item", json=body)).json()
    assert item["labels"] == [{"criterionId": 10, "score": 3, "applicable": True}]
    for wrong, code in (
        ({"worklogId": worklogs[0], "fromAssessmentId": row.id}, "validation_failed"),
        ({"worklogId": worklogs[2], "fromAssessmentId": bare.id}, "validation_failed"),
        ({"worklogId": worklogs[2], "fromAssessmentId": 999_999}, "unknown_reference"),
    ):
        assert (await scene.manager.post(f"{scene.path}/item", json=wrong)).json()["error"]["code"] == code


async def test_an_erased_customer_leaves_the_frozen_texts(
    scene: Scene, session: WriteSession, judge: ScriptedJudge, run_jobs: RunJobs
) -> None:
    customer = await make_customer(session)
    scene.works[0].ticket.customer_id = customer.customer_id
    await session.commit()
    first, second = await scene.add(0, 5), await scene.add(1, 5)
    await anonymise_customer(session, SYSTEM, customer.customer_id)
    await session.commit()
    items = (await scene.manager.get(scene.path)).json()["items"]
    assert [(item["id"], item["erased"]) for item in items] == [(first["id"], True), (second["id"], False)]
    assert items[0]["textHash"] == first["textHash"]
    assert (await session.execute(select(GoldenItem.case).where(GoldenItem.id == first["id"]))).scalar_one() is None
    run = await scene.run()
    await run_jobs()
    assert len(judge.cases) == 1
    assert {line["labels"] for line in (await scene.shown(run))["criteria"]} == {1}
    await scene.manager.delete(f"{scene.path}/item/{second['id']}")
    empty = await scene.manager.post(f"{scene.path}/run")
    assert (empty.status_code, empty.json()["error"]["code"]) == (409, "golden_set_empty")


async def test_runs_that_are_refused(scene: Scene, session: WriteSession) -> None:
    other = await make_scorecard(session, small_content())
    await session.commit()
    await scene.add(0, 5)
    for body, status, code in (
        ({"scorecardId": 999_999}, 422, "unknown_reference"),
        ({"scorecardId": other.id}, 422, "scorecard_family_mismatch"),
        ({"promptVersion": "1871-1"}, 422, "validation_failed"),
    ):
        refused = await scene.manager.post(f"{scene.path}/run", json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    await set_settings(session, qualityJudge="model")
    await session.commit()
    unable = await scene.manager.post(f"{scene.path}/run")
    assert (unable.status_code, unable.json()["error"]["code"]) == (502, "llm_not_configured")
    await scene.manager.patch(f"/quality/scorecard/{scene.card.id}", json={"state": "retired"})
    inactive = await scene.manager.post(f"{scene.path}/run")
    assert (inactive.status_code, inactive.json()["error"]["code"]) == (409, "scorecard_not_active")
    for missing in ("run/999999", "item/999999"):
        method = "DELETE" if missing.startswith("item") else "GET"
        answer = await scene.manager.request(method, f"{scene.path}/{missing}")
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == missing.split("/")[0] + "_not_found"


async def test_every_operation_needs_the_right(scene: Scene, as_actor: ClientMaker) -> None:
    outsider = await as_actor(permissions=[Permission.QUALITY_VIEW_ASSESSMENT_ALL, Permission.QUALITY_RUN_BACKTEST])
    calls: list[tuple[str, str]] = [
        ("POST", PATH), ("GET", PATH), ("GET", scene.path), ("PATCH", scene.path), ("DELETE", scene.path),
        ("POST", f"{scene.path}/item"), ("DELETE", f"{scene.path}/item/1"), ("POST", f"{scene.path}/run"),
        ("GET", f"{scene.path}/run"), ("GET", f"{scene.path}/run/1"),
    ]  # fmt: skip
    for method, path in calls:
        answer: httpx.Response = await outsider.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied"), (method, path)
        assert answer.json()["error"]["details"]["permission"] == "qualityManageGoldenSets"
    blinkered = await as_actor(permissions=[Permission.QUALITY_MANAGE_GOLDEN_SETS])
    body = {"worklogId": scene.works[0].worklog.id, "labels": [{"criterionId": 10, "score": 1}]}
    hidden = await blinkered.post(f"{scene.path}/item", json=body)
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (422, "unknown_reference")
