"""Reading what time tracking goes on from: set-based, for one user and any number of tickets.

Keys travel as one JSON text, so a bulk update of a thousand tickets costs as many statements as one ping.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from assaydesk.domains.worklogs.rollup import Key
from assaydesk.domains.worklogs.sharing import Window
from assaydesk.domains.worklogs.stream_codec import RUN, ai_use, as_json, customer_message, stored_segment
from assaydesk.domains.worklogs.streams import Stored, Stream
from assaydesk.domains.worklogs.types import Action, Run, Signal, SignalKind
from assaydesk.platform.db.session import ReadSession, WriteSession

_PEOPLE: Final = frozenset({"user", "enneo"})


@dataclass(frozen=True, slots=True)
class Worker:
    """Whose time it is. `tracked`: the working status lets time tracking run (worklog.md 2.1)."""

    id: int
    is_person: bool
    is_ai_agent: bool
    tracked: bool


async def lock_workers(session: WriteSession, user_ids: Iterable[int]) -> list[Worker]:
    """Make changes to these users' time wait for each other until the end of the transaction; in the order of ids."""
    rows = await session.execute(
        text(
            "select p.id, p.type, p.work_status, pg_advisory_xact_lock(hashtextextended('worklogs', p.id)) "
            "from (select id, type, work_status from profiles where id = any(:ids) order by id) p"
        ),
        {"ids": sorted(set(user_ids))},
    )
    return [
        Worker(row.id, row.type in _PEOPLE, row.type == "aiAgent", row.work_status == "ticketProcessing")
        for row in rows
    ]


async def last_of_streams(session: ReadSession, user_id: int, ticket_ids: Collection[int]) -> list[Stream]:
    """Each stream with its last segment only, and the messages that came after its last signal."""
    rows = await session.execute(
        text(
            """
            select t.id as ticket, t.channel, s.*,
              (select count(*) from work_messages m where m.ticket_id = t.id and m.at <= s.last_signal_at) as seen,
              (select jsonb_agg(jsonb_build_array(m.at, m.stored_at, c.deleted_at))
                 from work_messages m join conversations c on c.id = m.conversation_id
                 where m.ticket_id = t.id and m.at > coalesce(s.last_signal_at, '-infinity')) as messages
            from tickets t left join lateral (
              select * from work_segments where user_id = :user_id and ticket_id = t.id order by since desc limit 1
            ) s on true
            where t.id = any(:ticket_ids) order by t.id
            """
        ),
        {"user_id": user_id, "ticket_ids": list(ticket_ids)},
    )
    return [
        Stream(
            row.ticket,
            row.channel,
            [stored_segment(row)] if row.id is not None else [],
            [customer_message(values) for values in row.messages or ()],
            row.seen,
        )
        for row in rows
    ]


async def whole_streams(session: ReadSession, user_id: int, ticket_ids: Collection[int]) -> list[Stream]:
    """Each stream with all its segments and all messages of its ticket."""
    values = {"user_id": user_id, "ticket_ids": list(ticket_ids)}
    tickets = await session.execute(
        text(
            """
            select t.id, t.channel, (
              select jsonb_agg(jsonb_build_array(m.at, m.stored_at, c.deleted_at))
                from work_messages m join conversations c on c.id = m.conversation_id where m.ticket_id = t.id
            ) as messages
            from tickets t where t.id = any(:ticket_ids) order by t.id
            """
        ),
        values,
    )
    streams = {
        row.id: Stream(row.id, row.channel, messages=[customer_message(values) for values in row.messages or ()])
        for row in tickets
    }
    segments = await session.execute(
        text("select * from work_segments where user_id = :user_id and ticket_id = any(:ticket_ids) order by since"),
        values,
    )
    for row in segments:
        streams[row.ticket_id].segments.append(stored_segment(row))
    return list(streams.values())


async def segments_of_keys(
    session: ReadSession, user_id: int, keys: Iterable[tuple[int, Key]]
) -> dict[int, list[Stored]]:
    """The stored segments of these keys, by ticket, ascending."""
    rows = await session.execute(
        text(
            """
            select s.* from jsonb_populate_recordset(null::work_segments, cast(:keys as jsonb)) k
            join work_segments s
              on s.user_id = :user_id and s.ticket_id = k.ticket_id and s.date = k.date and s.phase = k.phase
            order by s.since
            """
        ),
        {"user_id": user_id, "keys": as_json(_keys(keys))},
    )
    found: dict[int, list[Stored]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(stored_segment(row))
    return found


async def worklogs_of_keys(
    session: ReadSession, user_id: int, keys: Iterable[tuple[int, Key]]
) -> dict[tuple[int, Key], int]:
    """The ids of the worklogs of these keys, as far as there are any."""
    rows = await session.execute(
        text(
            """
            select w.id, w.ticket_id, w.date, w.phase
            from jsonb_populate_recordset(null::worklogs, cast(:keys as jsonb)) k
            join worklogs w
              on w.user_id = :user_id and w.ticket_id = k.ticket_id and w.date = k.date and w.phase = k.phase
            """
        ),
        {"user_id": user_id, "keys": as_json(_keys(keys))},
    )
    return {(row.ticket_id, Key(row.date, row.phase)): row.id for row in rows}


async def worklogs_of_streams(
    session: ReadSession, user_id: int, ticket_ids: Collection[int]
) -> dict[tuple[int, Key], tuple[int, datetime]]:
    """All worklogs of the streams: id and work point."""
    rows = await session.execute(
        text(
            "select id, ticket_id, date, phase, worked_at from worklogs "
            "where user_id = :user_id and ticket_id = any(:ticket_ids)"
        ),
        {"user_id": user_id, "ticket_ids": list(ticket_ids)},
    )
    return {(row.ticket_id, Key(row.date, row.phase)): (row.id, row.worked_at) for row in rows}


async def signals_of(
    session: ReadSession, user_id: int, since: Mapping[int, datetime | None], *, acted_only: bool
) -> dict[int, list[Signal]]:
    """Stored signals of each ticket from the given time on (None: all), runs left out."""
    wanted = [{"ticket_id": ticket_id, "at": at or "-infinity"} for ticket_id, at in since.items()]
    rows = await session.execute(
        text(
            """
            select s.ticket_id, s.at, s.kind, s.action, s.conversation_id, s.ai
            from jsonb_populate_recordset(null::work_signals, cast(:wanted as jsonb)) k
            join work_signals s on s.user_id = :user_id and s.ticket_id = k.ticket_id and s.at >= k.at
            where s.kind <> :run and (s.action is not null or not :acted_only) order by s.at, s.id
            """
        ),
        {"user_id": user_id, "wanted": as_json(wanted), "run": RUN, "acted_only": acted_only},
    )
    found: dict[int, list[Signal]] = defaultdict(list)
    for row in rows:
        action = Action(row.action) if row.action else None
        signal = Signal(row.at, SignalKind(row.kind), action, row.conversation_id, ai_use(row.ai))
        found[row.ticket_id].append(signal)
    return found


async def runs_of(session: ReadSession, user_id: int, ticket_ids: Collection[int]) -> dict[int, list[Run]]:
    """The stored runs of an AI agent, by ticket."""
    rows = await session.execute(
        text(
            "select ticket_id, at, until, ai from work_signals "
            "where user_id = :user_id and kind = :run and ticket_id = any(:ticket_ids) order by at"
        ),
        {"user_id": user_id, "run": RUN, "ticket_ids": list(ticket_ids)},
    )
    found: dict[int, list[Run]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(Run(row.at, row.until, ai=ai_use(row.ai)))
    return found


async def workers_after(session: ReadSession, ticket_id: int, at: datetime) -> list[int]:
    """The users whose last signal on the ticket is not before `at`."""
    rows = await session.execute(
        text("select distinct user_id from work_segments where ticket_id = :ticket_id and last_signal_at >= :at"),
        {"ticket_id": ticket_id, "at": at},
    )
    return [row.user_id for row in rows]


async def windows_around(
    session: ReadSession, user_id: int, since: datetime, until: datetime
) -> list[tuple[int, bool, Window]]:
    """The user's windows for dividing `since` to `until`: (segment id, overlaps that time, window).

    Those that overlap are returned with all that overlap them, so that their whole share can be computed.
    """
    rows = await session.execute(
        text(
            """
            with touched as (
              select id, since, until from work_segments
              where user_id = :user_id and shared and until > since and until > :since and since < :until
            ), around as (select min(since) as since, max(until) as until from touched)
            select s.id, s.ticket_id, s.since, s.until, w.worked_at, t.id is not null as touched
            from around a join work_segments s
              on s.user_id = :user_id and s.shared and s.until > s.since and s.until > a.since and s.since < a.until
            left join touched t on t.id = s.id left join worklogs w on w.id = s.worklog_id
            """
        ),
        {"user_id": user_id, "since": since, "until": until},
    )
    return [(row.id, row.touched, Window(row.ticket_id, row.since, row.until, row.worked_at)) for row in rows]


def _keys(keys: Iterable[tuple[int, Key]]) -> list[dict[str, Any]]:
    return [{"ticket_id": ticket_id, "date": key.day, "phase": key.phase} for ticket_id, key in keys]
