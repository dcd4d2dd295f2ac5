"""What people are told (people.md 2)."""

from typing import Any

import httpx

from assaydesk.domains.notifications.schemas import NotificationList
from assaydesk.domains.notifications.service import Kind, notify
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile

TEXT = {"en": "Your draft was rejected.", "de": "Ihr Entwurf wurde abgelehnt."}


async def told(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/notification")
    NotificationList.model_validate(answer.json())
    return list(answer.json()["notifications"])


async def test_given_notices_each_person_sees_only_the_own_ones(as_actor: Any, session: WriteSession) -> None:
    anna, ben = await as_actor(permissions=[]), await as_actor(permissions=[], lang="de")
    assert await told(anna) == []
    everyone = [anna.actor_id, ben.actor_id, None, 0, 987_654]
    assert await notify(session, everyone, Kind.DRAFT_REJECTED, TEXT, ticket_id=7) == [anna.actor_id, ben.actor_id]
    await notify(session, [anna.actor_id], "mention", TEXT, url="/ticket/8")
    await session.commit()
    first, second = await told(anna)
    assert (first["kind"], first["url"], first["ticketId"], first["readAt"]) == ("mention", "/ticket/8", None, None)
    assert (second["kind"], second["text"], second["ticketId"]) == ("draftRejected", TEXT["en"], 7)
    assert [one["text"] for one in await told(ben)] == [TEXT["de"]]
    assert (await anna.get("/profile")).json()["unreadNotifications"] == 2
    page = (await anna.get("/notification?limit=1&offset=1")).json()
    assert ([one["id"] for one in page["notifications"]], page["total"], page["unread"]) == ([second["id"]], 2, 2)


async def test_given_ids_or_all_only_own_notices_become_read(as_actor: Any, session: WriteSession) -> None:
    anna, ben = await as_actor(permissions=[]), await as_actor(permissions=[])
    for _ in range(2):
        await notify(session, [anna.actor_id, ben.actor_id], Kind.SYSTEM, TEXT)
    await session.commit()
    mine = [one["id"] for one in await told(anna)]
    others = [one["id"] for one in await told(ben)]
    answer = await anna.post("/notification/read", json={"ids": [mine[0], *others]})
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert [one["readAt"] is None for one in await told(anna)] == [False, True]
    assert (await ben.get("/notification")).json()["unread"] == 2
    assert (await anna.post("/notification/read", json={"all": True})).status_code == 200
    assert (await anna.get("/notification")).json()["unread"] == 0
    assert (await anna.get("/profile")).json()["unreadNotifications"] == 0


async def test_given_machines_and_people_who_left_they_are_passed_over(session: WriteSession) -> None:
    gone = await make_profile(session, state="deleted")
    agent = await make_profile(session, type="aiAgent")
    worker = await make_profile(session, type="serviceWorker")
    assert await notify(session, [gone.id, agent.id, worker.id], Kind.SYSTEM, TEXT) == []


async def test_given_nobody_or_nothing_to_mark_it_is_refused(as_actor: Any, anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/notification")).status_code == 401
    assert (await anonymous.post("/notification/read", json={"all": True})).status_code == 401
    anna = await as_actor(permissions=[])
    refused = await anna.post("/notification/read", json={})
    assert refused.status_code == 422
    assert refused.json()["error"]["details"]["fields"][0]["path"] == "ids"
    assert (await anna.post("/notification/read", json={"ids": ["x"]})).status_code == 422
    assert (await anna.get("/notification?limit=0")).status_code == 422
