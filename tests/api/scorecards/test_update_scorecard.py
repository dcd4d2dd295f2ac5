import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from assaydesk.domains.quality.scorecards.schemas import ScorecardUpdated
from assaydesk.domains.quality.scorecards.service import get_revision, load_content
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.scorecards import category, content, criterion, criterion_body, make_scorecard, scorecard_body

PATH = "/quality/scorecard"
MANAGE, DELETE = "qualityManageScorecards", "qualityDeleteScorecard"
OTHER = {"categories": [{"categoryId": 1, "label": "Closing", "criteria": [criterion_body(11)]}]}


@dataclass
class Desk:
    """A manager's client and the rows of one family."""

    client: httpx.AsyncClient

    async def create(self, **changes: Any) -> int:
        answer = await self.client.post(PATH, json=scorecard_body(**changes))
        assert answer.status_code == 200, answer.text
        return int(answer.json()["id"])

    async def patch(self, scorecard_id: int, **body: Any) -> dict[str, Any]:
        answer = await self.client.patch(f"{PATH}/{scorecard_id}", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def refused(self, scorecard_id: int, **body: Any) -> tuple[int, str]:
        answer = await self.client.patch(f"{PATH}/{scorecard_id}", json=body)
        return answer.status_code, answer.json()["error"]["code"]

    async def states(self, base_id: int) -> list[tuple[int, str]]:
        every = "draft,active,retired,deleted"
        rows = (await self.client.get(PATH, params={"state": every, "baseId": base_id, "format": "summary"})).json()
        return [(row["revision"], row["state"]) for row in reversed(rows)]

    async def get(self, scorecard_id: int) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(f"{PATH}/{scorecard_id}")).json()
        return found


@pytest.fixture
async def desk(as_actor: ClientMaker) -> Desk:
    return Desk(await as_actor(permissions=[MANAGE, DELETE]))


async def test_documented_example(as_actor: ClientMaker, session: WriteSession, shared_spec: Path) -> None:
    examples = shared_spec / "examples"
    body = json.loads((examples / "updateQualityScorecard.request.json").read_text())
    expected = json.loads((examples / "updateQualityScorecard.response.json").read_text())
    await make_scorecard(session, scorecard_id=17, state="retired")
    await make_scorecard(session, scorecard_id=42, base_id=17, revision=2)
    await session.commit()
    client = await as_actor(permissions=[MANAGE])
    answer = await client.patch(f"{PATH}/42", json=body)
    assert answer.status_code == 200
    found = answer.json()
    assert found == ScorecardUpdated.model_validate(found).model_dump(mode="json", by_alias=True)
    assert found["message"] is None
    assert found["scorecard"].keys() >= expected["scorecard"].keys()
    assert {k: type(v) for k, v in expected["scorecard"].items()}.items() <= {
        key: type(value) for key, value in found["scorecard"].items()
    }.items()
    assert (found["scorecard"]["id"], found["scorecard"]["revision"]) == (42, 2)
    assert found["scorecard"]["assignment"]["ticketTags"] == []
    assert found["scorecard"]["assignment"]["teams"] == [12]


async def test_rule_1_older_revision_is_redirected(desk: Desk) -> None:
    first = await desk.create()
    second = (await desk.patch(first, name="Second"))["scorecard"]["id"]
    answer = await desk.patch(first, name="Third", createNewRevision=False)
    assert answer["message"] == f"Updated revision 2 (id {second}) instead of revision 1 (id {first})."
    assert (answer["scorecard"]["id"], answer["scorecard"]["name"]) == (second, "Third")
    answer = await desk.patch(first, name="Fourth")
    third = answer["scorecard"]["id"]
    assert answer["message"] == f"Updated revision 3 (id {third}) instead of revision 1 (id {first})."
    assert await desk.states(first) == [(1, "retired"), (2, "retired"), (3, "active")]


async def test_rule_1_keeps_the_parts_of_the_newest_that_the_body_does_not_name(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, **OTHER)
    found = (await desk.patch(first, name="Renamed"))["scorecard"]
    assert [row["label"] for row in found["categories"]] == ["Closing"]


async def test_rule_2_change_of_an_active_one_makes_a_revision(desk: Desk) -> None:
    first = await desk.create()
    answer = await desk.patch(first, **OTHER)
    assert answer["message"] is None
    found = answer["scorecard"]
    assert (found["baseId"], found["revision"], found["state"]) == (first, 2, "active")
    assert await desk.states(first) == [(1, "retired"), (2, "active")]
    assert found["activatedAt"] == (await desk.get(first))["activatedAt"]


async def test_rule_2_as_draft_leaves_the_active_one(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="draft", **OTHER)
    assert await desk.states(first) == [(1, "active"), (2, "draft")]


async def test_rule_2_as_retired_retires_both(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="retired", **OTHER)
    assert await desk.states(first) == [(1, "retired"), (2, "retired")]


async def test_rule_3_overwriting_keeps_ids_and_the_pinned_content(desk: Desk, session: WriteSession) -> None:
    first = await desk.create()
    pinned = await get_revision(session, first)
    assert pinned is not None
    found = (await desk.patch(first, createNewRevision=False, **OTHER))["scorecard"]
    assert (found["id"], found["revision"], found["state"], found["version"]) == (first, 1, "active", 2)
    assert found["contentHash"] != pinned.content_hash
    assert (await load_content(session, [pinned.content_id]))[pinned.content_id] == pinned.content
    assert await desk.states(first) == [(1, "active")]


async def test_rule_4_draft_is_overwritten_and_may_be_published_at_once(desk: Desk) -> None:
    first = await desk.create(state="draft", categories=[])
    found = (await desk.patch(first, createNewRevision=True, state="active", **OTHER))["scorecard"]
    assert (found["id"], found["state"]) == (first, "active")
    assert found["activatedAt"] is not None


async def test_rule_4_publishing_the_draft_beside_an_active_one_retires_that(desk: Desk) -> None:
    first = await desk.create()
    draft = (await desk.patch(first, state="draft", **OTHER))["scorecard"]["id"]
    await desk.patch(draft, name="Public", state="active")
    assert await desk.states(first) == [(1, "retired"), (2, "active")]


async def test_rule_5_retired_newest_gets_a_draft_as_successor(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="retired")
    answer = await desk.patch(first, **OTHER)
    second = answer["scorecard"]["id"]
    assert answer["message"] == f"Created revision 2 (id {second}) from revision 1."
    assert await desk.states(first) == [(1, "retired"), (2, "draft")]


@pytest.mark.parametrize(
    ("before", "after"), [("draft", "active"), ("draft", "retired"), ("active", "retired"), ("active", "draft")]
)
async def test_rule_6_state_alone(desk: Desk, before: str, after: str) -> None:
    first = await desk.create(state=before)
    answer = await desk.patch(first, state=after)
    assert (answer["scorecard"]["id"], answer["scorecard"]["state"], answer["message"]) == (first, after, None)


async def test_rule_6_newest_retired_one_becomes_active_again(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="retired")
    assert (await desk.patch(first, state="active"))["scorecard"]["id"] == first


async def test_rule_7_roll_back(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, **OTHER)
    before = await desk.get(first)
    answer = await desk.patch(first, state="active", name=before["name"], categories=before["categories"])
    third = answer["scorecard"]
    assert answer["message"] == f"Created revision 3 (id {third['id']}) from revision 1."
    assert third["categories"] == before["categories"]
    assert third["contentHash"] == before["contentHash"]
    assert await desk.states(first) == [(1, "retired"), (2, "retired"), (3, "active")]


async def test_rule_8_deletes_the_family(desk: Desk) -> None:
    first = await desk.create()
    second = (await desk.patch(first, **OTHER))["scorecard"]["id"]
    assert (await desk.patch(first, state="deleted"))["scorecard"]["state"] == "deleted"
    assert await desk.states(first) == [(1, "deleted"), (2, "deleted")]
    assert await desk.refused(second, name="X") == (409, "scorecard_deleted")


async def test_rule_8_not_together_with_content(desk: Desk) -> None:
    first = await desk.create()
    answer = await desk.client.patch(f"{PATH}/{first}", json={"state": "deleted", "name": "X"})
    assert answer.status_code == 422
    [field] = answer.json()["error"]["details"]["fields"]
    assert (field["path"], field["code"]) == ("name", "not_allowed")
    assert await desk.states(first) == [(1, "active")]


async def test_rule_8_needs_the_right_to_delete(as_actor: ClientMaker, desk: Desk) -> None:
    first = await desk.create()
    manager = await as_actor(permissions=[MANAGE])
    answer = await manager.patch(f"{PATH}/{first}", json={"state": "deleted", "name": 5})
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["permission"] == DELETE


@pytest.mark.parametrize("state", ["draft", "retired"])
async def test_rule_9_restores_the_family(desk: Desk, state: str) -> None:
    first = await desk.create()
    await desk.patch(first, **OTHER)
    await desk.patch(first, state="deleted")
    assert (await desk.patch(first, state=state))["scorecard"]["state"] == state
    assert await desk.states(first) == [(1, state), (2, "retired")]


async def test_rule_10_deleted_rows_refuse_everything_else(as_actor: ClientMaker, desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="deleted")
    assert await desk.refused(first, state="active") == (409, "scorecard_deleted")
    assert await desk.refused(first, state="draft", name="X") == (409, "scorecard_deleted")
    assert await desk.refused(first) == (409, "scorecard_deleted")
    manager = Desk(await as_actor(permissions=[MANAGE]))
    assert await manager.refused(first, state="draft") == (409, "scorecard_deleted")
    stranger = Desk(await as_actor(permissions=[DELETE]))
    assert await stranger.refused(first, state="draft") == (404, "scorecard_not_found")


async def test_nothing_changes_when_the_body_says_what_is_there(desk: Desk, session: WriteSession) -> None:
    first = await desk.create(assignment={"teams": [1, 2]})
    before = await desk.get(first)
    del before["revisions"], before["latestBacktest"]
    body = {**before, "assignment": {**before["assignment"], "teams": [2, 1]}}
    answer = await desk.client.patch(f"{PATH}/{first}", json=body)
    assert answer.json() == {"scorecard": before, "message": None, "goldenGate": None}
    assert "canEdit" in answer.headers["X-Ignored-Fields"]
    assert (await desk.patch(first))["scorecard"] == before
    assert (await desk.patch(first, state="active"))["scorecard"] == before


async def test_live_coach_keeps_its_missing_keys_and_the_assignment_does_not(desk: Desk) -> None:
    first = await desk.create(liveCoach={"enabled": True, "threshold": 65.5}, assignment={"channels": ["chat"]})
    found = (await desk.patch(first, liveCoach={"enabled": False}, assignment={"samplePercent": 50}))["scorecard"]
    assert found["liveCoach"] == {"enabled": False, "threshold": 65.5}
    assert (found["assignment"]["channels"], found["assignment"]["samplePercent"]) == ([], 50)


async def test_a_number_once_used_is_never_given_again(desk: Desk) -> None:
    first = await desk.create(state="draft")
    await desk.patch(first, categories=[{"categoryId": 8, "label": "Wide", "criteria": [criterion_body(500)]}])
    await desk.patch(first, categories=[])
    found = (await desk.patch(first, categories=[{"label": "A", "criteria": [criterion_body(None)]}]))["scorecard"]
    assert (found["categories"][0]["categoryId"], found["categories"][0]["criteria"][0]["id"]) == (9, 501)


async def test_an_active_one_cannot_be_emptied(desk: Desk) -> None:
    first = await desk.create()
    for body in ({"categories": []}, {"categories": [], "createNewRevision": False}):
        assert await desk.refused(first, **body) == (422, "validation_failed")
    draft = await desk.create(state="draft", categories=[])
    assert await desk.refused(draft, state="active") == (422, "validation_failed")
    assert await desk.states(draft) == [(1, "draft")]


async def test_invalid_transition(desk: Desk) -> None:
    first = await desk.create()
    await desk.patch(first, state="retired")
    answer = await desk.client.patch(f"{PATH}/{first}", json={"state": "draft"})
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "invalid_transition"
    assert (error["details"]["from"], error["details"]["to"]) == ("retired", "draft")


async def test_change_is_audited_with_old_and_new_values(desk: Desk, session: WriteSession) -> None:
    first = await desk.create()
    await desk.patch(first, name="Renamed", createNewRevision=False)
    query = text("select field, old_value, new_value from audit_entries where action = 'scorecard:content:change'")
    assert (await session.execute(query)).all() == [("name", "E-mail quality", "Renamed")]


@pytest.mark.parametrize("field", ["version", "modifiedAt"])
async def test_stale_object(desk: Desk, field: str, session: WriteSession) -> None:
    row = await make_scorecard(session)
    await session.commit()
    read = str((await desk.get(row.id))[field])
    url, headers = f"{PATH}/{row.id}", {"If-Unmodified-Since-Version": read}
    body = {"name": "Mine", "createNewRevision": False}
    assert (await desk.client.patch(url, json=body, headers=headers)).status_code == 200
    answer = await desk.client.patch(url, json={"name": "Yours", "createNewRevision": False}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "stale_object")
    assert answer.json()["error"]["details"]["version"] == 2
    assert (await desk.get(row.id))["name"] == "Mine"
    headers = {"If-Unmodified-Since-Version": "yesterday"}
    assert (await desk.client.patch(url, json=body, headers=headers)).status_code == 422


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"state": "open"}, "state"),
        ({"name": None}, "name"),
        ({"categories": [{"label": "A", "criteria": [criterion_body(order=-1)]}]}, "categories.0.criteria.0.order"),
        ({"createNewRevision": "maybe"}, "createNewRevision"),
        ([], "body"),
    ],
)  # fmt: skip
async def test_bad_body(desk: Desk, body: Any, path: str) -> None:
    first = await desk.create()
    answer = await desk.client.patch(f"{PATH}/{first}", json=body)
    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["error"]["details"]["fields"]] == [path]


async def test_refusals_before_the_body(as_actor: ClientMaker, anonymous: httpx.AsyncClient, desk: Desk) -> None:
    first = await desk.create()
    assert (await anonymous.patch(f"{PATH}/{first}", content=b"{")).status_code == 401
    reader = await as_actor(permissions=["qualityViewAssessmentAll"])
    answer = await reader.patch(f"{PATH}/{first}", content=b"{")
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["permission"] == MANAGE
    assert (await reader.patch(f"{PATH}/999999", json={})).status_code == 404
    assert (await reader.patch(f"{PATH}/x", json={})).status_code == 422


async def test_row_of_another_client_keeps_its_point_values(desk: Desk, session: WriteSession) -> None:
    row = await make_scorecard(session, content([category(1, [criterion(10, "0.25"), criterion(11, "999.99")])]))
    await session.commit()
    points = [entry["maxPoints"] for entry in (await desk.get(row.id))["categories"][0]["criteria"]]
    assert points == [0.25, 999.99]
