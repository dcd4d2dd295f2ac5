"""Who calls: bearer token or session cookie (conventions.md 2)."""

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from starlette.requests import Request

from assaydesk.domains.auth import repository, tokens
from assaydesk.domains.auth.errors import IpNotAllowed
from assaydesk.domains.auth.repository import Caller
from assaydesk.domains.auth.types import TokenType, hashed
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import OriginRejected, Unauthenticated
from assaydesk.platform.http.context import request_context
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

COOKIE = "connect.sid"
_KINDS = {
    "user": ActorKind.PERSON,
    "enneo": ActorKind.PERSON,
    "serviceWorker": ActorKind.SERVICE_WORKER,
    "aiAgent": ActorKind.AI_AGENT,
}
_KNOWN = {str(permission): permission for permission in Permission}


async def authenticate(request: Request) -> Actor:
    """The caller of a request. Raises `Unauthenticated`, or `OriginRejected` for a cookie from a foreign page.

    A request with `state.looking_again` is one that still goes on: that is no sign of life of the person.
    """
    context = request_context(request)
    now = utc_now()
    header = request.headers.get("authorization", "")
    cookie = request.cookies.get(COOKIE)
    async with context.database.read() as session:
        if header:
            scheme, _, token = header.partition(" ")
            if scheme.lower() != "bearer" or not token.strip():
                raise Unauthenticated("invalid", "Send the token as 'Authorization: Bearer <token>'.")
            user_id, jti, kind = await tokens.read(session, token.strip(), now)
            table, column, secret = _place(kind, jti)
            caller = await _find(session, table, secret)
            if caller is None or caller.profile_id != user_id:
                raise Unauthenticated("revoked", "The token was revoked.")
        elif cookie:
            table, column, secret = "sessions", "cookie_hash", hashed(cookie)
            caller = await repository.caller_by_cookie(session, secret)
            if caller is None:
                raise Unauthenticated("invalid", "The session is unknown. Sign in again.")
            if caller.last_used_at and now - caller.last_used_at > repository.IDLE_LIMIT:
                raise Unauthenticated("expired", "The session was idle for too long. Sign in again.")
            await _check_origin(request, session)
        else:
            raise Unauthenticated("missing")
        _check_alive(caller, now)
        _check_address(caller, request)
    looking_again = getattr(request.state, "looking_again", False)
    if not looking_again and (caller.last_used_at is None or now - caller.last_used_at > repository.TOUCH_EVERY):
        async with context.database.write() as writer:
            await repository.touch(writer, table, column, secret, caller.profile_id, now)
    return _actor(caller)


def _place(kind: TokenType, jti: str) -> tuple[str, str, str]:
    return ("sessions" if kind is TokenType.SESSION else "api_keys"), "jti_hash", hashed(jti)


async def _find(session: ReadSession, table: str, secret: str) -> Caller | None:
    if table == "sessions":
        return await repository.caller_by_session(session, secret)
    return await repository.caller_by_api_key(session, secret)


def _check_alive(caller: Caller, now: object) -> None:
    if caller.revoked_at is not None or caller.state != "active":
        raise Unauthenticated("revoked", "The token was revoked.")
    if caller.expires_at is not None and caller.expires_at <= now:  # type: ignore[operator]
        raise Unauthenticated("expired", "The token has expired. Sign in again.")


def _check_address(caller: Caller, request: Request) -> None:
    """A service worker may be bound to addresses; an unreadable one is no listed one."""
    if not caller.allowed_ips:
        return
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError as failure:
        raise IpNotAllowed from failure
    plain = getattr(address, "ipv4_mapped", None) or address
    if not any(plain in ip_network(network) for network in caller.allowed_ips):
        raise IpNotAllowed(address=str(plain))


async def _check_origin(request: Request, session: ReadSession) -> None:
    """A page of somebody else must not write with our cookie."""
    origin = request.headers.get("origin")
    if request.method in {"GET", "HEAD"} or origin is None:
        return
    own = {request.headers.get("host", ""), urlsplit(request_context(request).config.base_url).netloc}
    if urlsplit(origin).netloc in own and urlsplit(origin).netloc:
        return
    if origin.rstrip("/") not in (await get_settings(session)).allowed_origins:
        raise OriginRejected(origin=origin)


def _actor(caller: Caller) -> Actor:
    return Actor(
        id=caller.profile_id,
        kind=_KINDS[caller.profile_type],
        permissions=frozenset(_KNOWN[name] for name in caller.permissions if name in _KNOWN),
        team_ids=frozenset(caller.team_ids),
        lang=caller.lang,
        name=caller.name,
        tracking=caller.work_status in {"ticketProcessing"},
        session_id=caller.session_id,
    )
