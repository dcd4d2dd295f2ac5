"""Automatic receipts for tickets that come by mail (settings.md 3, 4.2)."""

from datetime import timedelta
from re import IGNORECASE
from re import compile as regex
from typing import Final

from sqlalchemy import select, text

from assaydesk.domains.channels.events import ReceiptQueued
from assaydesk.domains.channels.mailboxes import Mailbox
from assaydesk.domains.channels.models import AutoReceipt
from assaydesk.domains.conversations.bodies import texts_of
from assaydesk.domains.conversations.delivery import mark_automatic
from assaydesk.domains.conversations.receiving import IncomingMail, is_own_address
from assaydesk.domains.conversations.writing import NewMessage, add_message
from assaydesk.domains.settings.catalog import InstanceSettings
from assaydesk.domains.settings.mailboxes import mail_is_set_up
from assaydesk.domains.templates.service import count_use, render, template_variables
from assaydesk.domains.tickets import service as tickets
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM

_NOBODY: Final = regex(r"^(?:no-?_?reply|do-?not-?reply|bounces?|mailer-daemon|postmaster)\b", IGNORECASE)
_TEXT: Final = {
    "en": "<p>Thank you for your message. It has arrived, and we will answer it. Its number is {number}.</p>",
    "de": "<p>Vielen Dank für Ihre Nachricht. Sie ist angekommen, und wir antworten. Ihre Nummer ist {number}.</p>",
}


async def send_receipt(
    session: WriteSession, mailbox: Mailbox, mail: IncomingMail, ticket_id: int, settings: InstanceSettings
) -> bool:
    """Queue a receipt for a new ticket, if that is wished; answers whether it was.

    The caller has made sure that a person wrote, and that it is no spam. One address gets one receipt in
    `autoresponderMinHours`; mailboxes of the instance and addresses that nobody reads get none.
    """
    enabled = settings.autoresponder_enabled if mailbox.autoresponder is None else mailbox.autoresponder
    address = (mail.reply_to or mail.sender or "").lower()
    if not enabled or not address or _NOBODY.match(address) or not await mail_is_set_up(session):
        return False
    if await is_own_address(session, address):
        return False
    # Tickets of one address that come at the same time get one receipt.
    await session.execute(text("select pg_advisory_xact_lock(hashtextextended(:what, 816))"), {"what": address})
    since = utc_now() - timedelta(hours=settings.autoresponder_min_hours)
    query = select(AutoReceipt.id).where(AutoReceipt.address == address, AutoReceipt.at > since).limit(1)
    if await session.scalar(query) is not None:
        return False
    language = mail.language or settings.default_language
    subject, html = await _words(session, mailbox, ticket_id, language, settings)
    message = NewMessage(
        direction="out",
        texts=texts_of(html, "html"),
        at=utc_now(),
        written_here=False,
        columns={
            "from_email": mailbox.address,
            "from_email_name": SYSTEM.name,
            "to_email": [mail.reply_to or mail.sender],
            "subject": subject,
            "subchannel_id": mailbox.id,
            "delivery_status": "queued",
        },
    )
    ticket = await tickets.get_visible(session, SYSTEM, ticket_id)
    row = await add_message(session, SYSTEM, ticket, message)
    await mark_automatic(session, row.id)
    session.add(AutoReceipt(address=address, at=utc_now(), conversation_id=row.id))
    await session.flush()  # The next ticket of this address looks for it.
    await publish(session, ReceiptQueued(ticket_id, row.id, mail.reply_to or mail.sender or ""))
    return True


async def _words(
    session: WriteSession, mailbox: Mailbox, ticket_id: int, language: str, settings: InstanceSettings
) -> tuple[str | None, str]:
    """Subject and text: of the template, or short ones of our own. A faulty template never costs the ticket."""
    template_id = mailbox.autoresponder_template_id or settings.autoresponder_template_id
    if template_id is not None:
        try:
            variables = await template_variables(session, SYSTEM, ticket_id=ticket_id)
            rendered = await render(session, template_id, variables)
        except DomainError:
            pass
        else:
            await count_use(session, template_id)
            return rendered.subject, rendered.html
    words = _TEXT["de" if language.lower().startswith("de") else "en"]
    return None, words.format(number=ticket_id)
