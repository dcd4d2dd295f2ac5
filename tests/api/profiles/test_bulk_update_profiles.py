import json
from pathlib import Path

import httpx
import pytest

from assaydesk.domains.profiles.schemas import ProfilesUpdated
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE, SUPERVISOR_ROLE
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD
from tests.factories.profiles import make_profile


@pytest.fixture
async def supervisor(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=SUPERVISOR_ROLE)


async def test_documented_example(supervisor: httpx.AsyncClient, session: WriteSession, shared_spec: Path) -> None:
    person = await make_profile(session)
    await session.commit()
    body = json.loads((shared_spec / "examples" / "bulkUpdateSpecificProfiles.request.json").read_text())
    body["profiles"][0]["id"] = person.id
    answer = await supervisor.patch("/profiles", json=body)
    ProfilesUpdated.model_validate(answer.json())
    assert answer.json() == {"success": True, "results": [{"id": person.id, "success": True}]}
    assert (await supervisor.get(f"/profile/{person.id}")).json()["nameAlias"] == "Johnny"


async def test_each_entry_stands_or_falls_alone(supervisor: httpx.AsyncClient, session: WriteSession) -> None:
    good, other = await make_profile(session, role=AGENT_ROLE), await make_profile(session, role=AGENT_ROLE)
    boss = await make_profile(session, role=ADMIN_ROLE)
    await make_profile(session, email="taken@desk.example")
    await session.commit()
    entries = [
        {"id": good.id, "phone": "1"},
        {"id": str(other.id), "email": "taken@desk.example", "phone": "2"},
        {"id": boss.id, "password": PASSWORD},
        {"id": 99999999, "phone": "3"},
        {"id": other.id, "firstName": None},
        {"id": "x"},
        {"phone": "4"},
        {"id": other.id, "lastName": "Late", "colour": "red"},
    ]
    answer = await supervisor.patch("/profiles", json={"profiles": entries})
    assert answer.status_code == 200
    body = answer.json()
    ProfilesUpdated.model_validate(body)
    assert body["success"] is False
    assert [(one["id"], one.get("error", {}).get("code")) for one in body["results"]] == [
        (good.id, None),
        (other.id, "email_taken"),
        (boss.id, "exceeds_own_rights"),
        (99999999, "profile_not_found"),
        (other.id, "validation_failed"),
        ("x", "validation_failed"),
        (None, "validation_failed"),
        (other.id, None),
    ]
    assert body["results"][4]["error"]["details"]["fields"][0]["path"] == "firstName"
    assert answer.headers["X-Ignored-Fields"] == "profiles.colour"
    shown = (await supervisor.get(f"/profile/{other.id}")).json()
    assert (shown["phone"], shown["lastName"]) == (None, "Late")


async def test_passwords_are_few(supervisor: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session, role=AGENT_ROLE)
    await session.commit()
    entries = [{"id": person.id, "password": PASSWORD}] * 21
    answer = await supervisor.patch("/profiles", json={"profiles": entries})
    assert answer.json()["error"]["details"]["fields"][0]["code"] == "too_long"
    one = await supervisor.patch("/profiles", json={"profiles": entries[:1]})
    assert one.json()["success"] is True


async def test_refusals(as_actor: ClientMaker, anonymous: httpx.AsyncClient, supervisor: httpx.AsyncClient) -> None:
    denied = await (await as_actor(permissions=["createProfile"])).patch("/profiles", content=b"{")
    assert denied.status_code == 403
    denied = await (await as_actor(permissions=["createProfile"])).patch("/profiles", json={"profiles": []})
    assert denied.status_code == 403
    assert (await anonymous.patch("/profiles", content=b"{")).status_code == 401
    for body in ({}, {"profiles": 1}, {"profiles": [1]}, {"profiles": [{}] * 1001}):
        assert (await supervisor.patch("/profiles", json=body)).status_code == 422
