"""Mail from a real IMAP server into tickets."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from assaydesk.domains.channels.fetching import Fetching, MailboxBusy, fetch_mailbox
from assaydesk.domains.channels.models import MailboxState, MailMessage, MailReceipt, SubchannelLog
from assaydesk.domains.conversations.models import Attachment, Conversation
from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.settings.models import Subchannel
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.files.store import read_file
from assaydesk.platform.jobs.job import JOBS, Runtime
from tests.factories.mail import make_mail, make_mailbox
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.worklogs import set_settings
from tests.servers.imap_server import ImapServer


@pytest.fixture
def fetch(runtime: Runtime) -> Any:
    async def run(mailbox: int, **options: Any) -> Fetching:
        return await fetch_mailbox(runtime, mailbox, **options)

    return run


async def mailbox_at(session: WriteSession, server: ImapServer, address: str, **imap: Any) -> int:
    data = server.data(address, **imap)
    made = await make_mailbox(session, data)
    await session.commit()
    return made


async def messages(session: WriteSession) -> list[Conversation]:
    query = select(Conversation).order_by(Conversation.ticket_id, Conversation.created_at, Conversation.id)
    return list((await session.scalars(query.execution_options(populate_existing=True))).all())


async def tickets(session: WriteSession) -> list[Ticket]:
    query = select(Ticket).order_by(Ticket.id).execution_options(populate_existing=True)
    return list((await session.scalars(query)).all())


def counts(done: Fetching) -> tuple[int, int, int, str | None]:
    return done.created, done.appended, done.skipped, done.error


async def test_a_mail_becomes_a_ticket_with_files_and_raw_source(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    raw = make_mail(
        "Grüße\n", html="<p>Grüße</p>", subject="Zählerstand für März", sender='"Groß, Jürgen" <j@example.com>',
        to=address, cc="ann@example.com", reply_to="answers@example.com",
        files={"Rechnung Ä.pdf": b"%PDF-1.7 x", "a.exe": b"MZ\x90"},
    )  # fmt: skip
    received = datetime(2024, 6, 12, 9, 30, tzinfo=UTC)
    imap_server.deliver(address, raw, at=received)
    assert counts(await fetch(made)) == (1, 0, 0, None)
    (ticket,) = await tickets(session)
    assert (ticket.channel, ticket.direction, ticket.subject) == ("email", "in", "Zählerstand für März")
    assert (ticket.from_address, ticket.from_name, ticket.subchannel_id) == ("j@example.com", "Groß, Jürgen", made)
    assert (ticket.created_at, ticket.last_customer_message_at) == (received, received)
    (message,) = await messages(session)
    assert (message.body_plain, message.body.strip(), message.type) == ("Grüße", "<p>Grüße</p>", "html")
    assert (message.to_email, message.cc_emails, message.reply_to) == (
        [address],
        ["ann@example.com"],
        "answers@example.com",
    )
    files = (await session.scalars(select(Attachment).order_by(Attachment.position))).all()
    assert [(file.name, file.risk_class) for file in files] == [
        ("Rechnung Ä.pdf", "safe"),
        ("a.exe.removed.txt", "safe"),
    ]
    stored = await session.scalar(select(Conversation.raw_data))
    assert await read_file(session, stored["eml"]) == raw.replace(b"\n", b"\r\n")
    assert stored["date"].startswith("2024-06-12T07:")
    assert imap_server.flags(address) == {1: {rb"\Seen"}}


async def test_fetching_again_finds_nothing_and_a_later_mail_once(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    imap_server.deliver(address, make_mail("one"), make_mail("two"))
    assert counts(await fetch(made)) == (2, 0, 0, None)
    assert counts(await fetch(made)) == (0, 0, 0, None)
    imap_server.deliver(address, make_mail("three"))
    assert counts(await fetch(made)) == (1, 0, 0, None)
    assert [one.body_plain for one in await messages(session)] == ["one", "two", "three"]


async def test_mails_from_before_the_mailbox_was_made_are_left_alone(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    start = datetime(2024, 6, 12, 12, 0, tzinfo=UTC)
    made = await mailbox_at(session, imap_server, address, startFrom="2024-06-12T12:00:00Z")
    for minutes in (-60 * 48, -1, 0, 1):
        imap_server.deliver(address, make_mail(f"{minutes}"), at=start + timedelta(minutes=minutes))
    assert counts(await fetch(made)) == (2, 0, 0, None)
    assert [one.body_plain for one in await messages(session)] == ["0", "1"]
    assert [bool(flags) for flags in imap_server.flags(address).values()] == [False, False, True, True]


async def test_time_is_when_the_server_got_it_and_never_in_the_future(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    imap_server.deliver(address, make_mail(), at=datetime.now(UTC) + timedelta(days=30))
    await fetch(made)
    (ticket,) = await tickets(session)
    assert ticket.created_at <= datetime.now(UTC)


@pytest.mark.parametrize("after", ["move", "delete"])
async def test_after_fetch_the_mail_is_moved_or_deleted(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any, after: str
) -> None:
    made = await mailbox_at(session, imap_server, address, afterFetch=after, moveTo="Archiv.Müll")
    imap_server.deliver(address, make_mail("one"), make_mail("two"))
    assert counts(await fetch(made)) == (2, 0, 0, None)
    assert imap_server.flags(address) == {}
    if after == "move":
        assert imap_server.flags(address, "Archiv.Müll") == {1: {rb"\Seen"}, 2: {rb"\Seen"}}
    imap_server.deliver(address, make_mail("three"))
    assert counts(await fetch(made)) == (1, 0, 0, None)


async def test_the_same_mail_in_two_mailboxes_is_one_message(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    first = await mailbox_at(session, imap_server, address)
    second = await mailbox_at(session, imap_server, f"b.{address}")
    raw = make_mail()
    imap_server.deliver(address, b"Delivered-To: a\r\n" + raw)
    imap_server.deliver(f"b.{address}", b"Delivered-To: b\r\nReceived: from x by y\r\n" + raw)
    assert counts(await fetch(first)) == (1, 0, 0, None)
    assert counts(await fetch(second)) == (0, 0, 1, None)
    assert len(await messages(session)) == 1
    assert (await session.scalar(select(Conversation.raw_data)))["alsoReceivedBy"] == [second]
    assert imap_server.flags(f"b.{address}") == {1: {rb"\Seen"}}


async def test_another_mail_of_a_known_message_id_joins_its_ticket(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    same = {"message_id": "<always-the-same@device.example>", "sender": "device@device.example"}
    imap_server.deliver(address, make_mail("Paper is out", **same), make_mail("Toner is low", **same))
    assert counts(await fetch(made)) == (1, 1, 0, None)
    assert len(await tickets(session)) == 1


async def test_mails_without_message_id_and_date_are_told_apart_by_their_arrival(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    alarm = b"From: pump@example.com\r\nSubject: Alarm\r\n\r\nPressure"
    for minute in (1, 2):
        imap_server.deliver(address, alarm, at=datetime(2024, 6, 12, 9, minute, tzinfo=UTC))
    assert counts(await fetch(made)) == (2, 0, 0, None)


async def test_changed_uidvalidity_doubles_nothing(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address, folder="Support")
    mails = [make_mail("one"), make_mail("two")]
    imap_server.deliver(address, *mails, folder="Support")
    assert counts(await fetch(made)) == (2, 0, 0, None)
    imap_server.renumber(address, "Support")
    imap_server.deliver(address, *mails, make_mail("three"), folder="Support")
    assert counts(await fetch(made)) == (1, 0, 2, None)
    validities = set(await session.scalars(select(MailReceipt.uidvalidity)))
    assert len(validities) == 2
    assert all(flags == {rb"\Seen"} for flags in imap_server.flags(address, "Support").values())


async def test_a_mail_that_was_stored_but_not_marked_is_marked_next_time(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address, afterFetch="delete")
    imap_server.deliver(address, make_mail())
    await fetch(made)
    raw = make_mail("again")
    imap_server.deliver(address, raw)
    validity = await session.scalar(select(MailReceipt.uidvalidity))
    # As after a crash between the commit and the server's answer: a receipt that is not settled.
    source = await session.scalar(select(MailReceipt.source))
    session.add(
        MailReceipt(subchannel_id=made, source=source, uidvalidity=validity, uid=2, received_at=datetime.now(UTC))
    )
    await session.commit()
    assert counts(await fetch(made)) == (0, 0, 0, None)
    assert imap_server.flags(address) == {}


async def test_mail_bombs_come_in_as_tickets_with_notes(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address, afterFetch="delete")
    await set_settings(session, maxMailMb=1)
    await session.commit()
    head = b"From: tom@example.com\r\nSubject: %s\r\n"
    parts = head % b"parts" + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 10_000
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(100))
    large = head % b"large" + b"\r\n" + b"Hello " * 2_000_000
    long = head % b"long" + b"\r\n" + b"a" * 1_040_000
    nothing = b"\r\n\r\n\x00\xff"
    imap_server.deliver(address, parts, head % b"deep" + deep + b"\r\nx", large, long, nothing)
    done = await fetch(made)
    assert counts(done) == (5, 0, 0, None)
    found = {
        ticket.subject: [one for one in await messages(session) if one.ticket_id == ticket.id]
        for ticket in await tickets(session)
    }
    notes = {subject: [one.body_plain.split(".")[0] for one in some if one.private] for subject, some in found.items()}
    assert notes == {
        "parts": ["This mail has more parts or deeper levels than the limits allow"],
        "deep": ["This mail has more parts or deeper levels than the limits allow"],
        "large": ["This mail has 11"],
        "long": ["The text of this mail was too long and is shortened here"],
        None: ["This mail could not be read: it has no header, or parts of it cannot be stored"],
    }
    assert len(found["large"][0].body_plain) == 1_000_000
    assert len(found["long"][0].body_plain) == 1_000_000
    assert await session.scalar(select(func.count()).select_from(Attachment).where(Attachment.name == "mail.eml")) == 1
    # What is not whole here stays on the server.
    assert imap_server.flags(address) == {3: {rb"\Seen"}}


async def test_flood_of_one_sender_becomes_spam_tickets(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    await set_settings(session, mailFloodLimit=2)
    await session.commit()
    noon = datetime(2024, 6, 12, 12, 0, tzinfo=UTC)
    for minute in (0, 1, 2, 3, 30):
        imap_server.deliver(address, make_mail(f"{minute}"), at=noon + timedelta(minutes=minute))
    imap_server.deliver(address, make_mail("other", sender="ann@example.com"), at=noon + timedelta(minutes=3))
    assert (await fetch(made)).created == 6
    spam = [ticket.spam_status for ticket in await tickets(session)]
    assert spam == [None, None, "auto_programmatic", "auto_programmatic", None, None]


async def test_defaults_of_the_mailbox_and_letters(
    session: WriteSession, imap_server: ImapServer, address: str, fetch: Any
) -> None:
    data = imap_server.data(address) | {"defaultPriority": "high", "language": "de", "letterDetection": True}
    tag = (await make_tag(session)).id
    made = await make_mailbox(session, data | {"defaultTagIds": [999_999, tag]})
    await set_settings(session, letterScanSender="scan@desk.example")
    await session.commit()
    imap_server.deliver(
        address,
        make_mail("scan", sender="Scan@desk.example", subject="LETTER", files={"a.pdf": b"%PDF-1.4"}),
        make_mail("about", sender="scan@desk.example", subject="LETTER 2"),
        make_mail("other", subject="LETTER"),
    )
    await fetch(made)
    found = [(ticket.channel, ticket.priority, ticket.language) for ticket in await tickets(session)]
    assert found == [("letter", "high", "de"), ("email", "high", "de"), ("email", "high", "de")]
    assert (await session.scalars(select(TicketTag.tag_id))).all() == [tag] * 3


async def test_a_failing_mailbox_backs_off_and_is_reported_once(
    session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address, password="wrong")
    keeper = await make_profile(session, permissions=["manageSubchannels"])
    await make_profile(session, permissions=["readTicket"])
    await session.commit()
    waits = []
    for failures in (0, 1, 5, 6):
        await session.execute(update(MailboxState).values(failures=failures))
        await session.commit()
        done = await fetch(made)
        assert done.error is not None
        assert done.error.startswith("The server refuses name or password")
        state = (await session.scalars(select(MailboxState).execution_options(populate_existing=True))).one()
        assert state.due_at is not None
        waits.append(round((state.due_at - datetime.now(UTC)).total_seconds() / 60 + 0.4))
    assert waits == [1, 2, 32, 60]
    told = (await session.scalars(select(Notification))).all()
    assert [(one.user_id, one.kind) for one in told] == [(keeper.id, "mailboxError")]
    assert await session.scalar(select(func.count()).select_from(SubchannelLog).where(~SubchannelLog.ok)) == 4
    await session.execute(update(Subchannel).values(data=imap_server.data(address)))
    await session.commit()
    assert (await fetch(made)).error is None
    state = (await session.scalars(select(MailboxState).execution_options(populate_existing=True))).one()
    assert (state.failures, state.error) == (0, None)


async def test_the_clock_queues_mailboxes_that_are_due(
    session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime, run_jobs: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    await make_mailbox(session, imap_server.data(f"off.{address}"), enabled=False)
    await make_mailbox(session, {"address": f"api.{address}", "method": "api"})
    await make_mailbox(session, {"phoneNumber": "1"}, channel="phone")
    await session.commit()
    imap_server.deliver(address, make_mail())
    assert await JOBS["channels.fetchDue"].function(runtime) == {"mailboxes": 1}
    assert await JOBS["channels.fetchDue"].function(runtime) == {"mailboxes": 1}
    assert (await run_jobs()).count("channels.fetchMailbox") == 1
    assert len(await tickets(session)) == 1
    assert await JOBS["channels.fetchDue"].function(runtime) == {"mailboxes": 0}
    await session.execute(update(MailboxState).values(due_at=datetime.now(UTC)))
    await session.commit()
    assert await JOBS["channels.fetchDue"].function(runtime) == {"mailboxes": 1}
    assert made


async def test_one_reader_at_a_time(
    session: WriteSession, imap_server: ImapServer, address: str, runtime: Runtime, fetch: Any
) -> None:
    made = await mailbox_at(session, imap_server, address)
    until = datetime.now(UTC) + timedelta(minutes=1)
    session.add(MailboxState(subchannel_id=made, reader="somebody", reader_until=until))
    await session.commit()
    with pytest.raises(MailboxBusy):
        await fetch(made)
    await session.execute(update(MailboxState).values(reader_until=datetime.now(UTC)))
    await session.commit()
    assert (await fetch(made)).error is None


async def test_two_at_once_take_each_mail_once(
    committed: Database, imap_server: ImapServer, address: str, config: Any
) -> None:
    """The same mails in two mailboxes, read at the same time."""
    async with committed.write() as session:
        both = [await make_mailbox(session, imap_server.data(one)) for one in (address, f"b.{address}")]
    mails = [make_mail(f"{number}") for number in range(30)]
    imap_server.deliver(address, *mails)
    imap_server.deliver(f"b.{address}", *mails)
    runtime = Runtime(config, committed, {})
    done = await asyncio.gather(*(fetch_mailbox(runtime, one) for one in both))
    assert [one.error for one in done] == [None, None]
    assert sum(one.created for one in done) == 30
    assert sum(one.skipped for one in done) == 30
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(MailMessage)) == 30
        assert await session.scalar(select(func.count()).select_from(Ticket)) == 30
