"""The door to the web: one HTTP request to an address that somebody outside may have chosen (ticket.md 4.3).

Implementations hold no more than `max_bytes` of an answer, follow redirects themselves, and reach no private network
unless the operator allows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

MEGABYTE: Final = 1024 * 1024


class WebReason(StrEnum):
    """Why there is no answer."""

    BAD_ADDRESS = "badAddress"
    """No http or https address, or one with a user and password in it."""
    NOT_ALLOWED = "notAllowed"
    """The address, or one it redirects to, lies in a private or link-local network."""
    NOT_FOUND = "notFound"
    """The name has no address."""
    NO_CONNECTION = "noConnection"
    TIMED_OUT = "timedOut"
    TOO_LARGE = "tooLarge"
    TOO_MANY_REDIRECTS = "tooManyRedirects"
    BAD_ANSWER = "badAnswer"
    """What came is no HTTP, or packed in a way that nobody asked for."""


class WebFailed(Exception):
    """There is no answer. `reason` is for programs, the text for people; a status of 400 or more is an answer."""

    def __init__(self, reason: WebReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


@dataclass(frozen=True, slots=True)
class WebAnswer:
    """`headers` have lower-case names. `elapsed` in seconds, redirects included; `url` is where they ended."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float
    url: str = ""

    @property
    def ok(self) -> bool:
        """True for a status of 200 to 299."""
        return 200 <= self.status < 300


class WebClient(Protocol):
    """A client that may be handed any address."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: float = 30.0,  # noqa: ASYNC109 - a limit of the call as a whole, redirects included
        max_bytes: int = 5 * MEGABYTE,
        allow_private: bool = False,
        max_redirects: int = 3,
    ) -> WebAnswer:
        """One request; nothing is repeated. Raises `WebFailed`.

        `timeout` in seconds for all of it. `allow_private` opens private networks for an address that an administrator
        wrote; link-local ones stay closed, for there lie the metadata of cloud machines.
        """

    async def close(self) -> None:
        """Give connections back; the client may be used again."""
