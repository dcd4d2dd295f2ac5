"""What happens to every request: transaction id, log line, size limit, security headers."""

import time
from urllib.parse import unquote

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assaydesk.kit.ids import transaction_id
from assaydesk.platform import metrics
from assaydesk.platform.audit import caller_address
from assaydesk.platform.errors import DomainError, FieldError, PayloadTooLarge, ValidationFailed
from assaydesk.platform.http.error_handlers import error_response
from assaydesk.platform.logging import transaction

log = structlog.get_logger("http")

MEGABYTE = 1024 * 1024
BODY_LIMIT = 8 * MEGABYTE
BODY_LIMIT_WITH_ATTACHMENTS = 60 * MEGABYTE
_WITH_ATTACHMENTS = ("/api/mind/ticket", "/conversation/reply", "/conversation/store", "/attachment")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        b"font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
)


class _TooLarge(HTTPException):
    """Passes through the framework's body reading unchanged."""

    def __init__(self) -> None:
        super().__init__(413)


def body_limit(method: str, path: str) -> int:
    """Largest body of a request in bytes (conventions.md 9)."""
    wide = method == "POST" and path.endswith(_WITH_ATTACHMENTS)
    return BODY_LIMIT_WITH_ATTACHMENTS if wide else BODY_LIMIT


class Edge:
    """The outermost ASGI layer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        tx_id = transaction_id()
        token = transaction.set(tx_id)
        address = caller_address.set(scope["client"][0] if scope.get("client") else None)
        scope["path"] = scope["path"].rstrip("/") or "/"
        limit = body_limit(scope["method"], scope["path"])
        started = time.perf_counter()
        status = 0
        received = 0

        async def limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _TooLarge
            return message

        async def labelled(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                extra = [header for header in _HEADERS if header[0] not in present]
                message["headers"] = [*message["headers"], (b"x-transaction-id", tx_id.encode()), *extra]
            await send(message)

        try:
            refusal = _refusal(scope, limit)
            if refusal is not None:
                await error_response(refusal)(scope, receive, labelled)
            else:
                await self.app(scope, limited, labelled)
        except _TooLarge:
            await error_response(_too_large(limit))(scope, receive, labelled)
        except Exception as failure:
            log.error("internal_error", exc_info=failure)
            if status:
                raise
            await error_response(DomainError())(scope, receive, labelled)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", "unknown")
            metrics.requests.labels(scope["method"], route, str(status)).observe(seconds)
            log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))
            caller_address.reset(address)
            transaction.reset(token)


def _too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"The body is larger than {limit // MEGABYTE} MB.", limitBytes=limit)


def _refusal(scope: Scope, limit: int) -> DomainError | None:
    """Faults that need no look at the operation: an announced length over the limit, a NUL in the address."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            return _too_large(limit)
    query = scope.get("query_string", b"").decode("latin-1")
    if "\x00" in scope["path"] or "\x00" in unquote(query):
        return ValidationFailed([FieldError("url", "bad_format", "The address holds a NUL character.")])
    return None
