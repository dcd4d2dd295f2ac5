"""A worker process that stands still at one step of fetching mail, so that a test can kill it just there.

    python -m tests.queue.crash_mail_worker DATABASE_URL FOLDER [STEP]

It is the real worker loop on the real queue; see `crash_worker`. STEP: `fetched`, with a mail in its hands;
`before_commit` and `after_commit` of the transaction that stores one.
"""

import asyncio
import sys
from pathlib import Path

from assaydesk import registry
from assaydesk.integrations.imap.client import ImapMailbox, ImapServer
from assaydesk.platform.config import Config
from assaydesk.platform.jobs.job import Runtime
from assaydesk.worker import work
from tests.queue.crash_worker import StoppingDatabase

_WORDS = "insert into mail_messages"


def main(url: str, folder: Path, step: str = "") -> None:
    registry.import_models()
    registry.register_handlers()
    registry.register_jobs()
    config = Config(
        data_dir=folder,
        embedding="hashed",
        log_level="error",
        allow_insecure_mail=True,
        job_heartbeat_seconds=0.3,
        job_stalled_seconds=1.5,
    )
    database = StoppingDatabase(url, folder, {"before_commit": "before", "after_commit": "after"}.get(step, ""))
    database.words = _WORDS if step.endswith("_commit") else "\0"

    class StoppingMailbox(ImapMailbox):
        async def fetch(self, uid: int, most: int) -> bytes | None:
            found = await super().fetch(uid, most)
            if step == "fetched" and uid == 2:
                await database.stand_still()
            return found

    server = ImapServer(allow_insecure=True, mailbox=StoppingMailbox)
    (folder / "started").touch()
    asyncio.run(work(Runtime(config, database, {"imap": server})))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
