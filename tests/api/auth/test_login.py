from datetime import timedelta
from typing import Any, Literal

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import func, select

from assaydesk.domains.auth.models import FailedSignIn
from assaydesk.domains.auth.models import Session as SignIn
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security import passwords
from tests.factories.auth import PASSWORD, make_person

LOGIN = "http://desk.test/api/auth/login"


async def test_right_password_gives_token_cookie_and_profile(
    anonymous: httpx.AsyncClient, session: WriteSession
) -> None:
    person = await make_person(session, lang="de")
    answer = await anonymous.post(LOGIN, json={"email": f" {person.email} ".upper(), "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["profile"] == {
        "id": person.id, "firstName": person.first_name, "lastName": "Example", "lang": "de"
    }  # fmt: skip
    assert body.keys() == {"success", "token", "expiresAt", "profile"}
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("connect.sid=")
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert flags == {"httponly", "path=/", "samesite=lax"}
    with_token = httpx.Headers({"Authorization": f"Bearer {body['token']}"})
    anonymous.cookies.clear()
    own = (await anonymous.get("/profile", headers=with_token)).json()
    assert own["id"] == person.id
    assert own["profile"]["lastSeen"] is not None


async def test_cookie_alone_is_enough(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session)
    await anonymous.post(LOGIN, json={"email": person.email, "password": PASSWORD})
    assert (await anonymous.get("/profile")).json()["id"] == person.id


async def test_remember_keeps_the_cookie_for_a_day(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session)
    body = {"email": person.email, "password": PASSWORD, "remember": True}
    assert "Max-Age=86400" in (await anonymous.post(LOGIN, json=body)).headers["set-cookie"]


async def test_cookie_is_secure_on_https(app: FastAPI, session: WriteSession) -> None:
    person = await make_person(session)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.test") as client:
        answer = await client.post("/api/auth/login", json={"email": person.email, "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    ("values", "password", "status", "code"),
    [
        ({}, "not the password", 401, "invalid_credentials"),
        ({"password": None}, PASSWORD, 401, "invalid_credentials"),
        ({"state": "deleted"}, PASSWORD, 401, "invalid_credentials"),
        ({"type": "serviceWorker"}, PASSWORD, 401, "invalid_credentials"),
        ({"state": "inactive"}, PASSWORD, 403, "account_inactive"),
        ({"state": "inactive"}, "not the password", 401, "invalid_credentials"),
        ({"is_sso_only": True}, PASSWORD, 403, "sso_only"),
        ({"is_sso_only": True}, "not the password", 401, "invalid_credentials"),
    ],
)
async def test_refusals(
    anonymous: httpx.AsyncClient, session: WriteSession, values: dict[str, Any], password: str, status: int, code: str
) -> None:
    person = await make_person(session, **values)
    answer = await anonymous.post(LOGIN, json={"email": person.email, "password": password})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "set-cookie" not in answer.headers
    started = await session.scalar(select(func.count()).select_from(SignIn).where(SignIn.user_id == person.id))
    assert started == 0


async def test_unknown_address_answers_the_same_after_the_same_work(
    anonymous: httpx.AsyncClient, session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await make_person(session)
    compared: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            compared.append(str(hash).rsplit("$", 2)[0])
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting())

    async def answer_to(email: str | None) -> tuple[dict[str, Any], list[str]]:
        compared.clear()
        answer = await anonymous.post(LOGIN, json={"email": email, "password": "not the password"})
        body = answer.json()
        del body["error"]["details"]["txId"]
        return {"status": answer.status_code, **body}, list(compared)

    known, unknown = await answer_to(person.email), await answer_to("nobody@desk.example")
    assert known == unknown
    assert len(known[1]) == 1, "one comparison, with the same costs"


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.c"}, {"email": "a@b.c", "password": 5}, {"email": "", "password": "x"}]
)
async def test_malformed_bodies_are_422(anonymous: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await anonymous.post(LOGIN, json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_sixth_failure_of_an_address_is_429_also_with_the_right_password(
    anonymous: httpx.AsyncClient, session: WriteSession
) -> None:
    person = await make_person(session)
    for _ in range(5):
        assert (await anonymous.post(LOGIN, json={"email": person.email, "password": "x"})).status_code == 401
    answer = await anonymous.post(LOGIN, json={"email": str(person.email).upper(), "password": PASSWORD})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")
    assert 0 < int(answer.headers["Retry-After"]) <= 900


async def test_limit_ends_with_the_window(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session)
    for _ in range(5):
        await anonymous.post(LOGIN, json={"email": person.email, "password": "x"})
    for row in (await session.execute(select(FailedSignIn))).scalars():
        row.at = utc_now() - timedelta(minutes=15, seconds=1)
    await session.commit()
    assert (await anonymous.post(LOGIN, json={"email": person.email, "password": PASSWORD})).status_code == 200


async def test_good_sign_ins_do_not_count(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session)
    for _ in range(7):
        assert (await anonymous.post(LOGIN, json={"email": person.email, "password": PASSWORD})).status_code == 200


async def test_one_ip_may_fail_twenty_times(anonymous: httpx.AsyncClient) -> None:
    for number in range(20):
        body = {"email": f"unknown{number}@desk.example", "password": "x"}
        assert (await anonymous.post(LOGIN, json=body)).status_code == 401
    body = {"email": "another@desk.example", "password": "x"}
    assert (await anonymous.post(LOGIN, json=body)).status_code == 429
