"""A worker process that stands still in the middle of an export, so that a test can kill it just there.

    python -m tests.queue.export_worker DATABASE_URL FOLDER [STEP]

`rows`: some rows are written to the disk; `file`: the file is stored and not yet committed.
"""

import asyncio
import sys
from pathlib import Path

from assaydesk import registry
from assaydesk.platform.config import Config
from assaydesk.platform.jobs.job import Runtime
from assaydesk.worker import work
from tests.queue.crash_worker import StoppingDatabase

WORDS = {"rows": "update exports set rows_done", "file": "insert into file_chunks"}


def main(url: str, folder: Path, step: str = "") -> None:
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    config = Config(
        data_dir=folder,
        embedding="hashed",
        log_level="warning",
        job_heartbeat_seconds=0.3,
        job_stalled_seconds=1.5,
    )
    database = StoppingDatabase(url, folder, f"before_{step}")
    database.words = WORDS.get(step, "\0")
    (folder / "started").touch()
    asyncio.run(work(Runtime(config, database)))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
