"""Signing in with a password (people.md 8.1)."""

from collections.abc import Mapping

from assaydesk.domains.auth import repository
from assaydesk.domains.auth.errors import AccountInactive, AccountUnknown, InvalidCredentials, SsoOnly
from assaydesk.domains.auth.limits import Limits, count_try, forgive
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.auth.types import IssuedToken, SignedIn, SignedInPerson, Visitor
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.types import ProfileState
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.passwords import password_matches


async def sign_in(
    database: Database, limits: Limits, *, email: str, password: str, visitor: Visitor, issuer: str, remember: bool
) -> SignedIn:
    """Compare the password and start a session with a cookie.

    Opens its own sessions, because comparing takes its time. Raises `RateLimited`, `InvalidCredentials`, and, only
    after the password was right, `AccountInactive` and `SsoOnly`.
    """
    async with database.write() as session:
        counted = await count_try(session, limits, email=email, ip=visitor.ip)
        found = await repository.person_by_email(session, email.strip())
        stored = found.password_hash if found is not None else None
    if not await password_matches(stored, password) or found is None:
        raise InvalidCredentials
    async with database.write() as session:
        await forgive(session, counted)
        person = await repository.person_for_update(session, found.id)
        refusal = _refusal(person, stored)
        if refusal is None and person is not None:
            person.last_seen = utc_now()
            issued = await start_session(
                session, issuer=issuer, user_id=person.id, visitor=visitor, with_cookie=True, remember=remember
            )
            who = Actor(person.id, ActorKind.PERSON)
            await write_audit(session, who, "session:row:start", "profile", [Change(person.id, "session")])
            return SignedIn(shown(person), issued)
    raise refusal or InvalidCredentials


def _refusal(person: Profile | None, compared: str | None) -> DomainError | None:
    """Why somebody with the right password may still not enter. The row may have changed since it was compared."""
    if person is None or person.state == ProfileState.DELETED or person.password_hash != compared:
        return InvalidCredentials()
    if person.state != ProfileState.ACTIVE:
        return AccountInactive()
    return SsoOnly() if person.is_sso_only else None


async def sign_in_by_email(session: WriteSession, email: str, *, issuer: str) -> IssuedToken:
    """A session token for whoever runs commands on the machine. Raises `AccountUnknown`, `AccountInactive`."""
    person = await repository.person_by_email(session, email.strip())
    if person is None:
        raise AccountUnknown(email=email)
    if person.state != ProfileState.ACTIVE:
        raise AccountInactive
    return await start_session(session, issuer=issuer, user_id=person.id)


async def still_valid(database: Database, passwords: Mapping[str, str]) -> set[str]:
    """Which of the addresses still have the given password."""
    stored: dict[str, str] = {}
    async with database.read() as session:
        for email in passwords:
            person = await repository.person_by_email(session, email)
            if person is not None and person.password_hash is not None:
                stored[email] = person.password_hash
    return {email for email, hashed in stored.items() if await password_matches(hashed, passwords[email])}


def shown(person: Profile) -> SignedInPerson:
    return SignedInPerson(person.id, person.first_name, person.last_name, person.lang)
