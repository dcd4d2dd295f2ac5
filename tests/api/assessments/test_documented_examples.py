"""The documented requests work as they stand, and the answers have every key of the documented ones."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.quality.assessments.types import State
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.assessments import ScriptedJudge, ai_answer, judged, make_assessment, make_work
from tests.factories.profiles import make_profile
from tests.factories.scorecards import category, content, criterion, make_scorecard
from tests.factories.tickets import make_ticket

DAY = datetime(2024, 6, 12, 9, 59, tzinfo=UTC)


@pytest.fixture
async def documented(session: WriteSession) -> None:
    """What the examples name: people 12 and 23, ticket 8821, worklogs 551 and 552, scorecard 42 of family 17."""
    await make_profile(session, id=12)
    await make_profile(session, id=23, role=2)
    ticket = await make_ticket(session, id=8821)
    first = await make_work(
        session, 23, at=DAY, ticket=ticket, id=551, action_list=["reply", "internal-note"], duration_ms=480_000
    )
    second = await make_work(session, 23, at=DAY.replace(day=13), ticket=ticket, id=552, phase=2)
    said = content([category(1, [judged(2), judged(10)]), category(2, [judged(6, 10), criterion(22, 5)])])
    card = await make_scorecard(session, said, scorecard_id=42, base_id=17, revision=2)
    answers = [ai_answer(2, 4), ai_answer(10, 3), ai_answer(6, 3, 2)]
    await make_assessment(session, first, card, answers=answers, id=901)
    await make_assessment(session, second, card, answers=answers, id=915, state=State.DISCUSSED, assessed_by_user=12)
    await session.commit()


@pytest.mark.usefixtures("documented")
async def test_the_assessments_of_a_ticket(as_actor: Any, shared_spec: Path) -> None:
    answer = await (await as_actor(profile=12)).get("/ticket/8821/assessments")
    assert answer.status_code == 200, answer.text
    assert [row["id"] for row in answer.json()] == [901, 915]
    assert [row["canEdit"] for row in answer.json()] == [True, False]
    assert_same_shape(example(shared_spec, "getTicketAssessments.response"), answer.json())


@pytest.mark.usefixtures("documented")
async def test_the_list(as_actor: Any, shared_spec: Path) -> None:
    asked = example(shared_spec, "listQualityAssessments.request")
    client = await as_actor(profile=12)
    assert (await client.get(asked["path"], params=asked["query"])).json()["assessments"] == []
    answer = await client.get(asked["path"], params={**asked["query"], "user": 23})
    assert [row["id"] for row in answer.json()["assessments"]] == [901]
    assert_same_shape(example(shared_spec, "listQualityAssessments.response"), answer.json())


@pytest.mark.usefixtures("documented")
async def test_the_review(as_actor: Any, shared_spec: Path) -> None:
    client = await as_actor(profile=12)
    body = example(shared_spec, "updateQualityAssessment.request")
    answer = await client.patch("/quality/assessment/901", json=body)
    assert answer.status_code == 200, answer.text
    assert "X-Ignored-Fields" not in answer.headers
    assert_same_shape(example(shared_spec, "updateQualityAssessment.response"), answer.json())
    assert (answer.json()["state"], answer.json()["assessedByUser"]) == ("reviewedBySupervisor", 12)
    single = await client.get("/quality/assessment/901")
    values = {"editingHistory.oldValue", "editingHistory.newValue"}  # As many types as fields may have.
    assert_same_shape(example(shared_spec, "getQualityAssessment.response"), single.json(), leave_out=values)
    assert {"deletedAt", "editingHistory"} == single.json().keys() - answer.json().keys()


@pytest.mark.usefixtures("documented")
async def test_the_refresh(as_actor: Any, shared_spec: Path, judge: ScriptedJudge) -> None:
    client = await as_actor(profile=12)
    body = example(shared_spec, "refreshQualityAssessment.request")
    answer = await client.post("/quality/assessment/901/refresh", json=body)
    assert answer.status_code == 200, answer.text
    assert_same_shape(example(shared_spec, "refreshQualityAssessment.response"), answer.json())
    assert answer.json()["state"] == "aiReady"
