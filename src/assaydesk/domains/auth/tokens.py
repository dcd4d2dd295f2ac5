"""Signing and reading tokens (JWT, EdDSA)."""

from datetime import datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import select

from assaydesk.domains.auth.models import SigningKey
from assaydesk.domains.auth.types import TokenType
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Unauthenticated

AUDIENCE = "assaydesk"
_ALGORITHM = ["Ed25519"]
_keys: dict[str, OKPKey] = {}


async def ensure_signing_key(session: WriteSession) -> None:
    """Make the instance's first key pair."""
    if (await session.execute(select(SigningKey.kid).limit(1))).first() is None:
        kid = secret_token(9)
        key = OKPKey.generate_key("Ed25519", {"kid": kid})
        session.add(SigningKey(kid=kid, private_jwk=key.as_dict(private=True)))
        await session.flush()


async def sign(
    session: ReadSession, *, issuer: str, user_id: int, jti: str, kind: TokenType, issued: datetime,
    expires: datetime | None,
) -> str:  # fmt: skip
    """A compact token; permissions are not in it, they are read with every request."""
    row = (
        await session.execute(
            select(SigningKey).where(SigningKey.retired_at.is_(None)).order_by(SigningKey.created_at.desc()).limit(1)
        )
    ).scalar_one()
    claims: dict[str, Any] = {
        "iss": issuer, "sub": str(user_id), "aud": AUDIENCE, "iat": int(issued.timestamp()), "jti": jti,
        "typ": kind.value, "scope": ["api"],
    }  # fmt: skip
    if expires is not None:
        claims["exp"] = int(expires.timestamp())
    key = OKPKey.import_key(row.private_jwk)
    return jwt.encode({"alg": "Ed25519", "kid": row.kid}, claims, key, algorithms=_ALGORITHM)


async def read(session: ReadSession, token: str, now: datetime) -> tuple[int, str, TokenType]:
    """User id, `jti` and kind of a token. Raises `Unauthenticated` with reason `invalid` or `expired`."""
    try:
        kid = str(jwt_header(token)["kid"])
        key = _keys.get(kid) or await _load_key(session, kid)
        claims = jwt.decode(token, key, algorithms=_ALGORITHM).claims
        user_id, jti, kind = int(claims["sub"]), str(claims["jti"]), TokenType(claims["typ"])
        good = claims["aud"] == AUDIENCE
    except (JoseError, KeyError, ValueError, TypeError) as failure:
        raise Unauthenticated("invalid", "The token cannot be read.") from failure
    if not good:
        raise Unauthenticated("invalid", "The token is for somebody else.")
    if claims.get("exp") is not None and now.timestamp() >= float(claims["exp"]):
        raise Unauthenticated("expired", "The token has expired. Sign in again.")
    return user_id, jti, kind


def jwt_header(token: str) -> dict[str, Any]:
    """The unverified header of a compact token. Raises `ValueError`."""
    import base64
    import json

    part = token.split(".")[0]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


async def _load_key(session: ReadSession, kid: str) -> OKPKey:
    row = await session.get(SigningKey, kid)
    if row is None:
        raise ValueError("unknown key")
    public = {name: value for name, value in row.private_jwk.items() if name != "d"}
    key = OKPKey.import_key(public)
    _keys[kid] = key
    return key
