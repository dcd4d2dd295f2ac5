from typing import Any

import httpx
import pytest

from assaydesk.domains.audit.schemas import AuditList
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from assaydesk.platform.security.permissions import Permission
from tests.conftest import ClientMaker
from tests.factories.assessments import ai_answer, make_assessment, make_work, small_content
from tests.factories.scorecards import make_scorecard


@pytest.fixture
async def reader(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[Permission.READ_AUDIT_LOG])


async def _entries(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/audit", params=params)
    assert answer.status_code == 200, answer.text
    AuditList.model_validate(answer.json())
    found: list[dict[str, Any]] = answer.json()["entries"]
    return found


async def test_a_change_is_found_with_who_what_when_and_where(as_actor: ClientMaker, reader: httpx.AsyncClient) -> None:
    admin = await as_actor(role=ADMIN_ROLE)
    team = (await admin.post("/team", json={"name": "Nachtschicht"})).json()["id"]
    await admin.patch(f"/team/{team}", json={"name": "Spätschicht"})
    changed, made = await _entries(reader, objectType="team", objectId=team)
    assert (made["action"], changed["action"]) == ("team:create", "team:change")
    assert (changed["field"], changed["oldValue"], changed["newValue"]) == ("name", "Nachtschicht", "Spätschicht")
    assert changed["userId"] == admin.actor_id
    assert changed["ip"] == "127.0.0.1"
    assert len(changed["txId"]) == 10
    assert changed["at"].endswith("Z")


async def test_filters_and_pages(reader: httpx.AsyncClient, session: WriteSession) -> None:
    await write_audit(
        session, SYSTEM, "lamp:switch", "lamp", [Change(number, "on", False, True) for number in range(5)]
    )
    await write_audit(session, SYSTEM, "lamp:break", "lamp", [Change(4)])
    await session.commit()
    assert len(await _entries(reader, objectType="lamp")) == 6
    assert [one["objectId"] for one in await _entries(reader, action="lamp:s", limit=2, offset=1)] == [3, 2]
    newest = await _entries(reader, objectType="lamp", limit=2)
    older = await _entries(reader, objectType="lamp", beforeId=newest[-1]["id"])
    assert [one["objectId"] for one in newest + older] == [4, 4, 3, 2, 1, 0]
    assert await _entries(reader, objectType="lamp", to="2020-01-01") == []
    assert len(await _entries(reader, objectType="lamp", **{"from": "2020-01-01"})) == 6
    assert await _entries(reader, objectType="lamp", userId=1) == []
    assert await _entries(reader, action="lamp%") == []
    total = (await reader.get("/audit", params={"objectType": "lamp", "beforeId": newest[-1]["id"]})).json()["total"]
    assert total == 6


async def test_a_sign_in_is_noted(
    anonymous: httpx.AsyncClient, reader: httpx.AsyncClient, as_actor: ClientMaker
) -> None:
    admin = await as_actor(role=ADMIN_ROLE)
    person = {
        "email": "nora.feld@werk.example",
        "firstName": "Nora",
        "lastName": "Feld",
        "password": "Lang genug 2026!",
    }
    user_id = (await admin.post("/profile", json=person | {"roleId": 2})).json()["id"]
    url = httpx.URL(anonymous.base_url).copy_with(path="/api/auth/login")
    answer = await anonymous.post(url, json={"email": person["email"], "password": person["password"]})
    assert answer.status_code == 200, answer.text
    (entry,) = await _entries(reader, action="session:", userId=user_id)
    assert (entry["objectType"], entry["objectId"], entry["userName"]) == ("profile", user_id, "Nora Feld")
    assert person["password"] not in (await reader.get("/audit")).text


async def test_entries_about_an_assessment_wait_for_its_release_and_for_the_end_of_a_blind_review(
    as_actor: ClientMaker, session: WriteSession
) -> None:
    log = Permission.READ_AUDIT_LOG
    own = await as_actor(permissions=[log, Permission.QUALITY_VIEW_ASSESSMENT_OWN])
    agent = own.actor_id  # type: ignore[attr-defined]
    card = await make_scorecard(session, small_content())
    known = [ai_answer(10, 4), ai_answer(11, None)]
    raw, blind, told = [
        await make_assessment(session, await make_work(session, agent), card, answers=known, **values)
        for values in (
            {"state": State.AI_READY}, {"state": State.AI_READY, "blind_review": True},
            {"state": State.DISCUSSED},
        )
    ]  # fmt: skip
    changes = [Change(row.id, "score.10", 4, 3.75) for row in (raw, blind, told)]
    await write_audit(session, SYSTEM, "assessment:score:judge", "assessment", changes)
    await session.commit()

    async def seen(client: httpx.AsyncClient) -> set[int]:
        return {one["objectId"] for one in await _entries(client, objectType="assessment", action="assessment:score")}

    assert await seen(await as_actor(permissions=[log])) == set()
    everything = [log, Permission.QUALITY_VIEW_ASSESSMENT_ALL, Permission.QUALITY_DO_ASSESSMENTS_ALL]
    assert await seen(await as_actor(permissions=everything)) == {raw.id, told.id}
    assert await seen(own) == {told.id}


async def test_refusals(as_actor: ClientMaker, anonymous: httpx.AsyncClient, reader: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/audit")).status_code == 401
    agent = await as_actor(role=AGENT_ROLE)
    assert (await agent.get("/audit")).status_code == 403
    for params in ({"from": "gestern"}, {"objectId": "x"}, {"limit": 0}):
        assert (await reader.get("/audit", params=params)).json()["error"]["code"] == "validation_failed", params
