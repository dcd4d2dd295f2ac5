"""Mails as they come over the wire, and mailboxes that fetch them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import count
from mimetypes import guess_type
from typing import Any

from assaydesk.domains.settings.models import Subchannel
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)
SENT = datetime(2024, 6, 12, 7, 0, tzinfo=UTC)


def make_mail(
    body: str = "When will you come?",
    *,
    sender: str = "Tom Mustermann <tom@example.com>",
    to: str = "support@desk.example",
    subject: str | None = "Meter",
    message_id: str | None = "",
    answers: str | None = None,
    html: str | None = None,
    files: Mapping[str, bytes] | None = None,
    **fields: str,
) -> bytes:
    """A mail of Tom. `message_id` "" makes one, None leaves it out; `fields` are further ones: `auto_submitted=...`."""
    number = next(_numbers)
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = to
    if subject is not None:
        mail["Subject"] = subject
    mail["Date"] = format_datetime(SENT + timedelta(seconds=number))
    if message_id is not None:
        mail["Message-ID"] = message_id or f"<mail-{number}@example.com>"
    if answers is not None:
        mail["In-Reply-To"] = answers
    for name, value in fields.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(body)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    for name, content in (files or {}).items():
        kind, _, subtype = (guess_type(name)[0] or "application/octet-stream").partition("/")
        mail.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    return mail.as_bytes()


async def make_mailbox(session: WriteSession, data: Mapping[str, Any], **values: Any) -> int:
    """A sub-channel with these data that takes every mail, however old; answers its id."""
    imap = {"startFrom": "2000-01-01T00:00:00Z"} | dict(data.get("imap") or {})
    row = Subchannel(**{"channel": "email", "name": "Support", "data": {**data, "imap": imap}} | values)
    session.add(row)
    await session.flush()
    return row.id
