"""Sign-in and sessions (people.md 8)."""

from typing import Annotated

from fastapi import Depends, Path, Request, Response

from assaydesk.domains.auth import key_endpoints, service
from assaydesk.domains.auth.cookies import clear_cookie, put_cookie, visitor_of
from assaydesk.domains.auth.deps import COOKIE
from assaydesk.domains.auth.errors import (
    AccountInactive,
    InvalidCredentials,
    InvalidToken,
    SessionNotFound,
    SessionRequired,
    SsoOnly,
    WrongPassword,
)
from assaydesk.domains.auth.schemas import (
    ForgottenPassword,
    PasswordChange,
    PasswordReset,
    PersonRead,
    ProviderList,
    ResetRequested,
    SessionList,
    SessionsEnded,
    SessionState,
    SignedInRead,
    SignInRequest,
    TokenRead,
)
from assaydesk.domains.settings.mailboxes import system_mailbox
from assaydesk.platform.errors import (
    DomainError,
    OriginRejected,
    RateLimited,
    Unauthenticated,
    ValidationFailed,
)
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes, late_writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.passwords import WeakPassword
from assaydesk.platform.security.require import PUBLIC, Require

router = Router("auth")
Open = Annotated[None, Depends(PUBLIC)]
Caller = Annotated[Actor, Depends(Require())]


@router.post(
    "/api/auth/login",
    operation_id="login",
    responses=errors(InvalidCredentials, SsoOnly, AccountInactive, RateLimited, ValidationFailed),
)
async def login(_: Open, request: Request, response: Response, context: Context, body: SignInRequest) -> SignedInRead:
    """Sign in with e-mail address and password. Sets the cookie `connect.sid` and answers a token of 24 hours.

    `remember` keeps the cookie when the browser is closed. Five failures of one address, or twenty from one IP address,
    in 15 minutes are answered with 429.
    """
    done = await service.sign_in(
        context.database, service.limits_of(context.config), email=body.email, password=body.password,
        visitor=visitor_of(request), issuer=context.config.base_url, remember=body.remember,
    )  # fmt: skip
    put_cookie(request, response, done.issued.cookie or "", remember=body.remember)
    return SignedInRead(
        success=True, token=done.issued.token, expires_at=done.issued.expires_at,
        profile=PersonRead.model_validate(done.person),
    )  # fmt: skip


@router.post("/api/auth/logout", operation_id="logout")
async def logout(_: Open, request: Request, response: Response, context: Context) -> Done:
    """End the session of the token or the cookie. Always 200; API keys hold until they are revoked."""
    try:
        actor = await context.authenticate(request)
    except OriginRejected:
        return Done(success=True)  # Another page must not be able to sign people out.
    except DomainError:
        actor = None
    if actor is not None:
        async with context.database.write() as session:
            await service.end_session_if_any(session, actor)
    clear_cookie(request, response)
    return Done(success=True)


@router.post("/api/auth/refresh", operation_id="refreshSession", responses=errors(Unauthenticated, SessionRequired))
async def refresh(session: Writes, actor: Caller, request: Request, response: Response, context: Context) -> TokenRead:
    """A new token of 24 hours, up to seven days after the sign-in. The old one holds for another minute."""
    issued, remember = await service.refresh(session, actor, issuer=context.config.base_url)
    cookie = request.cookies.get(COOKIE)
    if cookie and "authorization" not in request.headers:
        put_cookie(request, response, cookie, remember=remember)
    return TokenRead(success=True, token=issued.token, expires_at=issued.expires_at)


@router.get("/api/auth/session", operation_id="getSession", response_model=SessionState)
async def get_session(_: Open, request: Request, context: Context) -> SessionState:
    """Who is signed in; 200 also when nobody is."""
    try:
        actor = await context.authenticate(request)
        scheme, _token, token = request.headers.get("authorization", "").partition(" ")
        async with context.database.read() as session:
            found = await service.current_session(session, actor, token.strip() if scheme else None)
    except DomainError:
        return SessionState(success=True, authenticated=False, profile=None, expires_at=None, csrf=None)
    return SessionState(
        success=True, authenticated=True, profile=PersonRead.model_validate(found.person),
        expires_at=found.expires_at, csrf=None,
    )  # fmt: skip


@router.get("/api/auth/sessions", operation_id="getSessions", response_model=SessionList)
async def list_sessions(session: Reads, actor: Caller, page: Paging) -> Response:
    """The own sessions, the one used last first."""
    rows, total = await service.list_sessions(session, actor, page)
    return json_answer({"success": True, "sessions": rows, "total": total, "limit": page.limit, "offset": page.offset})


@router.delete("/api/auth/sessions", operation_id="endOtherSessions")
async def end_other_sessions(session: Writes, actor: Caller) -> SessionsEnded:
    """End all other own sessions."""
    return SessionsEnded(success=True, ended=await service.end_other_sessions(session, actor))


@router.delete("/api/auth/sessions/{id}", operation_id="endSession", responses=errors(SessionNotFound))
async def end_session(session: Writes, actor: Caller, session_id: Annotated[Id, Path(alias="id")]) -> Done:
    """End one of the own sessions."""
    await service.end_own_session(session, actor, session_id)
    return Done(success=True)


@router.post(
    "/api/auth/password/change",
    operation_id="changePassword",
    responses=errors(WrongPassword, WeakPassword, RateLimited, ValidationFailed),
)
async def change_password(request: Request, actor: Caller, context: Context, body: PasswordChange) -> Done:
    """Change the own password. All other sessions end; API keys hold."""
    prepared = await service.prepare_change(
        context.database, service.limits_of(context.config), actor, current=body.current_password,
        new=body.new_password, visitor=visitor_of(request),
    )  # fmt: skip
    async with late_writes(request) as session:
        await service.store_change(session, actor, prepared)
    return Done(success=True)


@router.post("/api/auth/password/forgot", operation_id="forgotPassword", responses=errors(ValidationFailed))
async def forgot_password(_: Open, session: Writes, body: ForgottenPassword) -> ResetRequested:
    """Ask for a reset link, valid for 60 minutes. The answer is the same for every address.

    `delivery` is `mail` when the instance sends mail; then the link comes within a few minutes. Otherwise an
    administrator hands out links with `POST /profile/{id}/invite`.
    """
    await service.request_reset(session, body.email)
    if await system_mailbox(session) is not None:
        message = "If the address is known here, a mail with a link is on its way."
        return ResetRequested(success=True, delivery="mail", message=message)
    message = "This instance sends no mail. Ask an administrator for a link."
    return ResetRequested(success=True, delivery="none", message=message)


@router.post(
    "/api/auth/password/reset",
    operation_id="resetPassword",
    responses=errors(InvalidToken, WeakPassword, ValidationFailed),
)
async def reset_password(_: Open, context: Context, body: PasswordReset) -> Done:
    """Set a password with the token of a link. All sessions of the person end."""
    await service.reset_password(context.database, token=body.token, new=body.new_password)
    return Done(success=True)


@router.get("/api/auth/providers", operation_id="getProviders")
async def list_providers(_: Open) -> ProviderList:
    """The ways to sign in."""
    return ProviderList(success=True, password_login=True, providers=[])


router.include_router(key_endpoints.router)
