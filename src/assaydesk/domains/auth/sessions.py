"""Starting sessions and making API keys: the issuing half of sign-in."""

from datetime import datetime, timedelta

from assaydesk.domains.auth import tokens
from assaydesk.domains.auth.models import ApiKey, Session
from assaydesk.domains.auth.types import IssuedToken, TokenType, hashed
from assaydesk.kit.clock import utc_now
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import WriteSession

SESSION_HOURS = 24


async def start_session(
    session: WriteSession, *, issuer: str, user_id: int, started_at: datetime | None = None, ip: str | None = None,
    user_agent: str | None = None, with_cookie: bool = False,
) -> IssuedToken:  # fmt: skip
    """A session token of 24 hours, and the value of the cookie when asked for."""
    now = utc_now()
    jti, cookie = secret_token(), secret_token() if with_cookie else None
    expires = now + timedelta(hours=SESSION_HOURS)
    session.add(
        Session(
            user_id=user_id, jti_hash=hashed(jti), cookie_hash=hashed(cookie) if cookie else None,
            started_at=started_at or now, expires_at=expires, last_used_at=now, ip=ip, user_agent=user_agent,
        )
    )  # fmt: skip
    token = await tokens.sign(
        session, issuer=issuer, user_id=user_id, jti=jti, kind=TokenType.SESSION, issued=now, expires=expires
    )
    return IssuedToken(token, expires, cookie)


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
