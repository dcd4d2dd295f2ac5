"""The web application."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import FastAPI

from assaydesk import __version__, registry
from assaydesk.domains.auth.deps import authenticate
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.http import error_handlers, operations
from assaydesk.platform.http.context import AppContext
from assaydesk.platform.http.idempotency import Idempotency
from assaydesk.platform.http.middleware import Edge
from assaydesk.platform.http.ui import Interface

DESCRIPTION = (
    "A service desk in which every piece of work can be assessed against a scorecard, with the evidence quoted."
)


def create_app(config: Config, database: Database, ports: dict[str, Any] | None = None) -> FastAPI:
    """Build the application. Fails when an operation does not say who may call it."""
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()

    app = FastAPI(
        title="Assaydesk",
        version=__version__,
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan(database),
    )
    app.state.context = AppContext(
        config=config,
        database=database,
        authenticate=authenticate,
        idempotent=Idempotency(database),
        ports=ports if ports is not None else {},
    )
    error_handlers.install(app)
    # The routers have no prefix and no dependencies of their own. Taking their routes as they are, and not by
    # `include_router`, keeps FastAPI from building every operation a second time at its first request.
    for router in (*registry.routers(), operations.router):
        app.router.routes.extend(router.routes)
    app.add_middleware(Interface, hint=config.sign_in_hint)
    app.add_middleware(Edge)
    return app


def _lifespan(database: Database) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.shield(database.close())

    return lifespan
