"""Hearing what transactions notify, on a connection outside the pool (ADR 0021)."""

from collections.abc import AsyncIterator
from typing import Final

import psycopg
from psycopg import sql

from assaydesk.platform.db.engine import driver_url

_SILENCE_SECONDS: Final = 15.0


class ListenerLost(Exception):
    """The connection could not be made or broke; what was notified meanwhile is lost."""


async def listen(url: str, channel: str) -> AsyncIterator[str | None]:
    """None once the channel is heard, then each payload as its transaction commits, in that order.

    Raises `ListenerLost`.
    """
    try:
        connection = await psycopg.AsyncConnection.connect(
            driver_url(url), autocommit=True, application_name="assaydesk live", connect_timeout=10
        )
        async with connection:
            await connection.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
            yield None
            while True:
                async for notice in connection.notifies(timeout=_SILENCE_SECONDS):
                    yield notice.payload
                await connection.execute("select 1")  # A connection whose server is gone does not say so by itself.
    except (psycopg.Error, OSError) as failure:
        raise ListenerLost(str(failure)) from failure
