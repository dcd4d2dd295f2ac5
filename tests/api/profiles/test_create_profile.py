import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.errors import EmailTaken
from assaydesk.domains.profiles.events import ProfileCreated
from assaydesk.domains.profiles.service import (
    ADMIN_ROLE,
    AGENT_ROLE,
    SUPERVISOR_ROLE,
    create_ai_agent_profile,
    create_profile,
    ensure_first_admin,
    find_profile,
)
from assaydesk.domains.profiles.types import NewProfile
from assaydesk.platform import events
from assaydesk.platform.db.engine import Database, JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from assaydesk.platform.security.passwords import password_matches
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD
from tests.factories.profiles import make_profile, make_team
from tests.factories.tags import make_tag

BODY = {"firstName": "Jane", "lastName": "Doe", "email": "jane@desk.example"}


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


async def test_smallest_body_makes_an_agent(admin: httpx.AsyncClient) -> None:
    answer = await admin.post("/profile", json=BODY)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"success": True, "id": answer.json()["id"]}
    shown = (await admin.get(f"/profile/{answer.json()['id']}")).json()
    assert shown["settings"]["roleId"] == shown["settings"]["actualRoleId"] == AGENT_ROLE
    assert (shown["type"], shown["state"], shown["lang"], shown["version"]) == ("user", "active", "en", 1)
    assert len(shown["settings"]["nameReports"].split()) >= 2
    assert shown["settings"].items() >= {"status": "available", "workStatus": "ticketProcessing"}.items()


async def test_documented_example_with_a_good_password(
    as_actor: ClientMaker, session: WriteSession, shared_spec: Path
) -> None:
    tag = await make_tag(session)
    await session.commit()
    everything = await as_actor(permissions=[*_all_rights()])
    body = json.loads((shared_spec / "examples" / "createProfile.request.json").read_text())
    weak = await everything.post("/profile", json=body)
    assert (weak.status_code, weak.json()["error"]["code"]) == (422, "weak_password")
    assert weak.json()["error"]["details"]["reasons"] == ["too_short"]
    body["password"] = 482915037264
    for name in ("ticketBacklogRequiredTagIds", "tagsOnRoute", "tagsOnEdit"):
        body["settings"][name] = [tag.id]
    answer = await everything.post("/profile", json=body)
    assert answer.status_code == 200, answer.text
    shown = (await everything.get(f"/profile/{answer.json()['id']}")).json()
    assert shown["type"] == "enneo"
    assert shown["settings"]["nameReports"] == "Tapfere Feige"
    assert shown["settings"]["ticketsFilters"] == body["settings"]["ticketsFilters"]
    assert shown["settings"]["callRoutingStatus"] == "idle"
    assert shown["settings"]["tagsOnEdit"] == [tag.id]
    image = await everything.get(f"/profile/{answer.json()['id']}/image")
    assert (image.headers["content-type"], image.content[:4]) == ("image/png", b"\x89PNG")


def _all_rights() -> list[str]:
    from assaydesk.platform.security.permissions import Permission

    return [str(permission) for permission in Permission]


async def test_password_opens_the_account(admin: httpx.AsyncClient) -> None:
    await admin.post("/profile", json=BODY | {"password": PASSWORD})
    answer = await admin.post("http://desk.test/api/auth/login", json={"email": BODY["email"], "password": PASSWORD})
    assert answer.status_code == 200


async def test_teams_and_skills(admin: httpx.AsyncClient, session: WriteSession) -> None:
    tag, team = await make_tag(session), await make_team(session)
    await session.commit()
    settings = {"teamIds": [team.id, team.id], "skills": {"tagIds": [tag.id], "channels": ["chat"]}, "status": "busy"}
    answer = await admin.post("/profile", json=BODY | {"settings": settings})
    shown = (await admin.get(f"/profile/{answer.json()['id']}")).json()["settings"]
    assert (shown["teamIds"], shown["skills"]["tagIds"], shown["skills"]["channels"]) == ([team.id], [tag.id], ["chat"])
    assert shown["workStatus"] == "break"


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"firstName": None}, "firstName", "wrong_type"),
        ({"firstName": "  "}, "firstName", "too_short"),
        ({"email": "no address"}, "email", "bad_format"),
        ({"email": "a" * 250 + "@x.example"}, "email", "too_long"),
        ({"type": "serviceWorker"}, "type", "not_allowed"),
        ({"type": "aiAgent"}, "type", "not_allowed"),
        ({"state": "deleted"}, "state", "not_allowed"),
        ({"timezone": "Mars/Olympus"}, "timezone", "bad_format"),
        ({"image": "not base64!"}, "image", "bad_format"),
        ({"image": "R0lGODlhAQABAAAAACw="}, "image", "bad_format"),
        ({"settings": {"roleId": None}}, "settings.roleId", "required"),
        ({"settings": {"roleId": []}}, "settings.roleId", "wrong_type"),
        ({"settings": {"skills": {"channels": ["fax"]}}}, "settings.skills.channels.0", "not_allowed"),
        ({"settings": {"status": "asleep"}}, "settings.status", "not_allowed"),
        ({"settings": {"teamIds": None}}, "settings.teamIds", "wrong_type"),
        ({"rawData": {"x": "y" * 70_000}}, "rawData", "bad_format"),
        ({"isSsoOnly": 2}, "isSsoOnly", "wrong_type"),
    ],
)
async def test_bad_values_are_422(admin: httpx.AsyncClient, change: dict[str, Any], path: str, code: str) -> None:
    answer = await admin.post("/profile", json=BODY | change)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), answer.text
    assert [(one["path"], one["code"]) for one in answer.json()["error"]["details"]["fields"]] == [(path, code)]


async def test_required_fields_are_all_named(admin: httpx.AsyncClient) -> None:
    fields = (await admin.post("/profile", json={})).json()["error"]["details"]["fields"]
    assert {(one["path"], one["code"]) for one in fields} == {
        ("firstName", "required"), ("lastName", "required"), ("email", "required")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"roleId": 99999}, "settings.roleId"),
        ({"teamIds": [99999]}, "settings.teamIds"),
        ({"skills": {"tagIds": [99999]}}, "settings.skills.tagIds"),
        ({"tagsOnRoute": [99999]}, "settings.tagsOnRoute"),
    ],
)
async def test_unknown_references_are_422(admin: httpx.AsyncClient, settings: dict[str, Any], field: str) -> None:
    answer = await admin.post("/profile", json=BODY | {"settings": settings})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")
    assert answer.json()["error"]["details"].items() >= {"field": field, "value": 99999}.items()


@pytest.mark.parametrize(
    ("taken", "sent", "code"),
    [
        ({"email": "JANE@desk.example"}, {}, "email_taken"),
        ({"external_id": "E1"}, {"externalId": "E1"}, "external_id_taken"),
        ({"name_reports": "Quiet Owl"}, {"settings": {"nameReports": "quiet owl"}}, "name_reports_taken"),
    ],
)
async def test_taken_names_are_409(
    admin: httpx.AsyncClient, session: WriteSession, taken: dict[str, Any], sent: dict[str, Any], code: str
) -> None:
    await make_profile(session, **taken)
    await session.commit()
    answer = await admin.post("/profile", json=BODY | sent)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)


async def test_address_of_a_deleted_person_is_free(admin: httpx.AsyncClient, session: WriteSession) -> None:
    await make_profile(session, email="jane@desk.example", state="deleted")
    await session.commit()
    assert (await admin.post("/profile", json=BODY)).status_code == 200


async def test_nobody_hands_out_rights_they_lack(as_actor: ClientMaker, session: WriteSession) -> None:
    team = await make_team(session, settings={"roleId": ADMIN_ROLE})
    await session.commit()
    client = await as_actor(permissions=["createProfile", *_rights_of_agent()])
    assert (await client.post("/profile", json=BODY)).status_code == 200
    for number, settings in enumerate(
        ({"roleId": SUPERVISOR_ROLE}, {"roleId": None, "inheritTeamSettings": True, "teamIds": [team.id]})
    ):
        answer = await client.post("/profile", json=BODY | {"email": f"j{number}@desk.example", "settings": settings})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "exceeds_own_rights")
        assert "updateSpecificProfile" in answer.json()["error"]["details"]["permissions"]
    operator = await client.post("/profile", json=BODY | {"email": "x@desk.example", "type": "enneo"})
    assert operator.json()["error"]["details"]["permission"] == "enneoAdmin"


def _rights_of_agent() -> list[str]:
    from assaydesk.platform.security.shipped_roles import AGENT

    return [str(permission) for permission in AGENT]


async def test_refusals_come_before_the_body(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    denied = await (await as_actor(permissions=["updateSpecificProfile"])).post("/profile", content=b"{")
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "createProfile")
    assert (await anonymous.post("/profile", content=b"{")).status_code == 401


async def test_unread_keys_are_named(admin: httpx.AsyncClient) -> None:
    body = BODY | {"id": 1, "lastSeen": "2022-08-12 12:21:21", "settings": {"actualRoleId": 1, "departmentId": 4}}
    answer = await admin.post("/profile", json=body)
    assert set(answer.headers["X-Ignored-Fields"].split(", ")) == {
        "id", "lastSeen", "settings.actualRoleId", "settings.departmentId"
    }  # fmt: skip


async def test_idempotency_key_makes_one(admin: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    first = await admin.post("/profile", json=BODY | {"password": PASSWORD}, headers=headers)
    again = await admin.post("/profile", json=BODY | {"password": PASSWORD}, headers=headers)
    assert first.json() == again.json()


async def test_event_is_published(admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []

    async def hear(_: WriteSession, event: ProfileCreated) -> None:
        heard.append(event)

    monkeypatch.setitem(events._handlers, ProfileCreated, [hear])
    made = (await admin.post("/profile", json=BODY)).json()["id"]
    assert heard == [ProfileCreated(made, admin.actor_id)]  # type: ignore[attr-defined]


async def test_ai_agents_have_no_way_in(session: WriteSession) -> None:
    robot = await create_ai_agent_profile(session, name="Meter reader", external_id="agent-7")
    assert (robot.type, robot.email, robot.role_id, robot.password_hash) == ("aiAgent", None, None, None)
    assert robot.name_reports


async def test_first_admin_is_made_once(committed: Database) -> None:
    made = await ensure_first_admin(committed)
    assert made is not None
    assert made.email == "admin@assaydesk.local"
    assert await ensure_first_admin(committed) is None
    async with committed.read() as session:
        admin = await find_profile(session, 1)
        stored = admin.password_hash
        assert admin.role_id == ADMIN_ROLE
    assert await password_matches(stored, made.password)


async def test_many_pseudonyms_differ(session: WriteSession, database: JoinedDatabase) -> None:
    made = [
        await create_profile(session, SYSTEM, NewProfile("A", "B", f"p{number}@desk.example", role_id=AGENT_ROLE))
        for number in range(60)
    ]
    assert len({person.name_reports for person in made}) == 60
    with pytest.raises(EmailTaken):
        await create_profile(session, SYSTEM, NewProfile("A", "B", "P1@desk.example", role_id=AGENT_ROLE))
