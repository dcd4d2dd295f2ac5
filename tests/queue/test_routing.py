"""Many people ask for work at once, with real commits: nobody gets what another has, and nothing is left over."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
from sqlalchemy import func, select, text

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.routing.models import Handout
from assaydesk.domains.routing.tasks import status
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.jobs.job import Runtime
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_tickets

ROOT = Path(__file__).parents[2]
PEOPLE = 6
TICKETS = 24


async def _clients(database: Database, config: Config, number: int) -> list[httpx.AsyncClient]:
    app = create_app(config, database)
    made = []
    async with database.write() as session:
        for _ in range(number):
            user = await make_profile(session)
            token = (await start_session(session, issuer=config.base_url, user_id=user.id)).token
            made.append(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(app, raise_app_exceptions=False),
                    base_url="http://desk.test/api/mind",
                    headers={"Authorization": f"Bearer {token}"},
                    timeout=60,
                )
            )
    return made


async def _drain(client: httpx.AsyncClient) -> list[int]:
    """Take ticket after ticket and close each, until none is left."""
    got: list[int] = []
    body: dict[str, object] = {}
    while True:
        answer = await client.post("/ticket/getLatest", json=body)
        assert answer.status_code == 200, answer.text
        ticket_id = answer.json()["ticketId"]
        if ticket_id is None:
            return got
        got.append(ticket_id)
        closed = await client.patch(f"/ticket/{ticket_id}", json={"status": "closed"})
        assert closed.status_code == 200, closed.text
        body = {"preferredDirection": "next", "ticketId": ticket_id} if len(got) % 2 else {}


async def test_given_many_callers_each_ticket_goes_to_one_of_them(committed: Database, tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, embedding="hashed", log_level="warning")
    async with committed.write() as session:
        ids = await make_tickets(session, TICKETS)
    clients = await _clients(committed, config, PEOPLE)
    results = await asyncio.gather(*(_drain(client) for client in clients))
    handed = [one for got in results for one in got]
    assert sorted(handed) == ids
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).where(Ticket.status == "closed")) == TICKETS
        routed = select(TicketChange.ticket_id).where(TicketChange.kind == "routed")
        assert sorted(await session.scalars(routed)) == ids


async def test_given_callers_at_the_same_instant_nobody_shares_a_ticket(committed: Database, tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, embedding="hashed", log_level="warning")
    clients = await _clients(committed, config, PEOPLE)
    # Tickets that all of them are assigned to: the row alone does not say that somebody took one.
    people = [int((await client.get("/profile")).json()["id"]) for client in clients]
    async with committed.write() as session:
        ids = await make_tickets(session, PEOPLE, assigned_agent_ids=people)
    answers = await asyncio.gather(*(client.post("/ticket/getLatest") for client in clients))
    assert [answer.status_code for answer in answers] == [200] * PEOPLE
    assert sorted(answer.json()["ticketId"] for answer in answers) == ids
    # All leave at once, and all get another one or nothing, but nobody what somebody else has.
    moves = [{"preferredDirection": "next", "ticketId": answer.json()["ticketId"]} for answer in answers]
    moved = await asyncio.gather(
        *(client.post("/ticket/getLatest", json=move) for client, move in zip(clients, moves, strict=True))
    )
    assert [answer.status_code for answer in moved] == [200] * PEOPLE, [answer.text for answer in moved]
    got = [answer.json()["ticketId"] for answer in moved if answer.json()["ticketId"] is not None]
    assert len(got) == len(set(got))


async def test_given_a_ticket_that_is_being_changed_the_caller_waits_for_it(
    committed: Database, tmp_path: Path
) -> None:
    config = Config(data_dir=tmp_path, embedding="hashed", log_level="warning")
    (client,) = await _clients(committed, config, 1)
    async with committed.write() as session:
        (ticket_id,) = await make_tickets(session, 1)
    async with committed.write() as session:
        await session.execute(text("update tickets set subject = 'x' where id = :id"), {"id": ticket_id})
        asked = asyncio.create_task(client.post("/ticket/getLatest"))
        waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        async with committed.read() as other:
            for _ in range(500):
                if await other.scalar(text(waiting)):
                    break
                await asyncio.sleep(0.01)
    assert (await asked).json()["ticketId"] == ticket_id


CALLER = """
import asyncio, os, signal, sys
from assaydesk import registry
from assaydesk.domains.routing.events import TicketRouted
from assaydesk.domains.routing.service import hand_out
from assaydesk.platform.db.engine import Database
from assaydesk.platform.events import on
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

async def die(_, __):
    os.kill(os.getpid(), signal.SIGKILL)

async def main(url, user):
    registry.import_models()
    registry.register_handlers()
    on(TicketRouted, die)
    async with Database(url).write() as session:
        await hand_out(session, Actor(user, ActorKind.PERSON, frozenset(Permission)))

asyncio.run(main(sys.argv[1], int(sys.argv[2])))
"""


async def test_given_a_process_that_dies_while_handing_out_the_next_caller_gets_the_ticket(
    committed: Database, tmp_path: Path
) -> None:
    config = Config(data_dir=tmp_path, embedding="hashed", log_level="warning")
    (client,) = await _clients(committed, config, 1)
    async with committed.write() as session:
        (ticket_id,) = await make_tickets(session, 1)
        user = await make_profile(session)
    command = [sys.executable, "-c", CALLER, committed.url, str(user.id)]
    died = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, env=dict(os.environ), check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(Handout)) == 0
    assert (await client.post("/ticket/getLatest")).json()["ticketId"] == ticket_id


async def test_given_two_jobs_and_callers_at_once_a_ticket_goes_back_once(committed: Database, tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, embedding="hashed", log_level="warning")
    (client,) = await _clients(committed, config, 1)
    async with committed.write() as session:
        ids = await make_tickets(session, 5)
    seen = [(await client.post("/ticket/getLatest")).json()["ticketId"]]
    async with committed.write() as session:
        for table, column in (("ticket_presence", "at"), ("routing_handouts", "routed_at")):
            await session.execute(text(f"update {table} set {column} = {column} - interval '61 seconds'"))
    runtime = Runtime(config, committed)
    await asyncio.gather(
        status.function(runtime), status.function(runtime), client.post("/ticket/getLatest"), status.function(runtime)
    )
    async with committed.read() as session:
        taken = list(await session.scalars(select(Ticket.id).where(Ticket.agent_id.is_not(None))))
        held = list(await session.scalars(select(Handout.ticket_id)))
        lines = select(func.count()).select_from(TicketChange).where(TicketChange.user_id.is_(None))
        assert await session.scalar(lines) <= 1
    assert seen[0] in ids
    assert taken == held or (len(taken) == 1 and not held)
