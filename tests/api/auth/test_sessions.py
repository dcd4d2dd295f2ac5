from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.auth.models import Session as SignIn
from assaydesk.domains.auth.schemas import SessionList, SessionState
from assaydesk.domains.settings.service import set_setting
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD, make_person
from tests.factories.profiles import make_profile

AUTH = "http://desk.test/api/auth"


def _reason(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["details"]["reason"]


async def _login(client: httpx.AsyncClient, session: WriteSession, **values: Any) -> tuple[int, str]:
    """Sign somebody in; the client keeps the cookie."""
    person = await make_person(session, **values)
    answer = await client.post(f"{AUTH}/login", json={"email": person.email, "password": PASSWORD})
    return person.id, answer.json()["token"]


async def _change_rows(session: WriteSession, **values: Any) -> None:
    for row in (await session.execute(select(SignIn))).scalars():
        for name, value in values.items():
            setattr(row, name, value)
    await session.commit()


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.", "Bearer " + "x" * 5000],
)
async def test_unreadable_tokens(anonymous: httpx.AsyncClient, header: str) -> None:
    answer = await anonymous.get("/profile", headers={"Authorization": header})
    assert _reason(answer) == (401, "missing" if not header else "invalid")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_tampered_token(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    head, claims, signature = client.headers["Authorization"].split(".")
    broken = f"{head}.{claims}.{signature[:-2]}{'A' if signature[-2] != 'A' else 'B'}{signature[-1]}"
    assert _reason(await client.get("/profile", headers={"Authorization": broken})) == (401, "invalid")


async def test_expired_session(as_actor: ClientMaker, session: WriteSession) -> None:
    client = await as_actor(permissions=[])
    await _change_rows(session, expires_at=utc_now() - timedelta(seconds=1))
    assert _reason(await client.get("/profile")) == (401, "expired")


async def test_idle_cookie(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    await _login(anonymous, session)
    await _change_rows(session, last_used_at=utc_now() - timedelta(hours=11, minutes=59))
    assert (await anonymous.get("/profile")).status_code == 200
    await _change_rows(session, last_used_at=utc_now() - timedelta(hours=12, seconds=1))
    assert _reason(await anonymous.get("/profile")) == (401, "expired")


async def test_bearer_wins_over_the_cookie(
    anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    await _login(anonymous, session)
    other = await as_actor(permissions=[])
    headers = {"Authorization": other.headers["Authorization"], "Origin": "https://evil.example"}
    assert (await anonymous.get("/profile", headers=headers)).json()["id"] == other.actor_id  # type: ignore[attr-defined]
    assert (await anonymous.patch("/profile", json={}, headers=headers)).status_code == 200
    broken = {"Authorization": "Bearer nonsense"}
    assert (await anonymous.get("/profile", headers=broken)).status_code == 401


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        (None, 200),
        ("http://desk.test", 200),
        ("http://127.0.0.1:8700", 200),
        ("https://pages.example", 200),
        ("https://evil.example", 403),
        ("https://pages.example.evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_cookie_writes_need_an_own_origin(
    anonymous: httpx.AsyncClient, session: WriteSession, origin: str | None, status: int
) -> None:
    await set_setting(session, SYSTEM, "allowedOrigins", ["https://pages.example"])
    await _login(anonymous, session)
    headers = {} if origin is None else {"Origin": origin}
    answer = await anonymous.patch("/profile", json={"firstName": "X"}, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert answer.json()["error"]["code"] == "origin_rejected"
    assert (await anonymous.get("/profile", headers=headers)).status_code == 200, "reading is not checked"


async def test_logout_by_cookie(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    _, token = await _login(anonymous, session)
    cookie = anonymous.cookies["connect.sid"]
    answer = await anonymous.post(f"{AUTH}/logout")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert "connect.sid" not in anonymous.cookies
    anonymous.cookies.set("connect.sid", cookie)
    assert _reason(await anonymous.get("/profile")) == (401, "revoked")
    anonymous.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    assert _reason(await anonymous.get("/profile", headers=bearer)) == (401, "revoked")


async def test_logout_by_token_and_without_anything(anonymous: httpx.AsyncClient, as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    for _ in range(2):
        assert (await client.post(f"{AUTH}/logout")).status_code == 200
    assert (await client.get("/profile")).status_code == 401
    assert (await anonymous.post(f"{AUTH}/logout")).json() == {"success": True}


async def test_another_page_cannot_sign_people_out(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    await _login(anonymous, session)
    answer = await anonymous.post(f"{AUTH}/logout", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert (await anonymous.get("/profile")).status_code == 200


async def test_logout_leaves_api_keys(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    key = (await client.post(f"/profile/{client.actor_id}/apiKey", json={"name": "k"})).json()["token"]  # type: ignore[attr-defined]
    headers = {"Authorization": f"Bearer {key}"}
    assert (await client.post(f"{AUTH}/logout", headers=headers)).status_code == 200
    assert (await client.get("/profile", headers=headers)).status_code == 200


async def test_refresh_gives_a_further_token(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person_id, old = await _login(anonymous, session)
    cookie = anonymous.cookies["connect.sid"]
    answer = await anonymous.post(f"{AUTH}/refresh")
    assert answer.status_code == 200, answer.text
    new = answer.json()["token"]
    assert new != old
    assert anonymous.cookies["connect.sid"] == cookie
    assert (await anonymous.get("/profile")).json()["id"] == person_id, "the cookie goes on"
    anonymous.cookies.clear()
    for token in (new, old):
        headers = {"Authorization": f"Bearer {token}"}
        assert (await anonymous.get("/profile", headers=headers)).status_code == 200
    rows = (await session.execute(select(SignIn).order_by(SignIn.id))).scalars().all()
    assert rows[0].expires_at <= utc_now() + timedelta(minutes=1)
    assert rows[1].started_at == rows[0].started_at
    assert rows[1].expires_at > utc_now() + timedelta(hours=23)


async def test_refresh_ends_after_seven_days(as_actor: ClientMaker, session: WriteSession) -> None:
    client = await as_actor(permissions=[])
    await _change_rows(session, started_at=utc_now() - timedelta(days=6, hours=23))
    assert (await client.post(f"{AUTH}/refresh")).status_code == 200
    await _change_rows(session, started_at=utc_now() - timedelta(days=7, seconds=1))
    assert _reason(await client.post(f"{AUTH}/refresh")) == (401, "expired")


async def test_refresh_needs_a_session(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    client = await as_actor(permissions=[])
    key = (await client.post(f"/profile/{client.actor_id}/apiKey", json={"name": "k"})).json()["token"]  # type: ignore[attr-defined]
    answer = await client.post(f"{AUTH}/refresh", headers={"Authorization": f"Bearer {key}"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "session_required")
    assert (await anonymous.post(f"{AUTH}/refresh")).status_code == 401


async def test_session_state(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    nobody = {"success": True, "authenticated": False, "profile": None, "expiresAt": None, "csrf": None}
    assert (await anonymous.get(f"{AUTH}/session")).json() == nobody
    person_id, token = await _login(anonymous, session, first_name="Ada")
    shown = (await anonymous.get(f"{AUTH}/session")).json()
    SessionState.model_validate(shown)
    assert shown["profile"] == {"id": person_id, "firstName": "Ada", "lastName": "Example", "lang": "en"}
    assert shown["expiresAt"].endswith("Z")
    anonymous.cookies.clear()
    bearer = {"Authorization": f"Bearer {token}"}
    assert (await anonymous.get(f"{AUTH}/session", headers=bearer)).json()["authenticated"] is True
    body = {"name": "k", "expiresAt": "2199-01-01T00:00:00Z"}
    key = (await anonymous.post(f"/profile/{person_id}/apiKey", json=body, headers=bearer)).json()["token"]
    by_key = (await anonymous.get(f"{AUTH}/session", headers={"Authorization": f"Bearer {key}"})).json()
    assert by_key["expiresAt"] == "2199-01-01T00:00:00Z"
    assert (await anonymous.get(f"{AUTH}/session", headers={"Authorization": "Bearer x"})).json() == nobody


async def test_sessions_are_listed_and_ended(
    anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    person = await make_person(session)
    login = {"email": person.email, "password": PASSWORD}
    tokens = [
        (await anonymous.post(f"{AUTH}/login", json=login, headers={"User-Agent": f"browser {number}"})).json()["token"]
        for number in range(4)
    ]
    anonymous.cookies.clear()
    stranger = await as_actor(permissions=[])
    headers = [{"Authorization": f"Bearer {token}"} for token in tokens]
    shown = (await anonymous.get(f"{AUTH}/sessions", headers=headers[0])).json()
    SessionList.model_validate(shown)
    assert shown["total"] == 4
    assert {one["userAgent"] for one in shown["sessions"]} == {f"browser {number}" for number in range(4)}
    assert [one["userAgent"] for one in shown["sessions"] if one["current"]] == ["browser 0"]
    assert shown["sessions"][0]["ip"] == "127.0.0.1"
    target = next(one["id"] for one in shown["sessions"] if one["userAgent"] == "browser 1")
    assert (await stranger.delete(f"{AUTH}/sessions/{target}")).status_code == 404
    assert (await anonymous.delete(f"{AUTH}/sessions/{target}", headers=headers[0])).json() == {"success": True}
    assert (await anonymous.get("/profile", headers=headers[1])).status_code == 401
    again = await anonymous.delete(f"{AUTH}/sessions/{target}", headers=headers[0])
    assert (again.status_code, again.json()["error"]["code"]) == (404, "session_not_found")
    assert (await anonymous.delete(f"{AUTH}/sessions", headers=headers[0])).json() == {"success": True, "ended": 2}
    assert (await anonymous.get("/profile", headers=headers[2])).status_code == 401
    assert (await anonymous.get("/profile", headers=headers[0])).status_code == 200
    assert (await stranger.get("/profile")).status_code == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/sessions"), ("DELETE", "/sessions"), ("DELETE", "/sessions/1")])
async def test_anonymous_is_401(anonymous: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await anonymous.request(method, f"{AUTH}{path}")).status_code == 401


async def test_providers(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get(f"{AUTH}/providers")).json() == {
        "success": True, "passwordLogin": True, "providers": []
    }  # fmt: skip


async def test_a_role_of_an_inactive_team_gives_nothing(as_actor: ClientMaker, session: WriteSession) -> None:
    from tests.factories.profiles import make_team

    team = await make_team(session, settings={"roleId": 5}, state="inactive")
    person = await make_profile(session, role=None, teams=[team.id], settings={"inheritTeamSettings": True})
    await session.commit()
    client = await as_actor(profile=person.id)
    assert (await client.get("/profile")).json()["permissions"] == []
