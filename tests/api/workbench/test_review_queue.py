"""What to review next, and why (platform.md 13.3)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from assaydesk.domains.quality.assessments.models import AssessmentEdit
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.abstain import Doubt
from assaydesk.domains.quality.judging.wording import sentence
from assaydesk.domains.settings.service import get_settings, set_setting
from assaydesk.domains.workbench.models import ReviewReservation
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.assessments import ai_answer, judged, make_agent, make_assessment, make_work
from tests.factories.profiles import make_team
from tests.factories.scorecards import category, content, make_scorecard

QUEUE = "/quality/reviewQueue"
CRITERIA = content([category(1, [judged(10, make_or_break_for_assessment=True), judged(11, 10)])])


class Desk:
    """A team with one agent, and a scorecard whose criterion 10 is a knock-out."""

    def __init__(self, session: WriteSession, team: int, agent: int, card: Any) -> None:
        self.session, self.team, self.agent, self.card = session, team, agent, card
        self.hours = 100

    async def add(self, *answers: Any, **values: Any) -> int:
        """An assessment; each is of newer work than the one before."""
        self.hours -= 1
        work = await make_work(self.session, values.pop("user", self.agent), at=utc_now() - timedelta(hours=self.hours))
        row = await make_assessment(self.session, work, self.card, answers=answers, **values)
        await self.session.commit()
        return row.id

    async def edit(self, assessment_id: int, user_id: int) -> None:
        self.session.add(AssessmentEdit(assessment_id=assessment_id, user_id=user_id, at=utc_now(), field="aiSummary"))
        await self.session.commit()

    async def setting(self, name: str, value: Any) -> None:
        await set_setting(self.session, SYSTEM, name, value)
        await self.session.commit()


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    team = (await make_team(session)).id
    agent = await make_agent(session, teams=[team])
    found = Desk(session, team, agent, await make_scorecard(session, CRITERIA))
    await found.setting("qualityReviewSamplePercent", 0)
    return found


@pytest.fixture
async def boss(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["qualityDoAssessmentsAll"])


def _places(body: dict[str, Any]) -> list[tuple[int, list[str]]]:
    return [(item["assessment"]["id"], [one["code"] for one in item["reasons"]]) for item in body["items"]]


async def test_reasons_stand_in_their_order(desk: Desk, boss: httpx.AsyncClient) -> None:
    failed = await desk.add(state=State.ERROR, error={"code": "x", "message": "y"})
    started = await desk.add(ai_answer(10, 5), ai_answer(11, 9), state=State.REVIEW_ONGOING)
    await desk.edit(started, boss.actor_id)  # type: ignore[attr-defined]
    others = await desk.add(ai_answer(10, 5), ai_answer(11, 9), state=State.REVIEW_ONGOING)
    await desk.edit(others, desk.agent)
    one_open = await desk.add(ai_answer(10, 5), ai_answer(11, None))
    less_sure = await desk.add(ai_answer(10, 5), ai_answer(11, None, confidence=0.2))
    two_open = await desk.add(ai_answer(10, None), ai_answer(11, None))
    broken = await desk.add(ai_answer(10, 0), ai_answer(11, None))
    await desk.add(ai_answer(10, 5), ai_answer(11, 9))
    await desk.add(ai_answer(10, 0), ai_answer(11, 9), state=State.REVIEWED)
    body = (await boss.get(QUEUE)).json()
    assert _places(body) == [
        (broken, ["knockOut", "uncertain"]),
        (two_open, ["uncertain"]),
        (less_sure, ["uncertain"]),
        (one_open, ["uncertain"]),
        (started, ["started"]),
        (failed, ["failed"]),
    ]
    assert body["items"][0]["reasons"] == [
        {"code": "knockOut", "text": "A knock-out that nobody has confirmed yet.", "criterionIds": [10]},
        {"code": "uncertain", "text": "The AI left criteria to a person.", "criterionIds": [11]},
    ]
    assert body["counts"] == {
        "appeal": 0,
        "knockOut": 1,
        "uncertain": 3,
        "started": 1,
        "sample": 0,
        "random": 0,
        "failed": 1,
    }
    assert (body["total"], body["limit"], body["offset"]) == (6, 50, 0)
    assert body["items"][0]["assessment"]["canEdit"] is True
    page = (await boss.get(QUEUE, params={"reason": "uncertain", "limit": 2, "offset": 1})).json()
    assert ([place for place, _ in _places(page)], page["total"]) == ([less_sure, one_open], 3)
    assert page["counts"] == body["counts"]
    assert (await boss.get(QUEUE, params={"state": "error,reviewOngoing"})).json()["total"] == 2
    assert (await boss.get(QUEUE, params={"team": desk.team})).json()["total"] == 6
    assert (await boss.get(QUEUE, params={"user": boss.actor_id})).json()["total"] == 0  # type: ignore[attr-defined]
    assert (await boss.get(QUEUE, params={"scorecardBaseId": desk.card.base_id + 1})).json()["total"] == 0


async def test_a_knock_out_counts_until_a_person_confirmed_it(desk: Desk, boss: httpx.AsyncClient) -> None:
    broken = await desk.add(ai_answer(10, 0), ai_answer(11, 9))
    why = sentence("abstain.prefix", "de", {"why": sentence(Doubt.KNOCK_OUT, "de")})
    proposed = await desk.add(replace(ai_answer(10, None), ai_reason=f"{why} Unfreundlich."), ai_answer(11, 9))
    body = (await boss.get(QUEUE)).json()
    assert _places(body) == [(broken, ["knockOut"]), (proposed, ["knockOut", "uncertain"])]
    item = {"categoryId": 1, "criterionId": 10}
    assert (await boss.patch(f"/quality/assessment/{broken}", json={"criteria": [item]})).status_code == 200
    assert _places((await boss.get(QUEUE)).json())[1] == (broken, ["started"])


async def test_the_random_share_follows_from_the_id(desk: Desk, boss: httpx.AsyncClient) -> None:
    made = [await desk.add(ai_answer(10, 5), ai_answer(11, 9)) for _ in range(12)]
    await desk.setting("qualityReviewSamplePercent", 50)
    half = [place for place, _ in _places((await boss.get(QUEUE)).json())]
    assert 0 < len(half) < 12
    assert half == sorted(half)
    assert [place for place, _ in _places((await boss.get(QUEUE)).json())] == half
    await desk.setting("qualityReviewSamplePercent", 100)
    assert _places((await boss.get(QUEUE)).json()) == [(one, ["random"]) for one in made]


async def test_a_blind_review_does_not_tell_what_the_ai_found(desk: Desk, boss: httpx.AsyncClient) -> None:
    blind = await desk.add(ai_answer(10, 0), ai_answer(11, None), blind_review=True)
    answer = await boss.get(QUEUE)
    assert _places(answer.json()) == [(blind, ["random"])]
    assert answer.json()["items"][0]["reasons"][0]["criterionIds"] == []
    assert answer.json()["items"][0]["assessment"]["totals"]["needsHumanCriteria"] == 0
    flag = (await boss.get("/quality/flag", params={"ticketIds[]": [_ticket(answer)]})).json()["flags"][0]
    assert (flag["needsHuman"], flag["knockedOut"], flag["percentage"]) == (0, 0, None)


def _ticket(answer: httpx.Response) -> int:
    return int(answer.json()["items"][0]["assessment"]["ticketId"])


async def test_only_what_the_caller_may_edit_is_there(desk: Desk, as_actor: Any) -> None:
    await desk.add(ai_answer(10, 0))
    leader = await as_actor(permissions=["qualityDoAssessmentsTeam"], teams=[desk.team])
    stranger = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    assert (await leader.get(QUEUE)).json()["total"] == 1
    own = await desk.add(ai_answer(10, 0), user=leader.actor_id)
    assert (await leader.get(QUEUE)).json()["total"] == 1
    assert (await leader.post(f"{QUEUE}/{own}/release")).json()["error"]["code"] == "self_assessment"
    assert (await stranger.get(QUEUE)).json()["total"] == 0
    assert (await stranger.post(f"{QUEUE}/next")).json()["assessmentId"] is None
    assert (await stranger.post(f"{QUEUE}/{own}/release")).status_code == 404
    viewer = await as_actor(permissions=["qualityViewAssessmentAll"])
    for answer in (
        await viewer.get(QUEUE), await viewer.post(f"{QUEUE}/next"), await viewer.post(f"{QUEUE}/{own}/release"),
    ):  # fmt: skip
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")
    assert (await leader.get(QUEUE, params={"state": "reviewedBySupervisor"})).status_code == 422
    assert (await leader.get(QUEUE, params={"reason": "bored"})).status_code == 422
    assert (await leader.post(f"{QUEUE}/next", json={"state": ["deleted"]})).status_code == 422


async def test_next_reserves_for_a_quarter_of_an_hour(desk: Desk, boss: httpx.AsyncClient, as_actor: Any) -> None:
    made = [await desk.add(ai_answer(10, 0), ai_answer(11, 9)) for _ in range(5)]
    other = await as_actor(permissions=["qualityDoAssessmentsAll"])
    first = (await boss.post(f"{QUEUE}/next")).json()
    assert (first["assessmentId"], first["next"]) == (made[0], made[1:4])
    assert (await boss.post(f"{QUEUE}/next")).json()["assessmentId"] == made[0]
    assert (await other.post(f"{QUEUE}/next")).json()["assessmentId"] == made[1]
    behind = (await boss.post(f"{QUEUE}/next", json={"after": made[0], "reason": "knockOut"})).json()
    assert (behind["assessmentId"], behind["next"]) == (made[2], made[3:])
    listed = (await other.get(QUEUE)).json()["items"]
    assert [item["reservedBy"] for item in listed] == [boss.actor_id, other.actor_id, boss.actor_id, None, None]  # type: ignore[attr-defined]
    assert (await other.post(f"{QUEUE}/{made[0]}/release")).json() == {"success": True}
    assert (await other.post(f"{QUEUE}/next")).json()["assessmentId"] == made[1]
    assert (await boss.post(f"{QUEUE}/{made[0]}/release")).json() == {"success": True}
    await other.post(f"{QUEUE}/{made[1]}/release")
    assert (await other.post(f"{QUEUE}/next")).json()["assessmentId"] == made[0]
    row = await desk.session.get(ReviewReservation, made[0], populate_existing=True)
    assert row is not None
    row.until = utc_now() - timedelta(seconds=1)
    await desk.session.commit()
    assert (await boss.post(f"{QUEUE}/next")).json()["assessmentId"] == made[0]


async def test_an_edit_renews_and_the_end_of_a_review_frees(desk: Desk, boss: httpx.AsyncClient) -> None:
    made = await desk.add(ai_answer(10, 5), ai_answer(11, None))
    assert (await boss.post(f"{QUEUE}/next")).json()["assessmentId"] == made
    row = await desk.session.get(ReviewReservation, made)
    assert row is not None
    row.until = utc_now() + timedelta(minutes=1)
    await desk.session.commit()
    await boss.patch(f"/quality/assessment/{made}", json={"supervisorAssessment": "Read."})
    await desk.session.refresh(row)
    assert row.until > utc_now() + timedelta(minutes=14)
    await boss.patch(f"/quality/assessment/{made}", json={"state": "reviewedBySupervisor"})
    assert await desk.session.get(ReviewReservation, made, populate_existing=True) is None
    await desk.setting("qualityReviewWeeklyTarget", 20)
    progress = (await boss.get(QUEUE)).json()["progress"]
    assert (progress["reviewed"], progress["target"]) == (1, 20)
    assert progress["byUser"] == [{"userId": desk.agent, "reviewed": 1, "waiting": 0}]
    today = utc_now().astimezone((await get_settings(desk.session)).zone).date()
    assert progress["weekStart"] == (today - timedelta(days=today.weekday())).isoformat()


async def test_the_statements_do_not_grow_with_the_queue(
    desk: Desk, boss: httpx.AsyncClient, database: JoinedDatabase
) -> None:
    used = []
    for more in (1, 8):
        for _ in range(more):
            await desk.add(ai_answer(10, 0), ai_answer(11, None))
        before = database.statements
        assert len((await boss.get(QUEUE)).json()["items"]) in (1, 9)
        used.append(database.statements - before)
    assert used[0] == used[1] <= 11


async def test_flags_of_a_list(desk: Desk, boss: httpx.AsyncClient, database: JoinedDatabase, as_actor: Any) -> None:
    work = await make_work(desk.session, desk.agent)
    first = await make_assessment(
        desk.session, work, desk.card, answers=[ai_answer(10, 0)], created_at=utc_now() - timedelta(days=1),
        state=State.REVIEWED,
    )  # fmt: skip
    other_card = await make_scorecard(desk.session, CRITERIA)
    newest = await make_assessment(desk.session, work, other_card, answers=[ai_answer(10, 5), ai_answer(11, None)])
    await desk.session.commit()
    plain = await desk.add(ai_answer(10, 4))
    bare = (await make_work(desk.session, desk.agent)).ticket.id
    await desk.session.commit()
    tickets = [bare, work.ticket.id, (await boss.get(f"/quality/assessment/{plain}")).json()["ticketId"]]
    before = database.statements
    body = (await boss.get("/quality/flag", params={"ticketIds": ",".join(map(str, tickets))})).json()
    assert database.statements - before <= 9
    assert (body["total"], [flag["ticketId"] for flag in body["flags"]]) == (2, tickets[1:])
    assert body["flags"][0] == {
        "ticketId": work.ticket.id, "assessments": 2, "open": 1, "needsHuman": 1, "knockedOut": 1, "appeal": False,
        "percentage": 100, "latestAssessmentId": newest.id,
    }  # fmt: skip
    assert first.id != newest.id
    owner = await as_actor(profile=desk.agent)
    seen = (await owner.get("/quality/flag", params={"ticketIds[]": tickets})).json()["flags"]
    assert [(flag["assessments"], flag["latestAssessmentId"]) for flag in seen] == [(1, first.id)]
    assert (await boss.get("/quality/flag", params={"ticketIds": ",".join(map(str, range(1, 202)))})).status_code == 422
    nobody = await as_actor(permissions=["readTicket"])
    assert (await nobody.get("/quality/flag", params={"ticketIds": "1"})).status_code == 403
