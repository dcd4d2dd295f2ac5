import base64
import json
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from assaydesk.domains.auth.models import ApiKey
from assaydesk.domains.auth.schemas import KeyList
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.domains.profiles.worker_schemas import WorkerList
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.profiles import make_profile


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def _path(client: httpx.AsyncClient) -> str:
    return f"/profile/{client.actor_id}/apiKey"  # type: ignore[attr-defined]


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


async def test_own_key_works_until_it_is_revoked(as_actor: ClientMaker, session: WriteSession) -> None:
    client = await as_actor(permissions=["readTicket"])
    made = (await client.post(_path(client), json={"name": "script"})).json()
    token = made["token"]
    assert _claims(token).items() >= {
        "iss": "http://127.0.0.1:8700", "aud": "assaydesk", "sub": str(client.actor_id), "typ": "apiKey",  # type: ignore[attr-defined]
        "scope": ["api"],
    }.items()  # fmt: skip
    assert "exp" not in _claims(token)
    assert (await client.get("/profile", headers=_bearer(token))).json()["permissions"] == ["readTicket"]
    listed = (await client.get(_path(client))).json()
    KeyList.model_validate(listed)
    assert listed["total"] == 1
    assert listed["apiKeys"][0].items() >= {"id": made["id"], "name": "script", "revokedAt": None}.items()
    assert token not in json.dumps(listed)
    stored = (await session.execute(select(ApiKey))).scalar_one()
    assert _claims(token)["jti"] not in stored.jti_hash
    for _ in range(2):
        assert (await client.delete(f"{_path(client)}/{made['id']}")).json() == {"success": True}
    answer = await client.get("/profile", headers=_bearer(token))
    assert (answer.status_code, answer.json()["error"]["details"]["reason"]) == (401, "revoked")
    assert (await client.get(_path(client))).json()["apiKeys"][0]["revokedAt"] is not None


async def test_key_with_an_end(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    made = await client.post(_path(client), json={"name": "k", "expiresAt": "2199-01-01"})
    assert _claims(made.json()["token"])["exp"] == 7226668799
    past = await client.post(_path(client), json={"name": "k", "expiresAt": "2020-01-01"})
    assert past.json()["error"]["details"]["fields"][0]["code"] == "out_of_range"
    bad = await client.post(_path(client), json={"name": "k", "expiresAt": "soon"})
    assert bad.json()["error"]["details"]["fields"][0]["code"] == "bad_format"
    assert (await client.post(_path(client), json={"name": ""})).status_code == 422


async def test_keys_of_others(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    owner, other = await as_actor(permissions=[]), await as_actor(permissions=["readTicket"])
    keeper = await as_actor(permissions=["manageApiKeys"])
    maker = await as_actor(permissions=["manageServiceWorkers"])
    key = (await owner.post(_path(owner), json={"name": "k"})).json()["id"]
    denied = await other.get(_path(owner))
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "manageApiKeys")
    assert _code(await other.delete(f"{_path(owner)}/{key}")) == (403, "permission_denied")
    assert _code(await other.post(_path(owner), content=b"{")) == (403, "permission_denied")
    assert _code(await maker.post(_path(owner), json={"name": "k"})) == (403, "permission_denied")
    assert (await keeper.get(_path(owner))).json()["total"] == 1
    assert _code(await keeper.delete(f"{_path(owner)}/999999")) == (404, "api_key_not_found")
    assert _code(await keeper.delete(f"{_path(keeper)}/{key}")) == (404, "api_key_not_found")
    assert (await keeper.delete(f"{_path(owner)}/{key}")).status_code == 200
    assert _code(await keeper.get("/profile/999999/apiKey")) == (404, "profile_not_found")
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/1")):
        assert (await anonymous.request(method, f"{_path(owner)}{path}")).status_code == 401


async def test_own_key_is_not_blocked_by_the_missing_right(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    assert (await client.get(_path(client))).status_code == 200
    zeros = await client.get(f"/profile/0{client.actor_id}/apiKey")  # type: ignore[attr-defined]
    assert zeros.status_code == 200


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


async def _worker(client: httpx.AsyncClient, **body: Any) -> int:
    answer = await client.post("/serviceWorker", json={"name": "Importer", "roleId": AGENT_ROLE} | body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def test_service_worker_from_birth_to_end(admin: httpx.AsyncClient) -> None:
    worker = await _worker(admin, allowedIps=["127.0.0.1", "10.1.2.3/8"])
    listed = (await admin.get("/serviceWorker")).json()
    WorkerList.model_validate(listed)
    assert listed["serviceWorkers"] == [
        {
            "id": worker, "name": "Importer", "roleId": AGENT_ROLE, "allowedIps": ["127.0.0.1/32", "10.0.0.0/8"],
            "state": "active", "lastSeen": None,
        }
    ]  # fmt: skip
    token = (await admin.post(f"/profile/{worker}/apiKey", json={"name": "t"})).json()["token"]
    assert _claims(token)["typ"] == "serviceWorker"
    own = await admin.get("/profile", headers=_bearer(token))
    assert own.json()["profile"]["type"] == "serviceWorker"
    assert (await admin.patch(f"/serviceWorker/{worker}", json={"name": "Loader"})).json() == {"success": True}
    assert (await admin.patch(f"/serviceWorker/{worker}", json={"state": "inactive"})).status_code == 200
    assert (await admin.get("/profile", headers=_bearer(token))).status_code == 401
    refused = await admin.post(f"/profile/{worker}/apiKey", json={"name": "t"})
    assert _code(refused) == (409, "profile_not_active")
    await admin.patch(f"/serviceWorker/{worker}", json={"state": "active"})
    assert (await admin.get("/profile", headers=_bearer(token))).status_code == 401, "tokens ended for good"
    assert (await admin.delete(f"/serviceWorker/{worker}")).json() == {"success": True}
    assert (await admin.get("/serviceWorker")).json()["serviceWorkers"] == []
    assert _code(await admin.delete(f"/serviceWorker/{worker}")) == (404, "service_worker_not_found")


@pytest.mark.parametrize(
    ("allowed", "address", "status"),
    [
        ([], "203.0.113.9", 200),
        (["203.0.113.9"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "203.0.113.9", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.9", 200),
        (["2001:db8::/32"], "2001:db8::7", 200),
        (["203.0.113.0/24"], "198.51.100.1", 403),
        (["203.0.113.0/24"], "2001:db8::7", 403),
        (["203.0.113.0/24"], "no address", 403),
    ],
)
async def test_addresses_of_a_worker(
    app: FastAPI, admin: httpx.AsyncClient, allowed: list[str], address: str, status: int
) -> None:
    worker = await _worker(admin, allowedIps=allowed)
    token = (await admin.post(f"/profile/{worker}/apiKey", json={"name": "t"})).json()["token"]
    transport = httpx.ASGITransport(app, client=(address, 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test") as client:
        answer = await client.get("/api/mind/profile", headers=_bearer(token))
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "ip_not_allowed"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": ""}, (422, "validation_failed")),
        ({"roleId": None}, (422, "validation_failed")),
        ({"roleId": 99999}, (422, "unknown_reference")),
        ({"allowedIps": ["everywhere"]}, (422, "validation_failed")),
        ({"allowedIps": None}, (422, "validation_failed")),
    ],
)
async def test_bad_workers(admin: httpx.AsyncClient, body: Any, expected: Any) -> None:
    assert _code(await admin.post("/serviceWorker", json={"name": "W", "roleId": AGENT_ROLE} | body)) == expected
    worker = await _worker(admin)
    assert _code(await admin.patch(f"/serviceWorker/{worker}", json=body)) == expected


async def test_nobody_rises_through_a_worker(as_actor: ClientMaker, session: WriteSession) -> None:
    strong = await make_profile(session, type="serviceWorker", email=None, role=ADMIN_ROLE)
    await session.commit()
    client = await as_actor(permissions=["manageServiceWorkers"])
    exceeds = (403, "exceeds_own_rights")
    assert _code(await client.post("/serviceWorker", json={"name": "W", "roleId": ADMIN_ROLE})) == exceeds
    assert _code(await client.post(f"/profile/{strong.id}/apiKey", json={"name": "k"})) == exceeds
    assert _code(await client.patch(f"/serviceWorker/{strong.id}", json={"allowedIps": ["10.0.0.0/8"]})) == exceeds
    assert _code(await client.patch(f"/serviceWorker/{strong.id}", json={"state": "inactive"})) == exceeds
    assert _code(await client.delete(f"/serviceWorker/{strong.id}")) == exceeds


async def test_worker_refusals(
    admin: httpx.AsyncClient, as_actor: ClientMaker, anonymous: httpx.AsyncClient, session: WriteSession
) -> None:
    person = await make_profile(session)
    await session.commit()
    worker = await _worker(admin)
    client = await as_actor(permissions=["createProfile"])
    for method, path in (
        ("GET", "/serviceWorker"), ("POST", "/serviceWorker"), ("PATCH", f"/serviceWorker/{worker}"),
        ("DELETE", f"/serviceWorker/{worker}"),
    ):  # fmt: skip
        denied = await client.request(method, path, content=b"{")
        assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "manageServiceWorkers")
        assert (await anonymous.request(method, path)).status_code == 401
    for unknown in (person.id, 999999):
        answer = await client.patch(f"/serviceWorker/{unknown}", content=b"{")
        assert _code(answer) == (404, "service_worker_not_found")
    token = (await admin.post(f"/profile/{worker}/apiKey", json={"name": "t"})).json()["token"]
    own = await admin.patch(f"/serviceWorker/{worker}", json={"name": "Me"}, headers=_bearer(token))
    assert own.status_code == 403
