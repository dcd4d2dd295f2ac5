"""Queries for recorded work: what is stored of its tickets, and its tool calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text

from assaydesk.domains.worklogs.stream_codec import as_json
from assaydesk.domains.worklogs.types import RecordedCall, RecordedWork
from assaydesk.platform.db.session import ReadSession, WriteSession


class Recorded(NamedTuple):
    """A ticket with the times of everybody's messages."""

    channel: str
    messages: list[datetime]


async def note_messages(session: WriteSession, ticket_ids: Collection[int]) -> None:
    """Note the customers' messages of recorded tickets, as known from their own time on."""
    await session.execute(
        text(
            """
            insert into work_messages (conversation_id, ticket_id, at, stored_at)
            select c.id, c.ticket_id, c.created_at, c.created_at
            from conversations c join tickets t on t.id = c.ticket_id
            where c.ticket_id = any(:ids) and c.direction = 'in' and not c.private and c.deleted_at is null
              and (t.spam_status is null or t.spam_status in ('auto_clean', 'manual_clean'))
            on conflict do nothing
            """
        ),
        {"ids": list(ticket_ids)},
    )


async def recorded_tickets(session: ReadSession, ticket_ids: Collection[int]) -> dict[int, Recorded]:
    """Channel and message times of the tickets; notes and drafts are messages too."""
    rows = await session.execute(
        text(
            """
            select t.id, t.channel,
              array_agg(c.created_at order by c.created_at) filter (where c.id is not null) as times
            from tickets t left join conversations c on c.ticket_id = t.id and c.deleted_at is null
            where t.id = any(:ids) group by t.id
            """
        ),
        {"ids": list(ticket_ids)},
    )
    return {row.id: Recorded(row.channel, row.times or []) for row in rows}


async def add_tool_calls(session: WriteSession, user_id: int, work: Iterable[RecordedWork]) -> None:
    """Keep tool calls in the order given; a ticket that has some of the user already gets no more."""
    await add_calls(
        session, user_id, [(item.ticket_id, call) for item in work for call in item.tool_calls], only_first=True
    )


async def add_calls(
    session: WriteSession, user_id: int, calls: Sequence[tuple[int, RecordedCall]], *, only_first: bool = False
) -> None:
    """Keep tool calls (ticket id, call) of a user."""
    rows = [
        {
            "ticket_id": ticket_id,
            "name": call.name,
            "arguments": call.arguments,
            "result": call.result,
            "at": call.at,
            "conversation_id": call.conversation_id,
        }
        for ticket_id, call in calls
    ]
    if not rows:
        return
    await session.execute(
        text(
            """
            insert into tool_calls (user_id, ticket_id, name, arguments, result, at, conversation_id)
            select :user_id, r.ticket_id, r.name, r.arguments, r.result, r.at, r.conversation_id
            from rows from (
              jsonb_to_recordset(cast(:rows as jsonb)) as (
                ticket_id bigint, name text, arguments jsonb, result jsonb, at timestamptz, conversation_id bigint)
            ) with ordinality as r(ticket_id, name, arguments, result, at, conversation_id, position)
            where not :only_first or not exists (
              select 1 from tool_calls c where c.ticket_id = r.ticket_id and c.user_id = :user_id)
            order by r.position
            """
        ),
        {"user_id": user_id, "rows": as_json(rows), "only_first": only_first},
    )
