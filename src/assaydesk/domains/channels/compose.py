"""A message as a mail: headers that nobody can break, plain text and HTML, files (settings.md 4.3). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.charset import QP, Charset
from email.encoders import encode_base64
from email.generator import BytesGenerator
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from io import BytesIO
from re import compile as regex
from typing import Final

from assaydesk.domains.conversations.envelope import Party, one_line
from assaydesk.kit.domains import ascii_address
from assaydesk.kit.html import to_plain_text

_PLAIN_NAME: Final = regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_MEDIA_TYPE: Final = regex(r"[A-Za-z0-9!#$&^_.+-]{1,60}/[A-Za-z0-9!#$&^_.+-]{1,60}")
_TEXT: Final = Charset("utf-8")
_TEXT.body_encoding = QP


@dataclass(frozen=True, slots=True)
class File:
    """A file of a mail. One with a `content_id` is shown inside the HTML that names it as `cid:`."""

    name: str
    content_type: str | None
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """All of a mail. `automatic`: nobody shall answer it by a machine."""

    message_id: str
    at: datetime
    sender: Party
    to: Sequence[Party]
    subject: str
    html: str
    cc: Sequence[Party] = ()
    reply_to: Party | None = None
    in_reply_to: str | None = None
    references: Sequence[str] = ()
    files: Sequence[File] = field(default_factory=tuple)
    automatic: bool = False


def compose(mail: Mail) -> bytes:
    """The mail in its final form, with CRLF line ends and no line beyond 998 bytes. Blind copies are not in it."""
    body = _alternatives(mail.html)
    shown = [file for file in mail.files if file.content_id]
    beside = [file for file in mail.files if not file.content_id]
    if shown:
        related = MIMEMultipart("related", type="multipart/alternative")
        related.attach(body)
        for file in shown:
            related.attach(_part(file))
        body = related
    if beside:
        mixed = MIMEMultipart("mixed")
        mixed.attach(body)
        for file in beside:
            mixed.attach(_part(file))
        body = mixed
    _head(body, mail)
    buffer = BytesIO()
    BytesGenerator(buffer, mangle_from_=False, policy=compat32.clone(linesep="\r\n")).flatten(body)
    return buffer.getvalue()


def _head(message: Message, mail: Mail) -> None:
    message["From"] = _party(mail.sender)
    message["To"] = _list(mail.to)
    if mail.cc:
        message["Cc"] = _list(mail.cc)
    if mail.reply_to is not None:
        message["Reply-To"] = _party(mail.reply_to)
    message["Subject"] = _words(one_line(mail.subject), "Subject")
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = one_line(mail.message_id)
    if mail.in_reply_to:
        message["In-Reply-To"] = one_line(mail.in_reply_to)
    if mail.references:
        message["References"] = "\r\n ".join(one_line(one) for one in mail.references)
    if mail.automatic:
        message["Auto-Submitted"] = "auto-generated"


def _alternatives(html: str) -> MIMEMultipart:
    both = MIMEMultipart("alternative")
    both.attach(_text(to_plain_text(html), "plain"))
    both.attach(_text(html if "<html" in html[:2000].lower() else f"<html><body>{html}</body></html>", "html"))
    return both


def _text(text: str, subtype: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    lines = "\n".join(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    part.set_payload(lines.encode("utf-8", "replace").decode("utf-8"), _TEXT)
    return part


def _part(file: File) -> MIMEBase:
    media = file.content_type if file.content_type and _MEDIA_TYPE.fullmatch(file.content_type) else None
    main, _, sub = (media or "application/octet-stream").partition("/")
    if main in ("multipart", "message"):
        main, sub = "application", "octet-stream"
    part = MIMEBase(main, sub)
    part.set_payload(file.content)
    encode_base64(part)
    how = "inline" if file.content_id else "attachment"
    name = one_line(file.name) or "file"
    part.add_header("Content-Disposition", how, filename=name if name.isascii() else ("utf-8", "", name))
    if file.content_id:
        part.add_header("Content-ID", f"<{one_line(file.content_id)}>")
    return part


def _list(parties: Iterable[Party]) -> str:
    return ",\r\n ".join(_party(party) for party in parties)


def _party(party: Party) -> str:
    address = ascii_address(one_line(party.address))
    name = one_line(party.name)
    if not name:
        return address
    if name.isascii():
        if not _PLAIN_NAME.fullmatch(name):
            name = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
        return f"{name} <{address}>"
    return f"{Header(name, 'utf-8', maxlinelen=60).encode(linesep=chr(13) + chr(10))} <{address}>"


def _words(text: str, header: str) -> str:
    if text.isascii():
        return _folded(text)
    return Header(text, "utf-8", header_name=header, maxlinelen=76).encode(linesep="\r\n")


def _folded(text: str) -> str:
    """ASCII text on lines of bearable length, broken at blanks; one endless word is encoded."""
    if any(len(word) > 900 for word in text.split(" ")):
        return Header(text, "utf-8", maxlinelen=76).encode(linesep="\r\n")
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > 70:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\r\n ".join([*lines, line])
