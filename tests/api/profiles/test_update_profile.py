import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.profiles.errors import LastAdmin
from assaydesk.domains.profiles.service import (
    ADMIN_ROLE,
    AGENT_ROLE,
    READ_ONLY_ROLE,
    SUPERVISOR_ROLE,
    delete_profile,
)
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD, make_person
from tests.factories.profiles import make_profile, make_team
from tests.factories.tags import make_tag

LOGIN = "http://desk.test/api/auth/login"


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


@pytest.fixture
async def supervisor(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=SUPERVISOR_ROLE)


async def _shown(client: httpx.AsyncClient, profile_id: int) -> Any:
    return (await client.get(f"/profile/{profile_id}")).json()


async def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_documented_example_without_its_weak_password(
    as_actor: ClientMaker, session: WriteSession, shared_spec: Path
) -> None:
    from assaydesk.platform.security.permissions import Permission

    tag = await make_tag(session)
    person = await make_profile(session, role=AGENT_ROLE)
    await session.commit()
    client = await as_actor(permissions=[str(permission) for permission in Permission])
    body = json.loads((shared_spec / "examples" / "updateSpecificProfile.request.json").read_text())
    assert await _code(await client.patch(f"/profile/{person.id}", json=body)) == (422, "weak_password")
    del body["password"]
    for name in ("ticketBacklogRequiredTagIds", "tagsOnRoute", "tagsOnEdit"):
        body["settings"][name] = [tag.id]
    answer = await client.patch(f"/profile/{person.id}", json=body)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    shown = await _shown(client, person.id)
    assert (shown["nameAlias"], shown["externalId"], shown["email"]) == ("Johnny", "EMP-12345", body["email"])
    again = await client.patch(f"/profile/{person.id}", json=shown)
    assert again.status_code == 200
    assert (await _shown(client, person.id))["version"] == shown["version"], "a copy sent back changes nothing"


async def test_missing_keys_stay_and_null_clears(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session, phone="1", name_alias="Jo", settings={"tagsOnRoute": [], "supersetRole": "A"})
    await session.commit()
    await admin.patch(f"/profile/{person.id}", json={"phone": None, "settings": {"supersetRole": None}})
    shown = await _shown(admin, person.id)
    assert (shown["phone"], shown["nameAlias"], shown["settings"]["supersetRole"]) == (None, "Jo", None)
    assert shown["version"] == 2


async def test_skills_change_one_by_one(admin: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session)
    person = await make_profile(session, settings={"skills": {"channels": ["email"]}})
    await session.commit()
    await admin.patch(f"/profile/{person.id}", json={"settings": {"skills": {"tagIds": [tag.id], "intents": ["x"]}}})
    assert (await _shown(admin, person.id))["settings"]["skills"] == {
        "intents": [], "tagIds": [tag.id], "channels": ["email"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"status": "busy"}, ("busy", "break")),
        ({"workStatus": "support"}, ("busy", "support")),
        ({"workStatus": "longAbsence", "status": "available"}, ("busy", "longAbsence")),
        ({"status": "available"}, ("available", "ticketProcessing")),
    ],
)
async def test_status_and_work_status(
    admin: httpx.AsyncClient, session: WriteSession, settings: dict[str, str], expected: tuple[str, str]
) -> None:
    person = await make_profile(session)
    await session.commit()
    await admin.patch(f"/profile/{person.id}", json={"settings": settings})
    shown = (await _shown(admin, person.id))["settings"]
    assert (shown["status"], shown["workStatus"]) == expected


async def test_busy_again_leaves_support_alone(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session, work_status="support")
    await session.commit()
    await admin.patch(f"/profile/{person.id}", json={"settings": {"status": "busy"}})
    assert (await _shown(admin, person.id))["settings"]["workStatus"] == "support"


async def test_picture_stays_with_null_and_goes_with_an_empty_text(
    admin: httpx.AsyncClient, session: WriteSession
) -> None:
    person = await make_profile(session, image=b"\xff\xd8\xff\xe0rest")
    await session.commit()
    await admin.patch(f"/profile/{person.id}", json={"image": None, "phone": "1"})
    image = await admin.get((await _shown(admin, person.id))["imageUrl"].removeprefix("/api/mind"))
    assert image.headers["content-type"] == "image/jpeg"
    await admin.patch(f"/profile/{person.id}", json={"image": ""})
    assert (await _shown(admin, person.id))["imageUrl"] is None
    assert await _code(await admin.get(f"/profile/{person.id}/image")) == (404, "image_not_found")


async def test_role_acts_at_once(admin: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession) -> None:
    client = await as_actor(role=AGENT_ROLE)
    assert (await client.get("/roles")).status_code == 403
    await admin.patch(f"/profile/{client.actor_id}", json={"settings": {"roleId": READ_ONLY_ROLE}})  # type: ignore[attr-defined]
    assert (await client.get("/roles")).status_code == 200


async def test_role_of_a_team_counts_when_inherited(
    admin: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    team = await make_team(session, settings={"roleId": READ_ONLY_ROLE})
    await session.commit()
    client = await as_actor(permissions=[])
    settings = {"roleId": None, "inheritTeamSettings": True, "teamIds": [team.id]}
    answer = await admin.patch(f"/profile/{client.actor_id}", json={"settings": settings})  # type: ignore[attr-defined]
    assert answer.status_code == 200, answer.text
    assert (await client.get("/roles")).status_code == 200
    own = (await client.get("/profile")).json()
    assert own["settings"]["actualRoleId"] == READ_ONLY_ROLE
    assert own["settings"]["actualTeamIds"] == [team.id]


async def test_inactive_people_are_out_at_once_and_stay_out(admin: httpx.AsyncClient, as_actor: ClientMaker) -> None:
    client = await as_actor(role=AGENT_ROLE)
    key = (await client.post(f"/profile/{client.actor_id}/apiKey", json={"name": "k"})).json()["token"]  # type: ignore[attr-defined]
    path = f"/profile/{client.actor_id}"  # type: ignore[attr-defined]
    assert (await admin.patch(path, json={"state": "inactive"})).status_code == 200
    for headers in ({}, {"Authorization": f"Bearer {key}"}):
        answer = await client.get("/profile", headers=headers)
        assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (401, "revoked")
    await admin.patch(path, json={"state": "active"})
    assert (await client.get("/profile")).status_code == 401
    assert (await client.get("/profile", headers={"Authorization": f"Bearer {key}"})).status_code == 401


async def test_password_by_an_administrator_ends_the_sessions(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    person = await make_person(session, role=AGENT_ROLE)
    client = await as_actor(profile=person.id)
    new = "another-good-one-7"
    assert (await admin.patch(f"/profile/{person.id}", json={"password": new})).status_code == 200
    assert (await client.get("/profile")).status_code == 401
    assert (await anonymous.post(LOGIN, json={"email": person.email, "password": PASSWORD})).status_code == 401
    assert (await anonymous.post(LOGIN, json={"email": person.email, "password": new})).status_code == 200


@pytest.mark.parametrize(
    ("target", "body", "expected"),
    [
        ({"role": ADMIN_ROLE}, {"password": PASSWORD}, (403, "exceeds_own_rights")),
        ({"role": ADMIN_ROLE}, {"email": "x@desk.example"}, (403, "exceeds_own_rights")),
        ({"role": ADMIN_ROLE}, {"state": "inactive"}, (403, "exceeds_own_rights")),
        ({"role": ADMIN_ROLE}, {"settings": {"roleId": AGENT_ROLE}}, (403, "exceeds_own_rights")),
        ({"role": AGENT_ROLE}, {"settings": {"roleId": ADMIN_ROLE}}, (403, "exceeds_own_rights")),
        ({"role": ADMIN_ROLE}, {"firstName": "Renamed"}, None),
        ({"role": AGENT_ROLE}, {"settings": {"roleId": SUPERVISOR_ROLE}}, None),
        ({"role": AGENT_ROLE}, {"password": PASSWORD}, None),
        ({"role": AGENT_ROLE, "type": "enneo"}, {"firstName": "Renamed"}, (403, "permission_denied")),
        ({"role": AGENT_ROLE}, {"type": "enneo"}, (403, "permission_denied")),
        ({"role": AGENT_ROLE}, {"type": "serviceWorker"}, (422, "validation_failed")),
        ({"role": AGENT_ROLE}, {"email": None}, (422, "validation_failed")),
        ({"role": AGENT_ROLE}, {"settings": {"roleId": None}}, (422, "validation_failed")),
        ({"role": AGENT_ROLE, "type": "serviceWorker"}, {"password": PASSWORD}, (422, "validation_failed")),
        ({"type": "aiAgent"}, {"firstName": "Renamed"}, (409, "ai_agent_profile")),
        ({"role": AGENT_ROLE}, {"password": "password1234"}, (422, "weak_password")),
        ({"role": AGENT_ROLE}, {"password": "x" * 200}, (422, "weak_password")),
        ({"state": "deleted"}, {"firstName": "Renamed"}, (404, "profile_not_found")),
    ],
)
async def test_what_a_supervisor_may_do(
    supervisor: httpx.AsyncClient, session: WriteSession, target: dict[str, Any], body: Any, expected: Any
) -> None:
    person = await make_profile(session, **target)
    await session.commit()
    answer = await supervisor.patch(f"/profile/{person.id}", json=body)
    if expected is None:
        assert answer.status_code == 200, answer.text
    else:
        assert await _code(answer) == expected


@pytest.mark.parametrize("body", [{"settings": {"roleId": AGENT_ROLE}}, {"state": "inactive"}, {"password": PASSWORD}])
async def test_own_account_is_off_limits(admin: httpx.AsyncClient, body: Any) -> None:
    assert await _code(await admin.patch(f"/profile/{admin.actor_id}", json=body)) == (403, "own_account")  # type: ignore[attr-defined]


async def test_own_name_and_address_are_not(admin: httpx.AsyncClient) -> None:
    body = {"firstName": "New", "email": "new@desk.example", "state": "active", "settings": {"roleId": ADMIN_ROLE}}
    assert (await admin.patch(f"/profile/{admin.actor_id}", json=body)).status_code == 200  # type: ignore[attr-defined]


async def test_skills_alone_need_less(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_profile(session, role=ADMIN_ROLE)
    await session.commit()
    client = await as_actor(permissions=["updateUserProfileSkills"])
    path = f"/profile/{person.id}"
    assert (await client.patch(path, json={"settings": {"skills": {"channels": ["chat"]}}})).status_code == 200
    denied = await client.patch(path, json={"firstName": "X", "settings": {"skills": {"channels": ["email"]}}})
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "updateSpecificProfile")


async def test_missing_right(as_actor: ClientMaker, anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session)
    await session.commit()
    client = await as_actor(permissions=["createProfile"])
    denied = await client.patch(f"/profile/{person.id}", content=b"{")
    assert denied.json()["error"]["details"]["permission"] == ["updateSpecificProfile", "updateUserProfileSkills"]
    assert await _code(await client.patch("/profile/99999999", content=b"{")) == (404, "profile_not_found")
    assert (await anonymous.patch("/profile/99999999", content=b"{")).status_code == 401


async def test_last_admin_stays(as_actor: ClientMaker, session: WriteSession) -> None:
    from assaydesk.platform.security.permissions import Permission

    everything = await as_actor(permissions=[str(permission) for permission in Permission])
    first, second = await make_profile(session), await make_profile(session)
    await make_profile(session, type="serviceWorker", email=None)
    await session.commit()
    assert (await everything.patch(f"/profile/{first.id}", json={"state": "inactive"})).status_code == 200
    for body in ({"state": "inactive"}, {"settings": {"roleId": AGENT_ROLE}}):
        assert await _code(await everything.patch(f"/profile/{second.id}", json=body)) == (409, "last_admin")
    assert await _code(await everything.delete(f"/profile/{second.id}")) == (409, "last_admin")


async def test_two_admins_cannot_delete_each_other_at_once(committed: Database) -> None:
    async with committed.write() as session:
        ids = [(await make_profile(session)).id for _ in range(2)]

    async def remove(profile_id: int) -> bool:
        try:
            async with committed.write() as session:
                await delete_profile(session, SYSTEM, profile_id)
        except LastAdmin:
            return False
        return True

    assert sorted(await asyncio.gather(*(remove(one) for one in ids))) == [False, True]


@pytest.mark.parametrize(
    ("header", "status"), [("1", 409), ("2", 200), ("3", 200), ('"2"', 200), ("x", 422), ("2020-01-01T00:00:00Z", 409)]
)
async def test_stale_versions(admin: httpx.AsyncClient, session: WriteSession, header: str, status: int) -> None:
    person = await make_profile(session)
    await session.commit()
    path = f"/profile/{person.id}"
    await admin.patch(path, json={"phone": "1"})
    answer = await admin.patch(path, json={"phone": "2"}, headers={"If-Unmodified-Since-Version": header})
    assert answer.status_code == status, answer.text


async def test_changes_are_audited_without_secrets(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session, role=AGENT_ROLE, first_name="Old")
    await session.commit()
    body = {"firstName": "New", "password": PASSWORD, "rawData": {"a": 1}, "settings": {"roleId": SUPERVISOR_ROLE}}
    await admin.patch(f"/profile/{person.id}", json=body)
    query = select(audit_entries.c.field, audit_entries.c.old_value, audit_entries.c.new_value)
    rows = (await session.execute(query.where(audit_entries.c.object_type == "profile"))).all()
    assert sorted((row.field, row.old_value, row.new_value) for row in rows) == [
        ("firstName", "Old", "New"),
        ("password", None, None),
        ("rawData", None, None),
        ("settings.roleId", AGENT_ROLE, SUPERVISOR_ROLE),
    ]


async def test_own_profile_takes_only_what_belongs_to_it(as_actor: ClientMaker) -> None:
    client = await as_actor(role=AGENT_ROLE)
    body = {
        "firstName": "Ada", "lang": "de", "email": "other@desk.example", "state": "inactive", "password": PASSWORD,
        "settings": {"workStatus": "support", "roleId": ADMIN_ROLE, "ticketsFilters": {"tagIds": [4], "mine": 1}},
        "openTickets": [{"id": 5, "channel": "email", "blinking": True, "subject": "Meter", "x": 1}],
    }  # fmt: skip
    answer = await client.patch("/profile", json=body)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert set(answer.headers["X-Ignored-Fields"].split(", ")) == {
        "email", "state", "password", "settings.roleId", "openTickets.x"
    }  # fmt: skip
    own = (await client.get("/profile")).json()
    assert (own["profile"]["firstName"], own["profile"]["lang"]) == ("Ada", "de")
    assert own["settings"].items() >= {"workStatus": "support", "roleId": AGENT_ROLE}.items()
    assert own["settings"]["ticketsFilters"] == {
        "groups": [], "intents": [], "tagIds": [4], "personalQueue": False, "onlyIntents": False, "mine": 1
    }  # fmt: skip
    assert own["openTickets"] == [{"id": 5, "channel": "email", "blinking": True, "subject": "Meter"}]


@pytest.mark.parametrize("body", [{"firstName": ""}, {"openTickets": [{"id": 0}]}, {"settings": {"workStatus": "x"}}])
async def test_own_profile_bad_values(as_actor: ClientMaker, anonymous: httpx.AsyncClient, body: Any) -> None:
    client = await as_actor(permissions=[])
    assert await _code(await client.patch("/profile", json=body)) == (422, "validation_failed")
    assert (await anonymous.patch("/profile", json=body)).status_code == 401


async def test_status_history(as_actor: ClientMaker, session: WriteSession) -> None:
    team = await make_team(session)
    asleep = await make_team(session, state="inactive")
    await session.commit()
    person = await as_actor(permissions=[], teams=[team.id, asleep.id])
    for status in ("break", "support", "ticketProcessing"):
        await person.patch("/profile", json={"settings": {"workStatus": status}})
    path = f"/profile/{person.actor_id}/statusHistory"  # type: ignore[attr-defined]
    shown = (await person.get(path)).json()
    assert [one["workStatus"] for one in shown["items"]] == ["break", "support", "ticketProcessing"]
    assert [one["to"] is None for one in shown["items"]] == [False, False, True]
    assert (await person.get(f"{path}?to=2020-01-01")).json()["items"] == []
    assert (await person.get(f"{path}?from=2020-01-01&limit=1&offset=1")).json()["items"][0]["workStatus"] == "support"
    assert (await person.get(f"{path}?from=yesterday")).status_code == 422
    for permissions, teams, status in (
        (["worklogViewAll"], [], 200),
        (["worklogViewTeamMate"], [team.id], 200),
        (["worklogViewTeamMate"], [asleep.id], 403),
        (["worklogViewTeamMate"], [], 403),
        (["worklogViewOwn"], [team.id], 403),
    ):
        viewer = await as_actor(permissions=permissions, teams=teams)
        assert (await viewer.get(path)).status_code == status
