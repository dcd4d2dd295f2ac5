"""Sessions from beginning to result, and every refusal (quality.md 15)."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from assaydesk.domains.quality.calibration import service
from assaydesk.domains.quality.calibration.models import CalibrationItem
from assaydesk.domains.quality.calibration.schemas import CalibrationCreate, SheetWrite
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM, Actor, ActorKind
from assaydesk.platform.security.permissions import Permission
from tests.api.calibration.conftest import PATH, RunJobs, Scene, answers, submit
from tests.conftest import ClientMaker
from tests.factories.assessments import REPLY, ScriptedJudge, make_agent, make_work, small_content
from tests.factories.profiles import make_profile
from tests.factories.scorecards import make_scorecard


async def test_a_session_from_beginning_to_result(scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs) -> None:
    judge.scores = {10: 4, 11: None}
    begun = await scene.begin(referenceUserId=scene.reviewers[0], dueBy="2030-06-30T22:00:00Z")
    number, (first, second) = begun["id"], scene.worklogs
    assert begun["state"] == "open"
    assert begun["blind"]
    assert begun["includeAi"]
    assert begun["dueBy"] == "2030-06-30T22:00:00Z"
    assert {sheet["state"] for item in begun["items"] for sheet in item["sheets"]} == {"notStarted"}
    assert await run_jobs() == ["quality.calibration.judge"]
    for client, ten in ((scene.anna, 5), (scene.ben, 3), (scene.cleo, 4)):
        await submit(client, number, first, ten)
    await submit(scene.anna, number, second, 0, 2)
    await submit(scene.ben, number, second, None, 2)
    closed = (await scene.manager.post(f"{PATH}/{number}/close")).json()
    assert closed["state"] == "closed"
    assert closed["closedAt"]
    result = (await scene.cleo.get(f"{PATH}/{number}/result")).json()
    ten = next(line for line in result["criteria"] if line["criterionId"] == 10)
    # Pairs of the first work: 5-3, 5-4, 3-4; of the second: 0 and "not applicable", which are no two scores.
    assert (ten["n"], ten["exactAgreement"], ten["meanAbsoluteDifference"]) == (4, 0.0, 0.267)
    assert ten["krippendorffAlpha"] == 0.0
    assert ten["note"] == "fewPairs"
    eleven = next(line for line in result["criteria"] if line["criterionId"] == 11)
    assert (eleven["n"], eleven["exactAgreement"], eleven["krippendorffAlpha"]) == (4, 1.0, 1.0)
    people = next(line for line in result["criteria"] if line["criterionId"] == 22)
    assert people["note"] == "oneCategory"
    assert people["krippendorffAlpha"] is None
    assert result["overall"]["pairs"] == 12
    assert result["overall"]["exactAgreement"] == pytest.approx(8 / 12, abs=1e-3)
    anna, ben, cleo = result["reviewers"]
    assert anna == {
        "userId": scene.reviewers[0], "meanDifference": None, "ci95": None, "exactWithReference": None, "n": 0
    }  # fmt: skip
    # Ben gives 3 where the reference gives 5 (of 5), and the same otherwise: -0.4 over five shared scores.
    assert (ben["n"], ben["meanDifference"]) == (5, -0.08)
    assert ben["exactWithReference"] == pytest.approx(4 / 6, abs=1e-3)
    assert (cleo["n"], cleo["meanDifference"]) == (3, -0.067)
    assert result["ai"]["userId"] is None
    assert result["ai"]["n"] == 2
    assert result["ai"]["meanDifference"] == pytest.approx((-0.2 + 0.8) / 2, abs=1e-3)
    item = result["items"][0]
    assert item["percentages"] == {
        str(scene.reviewers[0]): 100, str(scene.reviewers[1]): 88.9, str(scene.reviewers[2]): 94.4, "ai": 80
    }  # fmt: skip
    assert item["range"] == pytest.approx(11.1)
    cell = next(cell for cell in result["heatMap"] if (cell["userId"], cell["criterionId"]) == (scene.reviewers[1], 10))
    assert (cell["meanDifference"], cell["n"]) == (-0.4, 1)
    seen = (await scene.ben.get(f"{PATH}/{number}")).json()["items"][0]
    assert seen["sheets"][0]["criteria"][0]["score"] == 5
    assert seen["ai"]["criteria"][0]["score"] == 4


async def test_blindness_holds_in_every_answer_until_the_end(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs
) -> None:
    judge.scores = {10: "4.25", 11: "7.25"}
    number = (await scene.begin())["id"]
    await run_jobs()
    mine, theirs = [{"categoryId": 1, "criterionId": 10, "score": 1.75}], "A remark of Anna's."
    path = f"{PATH}/{number}/item/{scene.worklogs[0]}"
    assert (await scene.anna.put(path, json={"criteria": mine, "comment": theirs})).status_code == 200
    await submit(scene.anna, number, scene.worklogs[1], 1.75)
    for client in (scene.ben, scene.manager):
        for address in (f"{PATH}/{number}", PATH, path, f"{PATH}/{number}/result"):
            answer = await client.get(address)
            for hidden in ("4.25", "7.25", "1.75", "Judged 10", "Anna's", "Reason 10"):
                assert hidden not in answer.text, (address, hidden)
    states = [sheet["state"] for item in (await scene.ben.get(f"{PATH}/{number}")).json()["items"]
              for sheet in item["sheets"]]  # fmt: skip
    assert states == ["draft", "notStarted", "notStarted", "submitted", "notStarted", "notStarted"]
    own = (await scene.anna.get(f"{PATH}/{number}")).json()["items"][0]["sheets"]
    assert own[0]["criteria"][0]["score"] == 1.75
    assert own[1]["criteria"] is None
    await submit(scene.ben, number, scene.worklogs[1], 3)
    await scene.manager.post(f"{PATH}/{number}/close")
    shown = (await scene.ben.get(f"{PATH}/{number}")).text
    assert "4.25" in shown
    assert "1.75" in shown


async def test_without_blindness_others_are_seen_at_once(scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs) -> None:
    number = (await scene.begin(blind=False))["id"]
    await run_jobs()
    await submit(scene.anna, number, scene.worklogs[0], 2)
    seen = (await scene.ben.get(f"{PATH}/{number}")).json()["items"][0]
    assert seen["sheets"][0]["criteria"][0]["score"] == 2
    assert seen["ai"]["state"] == "done"
    assert seen["ai"]["criteria"][0]["score"] == 5


async def test_reviewers_read_exactly_this_work_and_not_whose_it_is(scene: Scene) -> None:
    number = (await scene.begin(includeAi=False))["id"]
    work = scene.works[0]
    item = (await scene.anna.get(f"{PATH}/{number}/item/{work.worklog.id}")).json()
    assert [(one["role"], one["assessed"]) for one in item["conversations"]] == [("customer", False), ("agent", True)]
    assert item["conversations"][1]["bodyPlain"] == REPLY
    assert [one["id"] for part in item["categories"] for one in part["criteria"]] == [10, 11, 22]
    assert item["sheet"]["state"] == "notStarted"
    assert f'"{scene.agent}"' not in json.dumps(item)
    assert "userId" not in {key for key in item if key != "sheet"}
    assert (await scene.anna.get(f"/ticket/{work.ticket.id}")).status_code in (403, 404)
    assert (await scene.anna.get(f"/worklog/{work.worklog.id}")).status_code in (403, 404)
    # A manager may look, but has no sheet; what is not part of the session is not there.
    assert (await scene.manager.get(f"{PATH}/{number}/item/{work.worklog.id}")).json()["sheet"] is None
    gone = await scene.anna.get(f"{PATH}/{number}/item/{work.worklog.id + 1000}")
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "item_not_found")


async def test_a_manager_sees_no_work_that_he_may_not_see(scene: Scene, as_actor: ClientMaker) -> None:
    number = (await scene.begin(includeAi=False))["id"]
    blinkered = await as_actor(permissions=[Permission.QUALITY_MANAGE_CALIBRATION])
    refused = await blinkered.post(PATH, json=scene.body())
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_reference")
    assert refused.json()["error"]["details"]["field"] == "worklogIds"
    assert (await blinkered.get(f"{PATH}/{number}")).status_code == 200
    hidden = await blinkered.get(f"{PATH}/{number}/item/{scene.worklogs[0]}")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "item_not_found")


async def test_sheets(scene: Scene, session: WriteSession) -> None:
    number = (await scene.begin(includeAi=False))["id"]
    path = f"{PATH}/{number}/item/{scene.worklogs[0]}"
    draft = (await scene.anna.put(path, json={"criteria": answers(4)[:1], "comment": "Short."})).json()
    assert draft["state"] == "draft"
    assert draft["criteria"][0]["reason"] == "Reason 10"
    early = await scene.anna.put(path, json={"submit": True})
    assert early.status_code == 422
    assert [fault["code"] for fault in early.json()["error"]["details"]["fields"]] == ["required", "required"]
    kept = (await scene.anna.get(path)).json()["sheet"]
    assert (kept["state"], kept["comment"], len(kept["criteria"])) == ("draft", "Short.", 1)
    for body, code in (
        ({"criteria": [{"categoryId": 1, "criterionId": 99, "score": 1}]}, "unknown"),
        ({"criteria": [{"categoryId": 2, "criterionId": 10, "score": 1}]}, "unknown"),
        ({"criteria": [{"categoryId": 1, "criterionId": 10, "score": 6}]}, "out_of_range"),
        ({"criteria": [{"categoryId": 1, "criterionId": 10, "score": 1, "applicable": False}]}, "not_allowed"),
        ({"criteria": answers(4)[:1] * 2}, "duplicate"),
    ):
        refused = await scene.anna.put(path, json=body)
        assert refused.json()["error"]["details"]["fields"][0]["code"] == code
    final = (await scene.anna.put(path, json={"criteria": answers(None), "submit": True})).json()
    assert final["state"] == "submitted"
    assert final["submittedAt"]
    assert final["comment"] == "Short."
    again = await scene.anna.put(path, json={"comment": "One more word."})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_submitted")
    stranger = await scene.manager.put(path, json={"criteria": answers(1)})
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (403, "permission_denied")
    missing = await scene.anna.put(f"{PATH}/{number}/item/{scene.worklogs[0] + 1000}", json={})
    assert missing.json()["error"]["code"] == "item_not_found"
    stale = await scene.ben.put(path, json={"comment": "A"})
    assert stale.status_code == 200
    refused = await scene.ben.put(path, json={"comment": "B"}, headers={"If-Unmodified-Since-Version": "1"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "stale_object")


async def test_bodies_that_are_refused(scene: Scene, session: WriteSession, as_actor: ClientMaker) -> None:
    machine = await as_actor(permissions=[], type="aiAgent")
    anna, ben, _ = scene.reviewers
    cases: tuple[tuple[dict[str, Any], str, str], ...] = (
        ({"reviewers": [anna]}, "too_short", "reviewers"),
        ({"reviewers": [anna, anna]}, "duplicate", "reviewers.1"),
        ({"worklogIds": []}, "too_short", "worklogIds"),
        ({"worklogIds": [scene.worklogs[0]] * 2}, "duplicate", "worklogIds.1"),
        ({"reviewers": [anna, scene.agent]}, "not_allowed", "reviewers.1"),
        ({"referenceUserId": 999_999}, "not_allowed", "referenceUserId"),
        ({"dueBy": "soon"}, "bad_format", "dueBy"),
        ({"name": " "}, "too_short", "name"),
    )
    for changes, code, path in cases:
        refused = await scene.manager.post(PATH, json=scene.body(**changes))
        assert refused.status_code == 422, changes
        fault = refused.json()["error"]["details"]["fields"][0]
        assert (fault["code"], fault["path"]) == (code, path)
    for changes, field in (
        ({"scorecardId": 999_999}, "scorecardId"),
        ({"worklogIds": [999_999]}, "worklogIds"),
        ({"reviewers": [anna, ben, 999_999]}, "reviewers"),
        ({"reviewers": [anna, ben, machine.actor_id]}, "reviewers"),  # type: ignore[attr-defined]
    ):
        refused = await scene.manager.post(PATH, json=scene.body(**changes))
        assert refused.json()["error"]["code"] == "unknown_reference", changes
        assert refused.json()["error"]["details"]["field"] == field


async def test_changing_a_session(scene: Scene, session: WriteSession, as_actor: ClientMaker) -> None:
    begun = await scene.begin(includeAi=False, reviewers=scene.reviewers[:2], worklogIds=scene.worklogs[:1])
    path = f"{PATH}/{begun['id']}"
    assert (await scene.cleo.get(path)).status_code == 404
    body = {"name": "July", "dueBy": "2030-07-31", "reviewers": scene.reviewers, "worklogIds": scene.worklogs}
    changed = (await scene.manager.patch(path, json=body)).json()
    assert (changed["name"], changed["reviewers"]) == ("July", scene.reviewers)
    assert [item["worklogId"] for item in changed["items"]] == scene.worklogs
    assert (await scene.cleo.get(path)).status_code == 200
    own = await make_work(session, scene.reviewers[0])
    await session.commit()
    for sent, place in (
        ({"reviewers": [scene.agent]}, "reviewers.0"),
        ({"worklogIds": [own.worklog.id]}, "worklogIds.0"),
    ):
        fault = (await scene.manager.patch(path, json=sent)).json()["error"]["details"]["fields"][0]
        assert (fault["path"], fault["code"]) == (place, "not_allowed")
    assert (await scene.manager.patch(path, json={"state": "closed"})).status_code == 422
    stale = await scene.manager.patch(path, json={"name": "x"}, headers={"If-Unmodified-Since-Version": "1"})
    assert stale.json()["error"]["code"] == "stale_object"
    assert (await scene.manager.patch(path, json={"dueBy": None})).json()["dueBy"] is None
    assert (await scene.manager.patch(path, json={"state": "cancelled"})).json()["state"] == "cancelled"
    for call in (
        scene.manager.patch(path, json={"name": "August"}),
        scene.manager.post(f"{path}/close"),
        scene.manager.get(f"{path}/result"),
        scene.anna.put(f"{path}/item/{scene.worklogs[0]}", json={"comment": "Late."}),
    ):
        refused = await call
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "invalid_state")
    assert (await scene.anna.get(f"{path}/item/{scene.worklogs[0]}")).status_code == 404


async def test_closing_needs_two_final_sheets(scene: Scene) -> None:
    number = (await scene.begin(includeAi=False))["id"]
    await submit(scene.anna, number, scene.worklogs[0], 5)
    await scene.ben.put(f"{PATH}/{number}/item/{scene.worklogs[0]}", json={"criteria": answers(3)})
    early = await scene.manager.post(f"{PATH}/{number}/close")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "too_few_submissions")
    assert early.json()["error"]["details"]["submitted"] == 1
    assert (await scene.manager.get(f"{PATH}/{number}/result")).json()["error"]["code"] == "invalid_state"
    await submit(scene.cleo, number, scene.worklogs[0], 5)
    assert (await scene.manager.post(f"{PATH}/{number}/close")).status_code == 200
    result = (await scene.manager.get(f"{PATH}/{number}/result")).json()
    # Ben's draft does not count, and without the AI there is no line of it.
    assert result["overall"]["pairs"] == 3
    assert result["ai"] is None
    assert [line["n"] for line in result["reviewers"]] == [3, 0, 3]
    assert (await scene.manager.post(f"{PATH}/{number}/close")).json()["error"]["code"] == "invalid_state"


async def test_a_failing_ai_never_holds_a_session_up(
    scene: Scene, judge: ScriptedJudge, run_jobs: RunJobs, session: WriteSession
) -> None:
    judge.failures = [JudgeFailed("ai_service_failed", "No answer."), JudgeFailed("ai_service_failed", "No answer.")]
    number = (await scene.begin())["id"]
    await run_jobs()
    seen = (await scene.anna.get(f"{PATH}/{number}")).json()["items"][0]["ai"]
    assert seen == {"state": "failed", "criteria": None, "errorCode": "ai_service_failed"}
    for client in (scene.anna, scene.ben):
        await submit(client, number, scene.worklogs[0], 4)
    assert (await scene.manager.post(f"{PATH}/{number}/close")).status_code == 200
    before = (await scene.manager.get(f"{PATH}/{number}/result")).json()
    assert before["ai"] is None
    # Closing asks it once more; what it says then is added, and what people said stays as it was.
    assert await run_jobs() == ["quality.calibration.judge"]
    after = (await scene.manager.get(f"{PATH}/{number}/result")).json()
    assert after["ai"]["n"] == 2
    assert after["criteria"] == before["criteria"]
    assert after["items"][0]["percentages"]["ai"] == 100
    items = (await session.execute(CalibrationItem.__table__.select())).all()
    assert {row.ai_state for row in items} == {"done"}


async def test_people_are_told_and_lists_show_what_is_theirs(scene: Scene, as_actor: ClientMaker) -> None:
    first = (await scene.begin(includeAi=False, reviewers=scene.reviewers[:2]))["id"]
    second = (await scene.begin(includeAi=False))["id"]
    await submit(scene.anna, second, scene.worklogs[0], 4)
    notes = (await scene.cleo.get("/notification")).json()["notifications"]
    assert [note["url"] for note in notes] == [f"/quality/calibration/{second}"]
    assert "June, e-mail" in notes[0]["text"]
    listed = (await scene.manager.get(PATH)).json()
    assert [row["id"] for row in listed["calibrations"]] == [second, first]
    assert listed["total"] == 2
    assert (listed["calibrations"][0]["items"], listed["calibrations"][0]["submitted"]) == (2, 1)
    mine = (await scene.cleo.get(PATH, params={"limit": 10})).json()
    assert [row["id"] for row in mine["calibrations"]] == [second]
    assert mine["limit"] == 10
    assert (await scene.manager.get(PATH, params={"state": "closed,cancelled"})).json()["total"] == 0
    assert (await scene.manager.get(PATH, params={"state": "done"})).status_code == 422
    outsider = await as_actor(permissions=[Permission.QUALITY_VIEW_ASSESSMENT_ALL])
    assert (await outsider.get(PATH)).json()["total"] == 0
    calls: list[tuple[httpx.AsyncClient, str, str, int, str]] = [
        (outsider, "GET", f"/{first}", 404, "calibration_not_found"),
        (outsider, "GET", f"/{first}/result", 404, "calibration_not_found"),
        (outsider, "GET", f"/{first}/item/{scene.worklogs[0]}", 404, "calibration_not_found"),
        (outsider, "PUT", f"/{first}/item/{scene.worklogs[0]}", 404, "calibration_not_found"),
        (outsider, "PATCH", f"/{first}", 404, "calibration_not_found"),
        (outsider, "POST", f"/{first}/close", 404, "calibration_not_found"),
        (scene.anna, "PATCH", f"/{first}", 403, "permission_denied"),
        (scene.anna, "POST", f"/{first}/close", 403, "permission_denied"),
        (scene.anna, "POST", "", 403, "permission_denied"),
        (scene.manager, "GET", "/999999", 404, "calibration_not_found"),
    ]
    for client, method, path, status, code in calls:
        answer = await client.request(method, PATH + path, json={} if method not in ("GET",) else None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), (method, path)


async def test_two_reviewers_who_write_at_once_lose_nothing(committed: Database) -> None:
    """Both write before either is committed; the result has both."""
    async with committed.write() as session:
        agent = await make_agent(session)
        people = [(await make_profile(session, role=2)).id for _ in range(2)]
        work = await make_work(session, agent)
        card = await make_scorecard(session, small_content())
        body = CalibrationCreate(
            name="Race", scorecard_id=card.id, worklog_ids=[work.worklog.id], reviewers=people, include_ai=False
        )
        number = (await service.create_session(session, SYSTEM, body)).id
        worklog = work.worklog.id
    written = asyncio.Barrier(2)

    async def write(user: int, ten: float) -> None:
        actor = Actor(user, ActorKind.PERSON)
        async with committed.write() as session:
            row = await service.lock_session(session, actor, number, shared=True)
            sheet = SheetWrite.model_validate({"criteria": answers(ten), "submit": True})
            await service.write_sheet(session, actor, row, worklog, sheet)
            await written.wait()

    await asyncio.gather(write(people[0], 1), write(people[1], 2))
    async with committed.write() as session:
        await service.close_session(session, SYSTEM, await service.lock_session(session, SYSTEM, number))
    async with committed.read() as reading:
        row = await service.find_session(reading, SYSTEM, number)
        shown = await service.show_session(reading, SYSTEM, row)
        result = await service.read_result(reading, row)
    assert [sheet["criteria"][0]["score"] for sheet in shown["items"][0]["sheets"]] == [1, 2]
    assert result["overall"]["pairs"] == 3


async def test_an_assessment_is_not_touched(scene: Scene, session: WriteSession, judge: ScriptedJudge) -> None:
    await scene.begin(includeAi=True)
    assert judge.cases == []
    listed = (await scene.manager.get("/quality/assessment")).json()
    assert listed["total"] == 0
