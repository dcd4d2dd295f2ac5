"""Independent second reviews: blind until submitted, and without effect on the first."""

from datetime import datetime
from typing import Any, NamedTuple

import httpx
import pytest

from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import CriterionState, Origin, State
from assaydesk.domains.quality.sampling.service import pairs_of_second_reviews
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import ai_answer, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

RIGHTS = ["qualityDoAssessmentsAll"]


class Twice(NamedTuple):
    session: WriteSession
    row: Assessment
    agent: int
    first: httpx.AsyncClient
    second: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/quality/assessment/{self.row.id}"

    async def ask(self, reviewer: int | None = None) -> httpx.Response:
        body = {"reviewerId": reviewer or self.second.actor_id}  # type: ignore[attr-defined]
        return await self.first.post(f"{self.path}/secondReview", json=body)


@pytest.fixture
async def twice(session: WriteSession, as_actor: Any) -> Twice:
    agent = await make_agent(session, teams=[(await make_team(session)).id])
    first, second = await as_actor(permissions=RIGHTS), await as_actor(permissions=RIGHTS)
    human = {"state": CriterionState.HUMAN_VERIFIED, "origin": Origin.HUMAN}
    row = await make_assessment(
        session, await make_work(session, agent), await make_scorecard(session, small_content()), state=State.REVIEWED,
        answers=[ai_answer(10, "3.75", **human), ai_answer(11, 7)], assessed_by_user=first.actor_id,
        assessment_date=utc_now(), supervisor_assessment="Hidden words.",
    )  # fmt: skip
    await session.commit()
    return Twice(session, row, agent, first, second)


def sheet(*scores: tuple[int, int, Any], **changes: Any) -> dict[str, Any]:
    criteria = [{"categoryId": one, "criterionId": number, "score": score} for one, number, score in scores]
    return {"criteria": criteria, **changes}


async def test_the_second_reviewer_sees_nothing_before_the_end(twice: Twice) -> None:
    asked = (await twice.ask()).json()
    assert (asked["state"], asked["answers"], asked["pairs"]) == ("asked", None, None)
    hidden = [
        await twice.second.get("/quality/assessment"), await twice.second.get("/quality/appeal"),
        await twice.second.get(f"{twice.path}/secondReview"), await twice.second.get("/quality/secondReview"),
        await twice.second.get("/quality/reviewQueue"),
    ]  # fmt: skip
    for answer in hidden:
        assert (answer.status_code, "3.75" in answer.text, "Hidden" in answer.text) == (200, False, False)
        assert "The AI" not in answer.text
    assert (await twice.second.get(twice.path)).status_code == 404
    assert hidden[0].json()["total"] == 0
    own = hidden[2].json()
    assert [part["label"] for part in own["scorecard"]["categories"]] == ["Category 1", "Category 2"]
    assert (own["answers"], own["pairs"], hidden[3].json()["secondReviews"]) == ([], None, [own])
    about = {"assessmentId": twice.row.id}
    known = (await twice.first.get("/quality/secondReview", params=about)).json()["secondReviews"]
    assert [(one["state"], one["answers"]) for one in known] == [("asked", None)]
    assert (await twice.first.get("/quality/secondReview", params={"assessmentId": 999999})).json()["total"] == 0
    draft = await twice.second.put(f"{twice.path}/secondReview", json=sheet((1, 10, 5), comment="So far."))
    assert (draft.json()["state"], draft.json()["answers"][0]["score"]) == ("started", 5)
    seen = (await twice.first.get(f"{twice.path}/secondReview")).json()
    assert (seen["state"], seen["answers"], seen["comment"]) == ("started", None, None)
    short = await twice.second.put(f"{twice.path}/secondReview", json=sheet((1, 10, 5), submit=True))
    assert len(short.json()["error"]["details"]["fields"]) == 2
    wrong = await twice.second.put(f"{twice.path}/secondReview", json=sheet((1, 10, 9)))
    assert wrong.json()["error"]["code"] == "validation_failed"
    full = sheet((1, 10, 5), (1, 11, 7), submit=True)
    full["criteria"].append({"categoryId": 2, "criterionId": 22, "applicable": False})
    done = (await twice.second.put(f"{twice.path}/secondReview", json=full)).json()
    assert (done["state"], done["comment"]) == ("submitted", "So far.")
    # Only 10 was decided by the first person; 11 is the AI's.
    pair = {"criterionId": 10, "firstScore": 3.75, "firstApplicable": True, "secondScore": 5, "secondApplicable": True}
    assert done["pairs"] == [pair | {"equal": False}]
    assert (await twice.first.get(f"{twice.path}/secondReview")).json()["pairs"] == done["pairs"]
    shown = (await twice.second.get(twice.path)).json()
    assert (shown["state"], shown["totals"]["scoredPoints"]) == ("reviewedBySupervisor", 10.75)
    again = await twice.second.put(f"{twice.path}/secondReview", json=full)
    assert again.json()["error"]["code"] == (await twice.ask()).json()["error"]["code"] == "already_submitted"
    [found] = await pairs_of_second_reviews(twice.session)
    assert (found.criterion_id, found.second_reviewer) == (10, twice.second.actor_id)  # type: ignore[attr-defined]
    assert isinstance(found.submitted_at, datetime)
    assert await pairs_of_second_reviews(twice.session, Assessment.id == twice.row.id + 1) == []


async def test_who_may_be_asked_by_whom(twice: Twice, as_actor: Any) -> None:
    for person in (twice.agent, twice.first.actor_id, await make_agent(twice.session)):  # type: ignore[attr-defined]
        await twice.session.commit()
        assert (await twice.ask(person)).json()["error"]["code"] == "validation_failed"
    assert (await twice.ask(999_999_999)).json()["error"]["code"] == "unknown_reference"
    agent = await as_actor(profile=twice.agent)
    path, body = f"{twice.path}/secondReview", {"reviewerId": twice.second.actor_id}  # type: ignore[attr-defined]
    for request in (agent.post(path, json=body), agent.get(path), agent.put(path, json={"criteria": []})):
        assert (await request).status_code in (403, 404)
    assert (await agent.get("/quality/secondReview")).status_code == 403
    assert (await twice.first.get(path)).json()["error"]["code"] == "second_review_not_found"
    assert (await twice.ask()).status_code == 200
    other = await as_actor(permissions=RIGHTS)
    assert (await other.put(path, json={"criteria": []})).json()["error"]["code"] == "permission_denied"
    assert (await twice.ask(other.actor_id)).json()["reviewerId"] == other.actor_id
    assert (await twice.second.get(twice.path)).status_code == 200
    assert (await other.get(twice.path)).status_code == 404
    twice.row.state = State.REVIEW_ONGOING
    await twice.session.commit()
    assert (await twice.ask()).json()["error"]["code"] == "invalid_state"


async def test_the_share_asks_whoever_has_least_to_do(twice: Twice) -> None:
    await set_settings(twice.session, qualitySecondReviewPercent=100)
    twice.row.state, twice.row.assessed_by_user = State.AI_READY, None
    await twice.session.commit()
    body = {"state": "reviewedBySupervisor", "supervisorAssessment": "Good."}
    assert (await twice.first.patch(twice.path, json=body)).status_code == 200
    [own] = (await twice.second.get("/quality/secondReview", params={"state": "asked"})).json()["secondReviews"]
    assert (own["assessmentId"], own["askedBy"]) == (twice.row.id, None)
    assert (await twice.second.get(twice.path)).status_code == 404
    assert (await twice.first.get("/quality/secondReview")).json()["total"] == 0
