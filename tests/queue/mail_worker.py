"""A worker process for mail: `python -m tests.queue.mail_worker DATABASE_URL FOLDER STALLED_SECONDS`.

It is the real worker loop on the real queue; a test kills it while a mail server keeps it waiting.
"""

import asyncio
import sys
from pathlib import Path

from assaydesk import registry
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.jobs.job import Runtime
from assaydesk.worker import work


async def main(url: str, folder: Path, stalled: float) -> None:
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    config = Config(
        data_dir=folder, log_level="error", embedding="hashed", allow_insecure_mail=True,
        job_stalled_seconds=stalled, job_heartbeat_seconds=stalled / 4,
    )  # fmt: skip
    database = Database(url)
    await work(Runtime(config, database, {}))
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
