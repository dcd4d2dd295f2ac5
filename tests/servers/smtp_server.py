"""A mail server that keeps what it gets and misbehaves on demand.

```python
with SmtpServer() as server:
    server.play(Say.RCPT_REFUSED)          # once; further mails are taken
    ...
    server.mails[0].message["Subject"]
```
"""

import asyncio
import socket
import threading
from collections import deque
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import Enum
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


class Say(Enum):
    """What the server does with the next mail."""

    TAKE = "take"
    SENDER_REFUSED = "senderRefused"
    SENDER_LATER = "senderLater"
    RCPT_REFUSED = "rcptRefused"
    RCPT_LATER = "rcptLater"
    TEXT_REFUSED = "textRefused"
    TEXT_LATER = "textLater"
    BREAK_OFF = "breakOff"
    """Breaks the connection after the text, without an answer; the mail is kept."""
    BREAK_BEFORE = "breakBefore"
    """Breaks the connection before the text."""
    HOLD = "hold"
    """Takes the text, and answers when `let_go()` is called."""
    HOLD_BEFORE = "holdBefore"
    """Answers the recipient when `let_go()` is called."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it came: the envelope, and the text as a message."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return cast(EmailMessage, message_from_bytes(self.content, policy=policy.default))

    def text(self, kind: str = "plain") -> str:
        """The text of the kind `plain` or `html`."""
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


class SmtpServer:
    """Listens on a port of 127.0.0.1 in a thread of its own. `refused`: recipients that it never takes."""

    def __init__(self, *, password: str | None = None) -> None:
        self.mails: list[Mail] = []
        self.refused: set[str] = set()
        self.waiting = 0
        self._script: deque[Say] = deque()
        self._current: dict[int, Say] = {}
        self._free = threading.Event()
        self._free.set()
        self._password = password
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        options: dict[str, Any] = {"data_size_limit": 100_000_000}
        if password is not None:
            options |= {"authenticator": self._check, "auth_require_tls": False}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)

    @property
    def account(self) -> dict[str, Any]:
        """The `smtp` part of a mailbox that sends here."""
        shown = {"host": "127.0.0.1", "port": self.port, "security": "none", "sentFolder": None}
        return shown | ({} if self._password is None else {"username": "desk", "password": self._password})

    def play(self, *says: Say) -> None:
        """Treat the next mails so, one after the other; then take all."""
        self._script.extend(says)

    def hold(self, *how: Say) -> None:
        """Keep the next mails waiting until `let_go()`; `waiting` counts those that do."""
        self._free.clear()
        self.play(*how)

    def let_go(self) -> None:
        self._free.set()

    def by_recipient(self) -> dict[str, int]:
        """How often each address got a mail."""
        counts: dict[str, int] = {}
        for mail in self.mails:
            for recipient in mail.recipients:
                counts[recipient] = counts.get(recipient, 0) + 1
        return counts

    def __enter__(self) -> "SmtpServer":
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self._controller.stop()

    def _check(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        right = isinstance(data, LoginPassword) and data.password == (self._password or "").encode()
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        say = self._script.popleft() if self._script else Say.TAKE
        self._current[id(session)] = say
        if self._password is not None and not session.authenticated:
            return "530 5.7.0 Log in first"
        if say is Say.SENDER_REFUSED:
            return "550 5.7.1 Not from you"
        if say is Say.SENDER_LATER:
            return "451 4.3.0 Come back"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, _: Any) -> str:
        say = self._current[id(session)]
        if say is Say.RCPT_REFUSED or address in self.refused:
            return "550 5.1.1 No such mailbox"
        if say is Say.RCPT_LATER:
            return "450 4.2.1 Mailbox is busy"
        if say is Say.BREAK_BEFORE:
            self._abort(server)
        if say is Say.HOLD_BEFORE:
            await self._wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        say = self._current[id(session)]
        if say is Say.TEXT_REFUSED:
            return "554 5.6.0 Not this text"
        if say is Say.TEXT_LATER:
            return "452 4.3.1 Out of space"
        self.mails.append(Mail(str(envelope.mail_from), list(envelope.rcpt_tos), bytes(envelope.content or b"")))
        if say is Say.BREAK_OFF:
            self._abort(server)
        if say is Say.HOLD:
            await self._wait()
        return "250 Taken"

    async def _wait(self) -> None:
        self.waiting += 1
        while not self._free.is_set():
            await asyncio.sleep(0.02)

    @staticmethod
    def _abort(server: SMTP) -> None:
        transport = server.transport
        if transport is not None:
            cast(asyncio.Transport, transport).abort()
