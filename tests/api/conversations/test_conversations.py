"""GET, PATCH and DELETE of messages (ticket.md 3.1, 3.4, 3.5)."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.conversations.models import Attachment, ConversationText
from assaydesk.domains.conversations.schemas import ConversationList
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.conversations import make_draft, make_message, make_note
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket


@pytest.fixture
async def ticket_id(session: WriteSession) -> int:
    ticket = await make_ticket(session)
    await session.commit()
    return ticket.id


async def _list(client: httpx.AsyncClient, ticket_id: int, **query: Any) -> list[dict[str, Any]]:
    answer = await client.get(f"/ticket/{ticket_id}/conversation", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()["conversations"]  # type: ignore[no-any-return]


async def test_given_messages_they_have_the_documented_shape(
    as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    client = await as_actor(permissions=["readTicket"])
    answer = await client.get(f"/ticket/{TICKET}/conversation")
    ConversationList.model_validate(answer.json())
    assert_same_shape(example(shared_spec, "getConversations.response"), answer.json())
    assert answer.json()["conversations"][0]["attachments"][0]["fileEnding"] == "jpg"


async def test_given_many_messages_the_queries_are_the_same(
    as_actor: Any, session: WriteSession, engine: Database, ticket_id: int
) -> None:
    client = await as_actor(permissions=["readTicket"])
    for number in range(60):
        message = await make_message(session, ticket_id, f"message {number}")
        session.add(Attachment(id=f"f{number}", conversation_id=message.id, name="a.pdf", risk_class="safe"))
        if number == 0:
            await session.commit()
            before = engine.statements
            await _list(client, ticket_id)
            alone = engine.statements - before
    await session.commit()
    before = engine.statements
    shown = await _list(client, ticket_id)
    assert engine.statements - before == alone
    assert [message["bodyPlain"] for message in shown] == [f"message {number}" for number in range(60)]


async def test_given_html_from_outside_it_is_shown_cleaned(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    attack = '<p onclick="x">Hi<script>alert(1)</script><img src="https://spy.example/p.png"></p>'
    await make_message(session, ticket_id, attack, type="html", body_plain="Hi")
    await session.commit()
    client = await as_actor(permissions=["readTicket"])
    (message,) = await _list(client, ticket_id)
    assert message["body"].startswith('<p>Hi<img data-remote-image="1" data-remote-link="/api/mind/ticket/')
    assert (await client.get(f"/ticket/{ticket_id}")).json()["body"] == message["body"]


async def test_given_an_author_notes_and_drafts_change_and_keep_their_history(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    author = await as_actor(permissions=["replyToTicket"])
    note = await make_note(session, ticket_id, author.actor_id, "first")
    draft = await make_draft(session, ticket_id, author.actor_id, "first")
    await session.commit()
    for message in (note, draft):
        path = f"/ticket/{ticket_id}/conversation/{message.id}"
        body = {"content": {"message": "second"}, "subject": "s", "colour": 1}
        answer = await author.patch(path, json=body, headers={"If-Unmodified-Since-Version": "1"})
        assert answer.status_code == 200, answer.text
        changed = answer.json()["conversation"]
        assert (changed["bodyPlain"], changed["subject"], changed["version"]) == ("second", "s", 2)
        assert (changed["editedAt"] is not None, answer.headers["X-Ignored-Fields"]) == (True, "colour")
        stale = await author.patch(path, json=body, headers={"If-Unmodified-Since-Version": "1"})
        assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale_object")
    kept = (await session.scalars(select(ConversationText).order_by(ConversationText.id))).all()
    assert [(line.body, line.edited_by) for line in kept] == [("first", author.actor_id)] * 2


@pytest.mark.parametrize(
    ("values", "body", "code"),
    [
        ({"direction": "in"}, {"body": "x"}, "conversation_not_editable"),
        ({"direction": "out"}, {"body": "x"}, "conversation_not_editable"),
        ({"direction": "out"}, {"isDraft": False}, "conversation_not_editable"),
        ({"direction": "out"}, {"isDraft": True}, "conversation_not_editable"),
        ({"direction": "internal", "private": True}, {"isDraft": True}, "conversation_not_editable"),
    ],
)
async def test_given_other_messages_they_cannot_be_changed(
    as_actor: Any, session: WriteSession, ticket_id: int, values: Any, body: Any, code: str
) -> None:
    message = await make_message(session, ticket_id, **values)
    await session.commit()
    answer = await (await as_actor()).patch(f"/ticket/{ticket_id}/conversation/{message.id}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, code)


async def test_given_a_draft_four_eyes_publish_it_once(as_actor: Any, session: WriteSession, ticket_id: int) -> None:
    author = await as_actor(permissions=["replyToTicket"])
    approver = await as_actor(permissions=["replyToTicket", "approveDrafts"])
    draft = await make_draft(session, ticket_id, author.actor_id, to_email=[])
    await session.commit()
    path = f"/ticket/{ticket_id}/conversation/{draft.id}"
    denied = await author.patch(path, json={"isDraft": False})
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "sendWithoutApproval")
    both = await approver.patch(path, json={"isDraft": False, "body": "other"})
    assert (both.status_code, both.json()["error"]["details"]["permission"]) == (403, "editAnyConversation")
    sent = await approver.patch(path, json={"isDraft": False})
    assert sent.status_code == 200, sent.text
    message = sent.json()["conversation"]
    assert (message["isDraft"], message["agentId"], message["toEmail"]) == (False, author.actor_id, ["tom@example.com"])
    assert (await author.get(f"/ticket/{ticket_id}")).json()["responderId"] == author.actor_id
    again = await approver.patch(path, json={"isDraft": False})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "draft_already_published")


async def test_given_an_own_draft_the_right_to_send_publishes_it(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    author = await as_actor(permissions=["replyToTicket", "sendWithoutApproval"])
    approver = await as_actor(permissions=["replyToTicket", "approveDrafts"])
    mine, theirs = (
        await make_draft(session, ticket_id, author.actor_id),
        await make_draft(session, ticket_id, approver.actor_id),
    )
    await session.commit()
    path = f"/ticket/{ticket_id}/conversation"
    assert (await author.patch(f"{path}/{mine.id}", json={"isDraft": False, "body": "final"})).status_code == 200
    assert (await author.patch(f"{path}/{theirs.id}", json={"isDraft": False})).status_code == 403
    own = await approver.patch(f"{path}/{theirs.id}", json={"isDraft": False})
    assert own.json()["error"]["details"]["permission"] == "sendWithoutApproval"


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"body": " "}, "content.message", "required"),
        ({"to": ["nobody"]}, "to.0", "bad_format"),
        ({"isDraft": None}, "isDraft", "wrong_type"),
        ({"isDraft": "perhaps"}, "isDraft", "wrong_type"),
        ({"subject": 3}, "subject", "wrong_type"),
    ],
)
async def test_given_faults_they_are_named(
    as_actor: Any, session: WriteSession, ticket_id: int, body: Any, path: str, code: str
) -> None:
    client = await as_actor()
    draft = await make_draft(session, ticket_id, client.actor_id)
    await session.commit()
    answer = await client.patch(f"/ticket/{ticket_id}/conversation/{draft.id}", json=body)
    assert answer.status_code == 422, answer.text
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["details"]["fields"]] == [(path, code)]


async def test_given_an_author_notes_and_drafts_are_deleted_softly(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    author = await as_actor(permissions=["replyToTicket"])
    note = await make_note(session, ticket_id, author.actor_id)
    sent = await make_message(session, ticket_id, direction="out", agent_id=author.actor_id)
    await session.commit()
    path = f"/ticket/{ticket_id}/conversation"
    assert (await author.delete(f"{path}/{sent.id}")).status_code == 403
    assert (await author.delete(f"{path}/{note.id}", params={"reason": "wrong ticket"})).json() == {"success": True}
    assert (await author.delete(f"{path}/{note.id}")).json()["error"]["code"] == "conversation_not_found"
    assert [message["id"] for message in await _list(author, ticket_id)] == [sent.id]
    assert [message["id"] for message in await _list(author, ticket_id, includeDeleted=1)] == [sent.id]
    editor = await as_actor(permissions=["readTicket", "editAnyConversation"])
    assert (await editor.delete(f"{path}/{sent.id}")).status_code == 200
    shown = await _list(editor, ticket_id, includeDeleted="true")
    assert [message["deletedAt"] is not None for message in shown] == [True, True]
    lines = (await session.execute(select(audit_entries.c.object_id, audit_entries.c.field))).all()
    assert {tuple(line) for line in lines if line.field == "reason"} == {(note.id, "reason")}


async def test_given_a_message_being_sent_it_cannot_be_deleted(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    client = await as_actor()
    message = await make_message(session, ticket_id, direction="out", delivery_status="sending")
    await session.commit()
    answer = await client.delete(f"/ticket/{ticket_id}/conversation/{message.id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conversation_not_editable")


async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    other = await make_ticket(session)
    author = await make_profile(session)
    note = await make_note(session, ticket_id, author.id)
    await session.commit()
    path = f"/ticket/{ticket_id}/conversation"
    nobody, reader = await as_actor(permissions=[]), await as_actor(permissions=["readTicket"])
    for method, address in (("GET", path), ("PATCH", f"{path}/{note.id}"), ("DELETE", f"{path}/{note.id}")):
        body = {"subject": 3} if method == "PATCH" else None
        assert (await anonymous.request(method, address, json=body)).status_code == 401
        assert (await nobody.request(method, address, json=body)).json()["error"]["code"] == "ticket_not_found"
        if method != "GET":
            assert (await reader.request(method, address, json=body)).status_code == 403
            elsewhere = f"/ticket/{other.id}/conversation/{note.id}"
            missing = await reader.request(method, elsewhere, json=body)
            assert (missing.status_code, missing.json()["error"]["code"]) == (404, "conversation_not_found")
    assert (await reader.get("/ticket/99999/conversation")).status_code == 404
    assert (await reader.get(path, params={"includeRawData": "1"})).status_code == 403
    assert (await reader.get(path, params={"includeRawData": "perhaps"})).status_code == 422
    raw = await as_actor(permissions=["readTicket", "readRawData"])
    assert (await _list(raw, ticket_id, includeRawData=1))[0]["rawData"] is None
