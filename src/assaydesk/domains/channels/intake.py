"""One mail from a mailbox into the desk, in one transaction (settings.md 4.2, ADR 0015)."""

from datetime import timedelta
from enum import StrEnum
from typing import Final, cast

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.channels.autoresponder import send_receipt
from assaydesk.domains.channels.mailboxes import Mailbox
from assaydesk.domains.channels.models import MailMessage, MailReceipt
from assaydesk.domains.channels.notices import words
from assaydesk.domains.channels.reading import Fetched, ReadMail
from assaydesk.domains.conversations.attachments import Reference, RiskClass
from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.conversations.files import keep_received
from assaydesk.domains.conversations.receiving import IncomingMail, is_our_own, note_second_mailbox, receive_mail
from assaydesk.domains.conversations.threading import plus_tickets
from assaydesk.domains.settings.catalog import InstanceSettings
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.types import SpamStatus
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.files.store import StoredFile, put_file

FLOOD: Final = timedelta(minutes=10)
MEGABYTE: Final = 1024 * 1024


class Outcome(StrEnum):
    """What became of a mail. `SKIPPED`: it is known already, or a copy of a mail of ours."""

    CREATED = "created"
    APPENDED = "appended"
    SKIPPED = "skipped"


async def take_in(
    session: WriteSession, mailbox: Mailbox, uidvalidity: int, fetched: Fetched, mail: ReadMail, *, broken: bool = False
) -> Outcome:
    """Store a mail unless it is stored, with the receipt that says so.

    `broken`: of what the mail says nothing is stored but the raw file, because something of it cannot be.
    """
    # Mails of one Message-ID are judged one after the other, in whichever mailboxes they come.
    await _hold(session, mail.message_id or mail.identity)
    receipt_id = await _add_receipt(session, mailbox, uidvalidity, fetched, mail)
    if receipt_id is None:
        return Outcome.SKIPPED
    known = await session.scalar(select(MailMessage).where(MailMessage.identity == mail.identity))
    if known is not None:
        await _link(session, receipt_id, known.id)
        await note_second_mailbox(session, known.conversation_id, mailbox.id)
        return Outcome.SKIPPED
    own = await is_our_own(session, mail.message_id, mail.sender.email if mail.sender else None)
    if own is not None:
        await _link(session, receipt_id, await _add_message(session, mail, own, None))
        return Outcome.SKIPPED
    raw = await put_file(session, fetched.raw, name="mail.eml", content_type="message/rfc822")
    settings = await get_settings(session)
    incoming = await _incoming(session, mailbox, fetched, mail, raw, settings, broken=broken or mail.is_broken)
    received = await receive_mail(session, incoming)
    await _link(session, receipt_id, await _add_message(session, mail, received.conversation_id, raw.id))
    if not received.is_new_ticket:
        return Outcome.APPENDED
    if not mail.kind.is_auto and incoming.spam_status is None and incoming.channel == "email":
        await send_receipt(session, mailbox, incoming, received.ticket_id, settings)
    return Outcome.CREATED


async def _hold(session: WriteSession, what: str) -> None:
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:what, 815))"), {"what": what})


async def _add_receipt(
    session: WriteSession, mailbox: Mailbox, uidvalidity: int, fetched: Fetched, mail: ReadMail
) -> int | None:
    """None when this mail of this folder was taken already."""
    values = {
        "subchannel_id": mailbox.id,
        "source": mailbox.source,
        "uidvalidity": uidvalidity,
        "uid": fetched.uid,
        "sender": mail.sender.email.lower() if mail.sender else "",
        "received_at": fetched.received_at,
        "keep": not fetched.whole,
    }
    query = insert(MailReceipt).values(values).on_conflict_do_nothing().returning(MailReceipt.id)
    return await session.scalar(query)


async def _link(session: WriteSession, receipt_id: int, message: int) -> None:
    await session.execute(update(MailReceipt).where(MailReceipt.id == receipt_id).values(mail_message_id=message))


async def _add_message(session: WriteSession, mail: ReadMail, conversation_id: int, file_id: str | None) -> int:
    row = MailMessage(
        identity=mail.identity, message_id=mail.message_id, conversation_id=conversation_id, file_id=file_id
    )
    session.add(row)
    await session.flush()  # The receipt names the row.
    return row.id


async def _incoming(
    session: WriteSession,
    mailbox: Mailbox,
    fetched: Fetched,
    mail: ReadMail,
    raw: StoredFile,
    settings: InstanceSettings,
    *,
    broken: bool,
) -> IncomingMail:
    language = mailbox.language or settings.default_language
    notices = _notices(mailbox, fetched, mail, settings, language, broken=broken)
    at = min(fetched.received_at, utc_now())
    if broken:
        files = [_reference(raw)]
        texts = texts_of("", "text")
        sender = mail.sender.email if mail.sender and mail.sender.email else None
        return IncomingMail(
            at=at, subchannel_id=mailbox.id, texts=texts, sender=sender, to=[mailbox.address], files=files,
            tag_ids=mailbox.tag_ids, priority=mailbox.priority, language=mailbox.language, own_ticket=True,
            notices=notices, raw_data={"eml": raw.id},
        )  # fmt: skip
    sender = mail.sender.email or None if mail.sender else None
    flood = await _is_flood(session, mailbox, sender, fetched, settings.mail_flood_limit)
    is_letter = (
        mailbox.letter_detection
        and bool(settings.letter_scan_sender)
        and (sender or "").lower() == (settings.letter_scan_sender or "").lower()
        and (mail.subject or "") == settings.letter_scan_subject
    )
    reply_to = mail.reply_to if mail.reply_to and mail.reply_to.lower() not in mailbox.addresses else None
    return IncomingMail(
        at=at,
        subchannel_id=mailbox.id,
        texts=mail.texts,
        subject=mail.subject,
        sender=sender,
        sender_name=mail.sender.name if mail.sender else None,
        reply_to=reply_to if reply_to != sender else None,
        to=mail.to or (mailbox.address,),
        cc=mail.cc,
        message_id=mail.message_id,
        answers=mail.answers,
        plus_tickets=plus_tickets(mail.delivered_to, mailbox.addresses),
        changes_nothing=mail.kind.changes_nothing,
        is_bounce=mail.kind.is_bounce,
        failed_ids=mail.kind.failed_ids,
        failure=_failure(mail),
        own_ticket=(flood and not mail.kind.changes_nothing) or is_letter,
        spam_status=SpamStatus.AUTO_PROGRAMMATIC if flood else None,
        channel="letter" if is_letter else "email",
        tag_ids=mailbox.tag_ids,
        priority=mailbox.priority,
        language=mailbox.language,
        files=await _files(session, mail, language),
        notices=notices,
        raw_data=mail.raw_data(raw.id),
    )


async def _files(session: WriteSession, mail: ReadMail, language: str) -> list[Reference]:
    """The files, stored; the same bytes under the same name in one mail only once."""
    found = []
    for file in mail.files:
        stored = await keep_received(
            session, file.content, name=file.name, content_type=file.content_type, language=language
        )
        found.append(_reference(stored)._replace(inline=file.inline, content_id=file.content_id))
    return found


def _reference(file: StoredFile) -> Reference:
    return Reference(
        file.name, None, file.content_type, cast(RiskClass, file.risk_class), file.size, file.width, file.height,
        file_id=file.id,
    )  # fmt: skip


def _failure(mail: ReadMail) -> str:
    addresses = ", ".join(mail.kind.failed_addresses)
    return ": ".join(one for one in (addresses, mail.kind.reason) if one)[:2000]


def _notices(
    mailbox: Mailbox, fetched: Fetched, mail: ReadMail, settings: InstanceSettings, language: str, *, broken: bool
) -> list[str]:
    if broken:
        return [words("broken", language)]
    notices = []
    if not fetched.whole:
        size = round(fetched.size / MEGABYTE, 1)
        notices.append(words("tooLarge", language, size=size, limit=settings.max_mail_mb, address=mailbox.address))
    elif mail.left_packed:
        notices.append(words("leftPacked", language))
    if mail.shortened and fetched.whole:
        notices.append(words("shortened", language))
    return notices


async def _is_flood(session: ReadSession, mailbox: Mailbox, sender: str | None, fetched: Fetched, limit: int) -> bool:
    """Whether this sender wrote more than so many mails to this mailbox in the ten minutes up to this one."""
    if not limit or not sender:
        return False
    query = select(func.count()).where(
        MailReceipt.subchannel_id == mailbox.id,
        MailReceipt.sender == sender.lower(),
        MailReceipt.received_at > fetched.received_at - FLOOD,
        MailReceipt.received_at <= fetched.received_at,
    )
    return (await session.scalar(query) or 0) > limit
