"""People with passwords, and what they hold."""

from functools import cache
from typing import Any

from argon2 import PasswordHasher

from assaydesk.domains.profiles.models import Profile
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile

PASSWORD = "plum-orbit-canvas-31"


@cache
def password_hash(password: str = PASSWORD) -> str:
    """Made once for a run; making one takes a tenth of a second."""
    return PasswordHasher().hash(password)


async def make_person(session: WriteSession, *, password: str | None = PASSWORD, **values: Any) -> Profile:
    """Somebody who can sign in. Commits, so that the application sees the row."""
    hashed = password_hash(password) if password is not None else None
    person = await make_profile(session, password_hash=hashed, **values)
    await session.commit()
    return person
