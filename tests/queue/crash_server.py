"""A server process that stands still in the middle of requests, so that a test can kill it just there.

    python -m tests.queue.crash_server DATABASE_URL FOLDER PORT STEP WORDS

It is the real application on a real socket. STEP: `before` or `after` the commit of each transaction that sent a
statement with one of WORDS (`|` between them); each makes a file `FOLDER/reached-<number>` and waits for ever.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import event

from assaydesk import registry
from assaydesk.app import create_app
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession


class StandingDatabase(Database):
    """Stands still at the step, in each transaction by itself; all else is the real thing."""

    def __init__(self, url: str, folder: Path, step: str, words: str) -> None:
        super().__init__(url)
        self.folder, self.step, self.words = folder, step, words.split("|")
        self.numbers = count(1)
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._notice)

    def _notice(self, connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        flat = " ".join(statement.lower().split())
        if any(words in flat for words in self.words):
            connection.info["reached"] = True

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        reached = False
        async with super().write() as session:
            yield session
            reached = bool((await session.connection()).sync_connection.info.pop("reached", False))  # type: ignore[union-attr]
            if reached and self.step == "before":
                await self.stand_still()
        if reached:
            await self.stand_still()

    async def stand_still(self) -> None:
        (self.folder / f"reached-{next(self.numbers)}").touch()
        await asyncio.sleep(3600)


def main(url: str, folder: Path, port: int, step: str, words: str) -> None:
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    app = create_app(
        Config(data_dir=folder, embedding="hashed", log_level="error", port=port),
        StandingDatabase(url, folder, step, words),
        {},
    )
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, access_log=False))
    asyncio.run(server.serve())


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
