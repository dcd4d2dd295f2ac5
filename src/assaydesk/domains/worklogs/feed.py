"""Work that is known from elsewhere: recorded conversations become worklogs by the same rules (worklog.md 2.8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.worklogs import feed_repository as repository
from assaydesk.domains.worklogs import stream_reads, stream_writes
from assaydesk.domains.worklogs.assumed import assumed_run, live_presence, stated_presence, written_presence
from assaydesk.domains.worklogs.feed_repository import Recorded
from assaydesk.domains.worklogs.streams import LIVE_CHANNELS
from assaydesk.domains.worklogs.track import anew
from assaydesk.domains.worklogs.types import RecordedCall, RecordedWork, Signal
from assaydesk.platform.db.session import WriteSession


async def feed(session: WriteSession, work: Sequence[RecordedWork]) -> list[int]:
    """Take in recorded work whose tickets and messages are stored already. Answers the worklogs it made.

    At most one `RecordedWork` for each user and ticket. The same work twice changes nothing. Messages count from their
    own time on. Work of somebody who is neither a person nor an AI agent is left out.
    """
    if not work:
        return []
    await session.flush()  # The statements below read rows that the caller may not have sent yet.
    tickets = {item.ticket_id for item in work}
    await repository.note_messages(session, tickets)
    recorded = await repository.recorded_tickets(session, tickets)
    gap = timedelta(seconds=(await get_settings(session)).worklog_gap_seconds)
    by_user: defaultdict[int, list[RecordedWork]] = defaultdict(list)
    for item in work:
        by_user[item.user_id].append(item)
    ids: list[int] = []
    for worker in await stream_reads.lock_workers(session, by_user):
        own = [item for item in by_user[worker.id] if item.contributions]
        if worker.is_ai_agent:
            runs = [(item.ticket_id, assumed_run(item.contributions)) for item in own]
            await stream_writes.add_runs(session, worker.id, runs)
        elif worker.is_person:
            signals = [(item.ticket_id, s) for item in own for s in _presence(item, recorded[item.ticket_id], gap)]
            await stream_writes.add_signals(session, worker.id, signals)
        else:
            continue
        await repository.add_tool_calls(session, worker.id, own)
        ids += await anew(session, worker, [item.ticket_id for item in own], lambda *_: True)
    return sorted(ids)


def _presence(item: RecordedWork, ticket: Recorded, gap: timedelta) -> list[Signal]:
    if item.segments:
        return stated_presence(item.segments, item.contributions, gap)
    assume = live_presence if ticket.channel in LIVE_CHANNELS else written_presence
    return assume(item.contributions, ticket.messages, gap)


async def add_tool_calls(session: WriteSession, *, user_id: int, ticket_id: int, calls: Sequence[RecordedCall]) -> None:
    """Keep tool calls of live work; they belong to the worklog in whose time they were made."""
    await repository.add_calls(session, user_id, [(ticket_id, call) for call in calls])
    await stream_writes.place_tool_calls(session, user_id, [ticket_id])
