"""Which ticket a mail joins, and what it does there (ticket.md 5.2, 5.3)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.channels.fetching import fetch_mailbox
from assaydesk.domains.conversations.models import Conversation, Delivery
from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.conversations import make_message
from tests.factories.mail import make_mail, make_mailbox
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.servers.imap_server import ImapServer

OURS = "<7.1.0123456789@desk.example>"


@pytest.fixture
async def receive(session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime) -> Any:
    """`message, ticket = await receive(raw)`: the mail comes in."""
    made = await make_mailbox(session, imap_server.data(address))
    await session.commit()

    async def run(raw: bytes, **options: Any) -> tuple[Conversation, Ticket]:
        imap_server.deliver(address, raw, **options)
        done = await fetch_mailbox(runtime, made)
        assert done.error is None
        newest = select(Conversation).where(Conversation.direction == "in").order_by(Conversation.id.desc()).limit(1)
        message = (await session.scalars(newest.execution_options(populate_existing=True))).one()
        query = select(Ticket).where(Ticket.id == message.ticket_id).execution_options(populate_existing=True)
        return message, (await session.scalars(query)).one()

    return run


async def answered(session: WriteSession, *, status: str = "closed", **values: Any) -> Ticket:
    """A ticket of Tom that we answered with the id `OURS`."""
    closed = {"closed_at": datetime.now(UTC) - timedelta(days=1)} if status == "closed" else {}
    due = {"due_by": datetime.now(UTC) + timedelta(days=3)} if status == "pending" else {}
    ticket = await make_ticket(session, status=status, **closed | due | values)
    await make_message(session, ticket.id)
    await make_message(
        session, ticket.id, "Soon.", direction="out", message_id=OURS, to_email=["tom@example.com"],
        from_email="support@desk.example", delivery_status="sent",
    )  # fmt: skip
    await session.commit()
    return ticket


@pytest.mark.parametrize("status", ["open", "pending", "closed"])
async def test_an_answer_joins_its_ticket_and_opens_it(session: WriteSession, receive: Any, status: str) -> None:
    ticket = await answered(session, status=status)
    message, found = await receive(make_mail(answers=OURS))
    assert (found.id, found.status, message.private) == (ticket.id, "open", False)
    assert found.last_customer_message_at == message.created_at


@pytest.mark.parametrize(
    "mail",
    [
        {"references": f"<a@x.example> {OURS} <b@x.example>"},
        {"answers": "<unknown@x.example>", "references": OURS},
        {"answers": OURS.strip("<>")},
        {"subject": "AW: Meter [#{id}]"},
        {"subject": "AW: Meter [#{id}]", "sender": "ann@example.com", "cc": "Tom <tom@example.com>"},
        {"to": "support+{id}@desk.example", "sender": "stranger@example.com", "delivered_to": "{plus}"},
    ],
)
async def test_ways_into_the_ticket(session: WriteSession, receive: Any, address: str, mail: dict[str, str]) -> None:
    ticket = await answered(session)
    name, _, domain = address.partition("@")
    words = {"id": ticket.id, "plus": f"{name}+{ticket.id}@{domain}"}
    _, found = await receive(make_mail(**{key: value.format(**words) for key, value in mail.items()}))
    assert found.id == ticket.id


@pytest.mark.parametrize(
    "mail",
    [
        {"subject": "AW: Meter [#{id}]", "sender": "stranger@example.com"},
        {"subject": "AW: Meter #{id}"},
        {"answers": "<7.1.0123456780@desk.example>"},
        {"subject": "AW: [#999999]"},
        {},
    ],
)
async def test_ways_past_the_ticket(session: WriteSession, receive: Any, mail: dict[str, str]) -> None:
    ticket = await answered(session)
    _, found = await receive(make_mail(**{key: value.format(id=ticket.id) for key, value in mail.items()}))
    assert found.id != ticket.id
    assert found.previous_ticket_id is None


async def test_a_merged_ticket_leads_to_its_target(session: WriteSession, receive: Any) -> None:
    target = await make_ticket(session)
    between = await make_ticket(session, status="closed", merged_into_ticket_id=target.id)
    await answered(session, merged_into_ticket_id=between.id)
    _, found = await receive(make_mail(answers=OURS))
    assert found.id == target.id


async def test_a_ticket_closed_long_ago_is_continued_by_another(session: WriteSession, receive: Any) -> None:
    ticket = await answered(session, closed_at=datetime.now(UTC) - timedelta(days=61))
    message, found = await receive(make_mail(answers=OURS))
    assert (found.previous_ticket_id, found.status, found.subject) == (ticket.id, "open", ticket.subject)
    later, again = await receive(make_mail("One more thing", answers=message.message_id))
    assert (again.id, later.ticket_id) == (found.id, found.id)


async def test_a_deleted_ticket_gets_nothing(session: WriteSession, receive: Any) -> None:
    ticket = await answered(session, deleted_at=datetime.now(UTC))
    _, found = await receive(make_mail(answers=OURS))
    assert found.id != ticket.id


async def test_a_spam_ticket_stays_as_it_is(session: WriteSession, receive: Any) -> None:
    ticket = await answered(session, spam_status="manual_spam")
    _, found = await receive(make_mail(answers=OURS))
    assert (found.id, found.status, found.spam_status) == (ticket.id, "closed", "manual_spam")


@pytest.mark.parametrize("fields", [{"auto_submitted": "auto-replied"}, {"precedence": "bulk"}])
async def test_an_automatic_answer_changes_nothing(session: WriteSession, receive: Any, fields: Any) -> None:
    ticket = await answered(session)
    message, found = await receive(make_mail("I am away", answers=OURS, **fields))
    assert (found.id, found.status, message.private, message.direction) == (ticket.id, "closed", True, "in")
    assert found.version == ticket.version


async def test_an_automatic_mail_of_its_own_is_a_ticket(session: WriteSession, receive: Any) -> None:
    message, found = await receive(make_mail("Alarm", auto_submitted="auto-generated"))
    assert (found.status, message.private) == ("open", False)


async def test_an_answer_to_a_forwarded_mail_is_a_private_note(session: WriteSession, receive: Any) -> None:
    ticket = await make_ticket(session, status="pending", due_by=datetime.now(UTC) + timedelta(days=3))
    await make_message(session, ticket.id, direction="out", private=True, message_id=OURS)
    await session.commit()
    message, found = await receive(make_mail("Here it is", sender="partner@other.example", answers=OURS))
    assert (found.id, found.status, message.private) == (ticket.id, "pending", True)


async def test_our_own_mail_that_comes_back_as_a_copy_is_passed_over(
    session: WriteSession, receive: Any, address: str
) -> None:
    ticket = await answered(session)
    first = (await session.scalars(select(Conversation).where(Conversation.direction == "in"))).one()
    message, found = await receive(make_mail(sender=address, message_id=OURS))
    assert (message.id, found.id, found.status) == (first.id, ticket.id, "closed")


DSN = """From: MAILER-DAEMON@mx.example
To: support@desk.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <dsn-1@mx.example>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="r"

--r

Your message could not be delivered.
--r
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; tom@example.com
Action: failed
Diagnostic-Code: smtp; 550 no such user

--r
Content-Type: text/rfc822-headers

Message-ID: {id}
Subject: Re: Meter
--r--
"""


async def test_a_failure_report_marks_the_message_and_calls_a_person(session: WriteSession, receive: Any) -> None:
    author = await make_profile(session)
    ticket = await answered(session)
    sent = (await session.scalars(select(Conversation).where(Conversation.message_id == OURS))).one()
    sent.agent_id = author.id
    now = datetime.now(UTC)
    session.add(Delivery(conversation_id=sent.id, reference_ids=[], queued_at=now, next_try_at=now))
    await session.commit()
    message, found = await receive(DSN.format(id=OURS).encode())
    assert (message.private, message.ticket_id) == (True, ticket.id)
    await session.refresh(sent)
    assert (sent.delivery_status, sent.delivery_error) == ("bounced", "tom@example.com: 550 no such user")
    assert found.status == "open"
    assert [one.user_id for one in await session.scalars(select(Notification))] == [author.id]


async def test_a_failure_report_about_no_message_of_ours_is_a_ticket(session: WriteSession, receive: Any) -> None:
    message, found = await receive(DSN.format(id="<unknown@x.example>").encode())
    assert (found.subject, message.private) == ("Undelivered Mail Returned to Sender", False)


async def test_answers_go_to_reply_to(session: WriteSession, receive: Any, as_actor: Any) -> None:
    _, found = await receive(make_mail(reply_to="Answers <answers@example.com>"))
    agent = await as_actor(permissions=["readTicket"])
    shown = (await agent.get(f"/ticket/{found.id}")).json()
    assert (shown.get("ticket") or shown)["replyRecipients"]["to"] == ["answers@example.com"]
