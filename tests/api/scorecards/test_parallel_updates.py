"""Real commits and real locks: requests for one family take their turns."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from tests.factories.profiles import make_profile
from tests.factories.scorecards import criterion_body, scorecard_body

PATH = "/quality/scorecard"


@pytest.fixture
async def client(committed: Database, config: Config) -> AsyncIterator[httpx.AsyncClient]:
    async with committed.write() as session:
        person = await make_profile(session)
        issued = await start_session(session, issuer=config.base_url, user_id=person.id)
    transport = httpx.ASGITransport(create_app(config, committed), raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {issued.token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers) as client:
        yield client


async def states(client: httpx.AsyncClient) -> list[tuple[int, str]]:
    rows = (await client.get(PATH, params={"state": "draft,active,retired", "format": "summary"})).json()
    return [(row["revision"], row["state"]) for row in reversed(rows)]


async def test_second_of_two_patches_is_redirected(client: httpx.AsyncClient) -> None:
    first = (await client.post(PATH, json=scorecard_body())).json()["id"]
    answers = await asyncio.gather(
        *[client.patch(f"{PATH}/{first}", json={"name": f"Name {number}"}) for number in range(5)]
    )
    assert {answer.status_code for answer in answers} == {200}
    assert await states(client) == [*[(number, "retired") for number in range(1, 6)], (6, "active")]
    messages = [answer.json()["message"] for answer in answers]
    assert messages.count(None) == 1
    assert sum(f"instead of revision 1 (id {first})." in (message or "") for message in messages) == 4


async def test_parallel_patches_that_say_the_same_make_one_revision(client: httpx.AsyncClient) -> None:
    first = (await client.post(PATH, json=scorecard_body())).json()["id"]
    await asyncio.gather(*[client.patch(f"{PATH}/{first}", json={"name": "Same"}) for _ in range(4)])
    assert await states(client) == [(1, "retired"), (2, "active")]


async def test_parallel_changes_never_give_a_criterion_id_twice(client: httpx.AsyncClient) -> None:
    first = (await client.post(PATH, json=scorecard_body(state="draft"))).json()["id"]
    bodies = [
        {"categories": [{"categoryId": 1, "label": "A", "criteria": [criterion_body(None, label=f"L{number}")]}]}
        for number in range(5)
    ]
    answers = await asyncio.gather(*[client.patch(f"{PATH}/{first}", json=body) for body in bodies])
    ids = {answer.json()["scorecard"]["categories"][0]["criteria"][0]["id"] for answer in answers}
    assert ids == {101, 102, 103, 104, 105}


async def test_with_the_version_header_only_one_wins(client: httpx.AsyncClient) -> None:
    first = (await client.post(PATH, json=scorecard_body())).json()["id"]
    answers = await asyncio.gather(
        *[
            client.patch(
                f"{PATH}/{first}",
                json={"name": f"Name {number}", "createNewRevision": False},
                headers={"If-Unmodified-Since-Version": "1"},
            )
            for number in range(4)
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_parallel_activation_leaves_one_active_row(client: httpx.AsyncClient) -> None:
    first = (await client.post(PATH, json=scorecard_body())).json()["id"]
    second = (await client.patch(f"{PATH}/{first}", json={"name": "B", "state": "draft"})).json()["scorecard"]["id"]
    answers = await asyncio.gather(
        client.patch(f"{PATH}/{second}", json={"state": "active"}),
        client.patch(f"{PATH}/{first}", json={"state": "active", "name": "C"}),
        client.delete(f"{PATH}/{first}", params={"scope": "revision"}),
    )
    assert all(answer.status_code in (200, 409) for answer in answers)
    rows = await states(client)
    assert sum(state == "active" for _, state in rows) == 1
