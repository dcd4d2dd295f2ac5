"""Handing a mail to a server: the door that jobs use."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Goahead = Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Server:
    """How a server is reached and what the log-in is. Port 465 usually goes with `tls`, 587 with `starttls`."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A finished mail. Addresses have ASCII domains; `content` has CRLF line ends."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class NotTaken(Exception):
    """The server certainly does not have the mail. The message says why, for people."""


class TryLater(NotTaken):
    """No connection, no log-in, or an answer that asks for another try. `of_the_server`: no fault of this mail."""

    def __init__(self, message: str, *, of_the_server: bool = False) -> None:
        super().__init__(message)
        self.of_the_server = of_the_server


class Refused(NotTaken):
    """The server refuses this mail for good."""


class TakenBack(NotTaken):
    """`go_ahead` said no, so the text was not sent."""


class NobodyKnows(Exception):
    """The connection broke after the text had begun: the server may have the mail or not."""


class Smtp(Protocol):
    async def deliver(self, server: Server, letter: Letter, go_ahead: Goahead) -> Mapping[str, str]:
        """Hand a mail over; answers the recipients that the server refused, with its words, while it took others.

        `go_ahead` is awaited when the server waits for the text and none of it has left. Raises `TryLater`,
        `Refused`, `TakenBack`, `NobodyKnows`.
        """
        ...

    async def check(self, server: Server) -> None:
        """Connect and log in. Raises `TryLater`."""
        ...
