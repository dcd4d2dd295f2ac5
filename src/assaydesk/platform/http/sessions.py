"""Database sessions of a request. `scope="function"` commits before the answer leaves, so that nobody holds a 200 for
a commit that then fails."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.http.context import AppContext, request_context
from assaydesk.platform.http.idempotency import keep_answer, reserve


async def read_session(request: Request) -> AsyncIterator[ReadSession]:
    async with request_context(request).database.read() as session:
        yield session


async def write_session(request: Request) -> AsyncIterator[WriteSession]:
    async with request_context(request).database.write() as session:
        await reserve(request, session)
        yield session
        await keep_answer(request, session)


@asynccontextmanager
async def late_writes(request: Request) -> AsyncIterator[WriteSession]:
    """`async with late_writes(request) as session:` for endpoints that do something slow before they write."""
    async with request_context(request).database.write() as session:
        await reserve(request, session)
        yield session
    request.state.idempotency_committed = True


async def app_context(request: Request) -> AppContext:
    return request_context(request)


Reads = Annotated[ReadSession, Depends(read_session, scope="function")]
Writes = Annotated[WriteSession, Depends(write_session, scope="function")]
Context = Annotated[AppContext, Depends(app_context)]
