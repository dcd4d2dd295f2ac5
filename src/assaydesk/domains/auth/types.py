"""Kinds of tokens (people.md 7)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256


class TokenType(StrEnum):
    SESSION = "session"
    API_KEY = "apiKey"
    SERVICE_WORKER = "serviceWorker"


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token as it is shown once. `expires_at` is None for API keys without an end."""

    token: str
    expires_at: datetime | None
    cookie: str | None = None


def hashed(secret: str) -> str:
    """What is stored in place of a secret that has full entropy: its SHA-256 in hex."""
    return sha256(secret.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Visitor:
    """From where somebody signs in."""

    ip: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class SignedInPerson:
    """What the browser shows of the person who is signed in."""

    id: int
    first_name: str
    last_name: str
    lang: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    person: SignedInPerson
    issued: IssuedToken


@dataclass(frozen=True, slots=True)
class CurrentSession:
    """Who calls, and until when the credential holds; None without an end."""

    person: SignedInPerson
    expires_at: datetime | None
