"""`/quality/scorecard/{id}/trust`: what is shown of the judges, who may see and change it, what forgetting means."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from assaydesk.domains.quality.assessments.models import AssessmentCriterion
from assaydesk.domains.quality.judging.models import QualityLearned, QualityTrust, WorklogVectors
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.learning.service import learn_family
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.assessments import make_agent
from tests.factories.learning import learning_content, make_reviewed
from tests.factories.scorecards import make_scorecard


@pytest.fixture
async def card(session: WriteSession, ports: dict[str, Any]) -> Scorecard:
    ports["judge"] = JudgePorts(llm=None, embedder=HashedEmbedder)
    card = await make_scorecard(session, learning_content())
    await session.commit()
    return card


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "", ["qualityViewReports", "qualityManageScorecards"]),
        ("PATCH", "", ["qualityManageScorecards"]),
        ("DELETE", "", ["qualityManageScorecards"]),
        ("POST", "/train", ["qualityManageScorecards"]),
    ],
)
async def test_each_operation_has_its_refusals(
    method: str, path: str, allowed: list[str], as_actor: Any, anonymous: Any, card: Scorecard
) -> None:
    url = f"/quality/scorecard/{card.id}/trust{path}"
    body = {"json": {}} if method == "PATCH" else {}
    assert (await anonymous.request(method, url, **body)).status_code == 401
    others = {"qualityViewReports", "qualityDoAssessmentsAll", "qualityViewAssessmentAll"} - set(allowed)
    stranger = await as_actor(permissions=sorted(others))
    refused = await stranger.request(method, url, **body)
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "permission_denied"
    for permission in allowed:
        client = await as_actor(permissions=[permission])
        assert (await client.request(method, url, **body)).status_code in (200, 202)
        unknown = await client.request(method, f"/quality/scorecard/999999/trust{path}", **body)
        assert unknown.status_code == 404
        assert unknown.json()["error"]["code"] == "scorecard_not_found"


async def test_without_labels_it_says_what_is_missing(as_actor: Any, card: Scorecard) -> None:
    client = await as_actor(permissions=["qualityViewReports"])
    shown = (await client.get(f"/quality/scorecard/{card.id}/trust")).json()
    assert (shown["targetAgreement"], shown["targetFrom"]) == (0.85, "setting")
    assert (shown["version"], shown["trainedAt"], shown["judges"], shown["reviewers"]) == (None, None, [], [])
    identity = shown["criteria"][0]
    assert identity["missing"] == {"labels": 20, "ofKind": 5}
    assert (identity["labels"]["total"], identity["head"], identity["judges"]) == (0, None, [])


async def test_training_is_queued_and_shows_what_was_learned(
    session: WriteSession, as_actor: Any, run_jobs: Any, card: Scorecard
) -> None:
    agent = await make_agent(session)
    await make_reviewed(session, agent, card, 40, reviewer=71)
    await session.commit()
    client = await as_actor(permissions=["qualityManageScorecards"])
    url = f"/quality/scorecard/{card.id}/trust"
    queued = await client.post(f"{url}/train")
    assert (queued.status_code, queued.json()) == (202, {"success": True, "state": "queued"})
    assert await run_jobs() == ["quality.learning.learn"]
    shown = (await client.get(url)).json()
    assert shown["version"] == f"{card.base_id}-v1"
    identity, friendly = shown["criteria"]
    assert identity["labels"] == {
        "total": 40, "notApplicable": 0, "blind": 0, "corrected": 0, "byHand": 40, "confirmed": 0, "confirmedOwn": 0,
    }  # fmt: skip
    assert identity["scores"] == [{"score": 0, "labels": 20}, {"score": 5, "labels": 20}]
    assert identity["missing"] == {"labels": 0, "ofKind": 0}
    assert identity["head"]["labels"] == 40
    [judge] = identity["judges"]
    assert (judge["judge"], judge["n"], judge["gate"]) == ("builtIn", 40, "target")
    assert 0.85 <= judge["agreement"] <= 1
    assert judge["curve"][0]["coverage"] == 1
    assert friendly["missing"] == {"labels": 20, "ofKind": 5}
    assert friendly["head"] is None

    changed = await client.patch(url, json={"targetAgreement": 0.99})
    assert changed.status_code == 200
    assert (changed.json()["targetAgreement"], changed.json()["targetFrom"]) == (0.99, "scorecard")
    assert changed.json()["criteria"][0]["judges"][0]["gate"] == "closed", "40 labels cannot prove 99 %"
    back = await client.patch(url, json={"targetAgreement": None})
    assert (back.json()["targetAgreement"], back.json()["targetFrom"]) == (0.85, "setting")


@pytest.mark.parametrize("target", [0.3, 1, "much", True])
async def test_a_target_out_of_range_is_refused(target: Any, as_actor: Any, card: Scorecard) -> None:
    client = await as_actor(permissions=["qualityManageScorecards"])
    refused = await client.patch(f"/quality/scorecard/{card.id}/trust", json={"targetAgreement": target})
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "validation_failed"


async def test_what_was_forgotten_stays_forgotten_until_people_answer_anew(
    session: WriteSession, runtime: Runtime, as_actor: Any, card: Scorecard
) -> None:
    agent = await make_agent(session)
    await make_reviewed(session, agent, card, 24)
    await session.commit()
    assert (await learn_family(runtime, card.base_id)).heads == 1
    client = await as_actor(permissions=["qualityManageScorecards"])
    url = f"/quality/scorecard/{card.id}/trust"
    assert (await client.delete(url)).json() == {"success": True}
    for table in (QualityLearned, WorklogVectors):
        assert await session.scalar(select(func.count()).select_from(table)) == 0
    again = await learn_family(runtime, card.base_id)
    assert (again.version, again.labels) == (None, 0)
    shown = (await client.get(url)).json()
    assert (shown["version"], shown["criteria"][0]["labels"]["total"]) == (None, 0)
    assert shown["forgottenAt"] is not None
    trust = await session.get(QualityTrust, card.base_id, populate_existing=True)
    assert trust is not None
    assert trust.forgotten_at is not None
    # Answers that are given afterwards teach again, under a version that nothing had before.
    for row in await make_reviewed(session, agent, card, 24, seed=2):
        await session.execute(_answered_now(row.id))
    await session.commit()
    assert (await learn_family(runtime, card.base_id)).version == 2


def _answered_now(assessment_id: int) -> Any:
    return (
        update(AssessmentCriterion)
        .where(AssessmentCriterion.assessment_id == assessment_id)
        .values(last_edited_at=func.clock_timestamp())
    )
