"""What a request finds in the running application."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.security.actor import Actor

Handler = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class BadBody:
    """A body that could not be read; answered after the rights were checked."""

    code: str
    path: tuple[str, ...]
    message: str


@dataclass(slots=True)
class AppContext:
    """The parts of one running application. `authenticate` and `ports` are put in by the entry point.

    `stopping`: awaited when the server is told to stop, before it waits for the answers that are under way.
    """

    config: Config
    database: Database
    authenticate: Callable[[Request], Awaitable[Actor]]
    idempotent: Callable[[Request, Handler], Awaitable[Response]]
    ports: dict[str, Any] = field(default_factory=dict)
    stopping: list[Callable[[], Awaitable[None]]] = field(default_factory=list)


def request_context(request: HTTPConnection) -> AppContext:
    """The context of the application that serves the request."""
    context: AppContext = request.app.state.context
    return context
