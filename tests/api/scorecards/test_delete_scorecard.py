import httpx
import pytest

from assaydesk.domains.quality.scorecards.events import ScorecardFamilyDeleted
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on
from tests.conftest import ClientMaker
from tests.factories.scorecards import make_scorecard

PATH = "/quality/scorecard"
MANAGE, DELETE = "qualityManageScorecards", "qualityDeleteScorecard"
heard: list[int] = []


async def hear(_: WriteSession, event: ScorecardFamilyDeleted) -> None:
    heard.append(event.base_id)


@pytest.fixture
async def family(session: WriteSession) -> int:
    """A family with the revisions 42 (active) and 41 (retired)."""
    on(ScorecardFamilyDeleted, hear)
    heard.clear()
    await make_scorecard(session, scorecard_id=41, state="retired")
    await make_scorecard(session, scorecard_id=42, base_id=41, revision=2)
    await session.commit()
    return 41


@pytest.fixture
async def client(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[MANAGE, DELETE])


async def states(client: httpx.AsyncClient) -> dict[int, str]:
    rows = (await client.get(PATH, params={"state": "draft,active,retired,deleted"})).json()
    return {row["id"]: row["state"] for row in rows}


@pytest.mark.usefixtures("family")
async def test_family_is_deleted_once(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await client.delete(f"{PATH}/42")
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert await states(client) == {41: "deleted", 42: "deleted"}
    assert heard == [41]


@pytest.mark.usefixtures("family")
async def test_one_revision(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        answer = await client.delete(f"{PATH}/41", params={"scope": "revision"})
        assert answer.json() == {"success": True}
    assert await states(client) == {41: "deleted", 42: "active"}
    assert heard == []
    restored = await client.patch(f"{PATH}/41", json={"state": "retired"})
    assert restored.status_code == 200
    assert await states(client) == {41: "retired", 42: "active"}


@pytest.mark.usefixtures("family")
async def test_active_revision_alone(client: httpx.AsyncClient) -> None:
    answer = await client.delete(f"{PATH}/42", params={"scope": "revision"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "scorecard_active")
    assert await states(client) == {41: "retired", 42: "active"}


async def test_last_revision_takes_the_family_with_it(client: httpx.AsyncClient, session: WriteSession) -> None:
    on(ScorecardFamilyDeleted, hear)
    heard.clear()
    row = await make_scorecard(session, state="draft")
    await session.commit()
    await client.delete(f"{PATH}/{row.id}", params={"scope": "revision"})
    assert heard == [row.id]


@pytest.mark.usefixtures("family")
@pytest.mark.parametrize(("held", "missing"), [([MANAGE], DELETE), ([DELETE], MANAGE), ([], MANAGE)])
async def test_both_rights_are_needed(as_actor: ClientMaker, held: list[str], missing: str) -> None:
    answer = await (await as_actor(permissions=held)).delete(f"{PATH}/42")
    assert answer.status_code == 403
    assert answer.json()["error"]["details"]["permission"] == missing


@pytest.mark.usefixtures("family")
async def test_other_refusals(as_actor: ClientMaker, anonymous: httpx.AsyncClient, client: httpx.AsyncClient) -> None:
    assert (await anonymous.delete(f"{PATH}/42")).status_code == 401
    assert (await client.delete(f"{PATH}/42", params={"scope": "all"})).status_code == 422
    assert (await client.delete(f"{PATH}/0")).status_code == 422
    assert (await client.delete(f"{PATH}/999999")).status_code == 404
    await client.delete(f"{PATH}/42")
    assert (await (await as_actor(permissions=[DELETE])).delete(f"{PATH}/42")).status_code == 404
