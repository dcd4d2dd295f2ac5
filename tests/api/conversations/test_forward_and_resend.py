"""POST forward and resend, and what a bounce does (ticket.md 2.9, 3.7)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.conversations.delivery import mark_bounced
from assaydesk.domains.conversations.events import TicketForwarded
from assaydesk.domains.conversations.mail_schemas import Forwarded
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.schemas import ConversationDone
from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tickets.models import TicketChange
from assaydesk.platform import events
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_draft, make_message, make_note
from tests.factories.outgoing import make_sender
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket
from tests.servers.smtp_server import SmtpServer

FORWARDER = ["readTicket", "forwardTicket", "replyToTicket", "sendWithoutApproval"]


@pytest.fixture
def config(tmp_path: Any) -> Config:
    return Config(data_dir=tmp_path, embedding="hashed", log_level="error", allow_insecure_mail=True)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as started:
        yield started


@pytest.fixture
async def ticket_id(session: WriteSession, smtp: SmtpServer) -> int:
    ticket = await make_ticket(session, subject="Meter", language_code="de")
    await make_message(session, ticket.id, "Wann kommen Sie?", message_id="<first@example.com>")
    await make_sender(session, smtp)
    await session.commit()
    return ticket.id


@pytest.fixture
async def ann(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=FORWARDER)  # type: ignore[no-any-return]


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[TicketForwarded]:
    found: list[TicketForwarded] = []

    async def hear(_: WriteSession, event: TicketForwarded) -> None:
        found.append(event)

    monkeypatch.setitem(events._handlers, TicketForwarded, [hear])
    return found


async def history(session: WriteSession, ticket_id: int) -> list[TicketChange]:
    query = select(TicketChange).where(TicketChange.ticket_id == ticket_id).order_by(TicketChange.id)
    return list((await session.scalars(query)).all())


async def test_given_an_address_the_thread_leaves_as_a_private_message(
    ann: httpx.AsyncClient, session: WriteSession, ticket_id: int, smtp: SmtpServer, run_jobs: Any, heard: Any
) -> None:
    note = await make_note(session, ticket_id, ann.actor_id, "Not for others")  # type: ignore[attr-defined]
    await session.commit()
    file = {"name": "plan.pdf", "base64": "JVBERi0xLjQ="}
    await ann.post(f"/ticket/{ticket_id}/conversation/reply", json={"body": "Am Dienstag.", "attachments": [file]})
    body = {
        "body": "<p>Please look.</p>",
        "toEmail": "fitter@example.com",
        "cc": ["eve@example.com"],
        "status": "closed",
    }
    answer = await ann.post(f"/ticket/{ticket_id}/forward", json=body)
    assert answer.status_code == 200, answer.text
    Forwarded.model_validate(answer.json())
    message = answer.json()["conversation"]
    assert (message["private"], message["direction"], message["deliveryStatus"]) == (True, "out", "queued")
    assert (message["toEmail"], message["body"]) == (["fitter@example.com"], "<p>Please look.</p>")
    await run_jobs()
    mail = smtp.mails[-1]
    assert mail.recipients == ["fitter@example.com", "eve@example.com"]
    assert mail.message["Subject"] == f"Fwd: Meter [#{ticket_id}]"
    assert (mail.message["In-Reply-To"], mail.message["References"]) == (None, None)
    text = mail.text()
    assert text.index("Please look.") < text.index("Am Dienstag.") < text.index("Wann kommen Sie?")
    assert "Von: Tom Mustermann <tom@example.com>" in text
    assert note.body not in text
    names = [part.get_filename() for part in mail.message.walk() if part.get_filename()]
    assert names == ["plan.pdf"]
    (event,) = heard
    assert (event.to_email, event.subchannel_id, event.user_id) == (("fitter@example.com",), None, ann.actor_id)  # type: ignore[attr-defined]
    ticket = (await ann.get(f"/ticket/{ticket_id}")).json()
    assert (ticket["status"], ticket["replyRecipients"]["to"]) == ("closed", ["tom@example.com"])
    line = next(line for line in await history(session, ticket_id) if line.kind == "forwarded")
    assert line.details is not None
    assert line.details["toEmail"] == ["fitter@example.com"]


async def test_given_the_bare_text_history_and_files_stay_here(
    ann: httpx.AsyncClient, ticket_id: int, smtp: SmtpServer, run_jobs: Any
) -> None:
    body = {
        "body": "Look",
        "toEmail": ["a@example.com"],
        "includeHistory": False,
        "subject": "Plan\r\nBcc: x@example.com",
    }
    assert (await ann.post(f"/ticket/{ticket_id}/forward", json=body)).status_code == 200
    await run_jobs()
    (mail,) = smtp.mails
    assert mail.text().strip() == "Look"
    assert (mail.recipients, mail.message["Bcc"]) == (["a@example.com"], None)


async def test_given_a_sub_channel_the_ticket_moves_there(
    ann: httpx.AsyncClient, session: WriteSession, ticket_id: int, heard: Any, smtp: SmtpServer, run_jobs: Any
) -> None:
    tag = await make_tag(session)
    target = Subchannel(channel="email", name="Claims", data={"defaultTagIds": [tag.id, 987_654]})
    session.add(target)
    await session.commit()
    answer = await ann.post(f"/ticket/{ticket_id}/forward", json={"toSubchannelId": target.id})
    assert (answer.status_code, answer.json()) == (200, {"success": True, "id": None, "conversation": None})
    ticket = (await ann.get(f"/ticket/{ticket_id}")).json()
    assert (ticket["subchannelId"], ticket["tagIds"], ticket["agentId"]) == (target.id, [tag.id], None)
    assert [event.subchannel_id for event in heard] == [target.id]
    noted = await ann.post(f"/ticket/{ticket_id}/forward", json={"toSubchannelId": target.id, "body": "Yours"})
    assert noted.json()["conversation"]["direction"] == "internal"
    await run_jobs()
    assert smtp.mails == []


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({}, "validation_failed", "toEmail"),
        ({"body": "x"}, "validation_failed", "toEmail"),
        ({"toEmail": "nobody"}, "validation_failed", "toEmail.0"),
        ({"toEmail": "a@example.com", "cc": ["x"]}, "validation_failed", "cc.0"),
        ({"toEmail": "a@example.com", "includeHistory": "perhaps"}, "validation_failed", "includeHistory"),
        ({"toSubchannelId": 987_654}, "unknown_reference", None),
    ],
)
async def test_given_faults_forwarding_is_refused(
    ann: httpx.AsyncClient, ticket_id: int, body: Any, code: str, path: str | None
) -> None:
    answer = await ann.post(f"/ticket/{ticket_id}/forward", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    if path is not None:
        assert answer.json()["error"]["details"]["fields"][0]["path"] == path


async def test_given_a_message_that_came_back_it_is_sent_again_with_the_same_id(
    ann: httpx.AsyncClient, session: WriteSession, ticket_id: int, smtp: SmtpServer, run_jobs: Any
) -> None:
    path = f"/ticket/{ticket_id}/conversation"
    body = {"body": "Am Dienstag.", "status": "closed"}
    message = (await ann.post(f"{path}/reply", json=body)).json()["conversation"]
    await run_jobs()
    early = await ann.post(f"{path}/{message['id']}/resend")
    assert (early.status_code, early.json()["error"]["code"]) == (409, "not_resendable")
    assert await mark_bounced(session, message["messageId"].strip("<>"), "550 no such user") == message["id"]
    assert await mark_bounced(session, "<nobody@example.com>", "?") is None
    await session.commit()
    bounced = (await ann.get(path)).json()["conversations"][-1]
    assert (bounced["deliveryStatus"], bounced["deliveryError"]) == ("bounced", "550 no such user")
    assert (await ann.get(f"/ticket/{ticket_id}")).json()["status"] == "open"
    assert (await ann.get("/notification")).json()["unread"] == 1
    answer = await ann.post(f"{path}/{message['id']}/resend", json={"to": ["Tom <tom@other.example>"]})
    assert answer.status_code == 200, answer.text
    ConversationDone.model_validate(answer.json())
    assert answer.json()["conversation"]["deliveryStatus"] == "queued"
    await run_jobs()
    assert [mail.recipients for mail in smtp.mails] == [["tom@example.com"], ["tom@other.example"]]
    assert {mail.message["Message-ID"] for mail in smtp.mails} == {message["messageId"]}
    again = await ann.post(f"{path}/{message['id']}/resend")
    assert again.json()["error"]["details"]["deliveryStatus"] == "sent"
    line = next(line for line in await history(session, ticket_id) if line.kind == "resent")
    assert line.user_id == ann.actor_id  # type: ignore[attr-defined]


@pytest.mark.parametrize("status", ["stored", "queued", "sending", "sent"])
async def test_given_another_state_it_is_not_sent_again(
    ann: httpx.AsyncClient, session: WriteSession, ticket_id: int, status: str
) -> None:
    message = await make_message(session, ticket_id, direction="out", delivery_status=status)
    await session.commit()
    answer = await ann.post(f"/ticket/{ticket_id}/conversation/{message.id}/resend")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_resendable")


async def test_given_faults_and_others_sending_again_is_refused(
    ann: httpx.AsyncClient, session: WriteSession, ticket_id: int
) -> None:
    author = await make_profile(session)
    message = await make_message(
        session, ticket_id, direction="out", delivery_status="failed", to_email=["t@x.example"]
    )
    came_in = await make_message(session, ticket_id, delivery_status="failed")
    draft = await make_draft(session, ticket_id, author.id)
    await session.commit()
    path = f"/ticket/{ticket_id}/conversation"
    wrong = await ann.post(f"{path}/{message.id}/resend", json={"to": ["nobody"]})
    assert (wrong.status_code, wrong.json()["error"]["details"]["fields"][0]["path"]) == (422, "to.0")
    for other in (came_in, draft):
        assert (await ann.post(f"{path}/{other.id}/resend")).status_code == 409
    assert (await ann.post(f"{path}/987654/resend")).json()["error"]["code"] == "conversation_not_found"
    assert await session.scalar(select(Conversation.delivery_status).where(Conversation.id == message.id)) == "failed"


@pytest.mark.parametrize("call", ["forward", "conversation/{id}/resend"])
async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession, ticket_id: int, call: str
) -> None:
    message = await make_message(session, ticket_id, direction="out", delivery_status="failed")
    await session.commit()
    call = call.format(id=message.id)
    body = {"toEmail": 3, "to": 3}
    assert (await anonymous.post(f"/ticket/{ticket_id}/{call}", json=body)).status_code == 401
    nobody, reader = await as_actor(permissions=[]), await as_actor(permissions=["readTicket"])
    hidden = await nobody.post(f"/ticket/{ticket_id}/{call}", json=body)
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "ticket_not_found")
    refused = await reader.post(f"/ticket/{ticket_id}/{call}", json=body)
    wanted = "forwardTicket" if call == "forward" else "replyToTicket"
    assert (refused.status_code, refused.json()["error"]["details"]["permission"]) == (403, wanted)
    writer = await as_actor(permissions=FORWARDER)
    assert (await writer.post(f"/ticket/{ticket_id}/{call}", json=body)).status_code == 422
    assert (await writer.post(f"/ticket/987654/{call}", json=body)).status_code == 404
