"""Event hooks against a real HTTP server (code.md 8)."""

import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from assaydesk.domains.events import service
from assaydesk.domains.events.models import EventDelivery
from assaydesk.integrations.web.addresses import Allowed
from assaydesk.integrations.web.guarded import GuardedWeb
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.tickets import make_ticket
from tests.servers.web_server import Page, WebServer


@pytest.fixture
async def receiver(ports: dict[str, Any]) -> AsyncIterator[WebServer]:
    ports["web"] = GuardedWeb(Allowed.parse("127.0.0.1"))
    with WebServer({"/hook": Page(b'{"seen": true}')}) as server:
        yield server
    await ports["web"].close()


@pytest.fixture
async def admin(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor()


def hook_body(url: str, **values: Any) -> dict[str, Any]:
    executor = {"type": "apiCall", "request": {"url": url}}
    return {"name": "Shop", "events": ["TicketUpdated"], "executor": executor} | values


async def _make(admin: httpx.AsyncClient, server: WebServer, **values: Any) -> int:
    answer = await admin.post("/settings/eventHook", json=hook_body(server.url + "/hook", **values))
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def _change(admin: httpx.AsyncClient, session: WriteSession, **body: Any) -> int:
    ticket = await make_ticket(session)
    await session.commit()
    assert (await admin.patch(f"/ticket/{ticket.id}", json=body or {"priority": "high"})).status_code == 200
    return int(ticket.id)


async def _deliveries(admin: httpx.AsyncClient, hook_id: int, **query: Any) -> list[dict[str, Any]]:
    answer = await admin.get(f"/settings/eventHook/{hook_id}/delivery", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["deliveries"])


async def test_given_an_event_the_hook_gets_it_signed_and_once(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, run_jobs: Any
) -> None:
    await admin.put("/settings/secret/APICALL_SIGNING_KEY", json={"value": "shared"})
    await admin.put("/settings/secret/SHOP_TOKEN", json={"value": "t-0"})
    headers = {"Authorization": "Bearer {{secret.SHOP_TOKEN}}"}
    executor = {"type": "apiCall", "request": {"url": receiver.url + "/hook", "headers": headers}}
    hook_id = await _make(admin, receiver, executor=executor)
    ticket_id = await _change(admin, session)
    assert receiver.asked == []
    await run_jobs()
    [(path, sent, body)] = receiver.asked
    payload = json.loads(body)
    assert (path, sent["authorization"], sent["x-assaydesk-event"]) == ("/hook", "Bearer t-0", "TicketUpdated")
    assert (payload["event"], payload["ticketId"], payload["changes"]) == (
        "TicketUpdated", ticket_id, {"priority": "high"}
    )  # fmt: skip
    signed = hmac.new(b"shared", sent["x-assaydesk-timestamp"].encode() + b"." + body, "sha256").hexdigest()
    assert sent["x-assaydesk-signature"] == f"sha256={signed}"
    [delivery] = await _deliveries(admin, hook_id)
    assert (delivery["state"], delivery["attempt"], delivery["httpStatus"]) == ("ok", 1, 200)
    event = (await admin.get(f"/event/{payload['eventId']}")).json()
    assert (event["status"], event["eventTraces"][0]["output"]) == ("closed", {"seen": True})
    shown = (await admin.get(f"/settings/eventHook/{hook_id}")).json()["eventHook"]
    assert (shown["lastRun"]["ok"], shown["executor"]["request"]["headers"]) == (True, headers)
    secrets = {one["key"]: one for one in (await admin.get("/settings/secret")).json()["secrets"]}
    assert secrets["SHOP_TOKEN"]["lastUsedAt"] is not None
    assert [use["id"] for use in secrets["APICALL_SIGNING_KEY"]["usedBy"]] == [hook_id]
    await run_jobs()
    assert len(receiver.asked) == 1


async def test_given_a_failing_receiver_it_is_told_again_and_then_failed(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, run_jobs: Any, runtime: Runtime
) -> None:
    receiver.pages["/hook"] = Page(b"down", status=503)
    hook_id = await _make(admin, receiver)
    await _change(admin, session)
    await run_jobs()
    waits = []
    for _ in range(5):
        [delivery] = await _deliveries(admin, hook_id, state="waiting")
        row = await session.scalar(select(EventDelivery).execution_options(populate_existing=True))
        assert row is not None
        assert row.next_attempt_at is not None
        waits.append(round((row.next_attempt_at - utc_now()).total_seconds() / 60))
        await service.deliver(runtime, hook_id)
        assert len(receiver.asked) == len(waits), "nothing is sent before its time"
        await session.execute(update(EventDelivery).values(next_attempt_at=utc_now() - timedelta(seconds=1)))
        await session.commit()
        await service.deliver(runtime, hook_id)
    assert waits == [1, 5, 15, 60, 360]
    [delivery] = await _deliveries(admin, hook_id, state="failed")
    assert (delivery["attempt"], delivery["httpStatus"]) == (6, 503)
    assert "503" in delivery["error"]
    event_id = delivery["eventId"]
    event = (await admin.get(f"/event/{event_id}")).json()
    assert (event["status"], len(event["eventTraces"])) == ("failed", 6)
    keys = {headers["x-assaydesk-delivery"] for _, headers, _ in receiver.asked}
    assert len(keys) == 1
    receiver.pages["/hook"] = Page(b"")
    again = await admin.post(f"/event/{event_id}/retry")
    assert (again.status_code, again.json()) == (202, {"success": True, "deliveries": 1})
    await run_jobs()
    assert {headers["x-assaydesk-delivery"] for _, headers, _ in receiver.asked} == keys
    assert (await admin.get(f"/event/{event_id}")).json()["status"] == "closed"


async def test_given_two_events_of_a_ticket_they_come_in_order(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, run_jobs: Any, runtime: Runtime
) -> None:
    receiver.pages["/hook"] = Page(b"", status=500)
    hook_id = await _make(admin, receiver)
    ticket_id = await _change(admin, session, priority="high")
    await admin.patch(f"/ticket/{ticket_id}", json={"priority": "low"})
    other = await _change(admin, session, priority="urgent")
    await run_jobs()
    changes = [json.loads(body)["changes"]["priority"] for _, _, body in receiver.asked]
    assert sorted(changes) == ["high", "urgent"], "the second change waits for the first; another ticket does not"
    receiver.pages["/hook"] = Page(b"")
    await session.execute(update(EventDelivery).values(next_attempt_at=utc_now() - timedelta(seconds=1)))
    await session.commit()
    await service.deliver(runtime, hook_id)
    told = [
        (json.loads(body)["ticketId"], json.loads(body)["changes"]["priority"]) for _, _, body in receiver.asked[2:]
    ]
    assert [priority for ticket, priority in told if ticket == ticket_id] == ["high", "low"]
    assert (other, "urgent") in told


async def test_given_a_claim_of_a_dead_worker_it_is_taken_up_later(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, runtime: Runtime
) -> None:
    hook_id = await _make(admin, receiver)
    await _change(admin, session)
    await session.execute(update(EventDelivery).values(claimed_until=utc_now() + timedelta(seconds=60), attempt=1))
    await session.commit()
    await service.deliver(runtime, hook_id)
    assert receiver.asked == []
    await session.execute(update(EventDelivery).values(claimed_until=utc_now() - timedelta(seconds=1)))
    await session.commit()
    await service.deliver(runtime, hook_id)
    assert len(receiver.asked) == 1


async def test_given_a_condition_only_what_it_wants_is_sent(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, run_jobs: Any
) -> None:
    closed = {"field": "changes.status", "operator": "=", "value": "closed"}
    hook_id = await _make(admin, receiver, condition=closed, events=["ticketUpdated", "CronHour"])
    await _change(admin, session)
    await run_jobs()
    assert (receiver.asked, await _deliveries(admin, hook_id)) == ([], [])
    assert (await admin.post("/event/search", json={})).json()["events"][0]["status"] == "closed"
    await _change(admin, session, status="closed")
    await run_jobs()
    assert len(receiver.asked) == 1


async def test_given_a_trial_nothing_is_sent_and_no_secret_is_shown(
    admin: httpx.AsyncClient, receiver: WebServer
) -> None:
    headers = {"Authorization": "Bearer {{secret.SHOP_TOKEN}}"}
    executor = {"type": "apiCall", "request": {"url": receiver.url + "/hook/{{ticketId}}", "headers": headers}}
    hook_id = await _make(admin, receiver, executor=executor)
    trial = {"event": "TicketUpdated", "payload": {"ticketId": 7, "changes": {}}}
    answer = (await admin.post(f"/settings/eventHook/{hook_id}/test", json=trial)).json()
    [call] = answer["calls"]
    assert (answer["wanted"], call["url"]) == (True, receiver.url + "/hook/7")
    assert call["headers"]["authorization"] == "********"
    other = (await admin.post(f"/settings/eventHook/{hook_id}/test", json={"event": "CronDay"})).json()
    assert (other["wanted"], other["calls"], receiver.asked) == (False, [], [])


async def test_given_a_change_the_mask_keeps_a_header_and_a_disabled_hook_is_silent(
    admin: httpx.AsyncClient, session: WriteSession, receiver: WebServer, run_jobs: Any
) -> None:
    request = {"url": receiver.url + "/hook", "headers": {"X-Key": "plain"}}
    hook_id = await _make(admin, receiver, executor={"type": "apiCall", "request": request})
    path = f"/settings/eventHook/{hook_id}"
    shown = (await admin.get(path)).json()["eventHook"]
    assert shown["executor"]["request"]["headers"] == {"X-Key": "********"}
    assert (await admin.patch(path, json={"name": "New", "executor": shown["executor"]})).status_code == 200
    await _change(admin, session)
    await run_jobs()
    assert receiver.asked[0][1]["x-key"] == "plain"
    await admin.patch(path, json={"enabled": False})
    await _change(admin, session)
    await run_jobs()
    assert len(receiver.asked) == 1
    assert [one["name"] for one in (await admin.get("/settings/eventHook")).json()["eventHooks"]] == ["New"]
    assert (await admin.delete(path)).json() == {"success": True}
    assert (await admin.get(path)).status_code == 404


async def test_given_a_private_address_nothing_is_sent(
    admin: httpx.AsyncClient, session: WriteSession, run_jobs: Any, ports: dict[str, Any]
) -> None:
    ports["web"] = GuardedWeb()
    body = hook_body("http://127.0.0.1:9/hook")
    hook_id = (await admin.post("/settings/eventHook", json=body)).json()["id"]
    await _change(admin, session)
    await run_jobs()
    [delivery] = await _deliveries(admin, hook_id)
    assert (delivery["state"], delivery["httpStatus"]) == ("waiting", None)
    assert delivery["error"]
    await ports["web"].close()


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"events": ["Nothing"]}, "events.0"),
        ({"events": []}, "events"),
        ({"name": ""}, "name"),
        ({"executor": {"type": "sourceCode", "code": "1"}}, "executor"),
        ({"executor": {"type": "apiCall"}}, "executor"),
        ({"condition": {"field": "a", "operator": "like"}}, "condition.operator"),
        ({"signingSecret": "lower"}, "signingSecret"),
    ],
)
async def test_given_a_wrong_hook_it_is_refused(admin: httpx.AsyncClient, values: Any, path: str) -> None:
    answer = await admin.post("/settings/eventHook", json=hook_body("https://shop.example/", **values))
    assert answer.status_code == 422, answer.text
    assert [fault["path"] for fault in answer.json()["error"]["details"]["fields"]] == [path]


async def test_given_no_right_or_no_hook_it_is_refused(as_actor: Any) -> None:
    other = await as_actor(permissions=["readEvents"])
    manager = await as_actor(permissions=["manageEventHooks"])
    body = hook_body("https://shop.example/")
    assert (await other.get("/settings/eventHook")).status_code == 403
    assert (await other.post("/settings/eventHook", json=body)).status_code == 403
    for method, path, sent in (
        ("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("POST", "/test", {"event": "CronDay"}),
        ("GET", "/delivery", None),
    ):  # fmt: skip
        missing = await manager.request(method, f"/settings/eventHook/99999999{path}", json=sent)
        assert (missing.status_code, missing.json()["error"]["code"]) == (404, "event_hook_not_found"), path
    hook_id = (await manager.post("/settings/eventHook", json=body)).json()["id"]
    for method, path, sent in (("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("GET", "/delivery", None)):
        hidden = await other.request(method, f"/settings/eventHook/{hook_id}{path}", json=sent)
        assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "event_hook_not_found"), path
    for query in ("state=lost", "from=never", "limit=0"):
        assert (await manager.get(f"/settings/eventHook/{hook_id}/delivery?{query}")).status_code == 422
