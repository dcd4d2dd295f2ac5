"""Bulk updates beside each other, with real commits: none blocks another for good, none loses a change."""

import asyncio
import random
from pathlib import Path

import httpx
from sqlalchemy import func, select

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.tickets.models import Ticket, TicketChange, TicketTag
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import make_tickets

TICKETS = 60


async def _client(database: Database, folder: Path) -> httpx.AsyncClient:
    config = Config(data_dir=folder, embedding="hashed", log_level="warning")
    async with database.write() as session:
        user = await make_profile(session)
        issued = await start_session(session, issuer=config.base_url, user_id=user.id)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(config, database), raise_app_exceptions=False),
        base_url="http://desk.test/api/mind",
        headers={"Authorization": f"Bearer {issued.token}"},
        timeout=60,
    )


async def test_given_parallel_requests_in_any_order_all_changes_are_kept(committed: Database, tmp_path: Path) -> None:
    async with committed.write() as session:
        ids = await make_tickets(session, TICKETS)
        tags = [(await make_tag(session)).id for _ in range(6)]
    client = await _client(committed, tmp_path)

    async def add(tag: int) -> httpx.Response:
        mixed = random.sample(ids, len(ids))
        return await client.patch("/ticket", json=[{"id": one, "addTagIds": [tag]} for one in mixed])

    async def write(one: int) -> httpx.Response:
        return await client.post(f"/ticket/{one}/conversation/reply", json={"body": "x", "private": True})

    async with client:
        answers = await asyncio.gather(*(add(tag) for tag in tags), *(write(one) for one in ids[:6]))
    assert [answer.status_code for answer in answers] == [200] * 12, [answer.text for answer in answers]
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(TicketTag)) == TICKETS * len(tags)
        assert await session.scalar(select(func.count()).select_from(TicketChange)) == TICKETS * len(tags)
        assert set(await session.scalars(select(Ticket.version))) == {1 + len(tags)}
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 6
        ordered = select(TicketChange.ticket_id, TicketChange.changes).order_by(TicketChange.version)
        lines = (await session.execute(ordered)).all()
    seen: dict[int, list[int]] = {}
    for line in lines:
        # Each change was made on what the one before had left.
        assert line.changes["tagIds"]["old"] == seen.get(line.ticket_id, [])
        seen[line.ticket_id] = line.changes["tagIds"]["new"]


async def test_given_two_creations_of_one_outside_id_there_is_one_ticket(committed: Database, tmp_path: Path) -> None:
    client = await _client(committed, tmp_path)
    body = {"channel": "email", "from": "tom@example.com", "subject": "s", "body": "text", "externalTicketId": "X-1"}
    async with client:
        answers = await asyncio.gather(*(client.post("/ticket", json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
    assert len({answer.json()["id"] for answer in answers}) == 1
    async with committed.read() as session:
        assert await session.scalar(select(func.count()).select_from(Conversation)) == 1


async def test_given_a_draft_published_twice_at_once_it_is_sent_once(committed: Database, tmp_path: Path) -> None:
    client = await _client(committed, tmp_path)
    async with client:
        made = await client.post("/ticket", json={"channel": "chat", "from": "tom", "body": "Hello?"})
        path = f"/ticket/{made.json()['id']}/conversation"
        draft = await client.post(f"{path}/reply", json={"body": "Yes.", "isDraft": True})
        url = f"{path}/{draft.json()['id']}"
        answers = await asyncio.gather(*(client.patch(url, json={"isDraft": False}) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
