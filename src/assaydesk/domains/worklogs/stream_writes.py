"""Writing events, segments and worklogs: set-based, for one user and any number of tickets."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import FromClause, Text, cast, column, func, literal, literal_column, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from assaydesk.domains.profiles.models import ProfileTeam
from assaydesk.domains.teams.models import Team
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.worklogs.models import Worklog, WorkSegment, WorkSignal
from assaydesk.domains.worklogs.rollup import Key
from assaydesk.domains.worklogs.stream_codec import RUN, as_json, from_ai_use
from assaydesk.domains.worklogs.streams import Stored
from assaydesk.domains.worklogs.types import Run, Signal
from assaydesk.platform.db.base import Base
from assaydesk.platform.db.session import WriteSession

_SEGMENT: Final = (
    "until", "opened_at", "last_signal_at", "last_kind", "messages_seen", "date", "phase", "share_us", "after_work_us",
    "actions", "worklog_id",
)  # fmt: skip
_WORKLOG: Final = (
    "started_at", "latest_interaction", "worked_at", "action", "context", "action_list", "conversation_id",
    "duration_ms", "after_work_ms", "automation_level", "ai_agents", "text_assistance_accuracy", "closings",
)  # fmt: skip


class SavedWorklog(NamedTuple):
    """`changed`: it is fresh, or differs from what was stored."""

    id: int
    changed: bool


async def add_signals(session: WriteSession, user_id: int, signals: Iterable[tuple[int, Signal]]) -> None:
    """Store events; one that is stored already is left alone."""
    rows = [
        {
            "user_id": user_id,
            "ticket_id": ticket_id,
            "at": signal.at,
            "kind": signal.kind,
            "action": signal.action,
            "conversation_id": signal.conversation_id,
            "ai": from_ai_use(signal.ai),
        }
        for ticket_id, signal in signals
    ]
    await _insert(session, WorkSignal, rows)


async def add_runs(session: WriteSession, user_id: int, runs: Sequence[tuple[int, Run]]) -> None:
    """Store runs with the actions taken in them; what is stored already is left alone."""
    rows = [
        {
            "user_id": user_id,
            "ticket_id": ticket_id,
            "at": run.start,
            "until": run.end,
            "kind": RUN,
            "ai": from_ai_use(run.ai),
        }
        for ticket_id, run in runs
    ]
    await _insert(session, WorkSignal, rows)
    await add_signals(session, user_id, [(ticket_id, signal) for ticket_id, run in runs for signal in run.signals])


async def add_message(
    session: WriteSession, ticket_id: int, conversation_id: int, *, at: datetime, stored_at: datetime
) -> None:
    """Note a customer's message, unless the ticket is marked as spam."""
    await session.execute(
        text(
            """
            insert into work_messages (conversation_id, ticket_id, at, stored_at)
            select :conversation_id, id, :at, :stored_at from tickets
            where id = :ticket_id and (spam_status is null or spam_status in ('auto_clean', 'manual_clean'))
            on conflict do nothing
            """
        ),
        {"ticket_id": ticket_id, "conversation_id": conversation_id, "at": at, "stored_at": stored_at},
    )


async def save_segments(
    session: WriteSession, user_id: int, segments: Iterable[tuple[int, Stored]], *, shared: bool
) -> None:
    """Write segments, those with an id over the stored ones."""
    rows = [
        {
            "id": stored.id,
            "user_id": user_id,
            "ticket_id": ticket_id,
            "since": stored.segment.start,
            "until": stored.segment.end,
            "opened_at": stored.segment.opened_at,
            "last_signal_at": stored.segment.last_signal_at,
            "last_kind": stored.segment.last_kind,
            "messages_seen": stored.messages_seen,
            "date": stored.key.day,
            "phase": stored.key.phase,
            "shared": shared,
            "share_us": stored.share_us,
            "after_work_us": stored.after_work_us,
            "actions": stored.actions,
            "worklog_id": stored.worklog_id,
        }
        for ticket_id, stored in segments
    ]
    known = [row for row in rows if row["id"] is not None]
    if known:
        given = _recordset(WorkSegment, known)
        await session.execute(
            update(WorkSegment)
            .where(WorkSegment.id == given.c.id)
            .values({name: given.c[name] for name in _SEGMENT})
            .execution_options(synchronize_session=False)
        )
    await _insert(session, WorkSegment, [row for row in rows if row.pop("id") is None])


async def remove_segments(session: WriteSession, ids: Collection[int]) -> None:
    """Remove segments that the events no longer show."""
    await session.execute(text("delete from work_segments where id = any(:ids)"), {"ids": list(ids)})


async def save_shares(session: WriteSession, shares: Iterable[tuple[int, int, int]]) -> set[int]:
    """Write (segment id, share, share after work), both in microseconds. Answers the worklogs concerned."""
    rows = [{"id": id_, "share_us": share, "after_work_us": after_work} for id_, share, after_work in shares]
    changed = await session.execute(
        text(
            """
            update work_segments s set share_us = r.share_us, after_work_us = r.after_work_us
            from jsonb_populate_recordset(null::work_segments, cast(:rows as jsonb)) r
            where s.id = r.id and (s.share_us, s.after_work_us) is distinct from (r.share_us, r.after_work_us)
            returning s.worklog_id
            """
        ),
        {"rows": as_json(rows)},
    )
    return {row.worklog_id for row in changed if row.worklog_id is not None}


async def add_up(session: WriteSession, worklog_ids: Collection[int], now: datetime) -> None:
    """Renew what a worklog takes from its segments; milliseconds as in `sharing.milliseconds`."""
    await session.execute(
        text(
            """
            update worklogs w set started_at = s.since, latest_interaction = s.until, modified_at = :now,
              duration_ms = (s.share + 500) / 1000, after_work_ms = (s.after_work + 500) / 1000
            from (
              select worklog_id, min(since) as since, max(until) as until, sum(share_us)::bigint as share,
                sum(after_work_us)::bigint as after_work
              from work_segments where worklog_id = any(:ids) group by worklog_id
            ) s
            where w.id = s.worklog_id
              and (w.started_at, w.latest_interaction, w.duration_ms, w.after_work_ms)
                is distinct from (s.since, s.until, (s.share + 500) / 1000, (s.after_work + 500) / 1000)
            """
        ),
        {"ids": list(worklog_ids), "now": now},
    )


async def save_worklogs(
    session: WriteSession,
    user_id: int,
    rows: Mapping[tuple[int, Key], dict[str, Any]],
    *,
    now: datetime,
    touched: Collection[tuple[int, Key]],
) -> dict[tuple[int, Key], SavedWorklog]:
    """Insert worklogs or write over those of the same key; answers which they are.

    Those `touched` by fresh work note the user's teams and the ticket's SLA date again; other known ones keep theirs.
    """
    if not rows:
        return {}
    changed: set[int] = set()
    worked = [row for key, row in rows.items() if key in touched]
    others = [row for key, row in rows.items() if key not in touched]
    if worked:
        changed |= await _upsert_worklogs(session, user_id, worked, now, (*_WORKLOG, "sla_due_at", "team_ids"))
    if others:
        changed |= await _upsert_worklogs(session, user_id, others, now, _WORKLOG)
    keys = _recordset(Worklog, [{"ticket_id": id_, "date": key.day, "phase": key.phase} for id_, key in rows])
    found = await session.execute(
        select(Worklog.id, Worklog.ticket_id, Worklog.date, Worklog.phase).join(
            keys,
            (Worklog.user_id == user_id)
            & (Worklog.ticket_id == keys.c.ticket_id)
            & (Worklog.date == keys.c.date)
            & (Worklog.phase == keys.c.phase),
        )
    )
    return {(row.ticket_id, Key(row.date, row.phase)): SavedWorklog(row.id, row.id in changed) for row in found}


async def _upsert_worklogs(
    session: WriteSession, user_id: int, rows: Sequence[dict[str, Any]], now: datetime, renewed: Sequence[str]
) -> set[int]:
    """The ids of the worklogs that are fresh or differ from what was stored."""
    given = _recordset(Worklog, rows)
    teams = (
        select(ProfileTeam.team_id)
        .join(Team, Team.id == ProfileTeam.team_id)
        .where(ProfileTeam.profile_id == user_id, Team.state == "active", Team.deleted_at.is_(None))
        .order_by(ProfileTeam.team_id)
    )
    source = (
        select(
            literal(user_id),
            *given.c,
            literal(now, Worklog.modified_at.type),
            Ticket.sla_due_at,
            func.array(teams.scalar_subquery()),
        )
        .join_from(given, Ticket, Ticket.id == given.c.ticket_id)
        .order_by(given.c.worked_at, given.c.ticket_id)
    )
    columns = ["user_id", *given.c.keys(), "modified_at", "sla_due_at", "team_ids"]
    statement = insert(Worklog).from_select(columns, source)
    changed = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["user_id", "ticket_id", "date", "phase"],
            set_={name: statement.excluded[name] for name in (*renewed, "modified_at")},
            where=or_(*(Worklog.__table__.c[name].is_distinct_from(statement.excluded[name]) for name in renewed)),
        ).returning(Worklog.id)
    )
    return {row.id for row in changed}


async def move_worklogs(session: WriteSession, moves: Mapping[int, Key]) -> None:
    """Give worklogs (by id) other keys; by way of keys that nobody has, because one may take the place of another."""
    rows = [{"id": id_, "date": key.day, "phase": key.phase} for id_, key in moves.items()]
    aside = text("update worklogs set phase = -1 - phase where id = any(:ids)")
    await session.execute(aside, {"ids": list(moves)})
    await session.execute(
        text(
            "update worklogs w set date = r.date, phase = r.phase "
            "from jsonb_populate_recordset(null::worklogs, cast(:rows as jsonb)) r where w.id = r.id"
        ),
        {"rows": as_json(rows)},
    )


async def remove_worklogs(session: WriteSession, ids: Collection[int]) -> None:
    """Remove worklogs that the events no longer show, with the traces of them."""
    values = {"ids": list(ids)}
    await session.execute(text("update tool_calls set worklog_id = null where worklog_id = any(:ids)"), values)
    await session.execute(text("delete from worklogs where id = any(:ids)"), values)


async def place_tool_calls(session: WriteSession, user_id: int, ticket_ids: Collection[int]) -> None:
    """Give each tool call of the streams the worklog in whose segments it was made."""
    await session.execute(
        text(
            """
            update tool_calls c set worklog_id = s.worklog_id from work_segments s
            where c.user_id = :user_id and c.ticket_id = any(:ticket_ids)
              and s.user_id = c.user_id and s.ticket_id = c.ticket_id and c.at between s.since and s.until
              and c.worklog_id is distinct from s.worklog_id
              and not exists (select 1 from work_segments later where later.user_id = c.user_id
                and later.ticket_id = c.ticket_id and later.since > s.since and later.since <= c.at)
            """
        ),
        {"user_id": user_id, "ticket_ids": list(ticket_ids)},
    )


async def _insert(session: WriteSession, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows with the same keys; those that are there already are left alone."""
    if rows:
        given = _recordset(table, rows)
        await session.execute(insert(table).from_select(given.c.keys(), select(*given.c)).on_conflict_do_nothing())


def _recordset(table: type[Base], rows: Sequence[dict[str, Any]]) -> FromClause:
    """The rows as a table in a statement; one parameter, whatever their number."""
    types = table.__table__.c
    name = table.__tablename__
    return func.jsonb_populate_recordset(
        literal_column(f"null::{name}"), cast(literal(as_json(rows), Text), JSONB)
    ).table_valued(*(column(key, types[key].type) for key in rows[0]), name="given")
