import httpx
import pytest

from assaydesk.domains.quality.scorecards.schemas import ScorecardSummaryWithRevisions, ScorecardWithRevisions
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.scorecards import make_scorecard

PATH = "/quality/scorecard"


@pytest.fixture
async def family(session: WriteSession) -> None:
    await make_scorecard(session, scorecard_id=17, state="retired")
    await make_scorecard(session, scorecard_id=42, base_id=17, revision=2)
    await make_scorecard(session, scorecard_id=43, base_id=17, revision=3, state="deleted")
    await session.commit()


@pytest.mark.usefixtures("family")
async def test_any_caller_reads_a_revision(as_actor: ClientMaker) -> None:
    found = (await (await as_actor(permissions=[])).get(f"{PATH}/17")).json()
    assert (found["id"], found["baseId"], found["revision"], found["state"]) == (17, 17, 1, "retired")
    assert found["revisions"] == [
        {"id": 42, "revision": 2, "state": "active", "modifiedAt": "2024-05-12T09:41:00Z"},
        {"id": 17, "revision": 1, "state": "retired", "modifiedAt": "2024-05-12T09:41:00Z"},
    ]
    assert found == ScorecardWithRevisions.model_validate(found).model_dump(mode="json", by_alias=True)


@pytest.mark.usefixtures("family")
async def test_summary(as_actor: ClientMaker) -> None:
    found = (await (await as_actor(permissions=[])).get(f"{PATH}/42", params={"format": "summary"})).json()
    assert found == ScorecardSummaryWithRevisions.model_validate(found).model_dump(mode="json", by_alias=True)
    assert "categories" not in found


@pytest.mark.usefixtures("family")
async def test_deleted_row_is_shown_to_managers_only(as_actor: ClientMaker) -> None:
    manager = await as_actor(permissions=["qualityManageScorecards"])
    found = (await manager.get(f"{PATH}/43")).json()
    assert (found["state"], found["canEdit"], len(found["revisions"])) == ("deleted", False, 3)
    answer = await (await as_actor(permissions=["qualityDeleteScorecard"])).get(f"{PATH}/43")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "scorecard_not_found")


@pytest.mark.parametrize(("path", "status"), [("9999", 404), ("0", 422), ("x", 422), (str(2**63), 422)])
async def test_unknown_and_malformed_ids(as_actor: ClientMaker, path: str, status: int) -> None:
    assert (await (await as_actor(permissions=[])).get(f"{PATH}/{path}")).status_code == status


async def test_anonymous(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get(f"{PATH}/1")).status_code == 401
