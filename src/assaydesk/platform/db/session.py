"""Sessions: one request or job, one transaction, closed here and nowhere else (ADR 0004)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from typing import NewType, cast

from sqlalchemy.ext.asyncio import AsyncSession

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)
"""May be passed wherever a `ReadSession` is asked for."""

_open_sessions: ContextVar[int] = ContextVar("assaydesk_open_sessions", default=0)


class SessionStillOpen(RuntimeError):
    """An outside service was called while a database session was open."""


def assert_no_open_session(what: str) -> None:
    """Refuse to wait for something slow while rows are locked. Ports for models, mail and HTTP call this first."""
    if _open_sessions.get():
        raise SessionStillOpen(f"{what} must not be awaited while a database session is open")


@asynccontextmanager
async def counted() -> AsyncIterator[None]:
    """Count one open session in this task while the block runs."""
    before = _open_sessions.get()
    _open_sessions.set(before + 1)
    try:
        yield
    finally:
        _open_sessions.set(before)


@asynccontextmanager
async def reading(session: AsyncSession) -> AsyncIterator[ReadSession]:
    """A read-only transaction that ends in a rollback; the database itself refuses a write."""
    async with counted(), session:
        try:
            yield cast(ReadSession, session)
        finally:
            await session.rollback()


@asynccontextmanager
async def writing(session: AsyncSession) -> AsyncIterator[WriteSession]:
    """A transaction that is committed when the block ends well, and undone otherwise."""
    async with counted(), session:
        try:
            yield cast(WriteSession, session)
        except BaseException:
            await session.rollback()
            raise
        await session.commit()
