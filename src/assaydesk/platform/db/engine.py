"""The database: one engine a process, and the two kinds of session."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, Final

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from assaydesk.kit.jsontext import json_dumps, json_loads
from assaydesk.platform.db.session import ReadSession, WriteSession, reading, writing

_IDLE_SINCE: Final = "assaydesk.idle_since"
_TRUSTED_SECONDS: Final = 1.0


def sqlalchemy_url(url: str) -> str:
    """Any PostgreSQL address in the form that selects the psycopg driver."""
    return make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def driver_url(url: str) -> str:
    """The same address as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _note_idle(_: object, record: ConnectionPoolEntry) -> None:
    record.info[_IDLE_SINCE] = monotonic()


class Database:
    """One engine with its two session kinds. `statements` counts what was sent, for tests and benchmarks."""

    def __init__(self, url: str, *, pool_size: int = 10, max_overflow: int = 10, pool_timeout: float = 10.0) -> None:
        self.url = url
        self.engine = create_async_engine(
            sqlalchemy_url(url),
            pool_size=pool_size,
            max_overflow=max_overflow,
            pool_timeout=pool_timeout,
            pool_use_lifo=True,
            json_serializer=json_dumps,
            json_deserializer=json_loads,
            connect_args={"options": "-c timezone=UTC -c jit=off", "application_name": "assaydesk"},
        )
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self.statements = 0
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._count)
        event.listen(self.engine.sync_engine.pool, "checkin", _note_idle)
        event.listen(self.engine.sync_engine.pool, "checkout", self._check_idle)

    def _count(self, *_: object) -> None:
        self.statements += 1

    def _check_idle(self, connection: Any, record: ConnectionPoolEntry, _: object) -> None:
        """A connection that lay idle may have died with its server; one in steady use need not be asked each time."""
        if monotonic() - record.info.get(_IDLE_SINCE, 0.0) < _TRUSTED_SECONDS:
            return
        dialect = self.engine.sync_engine.dialect
        try:
            alive = dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as failure:
            raise DisconnectionError from failure
        if not alive:
            raise DisconnectionError

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        """A read-only session."""
        async with reading(self.sessions()) as session:
            await self._make_read_only(session)
            yield session

    async def _make_read_only(self, session: AsyncSession) -> None:
        await session.connection(execution_options={"postgresql_readonly": True})

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        """A session that commits when the block ends well."""
        async with writing(self.sessions()) as session:
            yield session

    async def ping(self) -> bool:
        """True when the database answers."""
        async with self.engine.connect() as connection:
            return bool(await connection.scalar(text("select true")))

    async def close(self) -> None:
        await self.engine.dispose()


class JoinedDatabase(Database):
    """All sessions on one connection, inside its open transaction: what tests undo when they end."""

    def __init__(self, database: Database, connection: AsyncConnection) -> None:
        self.url = database.url
        self.engine = database.engine
        self._outer = database
        self.sessions = async_sessionmaker(
            bind=connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    @property
    def statements(self) -> int:  # type: ignore[override]
        return self._outer.statements

    async def _make_read_only(self, session: AsyncSession) -> None:
        await session.execute(text("set transaction read only"))
