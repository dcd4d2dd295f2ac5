"""The real conversations beside the checkout, as the command reads them."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.imports.service import import_conversations
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import ToolCall, Worklog
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from tests.patience import worked_through

pytestmark = pytest.mark.shared_data


async def test_the_hundred_airline_conversations_become_one_run_each(committed: Database, shared_data: Path) -> None:
    path = shared_data / "tau-bench-airline/gpt-4o-trials-0-1.json"
    with worked_through():
        report = await import_conversations(committed, path, fmt="tau-bench")
    assert (report.imported, report.messages, report.tool_calls, report.worklogs) == (100, 1440, 572, 100)
    assert (report.faults, report.warnings) == ([], [])
    async with committed.read() as session:
        kinds = await session.execute(select(Worklog.action, Worklog.context, Worklog.action_list))
        assert Counter((row.action, row.context, *row.action_list) for row in kinds) == {
            ("autoProcessAction", "automated", "reply"): 100
        }
        latest = await session.scalar(select(func.max(Worklog.latest_interaction)))
        assert latest is not None
        assert latest < utc_now()
        unplaced = await session.scalar(select(func.count()).where(ToolCall.worklog_id.is_(None)))
        assert unplaced == 0
        marked = await session.scalar(select(func.count()).where(Conversation.body.contains("###STOP###")))
        assert marked == 0
    again = await import_conversations(committed, path, fmt="tau-bench")
    assert (again.imported, again.unchanged, again.worklogs) == (0, 100, 0)


async def test_the_three_shop_chats_become_worklogs_of_a_person(committed: Database, shared_data: Path) -> None:
    report = await import_conversations(committed, shared_data / "abcd/abcd_sample.json", fmt="abcd")
    assert (report.imported, report.messages, report.tool_calls, report.worklogs) == (3, 63, 9, 3)
    async with committed.read() as session:
        times = (await session.scalars(select(Ticket.raw_data["times"].astext))).all()
        assert set(times) == {"made up"}
        durations = (await session.scalars(select(Worklog.duration_ms))).all()
        assert all(60_000 < duration < 3_600_000 for duration in durations)
