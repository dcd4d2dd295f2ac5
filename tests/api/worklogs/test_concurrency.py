"""Pings and actions of one user that arrive at the same time."""

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import Any

from assaydesk.domains.worklogs.track import rebuild, record
from assaydesk.domains.worklogs.types import Signal
from assaydesk.platform.db.engine import Database
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, act, customer_writes, pings, snapshot


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def state(database: Database, user: int) -> list[dict[str, Any]]:
    async with database.write() as session:
        return [{**row, "user_id": None} for row in await snapshot(session, [user])]


async def test_twenty_at_once_give_the_same_as_one_after_the_other(committed: Database) -> None:
    async with committed.write() as session:
        serial, parallel = (await make_profile(session)).id, (await make_profile(session)).id
        first, second = (await make_ticket(session)).id, (await make_ticket(session, channel="chat")).id
        await customer_writes(session, first, after(25))
    events: list[tuple[int, Signal]] = [
        *((first, signal) for signal in pings(after(0), after(180))),
        *((second, signal) for signal in pings(after(90), after(210))),
        *((first, act(after(moment), action)) for moment, action in ((50, "reply"), (95, "tagged"), (181, "closed"))),
        *((second, act(after(moment), action)) for moment, action in ((100, "reply"), (211, "pending"))),
    ]
    assert len(events) >= 17
    for ticket, signal in sorted(events, key=lambda event: event[1].at):
        async with committed.write() as session:
            await record(session, serial, {ticket: [signal]})

    async def take_in(ticket: int, signal: Signal) -> None:
        async with committed.write() as session:
            await record(session, parallel, {ticket: [signal]})

    shuffled = Random(5).sample(events, len(events))
    await asyncio.gather(*(take_in(ticket, signal) for ticket, signal in shuffled))
    after_race = await state(committed, parallel)
    assert after_race == await state(committed, serial)
    async with committed.write() as session:
        await rebuild(session, parallel, [first, second])
    assert await state(committed, parallel) == after_race


async def test_a_message_and_pings_at_the_same_time_end_in_the_same_phases(committed: Database) -> None:
    async with committed.write() as session:
        user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id

    async def ping(signal: Signal) -> None:
        async with committed.write() as session:
            await record(session, user, {ticket: [signal]})

    async def write(moment: float) -> None:
        async with committed.write() as session:
            await customer_writes(session, ticket, after(moment))

    await asyncio.gather(*(ping(signal) for signal in pings(after(0), after(300))), write(100), write(200))
    await ping(act(after(310), "reply"))
    result = await state(committed, user)
    async with committed.write() as session:
        await rebuild(session, user, [ticket])
    assert await state(committed, user) == result
    assert [row["phase"] for row in result if "since" in row] == [0, 1, 2]
