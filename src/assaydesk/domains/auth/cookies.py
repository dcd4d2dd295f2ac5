"""The session cookie (people.md 8.3), and who visits."""

from fastapi import Request, Response

from assaydesk.domains.auth.deps import COOKIE
from assaydesk.domains.auth.sessions import SESSION_HOURS
from assaydesk.domains.auth.types import Visitor
from assaydesk.platform.http.context import request_context


def put_cookie(request: Request, response: Response, value: str, *, remember: bool) -> None:
    """`remember`: 24 hours, also when the browser is closed in between."""
    response.set_cookie(
        COOKIE, value, max_age=SESSION_HOURS * 3600 if remember else None, path="/", httponly=True, samesite="lax",
        secure=_secure(request),
    )  # fmt: skip


def clear_cookie(request: Request, response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=_secure(request))


def _secure(request: Request) -> bool:
    return request.url.scheme == "https" or request_context(request).config.base_url.startswith("https:")


def visitor_of(request: Request) -> Visitor:
    """Where a request comes from."""
    agent = request.headers.get("user-agent")
    return Visitor(request.client.host if request.client else None, agent[:500] if agent else None)
