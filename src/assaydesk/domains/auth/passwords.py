"""Changing, forgetting and resetting passwords (people.md 8.1), and one-time links."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from assaydesk.domains.auth import repository
from assaydesk.domains.auth.errors import InvalidToken, NoPasswordSignIn, ProfileNotActive, WrongPassword
from assaydesk.domains.auth.events import LinkToMail, ResetLinkRequested
from assaydesk.domains.auth.limits import Limits, count_try, forgive
from assaydesk.domains.auth.link_mails import needs_invitation
from assaydesk.domains.auth.models import OneTimeLink
from assaydesk.domains.auth.types import Visitor, hashed
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import refuse_foreign_account, store_password
from assaydesk.domains.profiles.types import PEOPLE, ProfileState
from assaydesk.domains.settings.mailboxes import system_mailbox
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.kit.ids import secret_token
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import SYSTEM, Actor
from assaydesk.platform.security.passwords import hash_password, password_matches, refuse_weak

RESET_LINK: Final = timedelta(minutes=60)
INVITATION: Final = timedelta(days=7)
"""For people who have no password yet: they may read their first message after the weekend."""
MOST_LIVE_LINKS: Final = 5


@dataclass(frozen=True, slots=True)
class NewPassword:
    """A password that may be stored: `user_id`'s, unless the stored one differs from `compared` by then."""

    user_id: int
    password_hash: str
    compared: str | None


async def prepare_change(
    database: Database, limits: Limits, actor: Actor, *, current: str, new: str, visitor: Visitor
) -> NewPassword:
    """Judge a change while no session stays open. Raises `RateLimited`, `WrongPassword`, `WeakPassword`."""
    async with database.write() as session:
        person = await repository.person(session, actor.id)
        stored, email = (person.password_hash, person.email) if person is not None else (None, None)
        counted = await count_try(session, limits, email=email or f"profile {actor.id}", ip=visitor.ip)
        shortest = (await get_settings(session)).password_min_length
    if not await password_matches(stored, current):
        raise WrongPassword
    async with database.write() as session:
        await forgive(session, counted)
    refuse_weak(new, email=email, shortest=shortest)
    return NewPassword(actor.id, await hash_password(new), stored)


async def store_change(session: WriteSession, actor: Actor, new: NewPassword) -> None:
    """Store a prepared change; all other sessions of the person end. Raises `WrongPassword`."""
    person = await repository.person_for_update(session, new.user_id)
    if person is None or person.password_hash != new.compared:
        raise WrongPassword("The password was changed at the same time.")
    await store_password(session, actor, person.id, new.password_hash)
    now = utc_now()
    await repository.end_sessions(session, person.id, now, but=actor.session_id)
    await repository.void_links(session, person.id, now)


async def request_reset(session: WriteSession, email: str) -> None:
    """Store a link of 60 minutes for whoever signs in with this address; nobody learns whether there is anybody."""
    now, token = utc_now(), secret_token()
    user_id = await repository.add_reset_link(
        session, email.strip(), token_hash=hashed(token), now=now, expires_at=now + RESET_LINK, most=MOST_LIVE_LINKS
    )
    if user_id is not None:
        await publish(session, ResetLinkRequested(user_id, token, now + RESET_LINK))


async def reset_password(database: Database, *, token: str, new: str) -> None:
    """Set a password by link; all sessions end. Raises `InvalidToken`, `WeakPassword`. Opens its own sessions."""
    now = utc_now()
    async with database.read() as session:
        found = await repository.live_link(session, hashed(token), now)
        shortest = (await get_settings(session)).password_min_length
    if found is None:
        raise InvalidToken
    refuse_weak(new, email=found.email, shortest=shortest)
    password_hash = await hash_password(new)
    async with database.write() as session:
        person = await repository.person_for_update(session, found.user_id)
        usable = person is not None and person.state == ProfileState.ACTIVE
        if not usable or not await repository.use_link(session, found.link_id, now):
            raise InvalidToken
        await store_password(session, SYSTEM, found.user_id, password_hash)
        await end_access_by_password(session, found.user_id)


async def end_access_by_password(session: WriteSession, user_id: int) -> None:
    """After a password was replaced: sessions end and links are void. API keys hold."""
    now = utc_now()
    await repository.end_sessions(session, user_id, now)
    await repository.void_links(session, user_id, now)


async def make_invitation(session: WriteSession, actor: Actor, profile: Profile) -> tuple[str | None, datetime]:
    """A one-time link's token and its end, for handing over; no token when a mail brings the link.

    Raises `ExceedsOwnRights` (the link opens the account), `NoPasswordSignIn`, `ProfileNotActive`.
    """
    await refuse_foreign_account(session, actor, profile)
    if profile.type not in PEOPLE or profile.is_sso_only:
        raise NoPasswordSignIn
    if profile.state != ProfileState.ACTIVE:
        raise ProfileNotActive
    now, token = utc_now(), secret_token()
    expires = now + (RESET_LINK if profile.password_hash else INVITATION)
    mails = profile.email is not None and await system_mailbox(session) is not None
    link = OneTimeLink(
        user_id=profile.id, token_hash=hashed(token), expires_at=expires, mail_status="queued" if mails else None
    )
    session.add(link)
    await write_audit(session, actor, "profile:invite", "profile", [Change(profile.id, "password")])
    if not mails:
        return token, expires
    await session.flush()  # Who hears of it needs the id.
    await publish(session, LinkToMail(link.id))
    return None, expires


async def invite_new_person(session: WriteSession, profile_id: int) -> None:
    """Mail a link to somebody who was just made and has no password, if this instance can send mail."""
    person = await needs_invitation(session, profile_id)
    if person is None or await system_mailbox(session) is None:
        return
    link = OneTimeLink(
        user_id=person.id, token_hash=hashed(secret_token()), expires_at=utc_now() + INVITATION, mail_status="queued"
    )
    session.add(link)
    await session.flush()  # Who hears of it needs the id.
    await publish(session, LinkToMail(link.id))
