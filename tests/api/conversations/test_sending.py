"""Answers leave by mail, once, and say what became of them (settings.md 4.3)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text, update

from assaydesk.domains.conversations.models import Conversation, Delivery
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_message
from tests.factories.outgoing import make_sender
from tests.factories.tickets import make_ticket
from tests.servers.smtp_server import Mail, Say, SmtpServer

WRITER = ["replyToTicket", "sendWithoutApproval", "updateTicket"]


@pytest.fixture
def config(tmp_path: Any) -> Config:
    return Config(data_dir=tmp_path, embedding="hashed", log_level="error", allow_insecure_mail=True)


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as started:
        yield started


class Desk:
    """A ticket of Tom with one message, a writer, and a mailbox that sends."""

    def __init__(self, session: WriteSession, writer: httpx.AsyncClient, ticket_id: int, run_jobs: Any) -> None:
        self.session, self.writer, self.ticket_id, self.run_jobs = session, writer, ticket_id, run_jobs

    async def reply(self, text: str = "<p>On Tuesday.</p>", **body: Any) -> dict[str, Any]:
        answer = await self.writer.post(f"/ticket/{self.ticket_id}/conversation/reply", json={"body": text} | body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["conversation"])

    async def message(self, conversation_id: int) -> dict[str, Any]:
        rows = (await self.writer.get(f"/ticket/{self.ticket_id}/conversation")).json()["conversations"]
        return next(dict(row) for row in rows if row["id"] == conversation_id)

    async def status(self) -> str:
        return str((await self.writer.get(f"/ticket/{self.ticket_id}")).json()["status"])

    async def set_status(self, status: str) -> None:
        assert (await self.writer.patch(f"/ticket/{self.ticket_id}", json={"status": status})).status_code == 200

    async def notices(self) -> list[str]:
        shown = (await self.writer.get("/notification")).json()["notifications"]
        return [one["text"] for one in shown]

    async def make_due(self) -> None:
        """As if the time of the next try had come."""
        await self.session.execute(update(Delivery).values(next_try_at=text("now() - interval '1 second'")))
        await self.session.commit()


@pytest.fixture
async def desk(session: WriteSession, as_actor: Any, smtp: SmtpServer, run_jobs: Any) -> Desk:
    ticket = await make_ticket(session, subject="Meter")
    await make_message(session, ticket.id, message_id="<first@example.com>", to_email=["service@lumen.example"])
    await make_sender(session, smtp)
    await session.commit()
    return Desk(session, await as_actor(permissions=WRITER), ticket.id, run_jobs)


async def test_given_an_answer_it_leaves_once_with_its_thread(desk: Desk, smtp: SmtpServer) -> None:
    message = await desk.reply("<p>Am Dienstag, <b>früh</b>.</p>", cc=["Zoë <zoe@bücher.example>"], bcc=["eve@example.com"])
    number = desk.ticket_id
    assert (message["deliveryStatus"], message["subject"]) == ("queued", f"Re: Meter [#{number}]")
    assert message["messageId"].startswith(f"<{number}.{message['id']}.")
    assert len(message["messageId"].split(".")[2].split("@")[0]) == 20
    assert smtp.mails == []
    assert await desk.run_jobs() == ["channels.send_message"]
    sent = await desk.message(message["id"])
    assert (sent["deliveryStatus"], sent["deliveryError"]) == ("sent", None)
    await desk.run_jobs()
    (mail,) = smtp.mails
    assert mail.sender == "service@lumen.example"
    assert mail.recipients == ["tom@example.com", "zoe@xn--bcher-kva.example", "eve@example.com"]
    head = mail.message
    assert (head["Message-ID"], head["Subject"]) == (message["messageId"], f"Re: Meter [#{number}]")
    assert (head["In-Reply-To"], head["References"]) == ("<first@example.com>", "<first@example.com>")
    assert (head["From"], head["To"]) == ("Lumen Energy <service@lumen.example>", "tom@example.com")
    assert head["Cc"] == "Zoë <zoe@xn--bcher-kva.example>"
    assert head["Bcc"] is None
    plain, html = head.get_body(("plain",)), head.get_body(("html",))
    assert plain is not None and plain.get_content().strip() == "Am Dienstag, früh."  # noqa: PT018
    assert html is not None and "<b>früh</b>" in html.get_content()  # noqa: PT018
