"""Starting sessions and making API keys: the issuing half of sign-in."""

from datetime import datetime, timedelta

from assaydesk.domains.auth import tokens
from assaydesk.domains.auth.models import ApiKey, Session
from assaydesk.domains.auth.types import IssuedToken, TokenType, Visitor, hashed
from assaydesk.kit.clock import utc_now
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import Unauthenticated

SESSION_HOURS = 24
LONGEST_SESSION = timedelta(days=7)
OVERLAP = timedelta(minutes=1)


async def start_session(
    session: WriteSession, *, issuer: str, user_id: int, visitor: Visitor | None = None, with_cookie: bool = False,
    remember: bool = False,
) -> IssuedToken:  # fmt: skip
    """A session token of 24 hours, and the value of the cookie when asked for."""
    cookie = secret_token() if with_cookie else None
    row = Session(
        user_id=user_id, cookie_hash=hashed(cookie) if cookie else None, remembered=remember, started_at=utc_now(),
        ip=visitor.ip if visitor else None, user_agent=visitor.user_agent if visitor else None,
    )  # fmt: skip
    token, expires = await _issue(session, row, issuer)
    return IssuedToken(token, expires, cookie)


async def renew_session(session: WriteSession, *, issuer: str, old: Session) -> IssuedToken:
    """A further token of 24 hours for a session that the caller has locked.

    The old one holds for another minute: the answer with the new one may get lost, and other tabs use the old one.
    Raises `Unauthenticated` when the sign-in is more than seven days ago.
    """
    now = utc_now()
    if now >= old.started_at + LONGEST_SESSION:
        raise Unauthenticated("expired", "You signed in more than seven days ago. Sign in again.")
    row = Session(
        user_id=old.user_id, cookie_hash=old.cookie_hash, remembered=old.remembered, started_at=old.started_at,
        ip=old.ip, user_agent=old.user_agent,
    )  # fmt: skip
    old.cookie_hash, old.expires_at = None, min(old.expires_at, now + OVERLAP)
    await session.flush()  # The cookie belongs to one row at a time.
    token, expires = await _issue(session, row, issuer)
    return IssuedToken(token, expires)


async def _issue(session: WriteSession, row: Session, issuer: str) -> tuple[str, datetime]:
    now, jti = utc_now(), secret_token()
    expires = now + timedelta(hours=SESSION_HOURS)
    row.jti_hash, row.expires_at, row.last_used_at = hashed(jti), expires, now
    session.add(row)
    token = await tokens.sign(
        session, issuer=issuer, user_id=row.user_id, jti=jti, kind=TokenType.SESSION, issued=now, expires=expires
    )
    return token, expires


async def make_api_key(
    session: WriteSession, *, issuer: str, user_id: int, name: str, kind: TokenType, expires_at: datetime | None,
    created_by: int | None,
) -> tuple[ApiKey, IssuedToken]:  # fmt: skip
    """A token that ends only when it is revoked, or at `expires_at`. It is shown once."""
    now = utc_now()
    jti = secret_token()
    token = await tokens.sign(
        session, issuer=issuer, user_id=user_id, jti=jti, kind=kind, issued=now, expires=expires_at
    )
    row = ApiKey(
        user_id=user_id, name=name, prefix=token[-8:], jti_hash=hashed(jti), created_by=created_by,
        expires_at=expires_at,
    )  # fmt: skip
    session.add(row)
    await session.flush()  # The answer names the id.
    return row, IssuedToken(token, expires_at)
