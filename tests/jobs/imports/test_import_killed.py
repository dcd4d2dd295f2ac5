"""Imports that are broken off, and imports that run beside each other."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.imports.service import import_conversations
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import ToolCall, Worklog
from assaydesk.platform.db.engine import Database
from tests.factories.imports import NOW, items, tau_item

IMPORT = """
import asyncio, sys
from pathlib import Path
from assaydesk import registry
from assaydesk.domains.imports.service import import_conversations
from assaydesk.platform.db.engine import Database
registry.import_models()
asyncio.run(import_conversations(Database(sys.argv[1]), Path(sys.argv[2]), fmt="tau-bench"))
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "results.json"
    path.write_bytes(items(*(tau_item(number) for number in range(400))).getvalue())
    return path


async def counts(database: Database) -> list[int]:
    async with database.read() as session:
        tables = (Ticket, Conversation, ToolCall, Worklog)
        return [await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def assert_whole(database: Database) -> None:
    assert await counts(database) == [400, 1200, 400, 400]
    async with database.read() as session:
        agents = await session.scalar(select(func.count()).select_from(Profile).where(Profile.type == "aiAgent"))
        half = await session.scalar(
            select(func.count()).select_from(Ticket).where(~Ticket.id.in_(select(Worklog.ticket_id)))
        )
    assert (agents, half) == (1, 0)


async def test_a_killed_import_leaves_nothing_half_and_is_gone_on_with(committed: Database, file: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", IMPORT, committed.url, str(file)])
    try:
        deadline = time.monotonic() + 60
        while (await counts(committed))[0] < 25:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
    finally:
        process.kill()
        process.wait()
    tickets, messages, calls, worklogs = await counts(committed)
    assert 25 <= tickets < 400
    assert (messages, calls, worklogs) == (3 * tickets, tickets, tickets)

    report = await import_conversations(committed, file, fmt="tau-bench", now=NOW)
    assert (report.imported + report.unchanged, report.faults, report.warnings) == (400, [], [])
    await assert_whole(committed)


async def test_two_imports_of_one_file_make_everything_once(committed: Database, file: Path) -> None:
    first, second = await asyncio.gather(
        *(import_conversations(committed, file, fmt="tau-bench", now=NOW) for _ in range(2))
    )
    assert first.imported + second.imported == 400
    assert first.faults == second.faults == []
    await assert_whole(committed)
