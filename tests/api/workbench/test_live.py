"""Streams of changes over a real server with real commits (platform.md 12)."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import uvicorn
from sqlalchemy import text, update

from assaydesk.app import create_app
from assaydesk.domains.auth.models import Session
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.cron.repository import begin_run, end_run, ensure
from assaydesk.domains.exports.models import Export
from assaydesk.domains.notifications.service import mark_read, notify
from assaydesk.domains.profiles.models import Role
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.workbench.live import Live, Pace
from assaydesk.kit.clock import utc_now
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.http.server import Server
from assaydesk.platform.security.actor import Actor, ActorKind
from tests.factories.assessments import ai_answer, judged, make_agent, make_assessment, make_work
from tests.factories.profiles import make_profile, make_role, make_team
from tests.factories.scorecards import category, content, make_scorecard
from tests.factories.tickets import make_ticket, make_tickets

QUICK = Pace(collect=0.02, comment=0.3, life=60, kept=600)


class Heard:
    """What arrives on one stream. `await heard()` is the next event; comments are counted."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer, self.comments, self.last_id, self.retry = answer, 0, "", ""
        self._lines = answer.aiter_lines()

    async def __call__(self) -> tuple[str, Any]:
        async with asyncio.timeout(10):
            name, data = "", ""
            async for line in self._lines:
                key, _, value = line.partition(": ")
                if line == ":":
                    self.comments += 1
                elif key == "id":
                    self.last_id = value
                elif key == "retry":
                    self.retry = value
                elif key == "event":
                    name = value
                elif key == "data":
                    data = value
                elif not line and name:
                    return name, json.loads(data)
        raise EOFError

    async def rest(self) -> list[tuple[str, Any]]:
        """Everything up to the end of the stream."""
        found = []
        while True:
            try:
                found.append(await self())
            except EOFError:
                return found


@dataclass
class Site:
    """A served application."""

    database: Database
    server: Server
    app: Any
    config: Config
    client: httpx.AsyncClient

    async def person(self, **options: Any) -> "Person":
        async with self.database.write() as session:
            profile = await make_profile(session, **options)
        return await self.sign_in(profile.id)

    async def sign_in(self, profile_id: int) -> "Person":
        async with self.database.write() as session:
            issued = await start_session(session, issuer=self.config.base_url, user_id=profile_id)
        return Person(self, profile_id, {"Authorization": f"Bearer {issued.token}"})


@dataclass
class Person:
    site: Site
    id: int
    headers: dict[str, str]

    @asynccontextmanager
    async def follow(self, topics: str | None = None, last_id: str | None = None) -> AsyncIterator[Heard]:
        headers = self.headers | ({"Last-Event-ID": last_id} if last_id else {})
        params = {} if topics is None else {"topics": topics}
        async with self.site.client.stream("GET", "/live", headers=headers, params=params) as answer:
            assert answer.status_code == 200, await answer.aread()
            assert answer.headers["content-type"].startswith("text/event-stream")
            yield Heard(answer)


Serve = Callable[..., Awaitable[Site]]


@pytest.fixture
async def serve(committed: Database, config: Config) -> AsyncIterator[Serve]:
    running: list[tuple[Site, asyncio.Task[None]]] = []

    async def start(pace: Pace = QUICK) -> Site:
        database = Database(committed.url)
        app = create_app(config, database)
        app.state.live = Live(database, pace)
        server = Server(
            uvicorn.Config(app, port=0, log_config=None, access_log=False, timeout_graceful_shutdown=15),
            app.state.context,
        )
        task = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/mind", timeout=10)
        site = Site(committed, server, app, config, client)
        running.append((site, task))
        return site

    yield start
    for site, task in running:
        site.server.should_exit = True
        await task
        await site.client.aclose()


async def test_changes_of_tickets_arrive_once_they_are_committed(serve: Serve) -> None:
    site = await serve()
    agent = await site.person(permissions=["readTicket"])
    async with agent.follow() as heard:
        async with site.database.write() as session:
            ticket = await make_ticket(session)
        assert await heard() == ("ticket", {"ticketIds": [ticket.id], "kinds": ["created"]})
        async with agent.follow(f"ticket:{ticket.id}") as watching:
            assert await watching() == ("presence", {"ticketId": ticket.id, "workedOnByIds": []})
            async with site.database.write() as session:
                await session.execute(update(Ticket).values(status="closed", version=2))
                await session.execute(
                    text("insert into ticket_presence values (:ticket, :user, now() + interval '1 second')"),
                    {"ticket": ticket.id, "user": agent.id},
                )
            assert await heard() == ("ticket", {"ticketIds": [ticket.id], "kinds": ["closed"]})
            assert await watching() == ("ticket", {"ticketIds": [ticket.id], "kinds": ["closed"], "version": 2})
            assert await watching() == ("presence", {"ticketId": ticket.id, "workedOnByIds": [agent.id]})
        async with site.database.write() as session:
            await make_tickets(session, 101)
        assert await heard() == ("resync", {})
        assert site.app.state.context.database.engine.pool.checkedout() == 0


async def test_everybody_hears_only_what_he_or_she_may_read(serve: Serve) -> None:
    site = await serve()
    async with site.database.write() as session:
        team = (await make_team(session)).id
        agent = await make_agent(session, teams=[team])
        stranger = await make_agent(session)
        await ensure(session, ["mailFetch"], utc_now())
    leader = await site.person(permissions=["qualityDoAssessmentsTeam", "readCron"], teams=[team])
    other = await site.person(permissions=["readTicket"])
    async with leader.follow("quality,notifications,exports,jobs") as heard, other.follow("exports") as others:
        async with site.database.write() as session:
            card = await make_scorecard(session, content([category(1, [judged(10)])]))
            seen = await make_assessment(session, await make_work(session, agent), card, answers=[ai_answer(10, 5)])
            await make_assessment(session, await make_work(session, stranger), card, answers=[ai_answer(10, 5)])
        assert await heard() == ("assessment", {"assessmentIds": [seen.id], "ticketIds": [seen.ticket_id]})
        async with site.database.write() as session:
            await notify(session, [leader.id, other.id], "system", {"en": "Hello"})
        name, told = await heard()
        assert (name, told["kind"], told["unread"]) == ("notification", "system", 1)
        async with site.database.write() as session:
            await mark_read(session, Actor(leader.id, ActorKind.PERSON), None, everything=True)
        assert await heard() == ("notification", told | {"unread": 0})
        async with site.database.write() as session:
            for person in (leader, other):
                session.add(
                    Export(
                        user_id=person.id,
                        path="/export/ticket",
                        format="csv",
                        query={},
                        rows_total=9,
                        created_at=utc_now(),
                    )
                )
        name, mine = await heard()
        assert (name, mine["state"], mine["rowsDone"], mine["rowsTotal"]) == ("export", "queued", 0, 9)
        assert (await others())[1]["exportId"] == mine["exportId"] + 1
        async with site.database.write() as session:
            await begin_run(session, "mailFetch", None, utc_now())
        assert await heard() == ("job", {"name": "mailFetch", "state": "running"})
        async with site.database.write() as session:
            await end_run(session, "mailFetch", utc_now(), "Broken.", None)
        assert await heard() == ("job", {"name": "mailFetch", "state": "failed"})


async def test_unknown_topics_and_missing_rights_are_refused(as_actor: Any, anonymous: httpx.AsyncClient) -> None:
    agent = await as_actor(permissions=["readTicket"])
    nobody = await as_actor(permissions=["readProfile"])
    assert (await anonymous.get("/live")).status_code == 401
    for topics in ("tickets,weather", "ticket:", "ticket:x", ",".join(f"ticket:{one}" for one in range(1, 52))):
        answer = await agent.get("/live", params={"topics": topics})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), topics
    for client, topic in (
        (agent, "quality"), (agent, "queue"), (agent, "jobs"), (nobody, "tickets"), (nobody, "ticket:1"),
    ):  # fmt: skip
        answer = await client.get("/live", params={"topics": topic})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied"), topic


async def test_who_comes_back_gets_what_was_missed(serve: Serve) -> None:
    first, second = await serve(), await serve()
    agent = await first.person(permissions=["readTicket"])
    async with first.database.write() as session:
        ticket = await make_ticket(session)
    async with agent.follow("tickets") as heard:
        async with first.database.write() as session:
            await session.execute(update(Ticket).values(version=2))
        assert (await heard())[0] == "ticket"
        last = heard.last_id
    async with first.database.write() as session:
        missed = await make_ticket(session)
    async with agent.follow("tickets", last_id=last) as heard:
        assert await heard() == ("ticket", {"ticketIds": [missed.id], "kinds": ["created"]})
    elsewhere = Person(second, agent.id, agent.headers)
    async with elsewhere.follow("tickets", last_id=last) as heard:
        assert await heard() == ("resync", {})
        async with first.database.write() as session:
            await session.execute(update(Ticket).where(Ticket.id == ticket.id).values(version=3))
        assert await heard() == ("ticket", {"ticketIds": [ticket.id], "kinds": ["changed"]})
        async with first.database.write() as session:
            await session.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'assaydesk live'")
            )
        assert await heard() == ("resync", {})


async def test_a_stream_ends_with_the_session_the_rights_and_the_server(serve: Serve) -> None:
    site = await serve()
    async with site.database.write() as session:
        role = await make_role(session, permissions=["readTicket", "readCron"])
    leaving = await site.person(permissions=["readTicket"])
    changed = await site.person(role=role.id)
    staying = await site.person(permissions=["readTicket"])
    async with leaving.follow() as one, changed.follow("jobs") as two, staying.follow() as three:
        async with site.database.write() as session:
            await session.execute(update(Session).where(Session.user_id == leaving.id).values(revoked_at=utc_now()))
        assert await one.rest() == [("end", {"reason": "session"})]
        async with site.database.write() as session:
            await session.execute(update(Role).where(Role.id == role.id).values(permissions=["readTicket"]))
            await ensure(session, ["mailFetch"], utc_now())
            await begin_run(session, "mailFetch", None, utc_now())
        assert await two.rest() == [("end", {"reason": "permissions"})]
        started = asyncio.get_running_loop().time()
        site.server.should_exit = True
        assert await three.rest() == [("end", {"reason": "shutdown"})]
        while site.server.started and asyncio.get_running_loop().time() < started + 5:
            if not site.server.server_state.connections:
                break
            await asyncio.sleep(0.02)
        assert asyncio.get_running_loop().time() < started + 3


async def test_a_stream_gives_signs_of_life_and_ends_in_time(serve: Serve) -> None:
    site = await serve(Pace(collect=0.02, comment=0.1, life=1, kept=600))
    agent = await site.person(permissions=["readTicket"])
    async with agent.follow() as heard:
        assert await heard.rest() == []
        assert heard.comments >= 3
        assert "-" in heard.last_id


async def test_the_seventh_stream_takes_the_place_of_the_oldest(serve: Serve) -> None:
    site = await serve()
    agent = await site.person(permissions=["readTicket"])
    async with AsyncExitStack() as open_streams:
        oldest, *_, newest = [await open_streams.enter_async_context(agent.follow()) for _ in range(7)]
        assert await oldest.rest() == []
        assert int(oldest.retry) >= 60_000
        async with site.database.write() as session:
            await make_ticket(session)
        assert (await newest())[0] == "ticket"
