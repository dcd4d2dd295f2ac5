"""A message that waits to leave, put together: the mailbox, the recipients, the text in its wrapper, the files."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from re import Match
from re import compile as regex
from typing import Any, Final

from sqlalchemy import text

from assaydesk.domains.channels.compose import File, Mail
from assaydesk.domains.conversations import service as conversations
from assaydesk.domains.conversations.delivery import Claimed, sent_since
from assaydesk.domains.conversations.envelope import Party, one_line, parties_of
from assaydesk.domains.conversations.events import REPLY_SURVEY
from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.settings.mailboxes import Mailbox, sending_mailbox
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.templates.errors import TicketNotFound
from assaydesk.domains.templates.service import template_variables, wrap
from assaydesk.kit.clock import utc_now
from assaydesk.kit.domains import ascii_address
from assaydesk.kit.sanitising import OWN_FILES, mail_html, text_as_html
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import DomainError
from assaydesk.platform.files.store import FileMissing, read_file
from assaydesk.platform.security.actor import SYSTEM

NO_MAILBOX: Final = "It waits for a mailbox that can send: none is switched on at present."
FILES_PENDING: Final = "It waits for a file that is being fetched."
LARGEST: Final = 50 * 1024 * 1024
"""Bytes of all files of one mail together."""
_SOURCE: Final = regex(r'(<img\b[^>]*?\ssrc=")([^"]*)(")')


class CannotLeave(Exception):
    """This message can never be sent as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is sent before that moment. `gives_up`: after a day the message counts as failed."""

    until: datetime
    reason: str
    gives_up: bool = True
    limit_of: Mailbox | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """Everything that a sender needs. `recipients`: all addresses, blind copies too."""

    mailbox: Mailbox
    mail: Mail
    recipients: tuple[str, ...]
    ticket_id: int


async def mailbox_for(session: WriteSession, claimed: Claimed) -> Mailbox | Wait:
    """The mailbox that sends the message now, or until when it waits. Counts the message against the daily limit."""
    row, now = claimed.message, utc_now()
    mailbox = await sending_mailbox(session, row.subchannel_id, claimed.ticket["subchannel_id"])
    if mailbox is None:
        return Wait(now + timedelta(minutes=5), NO_MAILBOX)
    if await conversations.files_are_pending(session, row.id):
        return Wait(now + timedelta(seconds=30), FILES_PENDING)
    claimed.delivery.mailbox_id = mailbox.id
    if mailbox.daily_limit is not None and mailbox.id is not None:
        # Parallel senders of one mailbox count one after the other.
        await session.execute(text("select pg_advisory_xact_lock(hashtext(:key))"), {"key": f"mailbox.{mailbox.id}"})
        zone = (await get_settings(session)).zone
        today = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        if await sent_since(session, mailbox.id, today, but=row.id) >= mailbox.daily_limit:
            reason = f"It waits until tomorrow: {mailbox.address} sends {mailbox.daily_limit} mails a day."
            return Wait(today + timedelta(days=1), reason, gives_up=False, limit_of=mailbox)
    return mailbox


async def put_together(session: ReadSession, claimed: Claimed, mailbox: Mailbox, *, base_url: str) -> Ready:
    """The finished mail; links lead to `base_url`. Raises `CannotLeave`."""
    row = claimed.message
    to, cc, bcc = parties_of(row.to_email), parties_of(row.cc_emails), parties_of(row.bcc_emails)
    addresses = tuple(dict.fromkeys(ascii_address(party.address) for party in (*to, *cc, *bcc)))
    if not addresses:
        raise CannotLeave("It has no recipient.")
    strange = [address for address in addresses if not address.isascii()]
    if strange:
        raise CannotLeave(f"Mail cannot be sent to {strange[0]}: it has letters beyond ASCII.")
    html = mail_html(row.body if row.type == "html" else text_as_html(row.body))
    html += await _survey_link(session, claimed, mailbox, base_url)
    html = await _wrapped(session, claimed, mailbox, html) + (claimed.delivery.quoted or "")
    rows = (await conversations.attachments_of(session, [row.id])).get(row.id, [])
    html, files = await _with_files(session, html, rows)
    name = mailbox.sender_name or one_line(row.from_email_name or "")
    mail = Mail(
        message_id=row.message_id or "",
        at=utc_now(),
        sender=Party(name, mailbox.address),
        to=to,
        cc=cc,
        reply_to=Party("", mailbox.reply_to) if mailbox.reply_to else None,
        subject=row.subject or f"[#{row.ticket_id}]",
        html=html,
        in_reply_to=claimed.delivery.in_reply_to,
        references=claimed.delivery.reference_ids,
        files=files,
        automatic=claimed.delivery.automatic,
    )
    return Ready(mailbox, mail, addresses, row.ticket_id)


async def _wrapped(session: ReadSession, claimed: Claimed, mailbox: Mailbox, html: str) -> str:
    """The text with greeting and signature. A forwarded ticket goes to somebody else: it has none."""
    if claimed.message.private:
        return html
    ticket = claimed.ticket
    variables: dict[str, Any] = {}
    try:
        variables = await template_variables(
            session, SYSTEM, ticket_id=claimed.message.ticket_id, agent_id=claimed.message.agent_id
        )
    except (TicketNotFound, DomainError):
        variables = {}
    return await wrap(
        session,
        html,
        email_template_id=claimed.message.email_template_id or mailbox.email_template_id,
        subchannel_id=mailbox.id,
        language=ticket["language_code"] or mailbox.language,
        variables=variables,
        ticket_wrapper=ticket["template"],
    )


async def _survey_link(session: ReadSession, claimed: Claimed, mailbox: Mailbox, base_url: str) -> str:
    """The paragraph that asks the customer, where the message came with a survey."""
    survey = (await REPLY_SURVEY.load(session, SYSTEM, [claimed.message.id])).get(claimed.message.id)
    if survey is None:
        return ""
    language = (claimed.ticket["language_code"] or mailbox.language or "en")[:2].lower()
    words = survey["text"].get(language) or survey["text"]["en"]
    url = f"{base_url}{survey['path']}"
    return f'<p>{words} <a href="{url}">{url}</a></p>'


async def _with_files(session: ReadSession, html: str, rows: list[Attachment]) -> tuple[str, list[File]]:
    """The HTML with its images as `cid:`, and the files. What could not be fetched leaves as its address."""
    files, links, size = [], [], 0
    for row in rows:
        if row.file_id is None:
            links.append(row)
            continue
        try:
            content = await read_file(session, row.file_id)
        except FileMissing as missing:
            raise CannotLeave(f"The file {row.name} is gone.") from missing
        size += len(content)
        if size > LARGEST:
            raise CannotLeave(f"Its files have more than {LARGEST // 1024**2} MB together.")
        files.append(File(row.name, row.content_type, content, _content_id(row, html)))
    html = _SOURCE.sub(lambda image: _as_part(image, rows), html)
    for row in links:
        if row.original_url or row.url:
            html += f"<p>{text_as_html(row.name)}: {text_as_html(row.original_url or row.url or '')}</p>"
    return html, [replace(one, content_id=None) if f"cid:{one.content_id}" not in html else one for one in files]


def _content_id(row: Attachment, html: str) -> str | None:
    if row.content_id and f"cid:{row.content_id}" in html:
        return row.content_id
    return f"{row.id}@assaydesk" if f"{OWN_FILES}{row.id}" in html else None


def _as_part(image: Match[str], rows: list[Attachment]) -> str:
    source = image.group(2)
    for row in rows:
        if row.file_id is not None and f"{OWN_FILES}{row.id}" in source:
            return f"{image.group(1)}cid:{row.id}@assaydesk{image.group(3)}"
    return image.group()
