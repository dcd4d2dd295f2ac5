"""Passwords: the rules of people.md 8.3, and argon2id in threads of its own."""

import asyncio
import secrets
import string
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from assaydesk.platform.db.session import assert_no_open_session
from assaydesk.platform.errors import Unprocessable

LONGEST: Final = 128
_SHORTEST_NAME: Final = 3
"""Shorter e-mail names stand in almost every password by chance."""

_hasher = PasswordHasher()
# One hash fills 64 MB for a tenth of a second. Two at a time bound the memory of a flood of sign-ins, and the threads
# of everything else stay free.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")


class WeakPassword(Unprocessable):
    """422 `weak_password`; `details.reasons`: too_short, too_long, common, contains_email_name."""

    default_message = "Choose another password."


def password_faults(password: str, *, email: str | None, shortest: int) -> list[str]:
    """Why a password is refused; empty when it is good. `shortest` in characters."""
    faults = []
    if len(password) < shortest:
        faults.append("too_short")
    if len(password) > LONGEST:
        faults.append("too_long")
    if password.lower() in _common() or len(set(password)) == 1:
        faults.append("common")
    name = (email or "").split("@")[0].lower()
    if len(name) >= _SHORTEST_NAME and name in password.lower():
        faults.append("contains_email_name")
    return faults


_TEXTS: Final = {
    "too_short": "Use at least {shortest} characters.",
    "too_long": f"Use at most {LONGEST} characters.",
    "common": "It is one of the passwords that are tried first.",
    "contains_email_name": "It must not contain the name in the e-mail address.",
}


def refuse_weak(password: str, *, email: str | None, shortest: int) -> None:
    """Raise `WeakPassword` with all reasons at once."""
    faults = password_faults(password, email=email, shortest=shortest)
    if faults:
        raise WeakPassword(" ".join(_TEXTS[fault].format(shortest=shortest) for fault in faults), reasons=faults)


def random_password() -> str:
    """Twenty letters and digits, about 119 bits."""
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(20))


async def hash_password(password: str) -> str:
    """The argon2id form that is stored. Takes about 0.1 s, so no session may be open."""
    assert_no_open_session("a password hash")
    return await asyncio.get_running_loop().run_in_executor(_threads, _hasher.hash, password)


async def password_matches(stored: str | None, password: str) -> bool:
    """Compare; without a stored hash just as long a comparison that fails, so that nobody learns who exists."""
    assert_no_open_session("a password hash")
    return await asyncio.get_running_loop().run_in_executor(_threads, _compare, stored, password)


def _compare(stored: str | None, password: str) -> bool:
    stand_in = _nobodys_hash()  # Made before the answer is known, so that its first making delays every kind alike.
    try:
        return _hasher.verify(stored or stand_in, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_urlsafe(32))


@cache
def _common() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())
