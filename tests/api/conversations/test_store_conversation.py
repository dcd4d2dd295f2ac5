"""POST store: messages from elsewhere (ticket.md 3.3, 5.2)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.conversations.schemas import Stored
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket


@pytest.fixture
async def writer(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["replyToTicket"])


async def _ticket(session: WriteSession, **values: Any) -> int:
    ticket = await make_ticket(session, **values)
    await session.commit()
    return ticket.id


async def test_given_the_documented_example_twice_there_is_one_message(
    as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    client = await as_actor()
    path, body = f"/ticket/{TICKET}/conversation/store", example(shared_spec, "storeConversation.request")
    answer = await client.post(path, json=body)
    assert answer.status_code == 200, answer.text
    Stored.model_validate(answer.json())
    documented = example(shared_spec, "storeConversation.response")
    assert_same_shape(documented, answer.json(), leave_out=["conversation.crmNotificationId"])
    message = answer.json()["conversation"]
    assert (message["createdAt"], message["crmNotificationId"]) == (1709251200, "<string>")
    assert (message["bodyPlain"], message["sender"]["id"]) == ("<string>", None)
    assert message["attachments"][0]["originalUrl"] == body["attachments"][0]["url"]
    again = await client.post(path, json=body | {"body": "Changed", "bodyPlain": None, "bodyClean": None})
    assert again.json()["conversationId"] == answer.json()["conversationId"]
    assert (again.json()["conversation"]["bodyPlain"], again.json()["conversation"]["version"]) == ("Changed", 2)
    assert len((await client.get(f"/ticket/{TICKET}/conversation")).json()["conversations"]) == 2


@pytest.mark.parametrize("status", ["pending", "closed"])
async def test_given_a_message_of_the_customer_the_ticket_opens(
    writer: httpx.AsyncClient, session: WriteSession, status: str
) -> None:
    waiting = {"due_by": datetime(2099, 1, 1, tzinfo=UTC), "due_by_was_set_manually": True}
    values = waiting if status == "pending" else {"closed_at": utc_now() - timedelta(days=59)}
    ticket_id = await _ticket(session, status=status, **values)
    answer = await writer.post(
        f"/ticket/{ticket_id}/conversation/store", json={"body": "Hello?", "from": "tom@x.example"}
    )
    assert answer.json()["ticketId"] == ticket_id
    ticket = (await writer.get(f"/ticket/{ticket_id}")).json()
    assert (ticket["status"], ticket["closedAt"]) == ("open", None)


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ({"status": "closed"}, {}),
        ({"private": True}, {}),
        ({"direction": "out"}, {}),
        ({}, {"spam_status": "auto_spam"}),
    ],
)
async def test_given_anything_else_a_closed_ticket_stays_closed(
    writer: httpx.AsyncClient, session: WriteSession, body: Any, values: Any
) -> None:
    ticket_id = await _ticket(session, status="closed", closed_at=utc_now(), **values)
    assert (await writer.post(f"/ticket/{ticket_id}/conversation/store", json={"body": "x"} | body)).status_code == 200
    assert (await writer.get(f"/ticket/{ticket_id}")).json()["status"] == "closed"


async def test_given_a_ticket_closed_long_ago_another_one_continues_it(
    writer: httpx.AsyncClient, session: WriteSession
) -> None:
    old = await _ticket(session, status="closed", closed_at=utc_now() - timedelta(days=61), customer_id="C-1")
    body = {"body": "Again!", "from": "tom@example.com", "externalConversationId": "E-1"}
    first = (await writer.post(f"/ticket/{old}/conversation/store", json=body)).json()
    again = (await writer.post(f"/ticket/{old}/conversation/store", json=body)).json()
    assert first["ticketId"] == again["ticketId"] != old
    assert first["conversationId"] == again["conversationId"]
    ticket = (await writer.get(f"/ticket/{first['ticketId']}")).json()
    assert (ticket["previousTicketId"], ticket["status"], ticket["customerId"]) == (old, "open", "C-1")
    assert ticket["bodyPlain"] == "Again!"
    assert (await writer.get(f"/ticket/{old}")).json()["status"] == "closed"


async def test_given_an_outgoing_message_its_author_answered(writer: httpx.AsyncClient, session: WriteSession) -> None:
    user = await make_profile(session)
    ticket_id = await _ticket(session)
    body = {"direction": "out", "agentId": user.id, "content": {"message": "Done."}, "priority": "high"}
    assert (await writer.post(f"/ticket/{ticket_id}/conversation/store", json=body)).status_code == 200
    ticket = (await writer.get(f"/ticket/{ticket_id}")).json()
    assert (ticket["responderId"], ticket["priority"]) == (user.id, "high")


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "body", "required"),
        ({"body": "x", "createdAt": "soon"}, "createdAt", "bad_format"),
        ({"body": "x", "direction": "up"}, "direction", "not_allowed"),
        ({"body": "x", "status": "pending"}, "status", "required"),
        ({"body": "x", "customerId": "C" * 51}, "customerId", "too_long"),
    ],
)
async def test_given_faults_they_are_named(
    writer: httpx.AsyncClient, session: WriteSession, body: Any, path: str, code: str
) -> None:
    ticket_id = await _ticket(session)
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/store", json=body)
    assert answer.status_code == 422, answer.text
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["details"]["fields"]] == [(path, code)]
    assert (await writer.get(f"/ticket/{ticket_id}/conversation")).json()["conversations"] == []


@pytest.mark.parametrize("field", ["agentId", "subchannelId"])
async def test_given_unknown_references_they_are_422(
    writer: httpx.AsyncClient, session: WriteSession, field: str
) -> None:
    ticket_id = await _ticket(session)
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/store", json={"body": "x", field: 99_999})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession
) -> None:
    ticket_id = await _ticket(session)
    path = f"/ticket/{ticket_id}/conversation/store"
    assert (await anonymous.post(path, json={})).status_code == 401
    assert (await (await as_actor(permissions=[])).post(path, json={})).status_code == 404
    assert (await (await as_actor(permissions=["readTicket"])).post(path, json={"type": 3})).status_code == 403
    merged = await _ticket(session, merged_into_ticket_id=ticket_id)
    writer = await as_actor(permissions=["replyToTicket"])
    gone = await writer.post(f"/ticket/{merged}/conversation/store", json={"body": "x"})
    assert (gone.status_code, gone.json()["error"]["code"]) == (409, "ticket_merged")
