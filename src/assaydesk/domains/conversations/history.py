"""Earlier messages as they stand beneath a mail: quoted under an answer, or handed on with a forwarded ticket."""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from assaydesk.domains.conversations.bodies import shown_as_html

MOST_CHARACTERS: Final = 500_000
_BAR: Final = '<blockquote style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">'


class Earlier(NamedTuple):
    """A message that the customer knows."""

    at: datetime
    name: str | None
    address: str | None
    to: Sequence[str]
    subject: str | None
    body: str
    type: str


def quoted_answer(message: Earlier, zone: ZoneInfo, language: str | None) -> str:
    """The one message that is answered, with a line that says who wrote it and when."""
    at, sender = _local(message.at, zone, language), _sender(message)
    german = (language or "").lower().startswith("de")
    line = f"Am {at} schrieb {sender}:" if german else f"On {at}, {sender} wrote:"
    body = _body(message, MOST_CHARACTERS)
    return f"<div><p>{escape(line)}</p>{_BAR}{body}</blockquote></div>"


def forwarded(messages: Sequence[Earlier], zone: ZoneInfo, language: str | None) -> str:
    """Messages with a head each, in the order given. What does not fit is left out, and that is said."""
    german = (language or "").lower().startswith("de")
    words = ("Von", "Gesendet", "An", "Betreff") if german else ("From", "Sent", "To", "Subject")
    pieces: list[str] = []
    room = MOST_CHARACTERS
    for message in messages:
        head = (_sender(message), _local(message.at, zone, language), ", ".join(message.to), message.subject or "")
        lines = "<br>".join(f"<b>{word}:</b> {escape(text)}" for word, text in zip(words, head, strict=True) if text)
        body = _body(message, room)
        if len(lines) + len(body) > room:
            pieces.append(
                "<hr><p>Ältere Nachrichten fehlen hier.</p>" if german else "<hr><p>Older ones are left out.</p>"
            )
            break
        room -= len(lines) + len(body)
        pieces.append(f"<hr><p>{lines}</p><div>{body}</div>")
    return "".join(pieces)


def _body(message: Earlier, most: int) -> str:
    return shown_as_html(message.body if len(message.body) <= most else message.body[:most], message.type)


def _sender(message: Earlier) -> str:
    if message.name and message.address:
        return f"{message.name} <{message.address}>"
    return message.name or message.address or "?"


def _local(at: datetime, zone: ZoneInfo, language: str | None) -> str:
    form = "%d.%m.%Y %H:%M" if (language or "").lower().startswith("de") else "%Y-%m-%d %H:%M"
    return at.astimezone(zone).strftime(form)
