"""The one place that writes error bodies (conventions.md 4)."""

from typing import Final

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from assaydesk.platform.errors import (
    Busy,
    DomainError,
    FieldError,
    MalformedJson,
    MethodNotAllowed,
    PayloadTooLarge,
    RouteNotFound,
    ValidationFailed,
    field_error,
)
from assaydesk.platform.logging import current_transaction
from assaydesk.platform.security.require import Verdicts

log = structlog.get_logger("http")
METHODS: Final = ("DELETE", "GET", "PATCH", "POST", "PUT")


def error_response(error: DomainError) -> JSONResponse:
    """The body of conventions.md 4 for an error."""
    details = {"txId": current_transaction(), **error.details}
    body = {"success": False, "error": {"code": error.code, "message": error.message, "details": details}}
    return JSONResponse(body, status_code=error.status, headers=error.headers)


async def _domain_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, DomainError)
    return error_response(error)


async def _validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = [dict(fault) for fault in error.errors()]
    outside = [fault for fault in faults if fault["loc"][0] != "body"]
    if not outside:
        found: Verdicts | None = getattr(request.state, "verdicts", None)
        if found is not None and found.denied is not None:
            return error_response(found.denied)
        bad = getattr(request.state, "bad_body", None)
        if bad is not None and bad.code == "malformed_json":
            return error_response(MalformedJson(reason=bad.message[:200]))
        if bad is not None:
            return error_response(ValidationFailed([FieldError(".".join(bad.path) or "body", bad.code, bad.message)]))
    return error_response(ValidationFailed([field_error(fault) for fault in outside or faults]))


def _methods(request: Request) -> str:
    """All methods of an address: several operations may share one, and the router names only those of the first."""
    scopes = {method: {**request.scope, "method": method} for method in METHODS}
    routes = request.app.routes
    return ", ".join(
        method for method, scope in scopes.items() if any(route.matches(scope)[0] is Match.FULL for route in routes)
    )


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return error_response(RouteNotFound())
    if error.status_code == 405:
        return error_response(MethodNotAllowed(headers={**(error.headers or {}), "Allow": _methods(request)}))
    if error.status_code == 413:
        return error_response(PayloadTooLarge())
    return error_response(MalformedJson())


async def _pool_error(_: Request, error: Exception) -> Response:
    log.warning("database_pool_exhausted", error=type(error).__name__)
    return error_response(Busy("All database connections are in use. Try again shortly."))


async def _database_error(request: Request, error: Exception) -> Response:
    """A lost connection, a deadlock or a lock time-out passes by itself; anything else is a defect."""
    state = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    no_server = isinstance(error, OperationalError) and not state
    if lost or no_server or state[:2] in {"08", "53", "57"} or state in {"40001", "40P01", "55P03"}:
        log.warning("database_unavailable", sqlstate=state, error=type(error).__name__)
        return error_response(Busy("The database cannot be used at this moment. Try again shortly."))
    return await _internal_error(request, error)


async def _internal_error(_: Request, error: Exception) -> Response:
    log.error("internal_error", exc_info=error)
    return error_response(DomainError())


def install(app: FastAPI) -> None:
    """Register the handlers of every kind of error."""
    app.add_exception_handler(DomainError, _domain_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(PoolTimeout, _pool_error)
    app.add_exception_handler(DBAPIError, _database_error)
