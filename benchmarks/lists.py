"""Lists of 50 rows: requests a second beside a bare handler that runs the same SQL and encodes the same rows.

Bar (design): at least 0.5 of the bare handler. Both are called in this process over ASGI, in turns, so that neither a
client nor other work on the machine is in the figures. The bare handler runs all statements of the request on one
connection; it has no rights, no checked parameters, no shapes and no log.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
from fastapi import FastAPI
from sqlalchemy import event
from starlette.responses import Response

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.auth.tokens import ensure_signing_key
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE, ensure_roles
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.service import create_missing
from assaydesk.domains.quality.scorecards.service import create_scorecard
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog, WorkSegment
from assaydesk.kit.clock import utc_now
from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.logging import configure_logging
from assaydesk.platform.security.actor import SYSTEM

ROWS = 5000
ROUNDS = 8
REQUESTS = 60
LISTS: dict[str, tuple[str, str, bytes, bytes]] = {
    "assessments": ("GET", "/api/mind/quality/assessment", b"limit=50&state=aiReady", b""),
    "worklogs": ("POST", "/api/mind/worklog/search", b"", b'{"limit": 50}'),
    "tickets": ("POST", "/api/mind/ticket/search", b"", b'{"limit": 50}'),
}

Asgi = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


async def seed(database: Database, config: Config) -> str:
    """Assessed worklogs, and the token of an administrator."""
    now = utc_now()
    async with database.write() as session:
        await ensure_roles(session)
        await ensure_signing_key(session)
        admin = Profile(first_name="Ada", last_name="Min", email="ada@desk.example", role_id=ADMIN_ROLE)
        agents = [
            Profile(first_name=f"Agent{n}", last_name="Doe", email=f"a{n}@desk.example", role_id=AGENT_ROLE)
            for n in range(20)
        ]
        session.add_all([admin, *agents])
        await session.flush()
        tickets = [Ticket(channel="email", subject=f"No {n}", created_at=now, sla_started_at=now) for n in range(ROWS)]
        session.add_all(tickets)
        await session.flush()
        worklogs = [
            Worklog(
                user_id=agents[number % 20].id, ticket_id=ticket.id, date=now.date(), phase=1,
                started_at=now - timedelta(minutes=8), latest_interaction=now - timedelta(seconds=number),
                worked_at=now, action="closeAction", context="reply", action_list=["reply", "closed"],
                duration_ms=480_000, after_work_ms=120_000, automation_level=2, sla_due_at=now + timedelta(hours=1),
                closing_at=now, net_seconds_after_sla=-3600,
            )
            for number, ticket in enumerate(tickets)
        ]  # fmt: skip
        session.add_all(worklogs)
        await session.flush()
        session.add_all(
            WorkSegment(
                user_id=worklog.user_id, ticket_id=worklog.ticket_id, since=worklog.started_at, until=now,
                opened_at=worklog.started_at, last_signal_at=now, last_kind="action", date=worklog.date, phase=1,
                share_us=480_000_000, actions=["reply", "closed"], worklog_id=worklog.id,
            )
            for worklog in worklogs
        )  # fmt: skip
        criterion = {"id": 1, "label": "Greeting", "maxPoints": 5, "scoringType": "numericScale"}
        category = {"categoryId": 1, "label": "All", "criteria": [criterion]}
        await create_scorecard(session, SYSTEM, {"name": "Card", "categories": [category]})
        await create_missing(session)
        await session.execute(
            Assessment.__table__.update().values(
                state="aiReady", ai_summary="All was as it should be, from the greeting to the end. " * 4,
                scored_points=4, used_max_points=5, unscored_criteria=0,
            )
        )  # fmt: skip
        return (await start_session(session, issuer=config.base_url, user_id=admin.id)).token


async def call(app: Asgi, method: str, path: str, query: bytes, body: bytes, token: str) -> bytes:
    """One request, in this process. Raises `SystemExit` for another status than 200."""
    headers = [(b"host", b"desk.test"), (b"authorization", b"Bearer " + token.encode())]
    if body:
        headers += [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": path,
        "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": query, "headers": headers,
        "client": ("127.0.0.1", 1), "server": ("desk.test", 80),
    }  # fmt: skip
    pieces: list[bytes] = []
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)
        pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    if status != 200:
        raise SystemExit(f"{path}: {status} {b''.join(pieces)[:300]!r}")
    return b"".join(pieces)


async def statements_of(database: Database, request: Callable[[], Awaitable[bytes]]) -> list[tuple[str, Any]]:
    """What a request sends to the database: its rows, and who asks and how things are shown here."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await request()
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    return sent


def bare_app(database: Database, statements: list[tuple[str, Any]]) -> FastAPI:
    """One handler that runs these statements and encodes what they return."""
    app = FastAPI(openapi_url=None)
    encoder = msgspec.json.Encoder(enc_hook=lambda value: json.loads(json_dumps(value)), decimal_format="number")

    @app.api_route("/bare", methods=["GET"])
    async def bare() -> Response:
        found: list[list[dict[str, Any]]] = []
        async with database.engine.connect() as connection:
            for statement, parameters in statements:
                rows = await connection.exec_driver_sql(statement, parameters)
                found.append([dict(row._mapping) for row in rows])
        return Response(encoder.encode(found), media_type="application/json")

    return app


async def rate(request: Callable[[], Awaitable[bytes]]) -> float:
    started = time.perf_counter()
    for _ in range(REQUESTS):
        await request()
    return REQUESTS / (time.perf_counter() - started)


async def compare(name: str, app: Asgi, database: Database, token: str) -> None:
    method, path, query, body = LISTS[name]

    async def ours() -> bytes:
        return await call(app, method, path, query, body, token)

    shown = len(next(value for value in json.loads(await ours()).values() if isinstance(value, list)))
    statements = await statements_of(database, ours)
    bare = bare_app(database, statements)

    async def theirs() -> bytes:
        return await call(bare, "GET", "/bare", b"", b"", token)

    await rate(theirs)
    pairs = [(await rate(ours), await rate(theirs)) for _ in range(ROUNDS)]
    mine, other = (max(column) for column in zip(*pairs, strict=True))
    print(
        f"{name:<12} {shown} rows, {len(statements)} statements: {mine:6.1f} a second, bare {other:6.1f}: "
        f"{mine / other:.2f} (bar 0.5)"
    )


async def run(url: str, folder: Path) -> None:
    configure_logging("error")
    config = Config(data_dir=folder)
    database = Database(url)
    token = await seed(database, config)
    async with database.engine.connect() as connection:
        await (await connection.execution_options(isolation_level="AUTOCOMMIT")).exec_driver_sql("vacuum analyze")
    app = create_app(config, database)
    for name in LISTS:
        await compare(name, app, database, token)
    await database.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        server = EmbeddedPostgres(Path(name) / "data", fsync=False)
        server.start()
        try:
            registry.import_models()
            upgrade(server.url)
            asyncio.run(run(server.url, Path(name)))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
