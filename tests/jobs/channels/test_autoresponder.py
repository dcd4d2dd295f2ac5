"""Automatic receipts: one for a person's ticket, none for machines, spam, and ourselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.channels.fetching import fetch_mailbox
from assaydesk.domains.channels.models import AutoReceipt
from assaydesk.domains.conversations.models import Conversation, Delivery
from assaydesk.domains.tickets.models import Ticket
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.mail import make_mail, make_mailbox
from tests.factories.worklogs import set_settings
from tests.servers.imap_server import ImapServer


@pytest.fixture
async def receive(session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime) -> Any:
    """`receipts = await receive(raw, ...)`: the mails come in; the receipts that were queued for all so far."""
    smtp = {"smtp": {"host": "mail.example", "username": "a", "password": "b"}}
    made = await make_mailbox(session, imap_server.data(address) | smtp)
    await set_settings(session, autoresponderEnabled=True, mailFloodLimit=2)
    await session.commit()

    async def run(*mails: bytes, **data: Any) -> list[Conversation]:
        imap_server.deliver(address, *mails)
        assert (await fetch_mailbox(runtime, made)).error is None
        query = select(Conversation).where(Conversation.direction == "out").order_by(Conversation.id)
        return list(await session.scalars(query))

    run.mailbox = made  # type: ignore[attr-defined]
    return run


async def test_a_new_ticket_gets_one_receipt_that_says_it_is_automatic(session: WriteSession, receive: Any) -> None:
    (receipt,) = await receive(make_mail(reply_to="answers@example.com"))
    ticket = (await session.scalars(select(Ticket))).one()
    assert (receipt.to_email, receipt.agent_id, receipt.delivery_status) == (["answers@example.com"], None, "queued")
    assert f"Its number is {ticket.id}." in receipt.body_plain
    assert receipt.subject is not None
    assert f"[#{ticket.id}]" in receipt.subject
    assert ticket.first_response_at is None
    assert (await session.scalars(select(Delivery.automatic))).all() == [True]


async def test_the_next_one_follows_after_a_day(session: WriteSession, receive: Any) -> None:
    assert len(await receive(make_mail("one"), make_mail("two"))) == 1
    assert len(await receive(make_mail("three", sender="ANN@example.com"))) == 2
    await session.execute(update(AutoReceipt).values(at=datetime.now(UTC) - timedelta(hours=25)))
    await session.commit()
    assert len(await receive(make_mail("four", sender="ann@example.com"))) == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"auto_submitted": "auto-generated"},
        {"precedence": "list"},
        {"return_path": "<>"},
        {"list_id": "<news.example>"},
        {"sender": "no-reply@example.com"},
        {"sender": "MAILER-DAEMON@mx.example", "subject": "Undelivered mail"},
    ],
)
async def test_machines_get_none(receive: Any, fields: dict[str, str]) -> None:
    assert await receive(make_mail(**fields)) == []


async def test_own_mailboxes_get_none(receive: Any, address: str) -> None:
    assert await receive(make_mail(sender=f"Support <{address}>")) == []


async def test_floods_get_none(session: WriteSession, receive: Any) -> None:
    await set_settings(session, autoresponderMinHours=0)
    await session.commit()
    assert len(await receive(*(make_mail(f"{number}") for number in range(5)))) == 2


async def test_a_mailbox_may_be_silent(
    session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime, receive: Any
) -> None:
    quiet = await make_mailbox(session, imap_server.data(f"q.{address}") | {"autoresponder": {"enabled": False}})
    await session.commit()
    imap_server.deliver(f"q.{address}", make_mail())
    assert (await fetch_mailbox(runtime, quiet)).created == 1
    assert await receive() == []
