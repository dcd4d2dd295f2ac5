"""Worklogs as they follow from the documented operations alone."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assaydesk.domains.worklogs.models import Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession


async def opened(client: httpx.AsyncClient, channel: str = "email") -> int:
    body = {"channel": channel, "from": "ann@mail.example", "subject": "Meter", "body": "Where is my reading?"}
    answer = await client.post("/ticket", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


async def ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


async def reply(client: httpx.AsyncClient, ticket: int, **values: Any) -> int:
    body = {"content": {"message": "We booked it."}, "type": "text"} | values
    return int((await ok(await client.post(f"/ticket/{ticket}/conversation/reply", json=body)))["id"])


async def customer_asks(client: httpx.AsyncClient, ticket: int) -> None:
    body = {"direction": "in", "from": "ann@mail.example", "body": "And now?"}
    await ok(await client.post(f"/ticket/{ticket}/conversation/store", json=body))


async def patch(client: httpx.AsyncClient, ticket: int, **fields: Any) -> None:
    await ok(await client.patch(f"/ticket/{ticket}", json=fields))


async def actions(client: httpx.AsyncClient, ticket: int) -> list[tuple[int, list[str]]]:
    found = await ok(await client.get(f"/ticket/{ticket}/worklog"))
    return [(worklog["worklog"]["userId"], worklog["worklog"]["actionList"]) for worklog in found]


async def test_the_documented_example_with_its_running_totals(session: WriteSession, as_actor: Any) -> None:
    machine = await as_actor(type="serviceWorker")
    agent, colleague = await as_actor(), await as_actor()
    totals = []

    async def total() -> None:
        totals.append(await session.scalar(select(func.count()).select_from(Worklog)))

    ticket = await opened(machine)
    await total()
    await reply(agent, ticket, status="closed")
    await total()
    await reply(agent, ticket, private=True)
    await total()
    await customer_asks(machine, ticket)
    await total()
    await customer_asks(machine, ticket)
    await total()
    await patch(agent, ticket, status="pending", dueBy=(utc_now() + timedelta(days=9)).isoformat())
    await total()
    await reply(agent, ticket, private=True)
    await total()
    await patch(agent, ticket, agentId=colleague.actor_id)
    await total()
    await patch(colleague, ticket, status="closed")
    await total()
    assert totals == [0, 1, 1, 1, 1, 2, 2, 2, 3]
    assert sorted(await actions(agent, ticket)) == sorted(
        [
            (agent.actor_id, ["reply", "closed", "internal-note"]),
            (agent.actor_id, ["pending", "internal-note", "assigned"]),
            (colleague.actor_id, ["closed"]),
        ]
    )


async def test_a_bulk_update_counts_unless_it_is_kept_out(as_actor: Any) -> None:
    agent = await as_actor()
    tickets = [await opened(agent) for _ in range(3)]
    closing = [{"id": ticket, "status": "closed"} for ticket in tickets]
    await ok(await agent.patch("/ticket", json=closing[:2], params={"trackTime": "false"}))
    await ok(await agent.patch("/ticket", json=closing[2:]))
    assert [await actions(agent, ticket) for ticket in tickets] == [[], [], [(agent.actor_id, ["closed"])]]


async def test_a_status_that_does_not_change_raises_nothing(as_actor: Any) -> None:
    agent = await as_actor()
    ticket = await opened(agent)
    await patch(agent, ticket, status="closed")
    other = await as_actor()
    await patch(other, ticket, status="closed")
    assert await actions(agent, ticket) == [(agent.actor_id, ["closed"])]


async def test_a_draft_that_somebody_else_publishes(as_actor: Any) -> None:
    author = await as_actor(permissions=["readTicket", "replyToTicket", "createTicket", "worklogViewAll"])
    approver = await as_actor()
    ticket = await opened(author)
    draft = await reply(author, ticket)
    assert await actions(author, ticket) == [(author.actor_id, ["draft"])]
    await ok(await approver.patch(f"/ticket/{ticket}/conversation/{draft}", json={"isDraft": False}))
    [worklog] = await ok(await author.get(f"/ticket/{ticket}/worklog"))
    assert worklog["worklog"]["actionList"] == ["reply", "draft"]
    assert worklog["worklog"]["conversationId"] == draft


@pytest.mark.parametrize("status", ["break", "support", "longAbsence"])
async def test_work_while_tracking_is_off_has_no_length(as_actor: Any, status: str) -> None:
    agent = await as_actor(work_status=status)
    ticket = await opened(agent)
    await agent.get(f"/ticket/{ticket}/ping")
    await reply(agent, ticket)
    await agent.get(f"/ticket/{ticket}/ping")
    [worklog] = await ok(await agent.get(f"/ticket/{ticket}/worklog"))
    assert worklog["time"]["duration"] == 0
    [segment] = worklog["time"]["segments"]
    assert segment["from"] == segment["to"] == worklog["latestInteraction"]


async def test_stored_messages_of_agents_are_no_work(as_actor: Any) -> None:
    agent = await as_actor()
    ticket = await opened(agent)
    body = {"direction": "out", "agentId": agent.actor_id, "body": "Done elsewhere.", "to": ["ann@mail.example"]}
    await ok(await agent.post(f"/ticket/{ticket}/conversation/store", json=body))
    assert await actions(agent, ticket) == []


async def test_a_customer_who_writes_again_reopens_the_worklog_that_closed(as_actor: Any) -> None:
    agent = await as_actor()
    ticket = await opened(agent)
    await patch(agent, ticket, status="closed")
    await customer_asks(agent, ticket)
    [worklog] = await ok(await agent.get(f"/ticket/{ticket}/worklog"))
    experience = worklog["customerExperience"]
    assert experience["reOpened"] is True
    assert experience["closingDateForSLA"] == worklog["latestInteraction"]


async def test_presence_is_shown_on_the_ticket_and_ends_when_told(as_actor: Any) -> None:
    agent = await as_actor()
    ticket = await opened(agent)
    await agent.get(f"/ticket/{ticket}/ping")
    assert (await ok(await agent.get(f"/ticket/{ticket}")))["workedOnByIds"] == [agent.actor_id]
    await patch(agent, ticket, workedOnBy=None)
    assert (await ok(await agent.get(f"/ticket/{ticket}")))["workedOnByIds"] == []
