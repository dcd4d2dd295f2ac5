from typing import Any

import httpx
import pytest

from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.scorecards import category, content, criterion, make_scorecard

PATH = "/quality/scorecard"
MANAGE = "qualityManageScorecards"


@pytest.fixture
async def client(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[MANAGE])


@pytest.fixture
async def source(session: WriteSession) -> int:
    row = await make_scorecard(session, content([category(3, [criterion(7)])], teams=(5,)), state="retired")
    await session.commit()
    return row.id


@pytest.mark.parametrize("body", [None, {}])
async def test_copy_is_a_draft_in_a_family_of_its_own(client: httpx.AsyncClient, source: int, body: Any) -> None:
    answer = await client.post(f"{PATH}/{source}/clone", json=body) if body is not None else (
        await client.post(f"{PATH}/{source}/clone")
    )  # fmt: skip
    assert answer.status_code == 200
    made = answer.json()
    assert made["id"] == made["baseId"] != source
    original, copy = [(await client.get(f"{PATH}/{number}")).json() for number in (source, made["id"])]
    assert (copy["name"], copy["state"], copy["revision"]) == ("E-mail quality (copy)", "draft", 1)
    assert copy["categories"] == original["categories"]
    assert copy["contentHash"] == original["contentHash"]


async def test_name_and_state(client: httpx.AsyncClient, source: int) -> None:
    answer = await client.post(f"{PATH}/{source}/clone", json={"name": "Phone", "state": "active", "categories": []})
    assert answer.headers["X-Ignored-Fields"] == "categories"
    copy = (await client.get(f"{PATH}/{answer.json()['id']}")).json()
    assert (copy["name"], copy["state"], len(copy["categories"])) == ("Phone", "active", 1)


async def test_ids_of_the_source_are_not_given_again(client: httpx.AsyncClient, source: int) -> None:
    copy = (await client.post(f"{PATH}/{source}/clone", json={})).json()["id"]
    criteria = [{"label": "Other", "maxPoints": 1, "scoringType": "metNotMet"}]
    answer = await client.patch(f"{PATH}/{copy}", json={"categories": [{"label": "Other", "criteria": criteria}]})
    [found] = answer.json()["scorecard"]["categories"]
    assert (found["categoryId"], found["criteria"][0]["id"]) == (4, 8)


async def test_long_name_still_fits(client: httpx.AsyncClient, session: WriteSession) -> None:
    row = await make_scorecard(session, content(name="x" * 200), state="draft")
    await session.commit()
    copy = (await client.post(f"{PATH}/{row.id}/clone", json={})).json()["id"]
    name = (await client.get(f"{PATH}/{copy}")).json()["name"]
    assert (len(name), name[-8:]) == (200, "x (copy)")


@pytest.mark.parametrize(
    ("body", "path"), [({"state": "retired"}, "state"), ({"name": ""}, "name"), ({"name": None}, "name"), ([], "body")]
)
async def test_bad_body(client: httpx.AsyncClient, source: int, body: Any, path: str) -> None:
    answer = await client.post(f"{PATH}/{source}/clone", json=body)
    assert answer.status_code == 422
    assert [field["path"] for field in answer.json()["error"]["details"]["fields"]] == [path]


async def test_empty_draft_cannot_be_copied_as_active(client: httpx.AsyncClient, session: WriteSession) -> None:
    row = await make_scorecard(session, content(), state="draft")
    await session.commit()
    assert (await client.post(f"{PATH}/{row.id}/clone", json={"state": "active"})).status_code == 422


async def test_refusals(
    client: httpx.AsyncClient, as_actor: ClientMaker, anonymous: httpx.AsyncClient, session: WriteSession, source: int
) -> None:
    gone = (await make_scorecard(session, state="deleted")).id
    await session.commit()
    answer = await client.post(f"{PATH}/{gone}/clone", json={})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "scorecard_deleted")
    assert (await client.post(f"{PATH}/999999/clone", json={})).status_code == 404
    assert (await anonymous.post(f"{PATH}/{source}/clone", json={})).status_code == 401
    reader = await as_actor(permissions=["qualityDeleteScorecard"])
    answer = await reader.post(f"{PATH}/{source}/clone", json={"state": 5})
    assert (answer.status_code, answer.json()["error"]["details"]["permission"]) == (403, MANAGE)
    assert (await reader.post(f"{PATH}/{gone}/clone", json={})).status_code == 404
