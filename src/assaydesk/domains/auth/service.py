"""Sign-in, sessions, passwords and keys: the public face of the domain."""

from typing import Any

from assaydesk.domains.auth import repository, tokens
from assaydesk.domains.auth.errors import SessionNotFound, SessionRequired
from assaydesk.domains.auth.keys import create_key, list_keys, revoke_key
from assaydesk.domains.auth.limits import limits_of
from assaydesk.domains.auth.link_mails import LinkMail, begin_link, claim_link, due_links, settle_link
from assaydesk.domains.auth.passwords import (
    end_access_by_password,
    invite_new_person,
    make_invitation,
    prepare_change,
    request_reset,
    reset_password,
    store_change,
)
from assaydesk.domains.auth.sessions import renew_session
from assaydesk.domains.auth.sign_in import shown, sign_in, sign_in_by_email, still_valid
from assaydesk.domains.auth.types import CurrentSession, IssuedToken, TokenType, hashed
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Unauthenticated
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor

__all__ = [
    "LinkMail",
    "begin_link",
    "claim_link",
    "create_key",
    "current_session",
    "due_links",
    "end_access",
    "end_access_by_password",
    "end_other_sessions",
    "end_own_session",
    "end_session_if_any",
    "invite_new_person",
    "limits_of",
    "list_keys",
    "list_sessions",
    "make_invitation",
    "prepare_change",
    "refresh",
    "request_reset",
    "reset_password",
    "revoke_key",
    "settle_link",
    "sign_in",
    "sign_in_by_email",
    "still_valid",
    "store_change",
]


async def current_session(session: ReadSession, actor: Actor, token: str | None) -> CurrentSession:
    """The caller and the end of the credential. `token`: the bearer token, None for a cookie."""
    person = await repository.person(session, actor.id)
    if person is None:
        raise Unauthenticated("revoked")
    expires_at = None
    if actor.session_id is not None:
        expires_at = await repository.session_end(session, actor.session_id)
    elif token is not None:
        _, jti, kind = await tokens.read(session, token, utc_now())
        key = await repository.key_by_jti(session, hashed(jti)) if kind is not TokenType.SESSION else None
        expires_at = key.expires_at if key is not None else None
    return CurrentSession(shown(person), expires_at)


async def list_sessions(session: ReadSession, actor: Actor, page: Page) -> tuple[list[dict[str, Any]], int]:
    """The caller's sessions that still count, the one used last first."""
    rows, total = await repository.own_sessions(session, actor.id, utc_now(), limit=page.limit, offset=page.offset)
    return [
        {
            "id": row.id, "ip": row.ip, "userAgent": row.user_agent, "createdAt": iso(row.started_at),
            "lastUsedAt": iso(row.last_used_at) if row.last_used_at else None, "expiresAt": iso(row.expires_at),
            "current": row.id == actor.session_id,
        }
        for row in rows
    ], total  # fmt: skip


async def refresh(session: WriteSession, actor: Actor, *, issuer: str) -> tuple[IssuedToken, bool]:
    """A further token of 24 hours; True when the cookie of the session is to be remembered.

    Raises `SessionRequired` for API keys, `Unauthenticated` seven days after the sign-in.
    """
    if actor.session_id is None:
        raise SessionRequired
    row = await repository.session_for_update(session, actor.session_id)
    if row is None or row.revoked_at is not None:
        raise Unauthenticated("revoked")
    return await renew_session(session, issuer=issuer, old=row), row.remembered


async def end_own_session(session: WriteSession, actor: Actor, session_id: int) -> None:
    """Raises `SessionNotFound` for one that is somebody else's or has ended."""
    if not await repository.end_session(session, actor.id, session_id, utc_now()):
        raise SessionNotFound(sessionId=session_id)


async def end_session_if_any(session: WriteSession, actor: Actor) -> None:
    """End the session that calls; nothing for API keys."""
    if actor.session_id is not None:
        await repository.end_session(session, actor.id, actor.session_id, utc_now())


async def end_other_sessions(session: WriteSession, actor: Actor) -> int:
    """End all sessions of the caller but the one that calls; answers how many."""
    return await repository.end_sessions(session, actor.id, utc_now(), but=actor.session_id)


async def end_access(session: WriteSession, user_id: int) -> None:
    """End every credential of a person for good: sessions, keys, links."""
    now = utc_now()
    await repository.end_sessions(session, user_id, now)
    await repository.revoke_keys(session, user_id, now)
    await repository.void_links(session, user_id, now)
