"""One embedded server for the run, one database a test process, one transaction a test."""

import fcntl
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.auth.tokens import ensure_signing_key
from assaydesk.domains.profiles.service import ensure_roles
from assaydesk.platform.config import Config
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database, JoinedDatabase
from assaydesk.platform.db.migrate import upgrade
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import JOBS, Runtime
from tests.factories.profiles import make_profile
from tests.servers.imap_server import ImapServer, find_dovecot

# Machines are shared: how long an example takes says nothing about the code.
settings.register_profile("desk", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("desk")

SHARED = Path(__file__).parents[2] / "shared"
TEMPLATE = "assaydesk_template"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real conversations beside the checkout; tests that need it are skipped without it."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("needs the conversations of ../shared/data")
    return folder


@pytest.fixture(scope="session")
def shared_spec() -> Path:
    """The folder of the specification beside the checkout."""
    folder = SHARED / "spec"
    if not folder.is_dir():
        pytest.skip("needs the specification of ../shared/spec")
    return folder


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The embedded PostgreSQL, shared by all processes of this run, with a migrated template database."""
    base = tmp_path_factory.getbasetemp()
    root = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    embedded = EmbeddedPostgres(root / "server", fsync=False)
    embedded.start()
    with _locked(root / "template.lock"), psycopg.connect(embedded.url_of("postgres"), autocommit=True) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", (TEMPLATE,)).fetchone()
        if not found:
            connection.execute(
                f"create database {TEMPLATE}_new template template0 locale_provider builtin "
                "builtin_locale 'C.UTF-8' locale 'C'"
            )
            registry.import_models()
            upgrade(embedded.url_of(f"{TEMPLATE}_new"))
            connection.execute(f"alter database {TEMPLATE}_new rename to {TEMPLATE}")
    yield embedded
    embedded.stop()


def _copy(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")
        connection.execute("select pg_advisory_lock(4711)")  # Copies of one template cannot be made in parallel.
        connection.execute(f"create database {name} template {TEMPLATE}")
    return server.url_of(name)


async def _prepare(database: Database) -> None:
    async with database.write() as session:
        await ensure_roles(session)
        await ensure_signing_key(session)


@pytest.fixture(scope="session")
async def engine(server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """This process's own copy of the template, with roles and a signing key."""
    database = Database(_copy(server, "test_" + os.environ.get("PYTEST_XDIST_WORKER", "main")))
    await _prepare(database)
    yield database
    await database.close()


@pytest.fixture
async def connection(engine: Database) -> AsyncIterator[AsyncConnection]:
    async with engine.engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def database(engine: Database, connection: AsyncConnection) -> JoinedDatabase:
    """The database as the application sees it in this test; all is undone at the end."""
    return JoinedDatabase(engine, connection)


@pytest.fixture
async def session(database: JoinedDatabase) -> AsyncIterator[WriteSession]:
    """A writing session for arranging and looking; call `await session.flush()` to see constraint errors."""
    async with database.sessions() as opened:
        yield WriteSession(opened)  # type: ignore[arg-type]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Settings of the process under test: no model, the hashed embedding, a data folder of its own."""
    return Config(data_dir=tmp_path, embedding="hashed", log_level="warning")


@pytest.fixture
def ports() -> dict[str, Any]:
    """Doors to outside things; a test puts in what it needs."""
    return {}


@pytest.fixture
def app(config: Config, database: JoinedDatabase, ports: dict[str, Any]) -> FastAPI:
    return create_app(config, database, ports)


@pytest.fixture
async def anonymous(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind") as client:
        yield client


ClientMaker = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def as_actor(app: FastAPI, database: JoinedDatabase, config: Config) -> AsyncIterator[ClientMaker]:
    """`client = await as_actor(role=..., permissions=[...], teams=[...])`: a signed-in client.

    `client.actor_id` is the profile. `profile=` signs in an existing one. `permissions` makes a role with just these.
    """
    opened: list[httpx.AsyncClient] = []

    async def make(**options: Any) -> httpx.AsyncClient:
        profile_id: int | None = options.pop("profile", None)
        async with database.write() as session:
            if profile_id is None:
                profile_id = (await make_profile(session, **options)).id
            issued = await start_session(session, issuer=config.base_url, user_id=profile_id)
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app, raise_app_exceptions=False),
            base_url="http://desk.test/api/mind",
            headers={"Authorization": f"Bearer {issued.token}"},
        )
        client.actor_id = profile_id  # type: ignore[attr-defined]
        opened.append(client)
        return client

    yield make
    for client in opened:
        await client.aclose()


@pytest.fixture
def runtime(config: Config, database: JoinedDatabase, ports: dict[str, Any]) -> Runtime:
    """What jobs find."""
    return Runtime(config, database, ports)


@pytest.fixture
def run_jobs(runtime: Runtime, database: JoinedDatabase) -> Callable[..., Awaitable[list[str]]]:
    """`await run_jobs()`: run the waiting jobs of this test until none is left; answers their names."""

    async def run(limit: int = 100) -> list[str]:
        done: list[str] = []
        while len(done) < limit:
            async with database.write() as session:
                row = (
                    await session.execute(
                        text(
                            "update procrastinate_jobs set status = 'doing' "
                            "where id = (select id from procrastinate_jobs "
                            "where status = 'todo' and (scheduled_at is null or scheduled_at <= now()) "
                            "order by priority desc, id limit 1) returning id, task_name, args"
                        )
                    )
                ).first()
            if row is None:
                return done
            await JOBS[row.task_name].function(runtime, **row.args)
            done.append(row.task_name)
            async with database.write() as session:
                await session.execute(text("delete from procrastinate_jobs where id = :id"), {"id": row.id})
        raise AssertionError(f"more than {limit} jobs: {done}")

    return run


@pytest.fixture(scope="session")
def imap_server() -> Iterator[ImapServer]:
    """A real IMAP server of this process; each name is an account of its own."""
    program, reason = find_dovecot()
    if program is None:
        pytest.skip(reason)
    with ImapServer(program) as server:
        yield server


@pytest.fixture
async def committed(server: EmbeddedPostgres) -> AsyncIterator[Database]:
    """A database of its own for one test, where commits are real: for races, crashes and workers."""
    name = f"committed_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    database = Database(_copy(server, name))
    await _prepare(database)
    yield database
    await database.close()
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {name} with (force)")


_LONG = ("tests/journeys", "tests/queue", "tests/ui", "tests/contract/test_fuzz")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that one process is not left alone with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(_LONG))
