"""Routers whose every operation names who may call it (ADR 0005)."""

import functools
from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any, Final

from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message

from assaydesk.kit.jsontext import json_dumps, json_loads
from assaydesk.platform.errors import UnsupportedMediaType
from assaydesk.platform.http.context import BadBody, request_context
from assaydesk.platform.schema import ignored_fields
from assaydesk.platform.security.require import Verdicts, guards, raise_if_denied, verdicts

UNREADABLE: Any = ...
"""Stands for a body that could not be read. No shape takes it: of an object of ours pydantic would read the attributes,
and a shape whose keys are all optional would find nothing missing."""

FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})


class BodyRequest(Request):
    """Reads a JSON body without failing early: who may call is answered before what was sent."""

    async def json(self) -> Any:
        raw = await self.body()
        try:
            value = json_loads(raw.decode("utf-8"))
        except (ValueError, RecursionError) as failure:
            self.state.bad_body = BadBody("malformed_json", (), str(failure))
            return UNREADABLE
        if b"\\u" in raw or b"\x00" in raw:
            path = _unstorable(value)
            if path is not None:
                self.state.bad_body = BadBody("bad_format", path, "The text holds a character that cannot be stored.")
                return UNREADABLE
        return value


def _unstorable(value: object, path: tuple[str, ...] = ()) -> tuple[str, ...] | None:
    """Path of the first text with a NUL or half a surrogate pair."""
    if isinstance(value, str):
        bad = "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value)
        return path if bad else None
    if isinstance(value, dict):
        for key, item in value.items():
            found = _unstorable(key, (*path, "?")) or _unstorable(item, (*path, key))
            if found is not None:
                return found
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found = _unstorable(item, (*path, str(index)))
            if found is not None:
                return found
    return None


def _guarded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a noted denial last of all dependencies, and note the keys that no field took."""
    if getattr(endpoint, "guarded", False):
        return endpoint

    @functools.wraps(endpoint)
    async def call(**values: Any) -> Any:
        raise_if_denied()
        if any(value is UNREADABLE for value in values.values()):
            raise RequestValidationError([])
        current = verdicts.get()
        if current is not None:
            for value in values.values():
                current.ignored.extend(ignored_fields(value))
        return await endpoint(**values)

    call.guarded = True  # type: ignore[attr-defined]
    return call


class GuardedRoute(APIRoute):
    """Refuses, at import, an operation that does not say who may call it."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _guarded(endpoint), **options)
        found = list(guards(self.dependant))
        if not found:
            raise TypeError(f"{endpoint.__qualname__}: no Require(...); write PUBLIC if that is meant")
        names = sorted({str(name) for guard in found for name in guard.any_of})
        self.public = any(guard.public for guard in found)
        self.openapi_extra = {**(self.openapi_extra or {}), "x-permissions": names}
        if self.public:
            self.openapi_extra["security"] = []

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        inner = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request = BodyRequest(request.scope, request.receive)
            form = _takes_form(self) and _sent_type(request) in FORMS
            if not form:
                _check_media_type(request, multipart=_is_form(self))
            context = request_context(request)
            if not self.public:
                request.state.actor = await context.authenticate(request)
            if form:
                request = await _as_json(request)
            request.state.verdicts = Verdicts()
            token = verdicts.set(request.state.verdicts)
            try:
                response = await context.idempotent(request, inner)
                current = verdicts.get()
                if current is not None and current.ignored:
                    response.headers["X-Ignored-Fields"] = _header_text(dict.fromkeys(current.ignored))
                return response
            finally:
                verdicts.reset(token)

        return handle


def _header_text(names: Iterable[str]) -> str:
    """Names as a header may carry them: printable ASCII, `?` for the rest, 2,000 characters at most."""
    text = ", ".join(names)
    return "".join(character if " " <= character <= "~" else "?" for character in text)[:2000]


def _documented_types(route: APIRoute) -> Collection[str]:
    content: dict[str, Any] = (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    return content


def _takes_form(route: APIRoute) -> bool:
    """Beside JSON, a form with the same keys is taken: clients of an older form of the operation send one."""
    return "application/x-www-form-urlencoded" in _documented_types(route)


async def _as_json(request: Request) -> BodyRequest:
    """The request with its form in the shape of the JSON object that it stands for. Files have no place in it."""
    async with request.form() as form:
        texts = {key: value for key, value in form.items() if isinstance(value, str)}
    body = json_dumps(texts).encode()

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    others = [(name, value) for name, value in request.scope["headers"] if name.lower() != b"content-type"]
    headers = [*others, (b"content-type", b"application/json")]
    return BodyRequest({**request.scope, "headers": headers}, receive)


def _is_form(route: APIRoute) -> bool:
    """The body is a form: declared as one, or documented as one that the operation reads by itself."""
    documented = _documented_types(route)
    if "multipart/form-data" in documented:
        return True
    return any("multipart" in str(getattr(field.field_info, "media_type", "")) for field in route.dependant.body_params)


def _sent_type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


def _check_media_type(request: Request, *, multipart: bool) -> None:
    sent = _sent_type(request)
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if not has_body or not sent:
        return
    wanted = sent == "multipart/form-data" if multipart else sent == "application/json" or sent.endswith("+json")
    if not wanted:
        raise UnsupportedMediaType("Send multipart/form-data." if multipart else None)


class Router(APIRouter):
    """The only kind of router: `Router("quality")`; the argument is the group of the API document."""

    def __init__(self, group: str, **options: Any) -> None:
        super().__init__(
            route_class=GuardedRoute, tags=[group], redirect_slashes=False, strict_content_type=False, **options
        )
