"""Answers leave by mail, once, and say what became of them (settings.md 4.3)."""

from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select, text, update

from assaydesk.domains.channels.models import SubchannelLog
from assaydesk.domains.conversations.models import Delivery
from assaydesk.domains.tickets.models import TicketChange
from assaydesk.integrations.imap.port import ImapAccount, ImapFailed, ImapReason
from assaydesk.integrations.web.fake import FakeWeb
from assaydesk.integrations.web.port import WebAnswer
from assaydesk.platform.config import Config
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS
from assaydesk.platform.jobs.queue import enqueue
from assaydesk.platform.security.secrets import secrets_of
from tests.factories.conversations import make_message
from tests.factories.outgoing import make_sender
from tests.factories.tickets import make_ticket
from tests.servers.smtp_server import Say, SmtpServer

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
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

    async def clock(self) -> list[str]:
        """What the clock does every minute, and the jobs that it queues."""
        await enqueue(self.session, JOBS["channels.send_due"])
        await self.session.commit()
        return [name for name in await self.run_jobs() if name != "channels.send_due"]

    async def history(self) -> Sequence[TicketChange]:
        query = select(TicketChange).where(TicketChange.ticket_id == self.ticket_id).order_by(TicketChange.id)
        return (await self.session.scalars(query.execution_options(populate_existing=True))).all()

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
    copies = {"cc": ["Zoë <zoe@bücher.example>"], "bcc": ["eve@example.com"]}
    message = await desk.reply("<p>Am Dienstag, <b>früh</b>.</p>", **copies)
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
    assert mail.text().strip() == "Am Dienstag, früh."
    assert "<b>früh</b>" in mail.text("html")


@pytest.mark.parametrize(
    ("say", "status", "error"),
    [
        (Say.SENDER_LATER, "queued", "451"),
        (Say.RCPT_LATER, "queued", "450"),
        (Say.TEXT_LATER, "queued", "452"),
        (Say.BREAK_BEFORE, "queued", ""),
        (Say.SENDER_REFUSED, "failed", "550 5.7.1 Not from you"),
        (Say.RCPT_REFUSED, "failed", "tom@example.com: 550"),
        (Say.TEXT_REFUSED, "failed", "554"),
        (Say.BREAK_OFF, "uncertain", "broke"),
    ],
)
async def test_given_what_the_server_says_the_state_follows(
    desk: Desk, smtp: SmtpServer, say: Say, status: str, error: str
) -> None:
    smtp.play(say)
    message = await desk.reply(status="closed")
    await desk.run_jobs()
    shown = await desk.message(message["id"])
    assert (shown["deliveryStatus"], error in shown["deliveryError"]) == (status, True), shown["deliveryError"]
    calls_for_help = status in ("failed", "uncertain")
    assert await desk.status() == ("open" if calls_for_help else "closed")
    assert len([text for text in await desk.notices() if f"#{desk.ticket_id}" in text]) == calls_for_help
    kinds = [line.kind for line in await desk.history()]
    assert (f"delivery{status.title()}" in kinds) is calls_for_help
    await desk.run_jobs()
    await desk.clock()
    assert len(smtp.mails) == (1 if say is Say.BREAK_OFF else 0)
    await desk.make_due()
    await desk.clock()
    expected = {"queued": ("sent", 1), "failed": ("failed", 0), "uncertain": ("uncertain", 1)}[status]
    assert ((await desk.message(message["id"]))["deliveryStatus"], len(smtp.mails)) == expected


async def test_given_a_server_that_is_away_it_is_tried_five_times_in_a_day(desk: Desk, session: WriteSession) -> None:
    await session.execute(text("update subchannels set data = jsonb_set(data, '{smtp,port}', '1')"))
    await session.commit()
    message = await desk.reply()
    waits = []
    await desk.run_jobs()
    for _ in range(4):
        shown = await desk.message(message["id"])
        assert shown["deliveryStatus"] == "queued"
        delivery = (await session.execute(select(Delivery.next_try_at - func.now()))).scalar_one()
        waits.append(round(delivery.total_seconds() / 60))
        await desk.make_due()
        await desk.clock()
    assert waits == [5, 30, 240, 1140]
    assert (await desk.message(message["id"]))["deliveryStatus"] == "failed"
    assert await desk.clock() == []


async def test_given_some_refused_recipients_it_is_sent_and_names_them(desk: Desk, smtp: SmtpServer) -> None:
    smtp.refused = {"eve@example.com"}
    message = await desk.reply(cc=["eve@example.com"])
    await desk.run_jobs()
    shown = await desk.message(message["id"])
    assert (shown["deliveryStatus"], "eve@example.com: 550" in shown["deliveryError"]) == ("sent", True)
    assert [mail.recipients for mail in smtp.mails] == [["tom@example.com"]]


async def test_given_a_queued_message_is_deleted_it_is_not_sent(desk: Desk, smtp: SmtpServer) -> None:
    message = await desk.reply()
    path = f"/ticket/{desk.ticket_id}/conversation/{message['id']}"
    assert (await desk.writer.delete(path)).status_code == 200
    await desk.run_jobs()
    assert smtp.mails == []
    other = await desk.reply()
    await desk.run_jobs()
    sent = await desk.writer.delete(f"/ticket/{desk.ticket_id}/conversation/{other['id']}")
    assert (sent.status_code, sent.json()["error"]["code"]) == (409, "conversation_not_editable")


async def test_given_nobody_set_up_mail_the_answer_stays_here_and_says_so(
    desk: Desk, smtp: SmtpServer, session: WriteSession
) -> None:
    await session.execute(text("update subchannels set data = data - 'smtp'"))
    await session.commit()
    message = await desk.reply()
    assert message["deliveryStatus"] == "stored"
    assert "no mailbox that sends" in message["deliveryError"]
    assert (message["messageId"], await desk.run_jobs(), await desk.clock()) == (None, [], [])


async def test_given_no_mailbox_is_on_at_present_the_answer_waits_a_day(
    desk: Desk, smtp: SmtpServer, session: WriteSession
) -> None:
    await session.execute(text("update subchannels set enabled = false"))
    await session.commit()
    waits, fails = await desk.reply(), await desk.reply()
    await desk.run_jobs()
    shown = await desk.message(waits["id"])
    assert (shown["deliveryStatus"], "none is switched on" in shown["deliveryError"]) == ("queued", True)
    day_ago = text("now() - interval '25 hours'")
    await session.execute(update(Delivery).where(Delivery.conversation_id == fails["id"]).values(queued_at=day_ago))
    await desk.make_due()
    await desk.clock()
    assert (await desk.message(fails["id"]))["deliveryStatus"] == "failed"
    await session.execute(text("update subchannels set enabled = true"))
    await desk.make_due()
    await desk.clock()
    assert [mail.message["Message-ID"] for mail in smtp.mails] == [waits["messageId"]]


async def test_given_the_daily_limit_the_rest_waits_and_people_are_warned_once(
    desk: Desk, smtp: SmtpServer, session: WriteSession, as_actor: Any
) -> None:
    manager = await as_actor(permissions=["manageSubchannels"])
    await session.execute(text("update subchannels set data = jsonb_set(data, '{smtp,dailyLimit}', '1')"))
    await session.commit()
    messages = [await desk.reply() for _ in range(3)]
    await desk.run_jobs()
    await desk.make_due()
    await desk.clock()
    shown = [(await desk.message(one["id"]))["deliveryStatus"] for one in messages]
    assert (shown, len(smtp.mails)) == (["sent", "queued", "queued"], 1)
    warnings = (await manager.get("/notification")).json()["notifications"]
    assert [one["kind"] for one in warnings] == ["mailboxError"]
    assert len([one for one in await desk.notices() if "leaves tomorrow" in one]) == 2
    yesterday = text("now() - interval '25 hours'")
    await session.execute(update(Delivery).values(accepted_at=yesterday).where(Delivery.accepted_at.is_not(None)))
    await desk.make_due()
    await desk.clock()
    assert len(smtp.mails) == 2


async def test_given_a_wrong_password_managers_are_told_once_and_it_is_tried_again(
    session: WriteSession, as_actor: Any, run_jobs: Any, config: Config
) -> None:
    with SmtpServer(password="the right one") as strict:
        ticket = await make_ticket(session)
        sealed = secrets_of(config).seal("the right one")
        await make_sender(session, strict, smtp={"password": "a wrong one"})
        await session.commit()
        manager = await as_actor(permissions=["manageSubchannels"])
        desk = Desk(session, await as_actor(permissions=WRITER), ticket.id, run_jobs)
        messages = [await desk.reply(), await desk.reply()]
        await desk.run_jobs()
        shown = [await desk.message(one["id"]) for one in messages]
        assert [(one["deliveryStatus"], "535" in one["deliveryError"]) for one in shown] == [("queued", True)] * 2
        told = (await manager.get("/notification")).json()["notifications"]
        assert [(one["kind"], "service@lumen.example" in one["text"]) for one in told] == [("mailboxError", True)]
        await session.execute(
            text("update subchannels set data = jsonb_set(data, '{smtp,password}', to_jsonb(cast(:sealed as text)))"),
            {"sealed": sealed},
        )
        await desk.make_due()
        await desk.clock()
        assert len(strict.mails) == 2
        lines = (await session.execute(select(SubchannelLog.kind, SubchannelLog.ok).order_by(SubchannelLog.id))).all()
        assert [tuple(line) for line in lines] == [("send", False)] * 2 + [("send", True)] * 2


async def test_given_a_draft_it_leaves_when_it_is_published(desk: Desk, smtp: SmtpServer, as_actor: Any) -> None:
    trainee = await as_actor(permissions=["replyToTicket"])
    chief = await as_actor(permissions=["replyToTicket", "approveDrafts"])
    path = f"/ticket/{desk.ticket_id}/conversation"
    draft = (await trainee.post(f"{path}/reply", json={"body": "Soon.", "includeHistory": True})).json()
    assert await desk.run_jobs() == []
    waiting = (await chief.get("/notification")).json()["notifications"]
    assert [(one["kind"], one["ticketId"]) for one in waiting] == [("draftToApprove", desk.ticket_id)]
    published = await chief.patch(f"{path}/{draft['id']}", json={"isDraft": False})
    assert published.json()["conversation"]["deliveryStatus"] == "queued"
    await desk.run_jobs()
    assert "When will you come?" in smtp.mails[0].text()
    other = (await trainee.post(f"{path}/reply", json={"body": "No idea."})).json()
    editor = await as_actor(permissions=["readTicket", "editAnyConversation"])
    assert (await editor.delete(f"{path}/{other['id']}", params={"reason": "Please look it up."})).status_code == 200
    told = (await trainee.get("/notification")).json()["notifications"]
    assert [(one["kind"], "Please look it up." in one["text"]) for one in told] == [("draftRejected", True)]


async def test_given_a_note_nothing_is_sent_and_the_mentioned_are_told(desk: Desk, as_actor: Any) -> None:
    reader, stranger = await as_actor(permissions=["readTicket"]), await as_actor(permissions=[])
    mentions = [reader.actor_id, stranger.actor_id, desk.writer.actor_id]  # type: ignore[attr-defined]
    note = await desk.reply("Look here", private=True, mentions=mentions)
    assert (note["deliveryStatus"], await desk.run_jobs()) == ("stored", [])
    assert [one["kind"] for one in (await reader.get("/notification")).json()["notifications"]] == ["mention"]
    assert (await stranger.get("/notification")).json()["total"] == 0
    assert await desk.notices() == []
    path = f"/ticket/{desk.ticket_id}/conversation/reply"
    unknown = await desk.writer.post(path, json={"body": "x", "private": True, "mentions": [987_654]})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_an_assignment_by_somebody_else_the_person_is_told(desk: Desk, as_actor: Any) -> None:
    anna = await as_actor(permissions=["readTicket"])
    chief = await as_actor()
    body = {"assignedAgentIds": [anna.actor_id, chief.actor_id], "agentId": anna.actor_id}
    assert (await chief.patch(f"/ticket/{desk.ticket_id}", json=body)).status_code == 200
    told = (await anna.get("/notification")).json()["notifications"]
    assert [(one["kind"], one["ticketId"]) for one in told] == [("assigned", desk.ticket_id)]
    assert (await chief.get("/notification")).json()["total"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("subject", "Hello\r\nBcc: eve@example.com"),
        ("subject", "Hello\nBcc: eve@example.com\n\nText"),
        ("subject", "Hello\u2028Bcc: eve@example.com"),
        ("to", ["Tom\r\nBcc: eve@example.com <tom@example.com>"]),
        ("cc", ["Tom\nBcc: eve@example.com <tom@example.com>"]),
        ("to", ["tom@example.com\r\nBcc: eve@example.com"]),
        ("to", ['"a\r\nBcc: eve@example.com" <tom@example.com>']),
    ],
)
async def test_given_line_breaks_no_header_is_injected(desk: Desk, smtp: SmtpServer, field: str, value: object) -> None:
    path = f"/ticket/{desk.ticket_id}/conversation/reply"
    answer = await desk.writer.post(path, json={"body": "x", field: value})
    if answer.status_code != 200:
        assert answer.status_code == 422, answer.text
        return
    await desk.run_jobs()
    (mail,) = smtp.mails
    assert "eve@example.com" not in mail.recipients
    assert mail.message["Bcc"] is None
    assert mail.content.count(b"\r\n\r\n") >= 2
    assert mail.message["Message-ID"] == answer.json()["conversation"]["messageId"]


async def test_given_umlauts_and_a_strange_sender_all_arrive(
    desk: Desk, smtp: SmtpServer, session: WriteSession
) -> None:
    name = 'Jörg "Ö" Müller, Vertrieb\r\nBcc: eve@example.com'
    statement = text("update subchannels set data = data || jsonb_build_object('senderName', cast(:name as text))")
    await session.execute(statement, {"name": name})
    await session.commit()
    subject = "Größe & Maß – Übergabe der Zählerstände für das Jahr 2024 im Gebäude an der Mühlenstraße"
    await desk.reply("<p>Grüße aus Köln</p>.\n<p>..</p>", subject=subject, to=["Zoë Öztürk <zoe@example.com>"])
    await desk.run_jobs()
    (mail,) = smtp.mails
    assert mail.message["Subject"] == f"{subject} [#{desk.ticket_id}]"
    assert mail.message["To"] == "Zoë Öztürk <zoe@example.com>"
    assert mail.message["Bcc"] is None
    sender = mail.message["From"].addresses[0]
    assert (sender.addr_spec, "Jörg" in sender.display_name) == ("service@lumen.example", True)
    assert max(len(line) for line in mail.content.split(b"\r\n")) <= 998
    assert ".\n<p>..</p>" in mail.text("html")


async def test_given_files_they_are_attached_and_images_shown_in_place(desk: Desk, smtp: SmtpServer) -> None:
    files = [
        {"name": "Rechnung März.pdf", "base64": b64encode(b"%PDF-1.4 x").decode()},
        {"name": "logo.png", "base64": b64encode(PIXEL).decode(), "inline": True, "contentId": "logo@here"},
    ]
    await desk.reply('<p>See</p><img src="cid:logo@here">', attachments=files)
    await desk.run_jobs()
    (mail,) = smtp.mails
    parts = {part.get_filename(): part for part in mail.message.walk() if part.get_filename()}
    assert parts["Rechnung März.pdf"].get_payload(decode=True) == b"%PDF-1.4 x"
    assert parts["Rechnung März.pdf"].get_content_disposition() == "attachment"
    assert (parts["logo.png"]["Content-ID"], parts["logo.png"].get_content_type()) == ("<logo@here>", "image/png")
    assert 'src="cid:logo@here"' in mail.text("html")


async def test_given_a_wrapper_it_stands_around_the_text(desk: Desk, smtp: SmtpServer) -> None:
    wrapper = {"template": "<p>Hello {{customer.lastName}},</p>%MESSAGE%<p>Yours, Lumen</p>"}
    assert (await desk.writer.patch(f"/ticket/{desk.ticket_id}", json=wrapper)).status_code == 200
    await desk.reply("<p>On Tuesday.</p>", includeHistory=True)
    await desk.run_jobs()
    html, plain = smtp.mails[0].text("html"), smtp.mails[0].text()
    assert html.index("<p>On Tuesday.</p>") < html.index("Yours, Lumen") < html.index("When will you come?")
    assert "wrote:" in plain


class FakeImap:
    """Mailboxes that keep what is put into them, or refuse."""

    def __init__(self, *, refuses: bool = False) -> None:
        self.kept: list[tuple[str, bytes]] = []
        self._refuses = refuses

    @asynccontextmanager
    async def open(self, account: ImapAccount) -> AsyncIterator["FakeImap"]:
        assert (account.username, account.password) == ("desk", "secret")
        yield self

    async def append(self, folder: str, mail: bytes) -> None:
        if self._refuses:
            raise ImapFailed(ImapReason.NO_FOLDER, "There is no such folder.")
        self.kept.append((folder, mail))


@pytest.mark.parametrize("refuses", [False, True])
async def test_given_a_sent_folder_a_copy_is_kept_and_its_failure_never_matters(
    desk: Desk, smtp: SmtpServer, session: WriteSession, ports: dict[str, Any], refuses: bool
) -> None:
    fake = ports["imap"] = FakeImap(refuses=refuses)
    imap = '{"host": "127.0.0.1", "username": "desk", "password": "secret"}'
    statement = "update subchannels set data = jsonb_set(data || '{}', '{smtp,sentFolder}', '\"Sent\"')"
    await session.execute(text(statement.replace("'{}'", f"""'{{"imap": {imap}}}'""".replace(":", "\\:"))))
    await session.commit()
    message = await desk.reply()
    await desk.run_jobs()
    assert (await desk.message(message["id"]))["deliveryStatus"] == "sent"
    assert [folder for folder, _ in fake.kept] == ([] if refuses else ["Sent"])
    lines = (await session.execute(select(SubchannelLog.ok, SubchannelLog.message).order_by(SubchannelLog.id))).all()
    copied = [line.message for line in lines if not line.ok]
    assert ("Sent, but not copied to Sent: There is no such folder." in copied) is refuses


async def test_given_an_uploaded_image_in_the_text_it_travels_inside_the_mail(desk: Desk, smtp: SmtpServer) -> None:
    upload = (await desk.writer.post("/attachment", files={"file": ("logo.png", PIXEL, "image/png")})).json()
    source = f"/api/mind/storage/attachments/{upload['id']}/logo.png"
    await desk.reply(f'<p>See</p><img src="{source}"><script>1</script>', attachments=[{"id": upload["id"]}])
    await desk.run_jobs()
    (mail,) = smtp.mails
    image = next(part for part in mail.message.walk() if part.get_content_type() == "image/png")
    assert f'src="cid:{str(image["Content-ID"]).strip("<>")}"' in mail.text("html")
    assert "<script" not in mail.text("html")


async def test_given_a_file_that_lies_elsewhere_the_message_waits_for_it(
    desk: Desk, smtp: SmtpServer, ports: dict[str, Any]
) -> None:
    address = "https://files.example/plan.pdf"
    ports["web"] = FakeWeb({address: WebAnswer(200, {"content-type": "application/pdf"}, b"%PDF-1.4 x", 0.1)})
    message = await desk.reply(attachments=[{"url": address}])
    async with desk.session.begin_nested():
        await desk.session.execute(text("update procrastinate_jobs set priority = 9 where task_name like '%send%'"))
    await desk.session.commit()
    await desk.run_jobs()
    shown = await desk.message(message["id"])
    assert (shown["deliveryStatus"], "file" in shown["deliveryError"], smtp.mails) == ("queued", True, [])
    await desk.make_due()
    await desk.clock()
    assert [part.get_filename() for part in smtp.mails[0].message.iter_attachments()] == ["plan.pdf"]
