"""`GET /worklog/{id}`."""

from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from assaydesk.domains.worklogs.feed import feed
from assaydesk.domains.worklogs.schemas import WorklogDetailRead
from assaydesk.domains.worklogs.types import Action, Contribution, RecordedCall, RecordedWork
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, make_message


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def worklog_of(session: WriteSession, user: int) -> tuple[int, int, int]:
    """A chat in which the user answered once after two system actions; answers ticket, message and worklog."""
    ticket = (await make_ticket(session, channel="chat")).id
    await make_message(session, ticket, after(0))
    reply = (await make_message(session, ticket, after(60), direction="out", agent_id=user)).id
    work = RecordedWork(
        user,
        ticket,
        (Contribution(after(20)), Contribution(after(60), (Action.REPLY,), reply, 40)),
        tool_calls=(
            RecordedCall("pull-up-account", {"name": "Ann Bell"}, {"found": True}, after(20), reply),
            RecordedCall("verify", None, None, after(60)),
        ),
    )
    [worklog] = await feed(session, [work])
    await session.commit()
    return ticket, reply, worklog


async def test_a_worklog_has_its_tool_calls(session: WriteSession, as_actor: Any) -> None:
    client = await as_actor()
    ticket, reply, worklog = await worklog_of(session, client.actor_id)
    answer = await client.get(f"/worklog/{worklog}")
    assert answer.status_code == 200, answer.text
    WorklogDetailRead.model_validate(answer.json())
    calls = answer.json().pop("toolCalls")
    [listed] = (await client.get(f"/ticket/{ticket}/worklog")).json()
    assert {name: value for name, value in answer.json().items() if name != "toolCalls"} == listed
    assert [{**call, "id": None} for call in calls] == [
        {
            "id": None,
            "name": "pull-up-account",
            "arguments": {"name": "Ann Bell"},
            "result": {"found": True},
            "at": "2024-06-12T09:00:20Z",
            "conversationId": reply,
        },
        {
            "id": None,
            "name": "verify",
            "arguments": None,
            "result": None,
            "at": "2024-06-12T09:01:00Z",
            "conversationId": None,
        },
    ]


async def test_without_a_token(session: WriteSession, anonymous: httpx.AsyncClient) -> None:
    _, _, worklog = await worklog_of(session, (await make_profile(session)).id)
    assert (await anonymous.get(f"/worklog/{worklog}")).status_code == 401


@pytest.mark.parametrize("permissions", [[], ["readTicket"], ["worklogViewOwn"], ["worklogViewTeamMate"]])
async def test_a_hidden_worklog_is_not_found(session: WriteSession, as_actor: Any, permissions: list[str]) -> None:
    _, _, worklog = await worklog_of(session, (await make_profile(session)).id)
    answer = await (await as_actor(permissions=permissions)).get(f"/worklog/{worklog}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "worklog_not_found")


async def test_an_unknown_worklog_is_not_found(as_actor: Any) -> None:
    answer = await (await as_actor()).get("/worklog/999999")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "worklog_not_found")


@pytest.mark.parametrize("worklog", ["0", "x", str(2**63)])
async def test_a_malformed_id(as_actor: Any, worklog: str) -> None:
    assert (await (await as_actor()).get(f"/worklog/{worklog}")).status_code == 422
