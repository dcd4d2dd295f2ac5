import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.quality.scorecards.schemas import ScorecardRead, ScorecardSummary
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.profiles import make_team
from tests.factories.scorecards import assignment, category, content, criterion, make_scorecard

PATH = "/quality/scorecard"


@pytest.fixture
async def family(session: WriteSession) -> None:
    """Family 17 with a retired, an active and a draft revision, and the deleted family 30."""
    await make_scorecard(session, scorecard_id=17, state="retired")
    await make_scorecard(session, scorecard_id=42, base_id=17, revision=2)
    await make_scorecard(session, scorecard_id=43, base_id=17, revision=3, state="draft", name="Phone 100%")
    await make_scorecard(session, scorecard_id=30, state="deleted")
    await session.commit()


def ids(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200
    assert answer.headers["X-Total-Count"] == str(len(answer.json()))
    return [row["id"] for row in answer.json()]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [42]),
        ("?state=draft,active", [43, 42]),
        ("?state[]=draft&state[]=retired", [43, 17]),
        ("?state=draft&state=active", [43, 42]),
        ("?state=draft,active,retired,deleted", [43, 42, 17, 30]),
        ("?baseId=17&state=retired", [17]),
        ("?baseId=99", []),
        ("?state=draft&q=PHONE", [43]),
        ("?state=draft&q=100%25", [43]),
        ("?q=100%25", []),
        ("?state=draft&q=_", []),
    ],
)
@pytest.mark.usefixtures("family")
async def test_filters(as_actor: ClientMaker, query: str, expected: list[int]) -> None:
    client = await as_actor(permissions=["qualityManageScorecards"])
    assert ids(await client.get(PATH + query)) == expected


@pytest.mark.usefixtures("family")
async def test_deleted_ones_are_hidden_from_others(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    answer = await client.get(PATH, params={"state": "active,deleted"})
    assert ids(answer) == [42]
    assert answer.json()[0]["canEdit"] is False


async def test_documented_example(as_actor: ClientMaker, session: WriteSession, shared_spec: Path) -> None:
    opening = category(1, [criterion(10)])
    await make_scorecard(session, content([opening], ticket_tags=(101, 102), teams=(5,), channels=("email",)))
    await session.commit()
    examples = shared_spec / "examples"
    request = json.loads((examples / "listQualityScorecards.request.json").read_text())
    [example] = json.loads((examples / "listQualityScorecards.response.json").read_text())
    client = await as_actor(role=1)
    [found] = (await client.get(request["path"], params=request["query"])).json()
    assert_same_shape(found, example)
    assert found["canEdit"] is True


def assert_same_shape(found: Any, example: Any) -> None:
    """Every key of the example with the same JSON type; more keys are allowed."""
    if isinstance(example, dict):
        assert found.keys() >= example.keys()
        for key, value in example.items():
            assert_same_shape(found[key], value)
    elif isinstance(example, list):
        assert isinstance(found, list)
        for item in found:
            assert_same_shape(item, example[0])
    else:
        assert type(found) is type(example)


@pytest.mark.usefixtures("family")
async def test_both_formats_are_those_of_the_document(as_actor: ClientMaker) -> None:
    client = await as_actor(role=1)
    [full] = (await client.get(PATH)).json()
    [short] = (await client.get(PATH, params={"format": "summary"})).json()
    assert full == ScorecardRead.model_validate(full).model_dump(mode="json", by_alias=True)
    assert short == ScorecardSummary.model_validate(short).model_dump(mode="json", by_alias=True)
    assert short["categoryCount"] == len(full["categories"])
    assert short["contentHash"] == full["contentHash"]


async def test_warnings_name_what_does_not_exist(as_actor: ClientMaker, session: WriteSession) -> None:
    team = await make_team(session)
    said = content(teams=(team.id, 999_999))
    await make_scorecard(session, said, state="draft")
    await session.commit()
    [found] = (await (await as_actor(permissions=[])).get(PATH, params={"state": "draft"})).json()
    assert found["warnings"] == ["unknown_team:999999"]
    assert found["assignment"]["teams"] == list(assignment(teams=(team.id, 999_999)).teams)


async def test_number_of_statements_does_not_grow_with_the_rows(
    as_actor: ClientMaker, session: WriteSession, database: Database
) -> None:
    client = await as_actor(permissions=[])
    counts = []
    for _ in range(2):
        for _ in range(5):
            await make_scorecard(session, content([category(1, [criterion(1)])], teams=(7,), ticket_tags=(3,)))
        await session.commit()
        before = database.statements
        assert len((await client.get(PATH)).json()) in (5, 10)
        counts.append(database.statements - before)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query",
    ["?state=open", "?state=active,open", "?format=short", "?baseId=0", "?baseId=x", "?q=" + "x" * 201, "?q=%00"],
)
async def test_bad_query(as_actor: ClientMaker, query: str) -> None:
    answer = await (await as_actor(permissions=[])).get(PATH + query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_anonymous(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get(PATH)).status_code == 401
