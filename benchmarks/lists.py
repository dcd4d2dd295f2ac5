"""Requests a second of the hot lists, beside a bare handler that sends the same SQL and encodes the same rows.

The statements of one real request are recorded, sign-in included; the bare handler sends them again on the same pool and
encodes the same rows. Bar (design): at least 0.5.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
from sqlalchemy import event, text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.auth.tokens import ensure_signing_key
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ADMIN_ROLE
from assaydesk.domains.quality.assessments.service import create_missing, process_due
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.logging import configure_logging
from benchmarks.pipeline import instant, seed

REQUESTS, ROUNDS, BAR = 60, 7, 0.5
LISTS: dict[str, tuple[str, str, Any]] = {
    "list of assessments, 50 rows": ("GET", "/quality/assessment?limit=50", None),
    "search of worklogs, 50 rows": ("POST", "/worklog/search", {"limit": 50}),
    "worklogs of a ticket": ("GET", "/ticket/1/worklog", None),
    "assessments of a ticket": ("GET", "/ticket/1/assessments", None),
}

Call = Callable[[], Awaitable[httpx.Response]]


def bare_handler(database: Database, statements: list[tuple[str, Any]], body: bytes) -> Starlette:
    """Sends the statements and encodes rows of the same shape; it does nothing else."""
    rows = msgspec.json.decode(body)

    async def answer(_: Request) -> Response:
        async with database.engine.connect() as connection:
            for statement, parameters in statements:
                (await connection.exec_driver_sql(statement, parameters)).fetchall()
        return Response(msgspec.json.encode(rows), media_type="application/json")

    return Starlette(routes=[Route("/", answer)])


def client_of(app: Any, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://desk.test",
        headers={"Authorization": f"Bearer {token}"},
    )


async def record(database: Database, call: Call) -> tuple[list[tuple[str, Any]], bytes]:
    """The reading statements of one request, and its answer."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().lower().startswith(("select", "with")):
            sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    answer = await call()
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    assert answer.status_code == 200, answer.text
    return sent, answer.content


async def rate(call: Call) -> float:
    started = time.perf_counter()
    for _ in range(REQUESTS):
        await call()
    return REQUESTS / (time.perf_counter() - started)


async def measure(url: str, config: Config) -> None:
    upgrade(url)
    database = Database(url)
    app = create_app(config, database)
    await seed(database)
    async with database.write() as session:
        await create_missing(session)
    await process_due(Runtime(config, database, {"judge": instant}))
    async with database.write() as session:
        await ensure_signing_key(session)
        admin = Profile(first_name="Ada", email="ada@desk.example", role_id=ADMIN_ROLE)
        session.add(admin)
        await session.flush()
        token = (await start_session(session, issuer=config.base_url, user_id=admin.id)).token
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).execute(text("vacuum analyze"))
    async with client_of(app, token) as client:
        for name, (method, path, body) in LISTS.items():

            async def real(method: str = method, path: str = path, body: Any = body) -> httpx.Response:
                return await client.request(method, "/api/mind" + path, json=body)

            await real()
            statements, content = await record(database, real)
            async with client_of(bare_handler(database, statements, content), token) as bare_client:

                async def bare(bare_client: httpx.AsyncClient = bare_client) -> httpx.Response:
                    return await bare_client.get("/")

                pairs = [(await rate(real), await rate(bare)) for _ in range(ROUNDS)]
            ours = statistics.median(one for one, _ in pairs)
            theirs = statistics.median(one for _, one in pairs)
            figures = f"{ours:.0f} requests/s, bare {theirs:.0f}, ratio {ours / theirs:.2f} (bar {BAR})"
            print(f"{name}: {figures}, {len(statements)} statements")
    await database.close()


def main() -> None:
    configure_logging("error")
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data")
        server.start()
        try:
            asyncio.run(measure(server.url, Config(data_dir=Path(folder), log_level="error")))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
