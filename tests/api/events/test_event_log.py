"""The event log (platform.md 5)."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.conversations import make_message
from tests.factories.tickets import make_ticket, make_tickets


@pytest.fixture
async def agent(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor()


async def _events(client: httpx.AsyncClient, *filters: Any, **query: Any) -> list[dict[str, Any]]:
    answer = await client.post("/event/search", params=query, json={"filters": list(filters)})
    assert answer.status_code == 200, answer.text
    return answer.json()["events"]


async def test_given_a_change_by_a_person_the_event_has_the_documented_form(
    agent: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    await agent.patch(f"/ticket/{ticket.id}", json={"status": "closed"})
    answer = await agent.post("/event/search", json=example(shared_spec, "searchEvents.request"))
    assert answer.status_code == 200, answer.text
    found = (await agent.post("/event/search", json={})).json()
    documented = example(shared_spec, "searchEvents.response")
    assert_same_shape(documented, found, leave_out=["events.data", "events.user.gender", "events.details.url"])
    event = found["events"][0]
    assert (event["type"], event["status"], event["ticketId"]) == ("ticketUpdated", "closed", ticket.id)
    assert event["data"] == {"ticketId": ticket.id, "userId": agent.actor_id, "changes": {"status": "closed"}}  # type: ignore[attr-defined]
    assert (event["activity"], event["user"]["id"]) == ("closed the ticket", agent.actor_id)  # type: ignore[attr-defined]
    single = (await agent.get(f"/event/{event['id']}")).json()
    assert single == event


async def test_given_work_on_a_ticket_each_step_is_an_event(
    agent: httpx.AsyncClient, session: WriteSession, run_jobs: Any
) -> None:
    new = {"channel": "chat", "from": "tom@example.com", "subject": "Bill", "body": "Wrong bill"}
    ticket_id = (await agent.post("/ticket", json=new)).json()["id"]
    assert await _events(agent) == []
    await run_jobs()
    await agent.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "Note", "private": True})
    await agent.post(f"/ticket/{ticket_id}/conversation/store", json={"body": "Well?", "from": "tom@example.com"})
    await agent.patch(f"/ticket/{ticket_id}", json={"priority": "high", "subject": "Wrong bill"})
    found = [(event["type"], event["data"]) for event in reversed(await _events(agent))]
    kinds = [kind for kind, _ in found]
    assert kinds == ["ticketCreated", "conversationCreated", "ticketResponse", "ticketUpdated"]
    facts = dict(found)
    assert facts["ticketCreated"] == {"ticketId": ticket_id, "channel": "chat", "aiStatus": "done"}
    assert (facts["conversationCreated"]["private"], facts["conversationCreated"]["userId"]) == (True, agent.actor_id)  # type: ignore[attr-defined]
    assert facts["ticketUpdated"]["changes"] == {"priority": "high", "subject": "Wrong bill"}


async def test_given_a_bulk_update_there_is_one_event_a_ticket_and_few_statements(
    agent: httpx.AsyncClient, session: WriteSession, database: Database
) -> None:
    counts = []
    for number in (1, 50):
        ids = await make_tickets(session, number)
        await session.commit()
        before = database.statements
        body = [{"id": one, "status": "closed"} for one in ids] + [{"id": ids[0], "priority": "high"}]
        assert (await agent.patch("/ticket", json=body)).status_code == 200
        counts.append(database.statements - before)
        found = await _events(agent, {"key": "e.ticketId", "comparator": "in", "values": ids}, limit=100)
        assert len(found) == number
    assert counts[0] == counts[1]
    first = await _events(agent, {"key": "ticketId", "comparator": "equal", "value": ids[0]})
    assert first[0]["data"]["changes"] == {"status": "closed", "priority": "high"}


async def test_given_filters_the_log_is_narrowed(agent: httpx.AsyncClient, session: WriteSession) -> None:
    one, other = await make_ticket(session), await make_ticket(session)
    await make_message(session, one.id)
    await session.commit()
    await agent.patch(f"/ticket/{one.id}", json={"subject": "Zählerstand"})
    await agent.post(f"/ticket/{other.id}/conversation/reply", json={"body": "Note", "private": True})
    for filters, expected in (
        ([{"key": "e.type", "comparator": "in", "values": ["TicketUpdated"]}], [one.id]),
        ([{"key": "type", "comparator": "equal", "value": "ticketUpdated"}], [one.id]),
        ([{"key": "q", "comparator": "equal", "value": "zählerst"}], [one.id]),
        ([{"key": "e.createdBy", "comparator": "equal", "value": agent.actor_id}], [other.id, one.id]),  # type: ignore[attr-defined]
        ([{"key": "e.status", "comparator": "equal", "value": "failed"}], []),
    ):
        assert [event["ticketId"] for event in await _events(agent, *filters)] == expected, filters
    older = await agent.post("/event/search", json={"filters": '[{"key":"q","comparator":"equal","value":"note"}]'})
    assert older.json()["pagination"] == {"total": 0, "offset": 0, "limit": 20}
    ascending = await _events(agent, orderByField="e.ticketId", orderByDirection="asc", limit=1, offset=1)
    assert [event["ticketId"] for event in ascending] == [other.id]


@pytest.mark.parametrize(
    ("query", "filters", "code"),
    [
        ({"limit": 101}, [], "validation_failed"),
        ({"orderByField": "e.data"}, [], "unknown_filter_key"),
        ({}, [{"key": "e.data", "comparator": "equal", "value": 1}], "unknown_filter_key"),
        ({}, [{"key": "e.subType", "comparator": "equal", "value": "x"}], "validation_failed"),
        ({}, [{"key": "q", "comparator": "in", "values": ["x"]}], "validation_failed"),
        ({}, "no json", "validation_failed"),
    ],
)
async def test_given_a_wrong_search_it_is_refused(
    agent: httpx.AsyncClient, query: dict[str, Any], filters: Any, code: str
) -> None:
    answer = await agent.post("/event/search", params=query, json={"filters": filters})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


async def test_given_no_right_or_no_event_it_is_refused(as_actor: Any) -> None:
    other = await as_actor(permissions=["readTicket"])
    assert (await other.post("/event/search", json={})).status_code == 403
    assert (await other.get("/event/1")).json()["error"]["code"] == "event_not_found"
    assert (await other.post("/event/1/retry")).json()["error"]["code"] == "event_not_found"
    reader = await as_actor(permissions=["readEvents", "retryEvents"])
    assert (await reader.get("/event/99999999")).json()["error"]["code"] == "event_not_found"
    assert (await reader.post("/event/99999999/retry")).status_code == 404


async def test_given_an_event_only_those_who_may_know_of_it_are_refused_openly(
    as_actor: Any, agent: httpx.AsyncClient, session: WriteSession
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    await agent.patch(f"/ticket/{ticket.id}", json={"status": "closed"})
    reader = await as_actor(permissions=["readEvents"])
    event_id = (await _events(reader))[0]["id"]
    refused = await reader.post(f"/event/{event_id}/retry")
    assert (refused.status_code, refused.json()["error"]["details"]["permission"]) == (403, "retryEvents")
    stranger = await as_actor(permissions=["readTicket"])
    for answer in (await stranger.get(f"/event/{event_id}"), await stranger.post(f"/event/{event_id}/retry")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "event_not_found")


@pytest.mark.parametrize("part", ["data", "files"])
async def test_given_the_older_form_filters_are_a_text_in_a_form_field(
    agent: httpx.AsyncClient, session: WriteSession, shared_spec: Path, part: str
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    await agent.patch(f"/ticket/{ticket.id}", json={"status": "closed"})
    for wanted, found in (("ticketUpdated", 1), ("ticketRouted", 0)):
        filters = json.dumps([{"key": "e.type", "comparator": "in", "values": [wanted]}])
        form = {"filters": filters if part == "data" else (None, filters)}
        answer = await agent.post("/event/search", **{part: form})
        assert answer.status_code == 200, answer.text
        assert answer.json()["pagination"]["total"] == found
        assert_same_shape(example(shared_spec, "searchEventsOlder.response"), answer.json())
    wrong = await agent.post("/event/search", **{part: {"filters": "[" if part == "data" else (None, "[")}})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (422, "validation_failed")
    assert (await agent.post("/ticket/search", data={"filters": "[]"})).status_code == 415
