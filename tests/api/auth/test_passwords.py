from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assaydesk.domains.auth.events import ResetLinkRequested
from assaydesk.domains.auth.models import OneTimeLink
from assaydesk.domains.auth.schemas import Invitation
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.kit.clock import utc_now
from assaydesk.platform import events
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.auth import PASSWORD, make_person
from tests.factories.profiles import make_profile

AUTH = "http://desk.test/api/auth"
NEW = "violet-harbour-lamp"


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _enters(client: httpx.AsyncClient, email: str | None, password: str) -> bool:
    answer = await client.post(f"{AUTH}/login", json={"email": email, "password": password})
    client.cookies.clear()
    return answer.status_code == 200


async def test_change_ends_other_sessions_only(
    anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    person = await make_person(session)
    client, other = await as_actor(profile=person.id), await as_actor(profile=person.id)
    key = (await client.post(f"/profile/{person.id}/apiKey", json={"name": "k"})).json()["token"]
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert (await client.post(f"{AUTH}/password/change", json=body)).json() == {"success": True}
    assert (await client.get("/profile")).status_code == 200
    assert (await other.get("/profile")).status_code == 401
    assert (await other.get("/profile", headers={"Authorization": f"Bearer {key}"})).status_code == 200
    assert not await _enters(anonymous, person.email, PASSWORD)
    assert await _enters(anonymous, person.email, NEW)


async def test_change_with_an_idempotency_key_happens_once(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_person(session)
    client = await as_actor(profile=person.id)
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    for _ in range(2):
        answer = await client.post(f"{AUTH}/password/change", json=body, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"currentPassword": "wrong", "newPassword": NEW}, (403, "wrong_password")),
        ({"currentPassword": PASSWORD, "newPassword": "short"}, (422, "weak_password")),
        ({"currentPassword": PASSWORD, "newPassword": "i am carla ok"}, (422, "weak_password")),
        ({"currentPassword": "wrong", "newPassword": "short"}, (403, "wrong_password")),
        ({"currentPassword": PASSWORD}, (422, "validation_failed")),
        ({}, (422, "validation_failed")),
    ],
)
async def test_refused_changes(as_actor: ClientMaker, session: WriteSession, body: Any, expected: Any) -> None:
    person = await make_person(session, email="carla@desk.example")
    client = await as_actor(profile=person.id)
    assert _code(await client.post(f"{AUTH}/password/change", json=body)) == expected
    assert await _enters(client, person.email, PASSWORD)


async def test_guessing_the_current_password_is_limited(as_actor: ClientMaker, session: WriteSession) -> None:
    person = await make_person(session)
    client = await as_actor(profile=person.id)
    for _ in range(5):
        await client.post(f"{AUTH}/password/change", json={"currentPassword": "x", "newPassword": NEW})
    answer = await client.post(f"{AUTH}/password/change", json={"currentPassword": PASSWORD, "newPassword": NEW})
    assert _code(answer) == (429, "rate_limited")


async def test_service_workers_have_no_password_to_change(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    client = await as_actor(permissions=[], type="serviceWorker", email=None)
    body = {"currentPassword": PASSWORD, "newPassword": NEW}
    assert _code(await client.post(f"{AUTH}/password/change", json=body)) == (403, "wrong_password")
    assert (await anonymous.post(f"{AUTH}/password/change", json=body)).status_code == 401


async def test_forgot_answers_the_same_for_everybody(
    anonymous: httpx.AsyncClient, session: WriteSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[ResetLinkRequested] = []

    async def hear(_: WriteSession, event: ResetLinkRequested) -> None:
        heard.append(event)

    monkeypatch.setitem(events._handlers, ResetLinkRequested, [hear])
    person = await make_person(session)
    others = [
        await make_person(session, state="inactive"),
        await make_person(session, is_sso_only=True),
        await make_person(session, type="serviceWorker"),
    ]
    answers = [
        (await anonymous.post(f"{AUTH}/password/forgot", json={"email": email}))
        for email in (str(person.email).upper(), "nobody@desk.example", *(other.email for other in others))
    ]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, answers[0].text)}
    assert answers[0].json()["delivery"] == "none"
    assert [event.user_id for event in heard] == [person.id]
    link = (await session.execute(select(OneTimeLink))).scalar_one()
    assert timedelta(minutes=59) < link.expires_at - utc_now() <= timedelta(minutes=60)
    assert (
        await anonymous.post(f"{AUTH}/password/reset", json={"token": heard[0].token, "newPassword": NEW})
    ).json() == {"success": True}
    assert await _enters(anonymous, person.email, NEW)


async def test_forgetting_often_makes_few_links(anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session)
    for _ in range(8):
        await anonymous.post(f"{AUTH}/password/forgot", json={"email": person.email})
    assert await session.scalar(select(func.count()).select_from(OneTimeLink)) == 5
    assert (await anonymous.post(f"{AUTH}/password/forgot", json={})).status_code == 422


async def _link(client: httpx.AsyncClient, profile_id: int) -> str:
    answer = (await client.post(f"/profile/{profile_id}/invite")).json()
    Invitation.model_validate(answer)
    return str(answer["link"]).partition("token=")[2]


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=ADMIN_ROLE)


async def test_invited_person_sets_a_password(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    person = await make_person(session, password=None, role=AGENT_ROLE)
    client = await as_actor(profile=person.id)
    first, second = await _link(admin, person.id), await _link(admin, person.id)
    reset = {"token": first, "newPassword": NEW}
    assert (await anonymous.post(f"{AUTH}/password/reset", json=reset)).status_code == 200
    assert await _enters(anonymous, person.email, NEW)
    assert (await client.get("/profile")).status_code == 401, "all sessions end"
    for token in (first, second, "unknown"):
        answer = await anonymous.post(f"{AUTH}/password/reset", json={"token": token, "newPassword": NEW})
        assert _code(answer) == (422, "invalid_token")


async def test_ends_of_links(admin: httpx.AsyncClient, session: WriteSession) -> None:
    invited, known = await make_person(session, password=None), await make_person(session)
    for person, days in ((invited, 7), (known, 1 / 24)):
        answer = (await admin.post(f"/profile/{person.id}/invite")).json()
        assert answer["link"].startswith("http://127.0.0.1:8700/password/reset?token=")
        link = (await session.execute(select(OneTimeLink).where(OneTimeLink.user_id == person.id))).scalar_one()
        assert abs(link.expires_at - utc_now() - timedelta(days=days)) < timedelta(minutes=1)
        link.expires_at = utc_now() - timedelta(seconds=1)
        await session.commit()
        late = {"token": answer["link"].partition("token=")[2], "newPassword": NEW}
        assert _code(await admin.post(f"{AUTH}/password/reset", json=late)) == (422, "invalid_token")


async def test_weak_password_leaves_the_link(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session, password=None, email="jane.doe@desk.example")
    token = await _link(admin, person.id)
    weak = await admin.post(f"{AUTH}/password/reset", json={"token": token, "newPassword": "jane.doe"})
    assert _code(weak) == (422, "weak_password")
    assert weak.json()["error"]["details"]["reasons"] == ["too_short", "contains_email_name"]
    assert (await admin.post(f"{AUTH}/password/reset", json={"token": token, "newPassword": NEW})).status_code == 200


async def test_link_of_somebody_switched_off_is_void(admin: httpx.AsyncClient, session: WriteSession) -> None:
    person = await make_person(session, role=AGENT_ROLE)
    token = await _link(admin, person.id)
    await admin.patch(f"/profile/{person.id}", json={"state": "inactive"})
    await admin.patch(f"/profile/{person.id}", json={"state": "active"})
    answer = await admin.post(f"{AUTH}/password/reset", json={"token": token, "newPassword": NEW})
    assert _code(answer) == (422, "invalid_token")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"role": ADMIN_ROLE}, (403, "exceeds_own_rights")),
        ({"role": AGENT_ROLE, "type": "enneo"}, (403, "permission_denied")),
        ({"role": AGENT_ROLE, "type": "serviceWorker"}, (409, "no_password_sign_in")),
        ({"type": "aiAgent"}, (409, "no_password_sign_in")),
        ({"role": AGENT_ROLE, "is_sso_only": True}, (409, "no_password_sign_in")),
        ({"role": AGENT_ROLE, "state": "inactive"}, (409, "profile_not_active")),
    ],
)
async def test_who_can_be_invited(as_actor: ClientMaker, session: WriteSession, target: Any, expected: Any) -> None:
    from assaydesk.platform.security.shipped_roles import AGENT

    person = await make_profile(session, **target)
    await session.commit()
    client = await as_actor(permissions=["createProfile", *(str(one) for one in AGENT)])
    assert _code(await client.post(f"/profile/{person.id}/invite")) == expected


async def test_invite_refusals(as_actor: ClientMaker, anonymous: httpx.AsyncClient) -> None:
    client = await as_actor(permissions=["updateSpecificProfile"])
    assert _code(await client.post(f"/profile/{client.actor_id}/invite")) == (403, "permission_denied")  # type: ignore[attr-defined]
    assert _code(await client.post("/profile/999999/invite")) == (404, "profile_not_found")
    assert (await anonymous.post("/profile/1/invite")).status_code == 401
