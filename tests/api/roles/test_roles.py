import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.profiles.models import Profile, Role
from assaydesk.domains.profiles.role_schemas import PermissionList, RoleList, RoleRead
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE, READ_ONLY_ROLE, SUPERVISOR_ROLE, ensure_roles
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.permission_texts import GROUP_DESCRIPTIONS, GROUPS, PERMISSIONS
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.shipped_roles import ADMIN, AGENT
from tests.conftest import ClientMaker
from tests.factories.profiles import make_profile, make_role, make_team


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _held(client: httpx.AsyncClient, role_id: int) -> set[str]:
    groups = (await client.get(f"/roles/{role_id}")).json()["permissions"]
    return {one["name"] for group in groups for one in group["permissions"] if one["value"]}


def test_every_permission_stands_in_one_group_with_words() -> None:
    assert sorted(info.name for info in PERMISSIONS) == sorted(Permission)
    assert {info.group for info in PERMISSIONS} == GROUPS.keys() == GROUP_DESCRIPTIONS.keys()


async def test_list(admin: httpx.AsyncClient, session: WriteSession) -> None:
    custom = await make_role(session, name="Night shift", base_role_id=AGENT_ROLE)
    await make_profile(session, role=custom.id)
    await make_profile(session, role=custom.id, state="deleted")
    await session.commit()
    shown = (await admin.get("/roles")).json()
    RoleList.model_validate(shown)
    assert [one["id"] for one in shown["roles"]] == [1, 2, 3, 4, 5, custom.id]
    assert shown["roles"][-1] == {
        "id": custom.id, "name": "Night shift", "description": "", "baseRoleId": 2, "userCount": 1, "isSystem": False
    }  # fmt: skip
    assert [one["name"] for one in (await admin.get("/roles?q=NIGHT")).json()["roles"]] == ["Night shift"]
    assert [one["id"] for one in (await admin.get("/roles?baseRoleId=1")).json()["roles"]] == [1]
    page = (await admin.get("/roles?limit=2&offset=1")).json()
    assert ([one["id"] for one in page["roles"]], page["total"]) == ([2, 3], 6)


async def test_documented_example_of_one_role(admin: httpx.AsyncClient, shared_spec: Path) -> None:
    documented = json.loads((shared_spec / "examples" / "getRoleById.response.json").read_text())
    shown = (await admin.get("/roles/1")).json()
    RoleRead.model_validate(shown)
    assert shown["baseRoleId"] == documented["baseRoleId"]
    group = next(one for one in shown["permissions"] if one["label"] == "AI agent permissions")
    assert group.keys() == documented["permissions"][0].keys()
    assert group["permissions"][0] == documented["permissions"][0]["permissions"][0]
    assert await _held(admin, ADMIN_ROLE) == {str(one) for one in ADMIN}


async def test_documented_requests(admin: httpx.AsyncClient, shared_spec: Path) -> None:
    examples = shared_spec / "examples"
    made = await admin.post("/roles", json=json.loads((examples / "addRole.request.json").read_text()))
    assert made.status_code == 200, made.text
    path = f"/roles/{made.json()['id']}"
    changed = await admin.patch(path, json=json.loads((examples / "updateRole.request.json").read_text()))
    assert changed.json() == {"success": True}
    assert await _held(admin, made.json()["id"]) == {"updateClientSettings"}


async def test_permissions_default_to_those_of_the_base_role(admin: httpx.AsyncClient) -> None:
    made = (await admin.post("/roles", json={"name": "Like agents", "baseRoleId": 2})).json()["id"]
    assert await _held(admin, made) == {str(one) for one in AGENT}


@pytest.mark.parametrize(
    "sent",
    [
        ["readTicket", "createTicket", "readTicket"],
        ["ReadTicket", "CreateTicket"],
        [{"label": "x", "permissions": [
            {"name": "readTicket", "value": True}, {"name": "createTicket", "label": "y", "value": 1},
            {"name": "manageRoles", "value": False},
        ]}],
        ["readTicket", {"permissions": [{"name": "createTicket", "value": "true"}]}],
    ],
)  # fmt: skip
async def test_permissions_as_names_or_groups(admin: httpx.AsyncClient, sent: Any) -> None:
    made = (await admin.post("/roles", json={"name": "X", "baseRoleId": 2, "permissions": []})).json()["id"]
    assert (await admin.patch(f"/roles/{made}", json={"permissions": sent})).status_code == 200
    assert await _held(admin, made) == {"readTicket", "createTicket"}
    again = (await admin.get(f"/roles/{made}")).json()
    assert (await admin.patch(f"/roles/{made}", json=again)).status_code == 200
    assert await _held(admin, made) == {"readTicket", "createTicket"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"baseRoleId": 2}, (422, "validation_failed")),
        ({"name": "X"}, (422, "validation_failed")),
        ({"name": "X", "baseRoleId": 3}, (422, "validation_failed")),
        ({"name": "X", "baseRoleId": 2, "permissions": ["fly"]}, (422, "unknown_permission")),
        ({"name": "X", "baseRoleId": 2, "permissions": [5]}, (422, "validation_failed")),
        ({"name": "X", "baseRoleId": 2, "permissions": "readTicket"}, (422, "validation_failed")),
        ({"name": "X", "baseRoleId": 2, "permissions": ["enneoAdmin"]}, (403, "permission_denied")),
    ],
)
async def test_bad_roles(admin: httpx.AsyncClient, body: Any, expected: Any) -> None:
    assert _code(await admin.post("/roles", json=body)) == expected


async def test_nobody_grants_or_takes_what_they_lack(as_actor: ClientMaker, session: WriteSession) -> None:
    other = await make_role(session, ["manageTags", "readTicket"], base_role_id=2)
    await session.commit()
    client = await as_actor(permissions=["manageRoles", "readRoles", "readTicket"])
    granted = await client.post("/roles", json={"name": "X", "baseRoleId": 2, "permissions": ["manageTags"]})
    assert granted.json()["error"]["details"]["permission"] == "manageTags"
    for permissions in (["readTicket"], ["manageTags", "readTicket", "createTicket"]):
        assert _code(await client.patch(f"/roles/{other.id}", json={"permissions": permissions})) == (
            403, "permission_denied"
        )  # fmt: skip
    kept = await client.patch(f"/roles/{other.id}", json={"name": "Y", "permissions": ["manageTags"]})
    assert kept.status_code == 200, "taking away an own right is allowed"


async def test_admin_keeps_manage_roles(admin: httpx.AsyncClient) -> None:
    rest = [str(one) for one in ADMIN if one != "manageRoles"]
    assert _code(await admin.patch("/roles/1", json={"permissions": rest})) == (409, "last_admin")
    assert _code(await admin.patch("/roles/1", json={"baseRoleId": 2})) == (409, "base_role")
    assert (await admin.patch("/roles/1", json={"baseRoleId": 1, "description": "All"})).status_code == 200


async def test_change_of_a_role_acts_at_once(
    admin: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    role = await make_role(session, ["readTicket"], base_role_id=2)
    await session.commit()
    client = await as_actor(role=role.id)
    assert (await client.get("/roles")).status_code == 403
    await admin.patch(f"/roles/{role.id}", json={"permissions": ["readTicket", "readRoles"]})
    assert (await client.get("/roles")).status_code == 200


async def test_delete_moves_the_people(admin: httpx.AsyncClient, session: WriteSession) -> None:
    role = await make_role(session, ["readTicket"], base_role_id=2)
    person, gone = await make_profile(session, role=role.id), await make_profile(session, role=role.id, state="deleted")
    await session.commit()
    refused = await admin.delete(f"/roles/{role.id}")
    assert _code(refused) == (409, "role_in_use")
    assert refused.json()["error"]["details"]["userCount"] == 1
    for missing in (role.id, 999999):
        assert _code(await admin.delete(f"/roles/{role.id}?moveTo={missing}")) == (422, "unknown_reference")
    assert (await admin.delete(f"/roles/{role.id}?moveTo=5")).json() == {"success": True}
    assert _code(await admin.get(f"/roles/{role.id}")) == (404, "role_not_found")
    rows = await session.execute(select(Profile.id, Profile.role_id).where(Profile.id.in_([person.id, gone.id])))
    assert {row.role_id for row in rows} == {READ_ONLY_ROLE}


async def test_role_of_deleted_people_alone_may_go(admin: httpx.AsyncClient, session: WriteSession) -> None:
    role = await make_role(session, base_role_id=2)
    gone = await make_profile(session, role=role.id, state="deleted")
    await session.commit()
    assert (await admin.delete(f"/roles/{role.id}")).status_code == 200
    assert await session.scalar(select(Profile.role_id).where(Profile.id == gone.id)) is None


async def test_role_of_a_team_stays(admin: httpx.AsyncClient, session: WriteSession) -> None:
    role = await make_role(session, base_role_id=2)
    team = await make_team(session, settings={"roleId": role.id})
    await session.commit()
    refused = await admin.delete(f"/roles/{role.id}?moveTo=2")
    assert refused.json()["error"]["details"]["teamIds"] == [team.id]


@pytest.mark.parametrize("role_id", [ADMIN_ROLE, AGENT_ROLE])
async def test_base_roles_stay(as_actor: ClientMaker, role_id: int) -> None:
    client = await as_actor(permissions=[str(permission) for permission in Permission])
    assert _code(await client.delete(f"/roles/{role_id}?moveTo=3")) == (409, "base_role")


async def test_moving_people_needs_their_rights(as_actor: ClientMaker, session: WriteSession) -> None:
    role = await make_role(session, ["readTicket"], base_role_id=2)
    await make_profile(session, role=role.id)
    await session.commit()
    client = await as_actor(permissions=["manageRoles", "readTicket"])
    assert _code(await client.delete(f"/roles/{role.id}?moveTo=1")) == (403, "exceeds_own_rights")
    own = await session.scalar(select(Profile.role_id).where(Profile.id == client.actor_id))  # type: ignore[attr-defined]
    assert _code(await client.delete(f"/roles/{own}?moveTo={role.id}")) == (403, "own_account")


async def test_permission_list(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    shown = (await (await as_actor(permissions=[])).get("/permissions")).json()
    PermissionList.model_validate(shown)
    assert sum(len(group["permissions"]) for group in shown["groups"]) == 106
    assert shown["total"] == len(shown["groups"]) == 17
    assert shown["groups"][0]["permissions"][0] == {
        "name": "updateTicket", "label": "Change tickets",
        "description": "Change tickets, confirm or change the customer of a ticket, live quality check on a draft",
    }  # fmt: skip
    assert (await anonymous.get("/permissions")).status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "/roles", "readRoles"),
        ("GET", "/roles/1", "readRoles"),
        ("POST", "/roles", "manageRoles"),
        ("PATCH", "/roles/1", "manageRoles"),
        ("DELETE", "/roles/5", "manageRoles"),
    ],
)
async def test_refusals(
    as_actor: ClientMaker, anonymous: httpx.AsyncClient, method: str, path: str, permission: str
) -> None:
    client = await as_actor(permissions=["readTicket"])
    denied = await client.request(method, path, content=b"{")
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, permission)
    assert (await anonymous.request(method, path, content=b"{")).status_code == 401
    if path.count("/") > 1:
        unknown = await client.request(method, "/roles/999999", content=b"{")
        assert _code(unknown) == (404, "role_not_found")


async def test_shipped_roles_are_made_once(admin: httpx.AsyncClient, session: WriteSession) -> None:
    assert (await admin.delete(f"/roles/{READ_ONLY_ROLE}")).status_code == 200
    await admin.patch(f"/roles/{SUPERVISOR_ROLE}", json={"name": "Team lead"})
    await ensure_roles(session)
    rows = await session.execute(select(Role.id, Role.name).where(Role.id < 100))
    names = {row.id: row.name for row in rows}
    assert names == {1: "Admin", 2: "Agent", 3: "Team lead", 4: "QualityManager"}
