"""`Idempotency-Key` with real commits: what a client that lost the answer gets when it asks again."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from tests.factories.profiles import make_profile
from tests.factories.scorecards import scorecard_body

PATH = "/quality/scorecard"
KEY = {"Idempotency-Key": "order-1"}


@pytest.fixture
async def client(committed: Database, config: Config) -> AsyncIterator[httpx.AsyncClient]:
    async with committed.write() as session:
        person = await make_profile(session)
        issued = await start_session(session, issuer=config.base_url, user_id=person.id)
    transport = httpx.ASGITransport(create_app(config, committed), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers) as client:
        yield client


async def test_given_the_same_key_again_the_stored_answer_returns(client: httpx.AsyncClient) -> None:
    first = await client.post(PATH, json=scorecard_body(unknown=1), headers=KEY)
    again = await client.post(PATH, json=scorecard_body(unknown=1), headers=KEY)
    assert (again.status_code, again.json()) == (200, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["X-Ignored-Fields"] == first.headers["X-Ignored-Fields"]
    assert again.headers["X-Transaction-Id"] != first.headers["X-Transaction-Id"]
    assert len((await client.get(PATH)).json()) == 1


async def test_given_parallel_requests_all_get_the_answer_of_one(client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*[client.post(PATH, json=scorecard_body(), headers=KEY) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len((await client.get(PATH)).json()) == 1


async def test_given_a_refused_request_its_key_is_free_again(client: httpx.AsyncClient) -> None:
    assert (await client.post(PATH, json={}, headers=KEY)).status_code == 422
    assert (await client.post(PATH, json=scorecard_body(), headers=KEY)).status_code == 200


async def test_given_a_key_older_than_a_day_it_counts_as_new(client: httpx.AsyncClient, committed: Database) -> None:
    first = await client.post(PATH, json=scorecard_body(), headers=KEY)
    async with committed.write() as session:
        await session.execute(text("update idempotency_keys set created_at = created_at - interval '25 hours'"))
    async with asyncio.timeout(10):
        later = await client.post(PATH, json=scorecard_body(), headers=KEY)
    assert later.json()["id"] != first.json()["id"]
