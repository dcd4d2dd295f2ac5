"""Segments and worklogs in the database: signal by signal, all at once and rebuilt give the same."""

from collections import defaultdict
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.worklogs import stream_writes
from assaydesk.domains.worklogs.models import Worklog, WorkSegment
from assaydesk.domains.worklogs.sharing import seconds
from assaydesk.domains.worklogs.track import rebuild, record, record_runs
from assaydesk.domains.worklogs.types import Action, Signal, SignalKind
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import (
    START,
    act,
    customer_writes,
    forget_everything,
    make_message,
    pings,
    set_settings,
    snapshot,
)
from tests.logic.worklogs.test_worked_table import EXPECTED, MESSAGES, RUN, SIGNALS, sorted_rows


def after(seconds_: float) -> datetime:
    return START + timedelta(seconds=seconds_)


@pytest.fixture
async def desk(session: WriteSession) -> dict[str, dict[int, int]]:
    """The people and tickets of the worked table, by the numbers it gives them."""
    await set_settings(session, timezone="Europe/Berlin")
    users = {number: (await make_profile(session)).id for number in (23, 31)}
    users[900] = (await make_profile(session, type="aiAgent")).id
    channels = {9100: "chat"}
    tickets = {number: (await make_ticket(session, channel=channels.get(number, "email"))).id for number in MESSAGES}
    return {"users": users, "tickets": tickets}


async def shown(session: WriteSession, desk: dict[str, dict[int, int]]) -> list[dict[str, Any]]:
    """The stored worklogs in the form of the worked table."""
    users = {id_: number for number, id_ in desk["users"].items()}
    tickets = {id_: number for number, id_ in desk["tickets"].items()}
    spans = defaultdict(list)
    for segment in (await session.scalars(select(WorkSegment).order_by(WorkSegment.since))).all():
        spans[segment.worklog_id].append((segment.since, segment.until))
    return [
        {
            "user": users[worklog.user_id],
            "ticket": tickets[worklog.ticket_id],
            "date": worklog.date.isoformat(),
            "action": worklog.action,
            "actionList": worklog.action_list,
            "segments": spans[worklog.id],
            "duration": seconds(worklog.duration_ms),
            "durationAfterWork": seconds(worklog.after_work_ms),
            "latestInteraction": worklog.latest_interaction,
            "conversationId": worklog.conversation_id,
        }
        for worklog in (await session.scalars(select(Worklog))).all()
    ]


async def play(session: WriteSession, desk: dict[str, dict[int, int]]) -> None:
    """All events of the worked table one after the other."""
    story: list[tuple[datetime, int, Any]] = [
        (message.at, 0, ("message", ticket)) for ticket, messages in MESSAGES.items() for message in messages
    ]
    for (user, ticket), signals in SIGNALS.items():
        story += [(s.at, 1 if s.action else 2, ("signal", user, ticket, s)) for s in signals]
    story.append((RUN.end, 3, ("run", 900, 9200)))
    for at, _, (what, *rest) in sorted(story, key=lambda event: event[:2]):
        if what == "message":
            await customer_writes(session, desk["tickets"][rest[0]], at)
        elif what == "run":
            await record_runs(session, desk["users"][900], {desk["tickets"][9200]: [RUN]})
        else:
            user, ticket, signal = rest
            await record(session, desk["users"][user], {desk["tickets"][ticket]: [signal]})


async def test_the_worked_table_event_by_event(session: WriteSession, desk: dict[str, dict[int, int]]) -> None:
    await play(session, desk)
    expected = [row for row in EXPECTED if row["action"]]
    assert sorted_rows(await shown(session, desk)) == sorted_rows(expected)
    kept = (await session.scalars(select(WorkSegment).where(WorkSegment.worklog_id.is_(None)))).all()
    assert [(segment.since, segment.until) for segment in kept] == EXPECTED[1]["segments"]


async def test_a_rebuild_from_the_stored_events_gives_the_same(
    session: WriteSession, desk: dict[str, dict[int, int]]
) -> None:
    await play(session, desk)
    users = list(desk["users"].values())
    before = await snapshot(session, users)
    ids = {row.id for row in await session.execute(select(Worklog.id))}
    for user in users:
        await rebuild(session, user, list(desk["tickets"].values()))
    assert await snapshot(session, users) == before
    assert {row.id for row in await session.execute(select(Worklog.id))} == ids

    await forget_everything(session)
    for user in users:
        await rebuild(session, user, list(desk["tickets"].values()))
    assert await snapshot(session, users) == before


async def test_all_signals_at_once_give_the_same(session: WriteSession, desk: dict[str, dict[int, int]]) -> None:
    for ticket, messages in MESSAGES.items():
        for message in messages:
            await customer_writes(session, desk["tickets"][ticket], message.at)
    by_user: dict[int, dict[int, list[Signal]]] = defaultdict(dict)
    for (user, ticket), signals in SIGNALS.items():
        by_user[user][desk["tickets"][ticket]] = signals[::-1]
    for user, of_tickets in by_user.items():
        await record(session, desk["users"][user], of_tickets)
    await record_runs(session, desk["users"][900], {desk["tickets"][9200]: [RUN]})
    assert sorted_rows(await shown(session, desk)) == sorted_rows([row for row in EXPECTED if row["action"]])


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_a_rebuild_gives_the_same(session: WriteSession, seed: int) -> None:
    """Two people, three tickets, messages in time and late, breaks, closed windows; arrival up to 60 s out of order."""
    chance = Random(seed)
    if seed % 3 == 0:
        await set_settings(session, worklogTailSeconds=20)
    users = [(await make_profile(session)).id for _ in range(2)]
    tickets = [(await make_ticket(session, channel=channel)).id for channel in ("email", "chat", "phone")]
    kinds = [SignalKind.PING] * 12 + [SignalKind.FINAL, SignalKind.UNTRACKED, SignalKind.ACTION, SignalKind.ACTION]
    story: list[tuple[float, int, Any]] = []
    for number in range(120):
        second = chance.randrange(1200)
        if number % 15 == 0:
            late = chance.choice([0, 0, 5, 90])
            story.append((second + late, tickets[number % 3], second))
            continue
        kind = chance.choice(kinds)
        acts = kind in {SignalKind.ACTION, SignalKind.UNTRACKED}
        action = chance.choice([Action.REPLY, Action.CLOSED, Action.TAGGED]) if acts else None
        signal = Signal(after(second), kind, action)
        lateness = chance.choice([0, 0, 0, chance.uniform(0, 59)])
        story.append((second + lateness, chance.choice(tickets), (chance.choice(users), signal)))
    for arrival, ticket, event in sorted(story, key=lambda entry: entry[0]):
        if isinstance(event, int):
            await customer_writes(session, ticket, after(event), stored_at=after(arrival))
        else:
            user, signal = event
            await record(session, user, {ticket: [signal]})
    before = await snapshot(session, users)
    assert any("worked_at" in row for row in before)
    for user in users:
        await rebuild(session, user, tickets)
    assert await snapshot(session, users) == before
    await forget_everything(session)
    for user in users:
        await rebuild(session, user, tickets)
    assert await snapshot(session, users) == before


async def test_a_parallel_window_takes_its_share_from_the_others(session: WriteSession) -> None:
    user = (await make_profile(session)).id
    first, second = (await make_ticket(session)).id, (await make_ticket(session)).id
    for signal in [*pings(after(0), after(300)), act(after(300), "closed")]:
        await record(session, user, {first: [signal]})
    [alone] = (await session.execute(select(Worklog.duration_ms))).scalars().all()
    assert alone == 300_000
    late = [*pings(after(240), after(360)), act(after(360), "reply")]
    await record(session, user, {second: late})
    durations = (await session.execute(select(Worklog.ticket_id, Worklog.duration_ms))).all()
    assert {row.ticket_id: row.duration_ms for row in durations} == {first: 270_000, second: 90_000}


async def test_a_late_message_splits_what_was_one_worklog_and_the_ids_stay(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    for moment in (0, 600, 1800):
        await record(session, user, {ticket: [act(after(moment), "reply", moment)]})
        if moment == 600:
            await customer_writes(session, ticket, after(1200))
    before = (await session.execute(select(Worklog.worked_at, Worklog.id).order_by(Worklog.worked_at))).all()
    assert len(before) == 2
    await customer_writes(session, ticket, after(595), stored_at=after(610))
    now = (await session.execute(select(Worklog.worked_at, Worklog.id).order_by(Worklog.worked_at))).all()
    assert [row.worked_at for row in now] == [after(0), after(600), after(1800)]
    assert (now[0], now[2]) == (before[0], before[1])


async def test_a_message_stored_meanwhile_is_noticed_at_the_next_signal(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [*pings(after(0), after(90))]})
    message = await make_message(session, ticket, after(40))
    # As if its transaction had ended after the last ping had looked.
    await stream_writes.add_message(session, ticket, message.id, at=after(40), stored_at=after(40))
    await record(session, user, {ticket: [Signal(after(120), SignalKind.PING)]})
    rows = (await session.execute(select(WorkSegment.since, WorkSegment.until).order_by(WorkSegment.since))).all()
    assert [tuple(row) for row in rows] == [(after(0), after(40)), (after(40), after(120))]


@pytest.mark.parametrize("kind", ["serviceWorker", "aiAgent"])
async def test_only_people_make_segments_by_signals(session: WriteSession, kind: str) -> None:
    user, ticket = (await make_profile(session, type=kind)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [act(after(0), "reply"), *pings(after(0), after(60))]})
    assert (await session.execute(select(WorkSegment))).all() == []


async def test_an_unknown_ticket_is_left_out(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [act(after(0), "reply")], ticket + 1: [act(after(0), "reply")]})
    assert [row.ticket_id for row in await session.execute(select(Worklog.ticket_id))] == [ticket]


async def test_an_action_on_a_thousand_tickets_takes_few_statements(
    session: WriteSession, database: JoinedDatabase
) -> None:
    user = (await make_profile(session)).id
    tickets = [(await make_ticket(session)).id for _ in range(1000)]
    before = database.statements
    await record(session, user, {ticket: [act(after(0), "closed"), act(after(0), "tagged")] for ticket in tickets})
    assert database.statements - before <= 18
    assert len((await session.execute(select(Worklog.id))).all()) == 1000
    before = database.statements
    await record(session, user, {ticket: [act(after(30), "reply")] for ticket in tickets})
    assert database.statements - before <= 22
    durations = (await session.execute(select(Worklog.duration_ms).distinct())).scalars().all()
    assert durations == [30]


async def test_a_ping_takes_few_statements(session: WriteSession, database: JoinedDatabase) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await record(session, user, {ticket: [act(after(0), "closed")]})
    before = database.statements
    await record(session, user, {ticket: [Signal(after(30), SignalKind.PING)]})
    assert database.statements - before <= 9
