"""Keeping segments and worklogs: every signal, action and run ends here, in the transaction that made it.

Whether signals come one by one or all at once (import, rebuild), the same pure rules form the same result: `go_on`
takes them in after a stream's last segment, `refold` reads the whole stream again when that is not enough.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.worklogs import stream_reads, stream_writes
from assaydesk.domains.worklogs.events import WorklogTouched
from assaydesk.domains.worklogs.outcome import refresh_outcome
from assaydesk.domains.worklogs.rollup import Group, Key
from assaydesk.domains.worklogs.sharing import milliseconds, share_time, whole
from assaydesk.domains.worklogs.stream_reads import Worker
from assaydesk.domains.worklogs.streams import Change, Ground, Stored, go_on, goes_on, hull, refold, roll
from assaydesk.domains.worklogs.types import Action, AiUse, Run, Signal, SignalKind
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish

Signals = Mapping[int, Sequence[Signal]]
"""Signals of one user by ticket."""

Fresh = Callable[[int, Group], bool]
"""Whether something fresh is in this worklog (ticket, group), so that listeners are told when it changed."""


async def record(session: WriteSession, user_id: int, signals: Signals) -> None:
    """Take in what one person did on any number of tickets."""
    worker = await _worker(session, user_id)
    if worker is None or not worker.is_person or not signals:
        return
    settings = await get_settings(session)
    ground = _ground(settings)
    streams = await stream_reads.last_of_streams(session, user_id, signals.keys())
    known = {stream.ticket_id for stream in streams}
    ahead = [stream for stream in streams if goes_on(stream, signals[stream.ticket_id])]
    behind = known - {stream.ticket_id for stream in ahead}
    changes = [go_on(stream, signals[stream.ticket_id], ground) for stream in ahead]
    await stream_writes.add_signals(
        session, user_id, [(ticket_id, signal) for ticket_id in known for signal in signals[ticket_id]]
    )
    if behind:
        changes += await _refold(session, worker, behind, ground)
    acted = {ticket_id for ticket_id in known if any(signal.action for signal in signals[ticket_id])}
    moments = {ticket_id: [signal.at for signal in signals[ticket_id]] for ticket_id in acted}
    await _settle(session, worker, changes, acted, behind, settings, _with(moments))


async def record_runs(session: WriteSession, user_id: int, runs: Mapping[int, Sequence[Run]]) -> list[int]:
    """Take in the runs of an AI agent by ticket. Answers the worklogs of the tickets."""
    worker = await _worker(session, user_id)
    if worker is None or not worker.is_ai_agent or not runs:
        return []
    await stream_writes.add_runs(session, user_id, [(ticket, run) for ticket, own in runs.items() for run in own])
    moments = {ticket_id: [run.start for run in own] for ticket_id, own in runs.items()}
    return await anew(session, worker, runs.keys(), _with(moments))


async def credit_reply(
    session: WriteSession,
    author_id: int,
    ticket_id: int,
    *,
    conversation_id: int,
    written_at: datetime,
    ai: AiUse | None,
) -> None:
    """Add the sending of a published draft to the author's worklog of the draft (worklog.md 3)."""
    worker = await _worker(session, author_id)
    if worker is None or not worker.is_person:
        return
    signal = Signal(written_at, SignalKind.CREDIT, Action.REPLY, conversation_id, ai)
    await stream_writes.add_signals(session, author_id, [(ticket_id, signal)])
    await anew(session, worker, [ticket_id], _with({ticket_id: [written_at]}), is_work=False)


async def rebuild(session: WriteSession, user_id: int, ticket_ids: Collection[int]) -> list[int]:
    """Form the streams of a user anew from the stored events. Answers their worklogs."""
    worker = await _worker(session, user_id)
    return [] if worker is None else await anew(session, worker, ticket_ids, lambda *_: False, is_work=False)


async def anew(
    session: WriteSession, worker: Worker, ticket_ids: Collection[int], fresh: Fresh, *, is_work: bool = True
) -> list[int]:
    """Form whole streams of a locked worker anew.

    `is_work`: what is fresh was done at this moment, or just became known, so that the user's teams and the SLA date
    are noted with it.
    """
    settings = await get_settings(session)
    tickets = set(ticket_ids)
    changes = await _refold(session, worker, tickets, _ground(settings))
    ids = await _settle(session, worker, changes, tickets, tickets, settings, fresh, is_work=is_work)
    await stream_writes.place_tool_calls(session, worker.id, tickets)
    return ids


def _with(moments: Mapping[int, Sequence[datetime]]) -> Fresh:
    """The worklogs in whose segments one of these moments (by ticket) lies."""
    return lambda ticket_id, group: any(
        work.segment.start <= moment <= work.segment.end for moment in moments.get(ticket_id, ()) for work in group.work
    )


async def _worker(session: WriteSession, user_id: int) -> Worker | None:
    return next(iter(await stream_reads.lock_workers(session, [user_id])), None)


async def _refold(session: WriteSession, worker: Worker, tickets: Collection[int], ground: Ground) -> list[Change]:
    streams = await stream_reads.whole_streams(session, worker.id, tickets)
    if worker.is_ai_agent:
        runs = await stream_reads.runs_of(session, worker.id, tickets)
        return [refold(stream, (), runs.get(stream.ticket_id, ()), ground) for stream in streams]
    signals = await stream_reads.signals_of(session, worker.id, dict.fromkeys(tickets), acted_only=False)
    return [refold(stream, signals.get(stream.ticket_id, ()), (), ground) for stream in streams]


async def _settle(
    session: WriteSession,
    worker: Worker,
    changes: Sequence[Change],
    acted: Collection[int],
    refolded: Collection[int],
    settings: InstanceSettings,
    fresh: Fresh,
    *,
    is_work: bool = True,
) -> list[int]:
    """Write the changes, roll up the tickets with actions, divide the time anew where it changed, add up."""
    now = utc_now()
    gone = [id_ for change in changes for id_ in change.gone]
    if gone:
        await stream_writes.remove_segments(session, gone)
    rolling = {*acted, *refolded}
    rolled = await _roll_up(session, worker, [change for change in changes if change.ticket_id in rolling], settings)
    counting = [(ticket_id, group, members) for ticket_id, group, members in rolled if group.work_point]
    rows = {(ticket_id, group.key): _row(ticket_id, group, members) for ticket_id, group, members in counting}
    spare = await _move_worklogs(session, worker, rows, refolded) if refolded else []
    renewed = {(ticket_id, group.key) for ticket_id, group, _ in counting if fresh(ticket_id, group)}
    saved = await stream_writes.save_worklogs(session, worker.id, rows, now=now, touched=renewed if is_work else ())
    for ticket_id, group, members in rolled:
        for stored in members:
            stored.worklog_id = saved[ticket_id, group.key].id if group.work_point else None
    segments = [(ticket_id, stored) for ticket_id, _, members in rolled for stored in members]
    joined = await _joined(session, worker, [change for change in changes if change.ticket_id not in rolling])
    await stream_writes.save_segments(session, worker.id, [*segments, *joined], shared=worker.is_person)
    if spare:
        await stream_writes.remove_worklogs(session, spare)
    grown = {stored.worklog_id for _, stored in joined if stored.worklog_id is not None}
    stretch = hull(changes)
    if stretch is not None:
        grown |= {worklog.id for worklog in saved.values()} | await _divide(session, worker, *stretch)
    if grown:
        await stream_writes.add_up(session, grown, now)
    if rolled:
        await refresh_outcome(session, {ticket_id for ticket_id, _, _ in rolled}, settings)
    touched = [saved[key].id for key in rows if key in renewed and saved[key].changed]
    if touched:
        await publish(session, WorklogTouched(tuple(touched)))
    return sorted(worklog.id for worklog in saved.values())


async def _move_worklogs(
    session: WriteSession, worker: Worker, rows: Mapping[tuple[int, Key], dict[str, Any]], tickets: Collection[int]
) -> list[int]:
    """Let worklogs keep their identity when their key changes: the work point tells which is which.

    Answers those that the events no longer show.
    """
    stored = await stream_reads.worklogs_of_streams(session, worker.id, tickets)
    by_work_point = {(ticket_id, worked_at): (id_, key) for (ticket_id, key), (id_, worked_at) in stored.items()}
    moves = {}
    for (ticket_id, key), row in rows.items():
        id_, before = by_work_point.get((ticket_id, row["worked_at"]), (0, key))
        if before != key:
            moves[id_] = key
    if moves:
        await stream_writes.move_worklogs(session, moves)
    places = {id_: (ticket_id, moves.get(id_, key)) for (ticket_id, key), (id_, _) in stored.items()}
    return [id_ for id_, place in places.items() if place not in rows]


async def _roll_up(
    session: WriteSession, worker: Worker, changes: Iterable[Change], settings: InstanceSettings
) -> list[tuple[int, Group, list[Stored]]]:
    """The groups of the keys that the changes touch, with all segments of those keys."""
    by_ticket = {change.ticket_id: change for change in changes}
    keys = {(ticket_id, stored.key) for ticket_id, change in by_ticket.items() for stored in change.segments}
    if not keys:
        return []
    prior = await stream_reads.segments_of_keys(session, worker.id, keys)
    whole_keys: dict[int, list[Stored]] = {}
    for ticket_id, change in by_ticket.items():
        renewed = {stored.id for stored in change.segments if stored.id is not None}
        others = [stored for stored in prior.get(ticket_id, ()) if stored.id not in renewed]
        whole_keys[ticket_id] = sorted([*others, *change.segments], key=lambda stored: stored.segment.start)
    since = {ticket_id: segments[0].segment.start for ticket_id, segments in whole_keys.items() if segments}
    signals = await stream_reads.signals_of(session, worker.id, since, acted_only=True)
    runs = await stream_reads.runs_of(session, worker.id, since) if worker.is_ai_agent else {}
    rolled: list[tuple[int, Group, list[Stored]]] = []
    for ticket_id, segments in whole_keys.items():
        acts = [*signals.get(ticket_id, ()), *(run.as_signal() for run in runs.get(ticket_id, ()))]
        groups = roll(segments, acts, settings.zone, automated=worker.is_ai_agent)
        rolled += [(ticket_id, group, members) for group, members in groups]
    return rolled


def _row(ticket_id: int, group: Group, members: Sequence[Stored]) -> dict[str, Any]:
    return {
        "ticket_id": ticket_id,
        "date": group.key.day,
        "phase": group.key.phase,
        "started_at": group.started_at,
        "latest_interaction": group.latest_interaction,
        "worked_at": group.work_point,
        "action": group.action,
        "context": group.context,
        "action_list": group.actions,
        "conversation_id": group.conversation_id,
        "duration_ms": milliseconds(stored.share_us for stored in members),
        "after_work_ms": milliseconds(stored.after_work_us for stored in members),
        "automation_level": group.automation_level,
        "ai_agents": [dict(agent) for agent in group.ai_agents],
        "text_assistance_accuracy": group.accuracy,
        "closings": group.closings,
    }


async def _joined(session: WriteSession, worker: Worker, changes: Iterable[Change]) -> list[tuple[int, Stored]]:
    """Segments of changes without actions; a new one joins the worklog of its key, if there is one."""
    segments = [(change.ticket_id, stored) for change in changes for stored in change.segments]
    fresh = [(ticket_id, stored) for ticket_id, stored in segments if stored.id is None]
    if fresh:
        keys = {(ticket_id, stored.key) for ticket_id, stored in fresh}
        found = await stream_reads.worklogs_of_keys(session, worker.id, keys)
        for ticket_id, stored in fresh:
            stored.worklog_id = found.get((ticket_id, stored.key))
    return segments


async def _divide(session: WriteSession, worker: Worker, since: datetime, until: datetime) -> set[int]:
    """Share the user's time anew where it changed. Answers the worklogs concerned. Runs are not divided."""
    if not worker.is_person:
        return set()
    windows = await stream_reads.windows_around(session, worker.id, since, until)
    shares = share_time([window for _, _, window in windows])
    return await stream_writes.save_shares(
        session,
        [
            (id_, whole(share.total), whole(share.after_work))
            for (id_, inside, _), share in zip(windows, shares, strict=True)
            if inside
        ],
    )


def _ground(settings: InstanceSettings) -> Ground:
    gap = timedelta(seconds=settings.worklog_gap_seconds)
    return Ground(settings.zone, gap, min(timedelta(seconds=settings.worklog_tail_seconds), gap))
