"""Saved views of the ticket list (platform.md 13.1)."""

from typing import Any

import httpx
import pytest

from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_team
from tests.factories.tickets import make_ticket, make_tickets

MINE = {"key": "agentId", "comparator": "equal", "value": "me"}


@pytest.fixture
async def agent(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["readTicket"])


async def _make(client: httpx.AsyncClient, **values: Any) -> int:
    answer = await client.post("/ticketView", json={"name": "Mine"} | values)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def _names(client: httpx.AsyncClient) -> list[str]:
    return [view["name"] for view in (await client.get("/ticketView")).json()["views"]]


async def test_given_a_view_it_is_kept_as_it_was_sent(agent: httpx.AsyncClient, session: WriteSession) -> None:
    await make_ticket(session, agent_id=agent.actor_id)  # type: ignore[attr-defined]
    await make_ticket(session)
    await session.commit()
    since = {"key": "createdAt", "comparator": "greater", "value": "-7d"}
    view_id = await _make(agent, filters=[MINE], orderByField="dueBy", columns=["subject", "dueBy"], icon="star")
    shown = (await agent.get(f"/ticketView/{view_id}")).json()
    assert (shown["filters"], shown["orderByField"], shown["columns"]) == ([MINE], "dueBy", ["subject", "dueBy"])
    assert (shown["visibility"], shown["canEdit"], shown["ownerId"]) == ("private", True, agent.actor_id)  # type: ignore[attr-defined]
    listed = (await agent.get("/ticketView", params={"withCounts": True})).json()
    assert (listed["total"], listed["views"][0]["count"], listed["views"][0]["countCapped"]) == (1, 1, False)
    assert (await agent.patch(f"/ticketView/{view_id}", json={"filters": [since]})).json() == {"success": True}
    assert (await agent.get(f"/ticketView/{view_id}")).json()["filters"] == [since]
    found = await agent.post("/ticket/search", json={"filters": shown["filters"]})
    assert found.json()["total"] == 1
    assert (await agent.delete(f"/ticketView/{view_id}")).json() == {"success": True}
    assert (await agent.get(f"/ticketView/{view_id}")).json()["error"]["code"] == "ticket_view_not_found"


async def test_given_a_thousand_tickets_the_count_is_capped(agent: httpx.AsyncClient, session: WriteSession) -> None:
    await make_tickets(session, 1000)
    await session.commit()
    await _make(agent)
    view = (await agent.get("/ticketView?withCounts=true")).json()["views"][0]
    assert (view["count"], view["countCapped"]) == (999, True)


async def test_given_shared_views_each_sees_what_is_meant_for_them(as_actor: Any, session: WriteSession) -> None:
    team, other = await make_team(session), await make_team(session)
    await session.commit()
    lead = await as_actor(permissions=["readTicket", "manageTeamMembers", "updateClientSettings"], teams=[team.id])
    mate = await as_actor(permissions=["readTicket"], teams=[team.id])
    stranger = await as_actor(permissions=["readTicket"], teams=[other.id])
    shared = await _make(lead, name="Team", visibility="team", teamIds=[team.id])
    for_all = await _make(lead, name="All", visibility="all")
    await _make(lead, name="Own")
    assert await _names(lead) == ["Team", "All", "Own"]
    assert await _names(mate) == ["Team", "All"]
    assert await _names(stranger) == ["All"]
    assert (await mate.get(f"/ticketView/{shared}")).json()["canEdit"] is False
    assert (await mate.patch(f"/ticketView/{shared}", json={"name": "X"})).status_code == 403
    assert (await mate.delete(f"/ticketView/{for_all}")).status_code == 403
    assert (await stranger.get(f"/ticketView/{shared}")).status_code == 404
    second = await as_actor(permissions=["readTicket", "manageTeamMembers"], teams=[team.id])
    assert (await second.patch(f"/ticketView/{shared}", json={"name": "Ours"})).status_code == 200
    assert await _names(mate) == ["Ours", "All"]
    assert (await mate.put("/ticketView/order", json={"ids": [for_all, shared]})).status_code == 200
    assert await _names(mate) == ["All", "Ours"]
    assert await _names(lead) == ["Ours", "All", "Own"]
    refused = await stranger.put("/ticketView/order", json={"ids": [shared]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_reference")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": ""}, 422, "validation_failed"),
        ({"name": "x" * 81}, 422, "validation_failed"),
        ({"name": "a", "filters": [{"key": "nothing", "comparator": "equal", "value": 1}]}, 422, "unknown_filter_key"),
        ({"name": "a", "filters": [{"key": "createdAt", "comparator": "like", "value": 1}]}, 422, "validation_failed"),
        ({"name": "a", "orderByField": "nothing"}, 422, "unknown_filter_key"),
        ({"name": "a", "visibility": "team", "teamIds": [1]}, 403, "permission_denied"),
        ({"name": "a", "visibility": "all"}, 403, "permission_denied"),
        ({"name": "a", "visibility": "world"}, 422, "validation_failed"),
    ],
)
async def test_given_a_wrong_view_it_is_refused(
    agent: httpx.AsyncClient, body: dict[str, Any], status: int, code: str
) -> None:
    answer = await agent.post("/ticketView", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.text
    assert await _names(agent) == []


async def test_given_no_team_or_an_unknown_one_sharing_is_refused(as_actor: Any) -> None:
    lead = await as_actor(permissions=["readTicket", "manageTeamMembers"])
    none = await lead.post("/ticketView", json={"name": "a", "visibility": "team"})
    assert none.json()["error"]["details"]["fields"][0]["path"] == "teamIds"
    unknown = await lead.post("/ticketView", json={"name": "a", "visibility": "team", "teamIds": [99999999]})
    assert unknown.json()["error"]["code"] == "unknown_reference"


async def test_given_no_right_everything_is_refused(as_actor: Any) -> None:
    client = await as_actor(permissions=["readTemplates"])
    assert (await client.get("/ticketView")).status_code == 403
    assert (await client.post("/ticketView", json={"name": "a"})).status_code == 403
    assert (await client.put("/ticketView/order", json={"ids": []})).status_code == 403
    assert (await client.get("/ticketView/99999999")).status_code == 404
