from typing import Any

import httpx
import pytest

from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD, make_person
from tests.factories.profiles import make_profile


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_delete_and_restore(admin: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_person(session, role=AGENT_ROLE)
    client = await as_actor(profile=person.id)
    assert (await admin.delete(f"/profile/{person.id}")).json() == {"success": True}
    gone = await client.get("/profile")
    assert (gone.status_code, gone.json()["error"]["details"]["reason"]) == (401, "revoked")
    login = {"email": person.email, "password": PASSWORD}
    assert (await admin.post("http://desk.test/api/auth/login", json=login)).status_code == 401
    assert person.id not in {one["id"] for one in (await admin.get("/profiles?limit=1000")).json()["profiles"]}
    assert _code(await admin.delete(f"/profile/{person.id}")) == (404, "profile_not_found")
    assert (await admin.post(f"/profile/{person.id}/restore")).json() == {"success": True}
    assert (await admin.post("http://desk.test/api/auth/login", json=login)).status_code == 200
    admin.cookies.clear()
    assert (await client.get("/profile")).status_code == 401, "old sessions stay ended"
    assert _code(await admin.post(f"/profile/{person.id}/restore")) == (409, "profile_not_deleted")


async def test_restore_when_the_address_is_taken(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_profile(session, email="a@desk.example", state="deleted", role=AGENT_ROLE)
    await make_profile(session, email="A@desk.example")
    await session.commit()
    assert _code(await admin.post(f"/profile/{person.id}/restore")) == (409, "email_taken")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"role": ADMIN_ROLE}, (403, "exceeds_own_rights")),
        ({"role": AGENT_ROLE, "type": "enneo"}, (403, "permission_denied")),
        ({"type": "aiAgent"}, (409, "ai_agent_profile")),
    ],
)
async def test_bounds(as_actor: ClientMaker, session: WriteSession, target: dict[str, Any], expected: Any) -> None:
    from assaydesk.platform.security.shipped_roles import AGENT

    person = await make_profile(session, **target)
    await session.commit()
    client = await as_actor(permissions=["deleteProfile", *(str(one) for one in AGENT)])
    assert _code(await client.delete(f"/profile/{person.id}")) == expected


async def test_refusals(admin: httpx.AsyncClient, as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    assert _code(await admin.delete(f"/profile/{admin.actor_id}")) == (403, "own_account")  # type: ignore[attr-defined]
    client = await as_actor(permissions=["updateSpecificProfile"])
    for method, path in (("DELETE", "/profile/{}"), ("POST", "/profile/{}/restore")):
        assert _code(await client.request(method, path.format(admin.actor_id))) == (403, "permission_denied")  # type: ignore[attr-defined]
        assert _code(await client.request(method, path.format(99999999))) == (404, "profile_not_found")
        assert (await anonymous.request(method, path.format(1))).status_code == 401
