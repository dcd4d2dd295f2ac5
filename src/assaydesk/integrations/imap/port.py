"""The door to mailboxes on IMAP servers."""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

Security = Literal["tls", "starttls", "none"]


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """Where a mailbox lies and who opens it. `timeout` in seconds, for connecting and for each answer."""

    host: str
    port: int
    security: Security
    username: str
    password: str
    timeout: float = 60.0


class ImapReason(StrEnum):
    """Why a mailbox cannot be read."""

    NO_CONNECTION = "noConnection"
    TIMED_OUT = "timedOut"
    BAD_CERTIFICATE = "badCertificate"
    DENIED = "denied"
    """Wrong name or password."""
    NO_FOLDER = "noFolder"
    INSECURE = "insecure"
    """Without encryption, which the operator has not allowed."""
    REFUSED = "refused"
    """The server refused a command, or broke off."""


class ImapFailed(Exception):
    """The mailbox cannot be read. `reason` is for programs, the text for people."""

    def __init__(self, reason: ImapReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class MailFacts(NamedTuple):
    """`size` in octets, as the server states it. `received_at`: when the server got the mail."""

    uid: int
    size: int
    received_at: datetime


class Mailbox(Protocol):
    """An account that was opened. Every call may raise `ImapFailed`."""

    async def select(self, folder: str) -> int:
        """Open a folder; answers its UIDVALIDITY."""
        ...

    async def folders(self) -> list[str]: ...

    async def find(self, *, above: int, since: datetime) -> list[int]:
        """UIDs above `above` of mails that came on the day of `since` or later, in order."""
        ...

    async def facts(self, uids: Sequence[int]) -> list[MailFacts]:
        """Of those that are still there, in the order of UIDs."""
        ...

    async def fetch(self, uid: int, most: int) -> bytes | None:
        """The first `most` octets of a mail; None when it is gone. Reading leaves it unread."""
        ...

    async def fetch_header(self, uid: int, most: int) -> bytes | None:
        """The same of its header alone."""
        ...

    async def fetch_body(self, uid: int, most: int) -> bytes | None:
        """The same of what follows the header."""
        ...

    async def mark_seen(self, uids: Collection[int]) -> None: ...

    async def move(self, uids: Collection[int], folder: str) -> None:
        """Into a folder, which is made when it is missing."""
        ...

    async def delete(self, uids: Collection[int]) -> None: ...

    async def append(self, folder: str, mail: bytes) -> None:
        """Put a mail into a folder, as one that was read; the folder is made when it is missing."""
        ...


class MailServer(Protocol):
    """Opens mailboxes."""

    def open(self, account: ImapAccount) -> AbstractAsyncContextManager[Mailbox]:
        """Connect and log in for as long as the block runs. Raises `ImapFailed`."""
        ...
