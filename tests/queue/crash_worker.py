"""A worker process that stands still at one step of an assessment, so that a test can kill it just there.

    python -m tests.queue.crash_worker DATABASE_URL FOLDER [STEP]

It is the real worker loop on the real queue. At STEP it makes the file `FOLDER/reached` and waits for ever; without a
step it works. With `FOLDER/llm_url` it judges with the model server there, otherwise with rules and quotes of its own.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from assaydesk import registry
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.jobs.job import Runtime
from assaydesk.worker import work
from tests.factories.assessments import ScriptedJudge

STEPS = {
    "before_create": "insert into assessments",
    "after_create": "insert into assessments",
    "before_claim": "update assessments set state=",
    "after_claim": "update assessments set state=",
    "before_record": "insert into judge_runs",
    "after_record": "insert into judge_runs",
}
"""Step -> the words of a statement; the process stands still before, or after, the commit of its transaction."""


class StoppingDatabase(Database):
    """Stands still at a step; all else is the real thing."""

    def __init__(self, url: str, folder: Path, step: str) -> None:
        super().__init__(url)
        self.folder = folder
        self.step = step
        self.words = STEPS.get(step, "\0")
        self.sent = False
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._notice)

    def _notice(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.sent = self.sent or self.words in " ".join(statement.lower().split())

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteSession]:
        async with super().write() as session:
            yield session
            if self.sent and self.step.startswith("before"):
                await self.stand_still()
        if self.sent and self.step.startswith("after"):
            await self.stand_still()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadSession]:
        async with super().read() as session:
            yield session

    async def stand_still(self) -> None:
        (self.folder / "reached").touch()
        await asyncio.sleep(3600)


class StoppingJudge(ScriptedJudge):
    """Answers after a moment; at the step `judging` never."""

    database: StoppingDatabase

    async def __call__(self, *arguments: Any) -> Any:
        if self.database.step == "judging":
            await self.database.stand_still()
        await asyncio.sleep(0.02)
        return await super().__call__(*arguments)


def main(url: str, folder: Path, step: str = "") -> None:
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    llm = folder / "llm_url"
    config = Config(
        data_dir=folder,
        embedding="hashed",
        log_level="warning",
        job_heartbeat_seconds=0.3,
        job_stalled_seconds=1.5,
        llm_url=llm.read_text() if llm.exists() else None,
        llm_model="scripted-model" if llm.exists() else None,
        llm_timeout_seconds=3600,
    )
    database = StoppingDatabase(url, folder, step)
    judge = StoppingJudge()
    judge.database = database
    (folder / "started").touch()
    asyncio.run(work(Runtime(config, database, {} if llm.exists() else {"judge": judge})))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
