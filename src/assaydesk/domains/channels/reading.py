"""A fetched mail as the desk takes it in: pure, so that it can run beside the event loop (settings.md 4.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from assaydesk.domains.channels.headers import Address, read_addresses, read_date, read_ids
from assaydesk.domains.channels.mailkind import Kind, header_facts, identity_of, kind_of
from assaydesk.domains.channels.mime import Limits, Mail, MailFile, parse_mail
from assaydesk.domains.conversations.bodies import Texts, texts_of
from assaydesk.kit.clock import iso

MOST_RECIPIENTS: Final = 200
LONGEST_SUBJECT: Final = 1000
_DELIVERED_TO: Final = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


class Fetched(NamedTuple):
    """A mail as it came from the server. `whole` False: header and the beginning; `size` is that of all of it."""

    uid: int
    raw: bytes
    size: int
    whole: bool
    received_at: datetime


@dataclass(frozen=True, slots=True)
class ReadMail:
    """Everything that a mail says. `delivered_to`: all addresses it may have come by; `sent_at`: the sender's date.

    `is_broken`: there is no header at all, so nobody knows what it is.
    """

    identity: str
    message_id: str | None
    answers: tuple[str, ...]
    sender: Address | None
    reply_to: str | None
    to: tuple[str, ...]
    cc: tuple[str, ...]
    delivered_to: tuple[str, ...]
    subject: str | None
    texts: Texts
    files: tuple[MailFile, ...]
    kind: Kind
    facts: Mapping[str, str]
    sent_at: datetime | None
    left_packed: bool
    shortened: bool
    is_broken: bool

    def raw_data(self, file_id: str, **further: Any) -> dict[str, Any]:
        """What is kept beside the message."""
        date = iso(self.sent_at) if self.sent_at is not None else None
        return {"eml": file_id, "date": date, "headers": dict(self.facts), **further}


def read_fetched(fetched: Fetched, limits: Limits) -> ReadMail:
    """Read a mail of any form; never raises for what it contains."""
    mail = parse_mail(fetched.raw, limits)
    header = mail.header
    own_ids = read_ids(header.raw("message-id"))
    message_id = own_ids[0] if own_ids else None
    senders = read_addresses(header.raws("from")) or read_addresses(header.raws("sender"))
    replies = [one.email for one in read_addresses(header.raws("reply-to")) if one.email]
    subject = header.text("subject")
    answers = [*reversed(read_ids(header.raw("in-reply-to"))), *reversed(read_ids(header.raw("references")))]
    return ReadMail(
        identity=identity_of(
            mail, message_id=message_id, received=fetched.received_at.isoformat(), whole=fetched.whole
        ),
        message_id=message_id,
        answers=tuple(dict.fromkeys(answers)),
        sender=next((one for one in senders if one.email), senders[0] if senders else None),
        reply_to=replies[0] if replies else None,
        to=_emails(mail, "to"),
        cc=_emails(mail, "cc"),
        delivered_to=tuple(dict.fromkeys(one for name in _DELIVERED_TO for one in _emails(mail, name))),
        subject=None if subject is None else subject[:LONGEST_SUBJECT],
        texts=_texts(mail),
        files=mail.files if fetched.whole else (),
        kind=kind_of(mail),
        facts=header_facts(header),
        sent_at=read_date(header.raw("date")),
        left_packed=mail.left_packed,
        shortened=mail.shortened,
        is_broken=len(header) == 0,
    )


def _emails(mail: Mail, name: str) -> tuple[str, ...]:
    return tuple(one.email for one in read_addresses(mail.header.raws(name)) if one.email)[:MOST_RECIPIENTS]


def _texts(mail: Mail) -> Texts:
    if mail.html is None:
        return texts_of(mail.plain, "text")
    return texts_of(mail.html, "html", plain=mail.plain)
