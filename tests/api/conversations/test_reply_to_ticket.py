"""POST reply: answers, notes, drafts (ticket.md 3.2)."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.conversations.schemas import Replied
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.conversations import make_message
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.tickets import make_ticket

WRITER = ["replyToTicket", "sendWithoutApproval"]


@pytest.fixture
async def writer(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=WRITER)


@pytest.fixture
async def ticket_id(session: WriteSession) -> int:
    ticket = await make_ticket(session)
    await make_message(session, ticket.id, to_email=["service@lumen.example", "eve@example.com"])
    await session.commit()
    return ticket.id


async def test_given_the_documented_example_it_runs_as_it_stands(
    as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    client = await as_actor()
    path = f"/ticket/{TICKET}/conversation/reply"
    answer = await client.post(path, json=example(shared_spec, "replyToTicket.request"))
    assert answer.status_code == 200, answer.text
    Replied.model_validate(answer.json())
    assert_same_shape(example(shared_spec, "replyToTicket.response"), answer.json())
    message = answer.json()["conversation"]
    assert (message["private"], message["isDraft"], message["toEmail"]) == (True, False, [])
    assert message["bodyPlain"] == "<string>"


async def test_given_an_answer_the_recommended_recipients_get_it(writer: httpx.AsyncClient, ticket_id: int) -> None:
    body = {"content": {"message": "<p>On <b>Tuesday</b>.</p>"}, "subject": "Re", "intentIds": ["meter", 4]}
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/reply", json=body)
    assert answer.status_code == 200, answer.text
    message = answer.json()["conversation"]
    assert (message["toEmail"], message["ccEmails"]) == (["tom@example.com"], ["eve@example.com"])
    assert (message["fromEmail"], message["deliveryStatus"]) == ("service@lumen.example", "stored")
    assert (message["direction"], message["isDraft"], message["intentIds"]) == ("out", False, ["meter", "4"])
    assert (message["bodyPlain"], message["content"]["message"]) == ("On Tuesday.", "On Tuesday.")
    assert message["agentId"] == message["sender"]["id"] == writer.actor_id  # type: ignore[attr-defined]
    ticket = (await writer.get(f"/ticket/{ticket_id}")).json()
    assert (ticket["responderId"], ticket["status"]) == (writer.actor_id, "open")  # type: ignore[attr-defined]


async def test_given_a_status_the_ticket_follows_in_the_same_step(writer: httpx.AsyncClient, ticket_id: int) -> None:
    path = f"/ticket/{ticket_id}/conversation/reply"
    refused = await writer.post(path, json={"body": "x", "status": "pending"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "pending_requires_due_by")
    assert len((await writer.get(f"/ticket/{ticket_id}/conversation")).json()["conversations"]) == 1
    deferred = await writer.post(path, json={"body": "x", "status": "pending", "dueBy": "2099-01-01"})
    assert deferred.status_code == 200
    assert (await writer.get(f"/ticket/{ticket_id}")).json()["status"] == "pending"
    assert (await writer.post(path, json={"body": "x", "status": "resolved"})).status_code == 200
    assert (await writer.get(f"/ticket/{ticket_id}")).json()["status"] == "closed"


async def test_given_no_right_to_send_the_answer_becomes_a_draft(as_actor: Any, ticket_id: int) -> None:
    learner = await as_actor(permissions=["replyToTicket"])
    answer = await learner.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "Hello"})
    assert (answer.status_code, answer.json()["conversation"]["isDraft"]) == (200, True)
    note = await learner.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "Hello", "private": 1})
    assert (note.json()["conversation"]["isDraft"], note.json()["conversation"]["private"]) == (False, True)
    assert (await learner.get(f"/ticket/{ticket_id}")).json()["responderId"] is None


async def test_given_a_note_recipients_and_draft_are_ignored(writer: httpx.AsyncClient, ticket_id: int) -> None:
    body = {"body": "secret", "private": True, "isDraft": True, "to": ["no address"]}
    message = (await writer.post(f"/ticket/{ticket_id}/conversation/reply", json=body)).json()["conversation"]
    assert (message["direction"], message["isDraft"], message["toEmail"]) == ("internal", False, [])


async def test_given_a_spam_ticket_an_answer_clears_it(writer: httpx.AsyncClient, session: WriteSession) -> None:
    ticket = await make_ticket(session, spam_status="auto_spam")
    await session.commit()
    await writer.post(f"/ticket/{ticket.id}/conversation/reply", json={"body": "note", "private": True})
    assert (await writer.get(f"/ticket/{ticket.id}")).json()["spamStatus"] == "auto_spam"
    await writer.post(f"/ticket/{ticket.id}/conversation/reply", json={"body": "answer"})
    assert (await writer.get(f"/ticket/{ticket.id}")).json()["spamStatus"] == "manual_clean"


@pytest.mark.parametrize(
    ("channel", "body", "status", "code"),
    [
        ("system", {}, 409, "channel_cannot_reply"),
        ("system", {"isDraft": True}, 409, "channel_cannot_reply"),
        ("phone", {}, 409, "channel_cannot_send"),
        ("phone", {"to": ["tom@example.com"]}, 200, "stored"),
        ("chat", {}, 200, "sent"),
        ("email", {}, 422, "recipient_required"),
        ("email", {"isDraft": True}, 200, "stored"),
        ("portal", {}, 200, "sent"),
        ("system", {"private": True}, 200, "stored"),
    ],
)
async def test_given_a_channel_without_address_the_way_out_decides(
    writer: httpx.AsyncClient, session: WriteSession, channel: str, body: Any, status: int, code: str
) -> None:
    ticket = await make_ticket(session, channel=channel, from_address=None)
    await session.commit()
    answer = await writer.post(f"/ticket/{ticket.id}/conversation/reply", json={"body": "x"} | body)
    assert answer.status_code == status, answer.text
    found = answer.json()["error"]["code"] if status != 200 else answer.json()["conversation"]["deliveryStatus"]
    assert found == code


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "content.message", "required"),
        ({"body": " \n"}, "content.message", "required"),
        ({"body": "<p>&nbsp;</p>"}, "content.message", "required"),
        ({"body": "x", "to": ["nobody"]}, "to.0", "bad_format"),
        ({"body": "x", "cc": "nobody"}, "cc.0", "bad_format"),
        ({"body": "x", "direction": "in"}, "direction", "not_allowed"),
        ({"body": "x", "direction": "internal"}, "direction", "not_allowed"),
        ({"body": "x", "type": "rtf"}, "type", "not_allowed"),
        ({"body": "x", "attachments": [{"base64": "a?"}]}, "attachments.0.base64", "bad_format"),
        ({"body": "x", "intentIds": [{}]}, "intentIds.0", "bad_format"),
        ({"body": "x" * 1_000_001}, "body", "too_long"),
    ],
)
async def test_given_faults_they_are_named(
    writer: httpx.AsyncClient, ticket_id: int, body: Any, path: str, code: str
) -> None:
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/reply", json=body)
    assert answer.status_code == 422, answer.text
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["details"]["fields"]] == [(path, code)]


@pytest.mark.parametrize("field", ["subchannelId", "templateId"])
async def test_given_unknown_references_they_are_422(writer: httpx.AsyncClient, ticket_id: int, field: str) -> None:
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "x", field: 99_999})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_files_the_dangerous_ones_are_refused(as_actor: Any, ticket_id: int) -> None:
    writer, robot = await as_actor(permissions=WRITER), await as_actor(permissions=WRITER, type="serviceWorker")
    path = f"/ticket/{ticket_id}/conversation/reply"
    archive = {"attachments": [{"name": "a.zip", "url": "https://x.example/a.zip"}]}
    program = {"attachments": [{"name": "a.exe", "url": "https://x.example/a.exe"}]}
    assert (await writer.post(path, json=archive)).json()["conversation"]["attachments"][0]["riskClass"] == "risky"
    for client, body, risk in ((writer, program, "dangerous"), (robot, archive, "risky")):
        refused = await client.post(path, json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "attachment_refused")
        assert refused.json()["error"]["details"]["riskClass"] == risk


async def test_given_a_long_message_it_is_stored_whole(writer: httpx.AsyncClient, ticket_id: int) -> None:
    text = "<p>Zeile für Zeile.</p>\n" * 4_500
    answer = await writer.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": text})
    assert answer.status_code == 200
    assert answer.json()["conversation"]["body"] == text
    assert answer.elapsed.total_seconds() < 5


async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    path = f"/ticket/{ticket_id}/conversation/reply"
    assert (await anonymous.post(path, json={})).status_code == 401
    nobody = await as_actor(permissions=[])
    assert (await nobody.post(path, json={})).json()["error"]["code"] == "ticket_not_found"
    reader = await as_actor(permissions=["readTicket"])
    assert (await reader.post(path, json={"type": 3})).status_code == 403
    assert (await reader.post("/ticket/99999/conversation/reply", json={})).status_code == 404
    assert (await reader.post("/ticket/x/conversation/reply", json={})).status_code == 422
    merged = await make_ticket(session, merged_into_ticket_id=ticket_id)
    await session.commit()
    writer = await as_actor(permissions=WRITER)
    gone = await writer.post(f"/ticket/{merged.id}/conversation/reply", json={"body": "x", "private": True})
    assert (gone.status_code, gone.json()["error"]["code"]) == (409, "ticket_merged")
