"""Appeals from the API: who may do what when, and what comes of it (quality.md 13)."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import select

from assaydesk.app import create_app
from assaydesk.domains.auth.sessions import start_session
from assaydesk.domains.events.models import Event
from assaydesk.domains.notifications.models import Notification
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.types import CriterionState, Origin, State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import ai_answer, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings

BODY = {
    "reason": "The customer was greeted, see the first line.",
    "criteria": [{"categoryId": 1, "criterionId": 10, "proposedScore": 5, "comment": "It is there."}],
}
ACCEPT = {"state": "accepted", "decisionReason": "You are right."}
REJECT = {"state": "rejected", "decisionReason": "It stands."}


class Court(NamedTuple):
    """An agent with a reviewed assessment, the reviewer, and somebody who decides."""

    session: WriteSession
    row: Assessment
    agent: httpx.AsyncClient
    reviewer: httpx.AsyncClient
    decider: httpx.AsyncClient

    @property
    def path(self) -> str:
        return f"/quality/assessment/{self.row.id}"

    async def appeal(self, **changes: Any) -> httpx.Response:
        return await self.agent.post(f"{self.path}/appeal", json=BODY | changes)

    async def decide(self, appeal_id: int, body: dict[str, Any], by: httpx.AsyncClient | None = None) -> httpx.Response:
        return await (by or self.decider).post(f"/quality/appeal/{appeal_id}/decision", json=body)


CourtMaker = Callable[..., Awaitable[Court]]


def human(number: int, score: str | int) -> Any:
    return ai_answer(number, score, state=CriterionState.HUMAN_VERIFIED, origin=Origin.HUMAN)


@pytest.fixture
def make_court(session: WriteSession, as_actor: Any) -> CourtMaker:
    async def make(*, state: State = State.REVIEWED, **values: Any) -> Court:
        team = (await make_team(session)).id
        user = await make_agent(session, teams=[team])
        reviewer = await as_actor(permissions=["qualityDoAssessmentsAll", "qualityDecideAppeals"])
        decider = await as_actor(permissions=["qualityViewAssessmentTeamMate", "qualityDecideAppeals"], teams=[team])
        card = await make_scorecard(session, small_content())
        known = {
            "answers": [human(10, 4), human(11, 5)],
            "assessed_by_user": reviewer.actor_id,
            "assessment_date": utc_now() - timedelta(days=2),
        }
        row = await make_assessment(session, await make_work(session, user), card, state=state, **known | values)
        await session.commit()
        return Court(session, row, await as_actor(profile=user), reviewer, decider)

    return make


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def test_an_accepted_appeal_changes_the_scores(make_court: CourtMaker) -> None:
    court = await make_court(state=State.DISCUSSED, discussion_date=utc_now())
    await court.agent.post(f"{court.path}/acknowledge", json={"comment": "Read."})
    made = (await court.appeal()).json()
    assert made | {"id": 0, "createdAt": ""} == {
        "id": 0, "assessmentId": court.row.id, "state": "open", "createdBy": court.row.assessed_user, "createdAt": "",
        "reason": BODY["reason"], "decidedBy": None, "decidedAt": None, "decisionReason": None,
        "criteria": [
            {
                "categoryId": 1, "criterionId": 10, "scoreAtAppeal": 4, "proposedScore": 5, "proposedApplicable": None,
                "comment": "It is there.",
            }
        ],
        "percentageBefore": 60, "percentageAfter": None, "version": 1, "canDecide": False,
    }  # fmt: skip
    assert (await court.agent.get(court.path)).json()["appealState"] == "open"
    taken = await court.decider.patch(f"/quality/appeal/{made['id']}", json={"state": "underReview"})
    assert (taken.json()["state"], taken.json()["canDecide"]) == ("underReview", True)
    done = (await court.decide(made["id"], ACCEPT)).json()
    assert (done["state"], done["percentageAfter"], done["decisionReason"]) == ("accepted", 66.7, "You are right.")
    assert (done["decidedBy"], done["canDecide"]) == (court.decider.actor_id, False)  # type: ignore[attr-defined]
    shown = (await court.reviewer.get(court.path)).json()
    assert (shown["state"], shown["appealState"], shown["acknowledgedAt"]) == ("reviewedBySupervisor", "accepted", None)
    assert shown["totals"]["percentage"] == 66.7
    first = shown["data"]["categories"][0]["criteria"][0]
    assert (first["score"], first["state"]) == (5, "humanVerified")
    edits = [
        (edit["field"], edit["newValue"]) for edit in shown["editingHistory"] if edit["userId"] == done["decidedBy"]
    ]
    assert ("criteria.1.10.score", 5) in edits
    assert ("state", "reviewedBySupervisor") in edits
    assert ("acknowledgementComment", None) in edits
    events = (
        await court.session.scalars(select(Event).where(Event.type.like("qualityAppeal%")).order_by(Event.id))
    ).all()
    assert [(event.type, event.data["state"]) for event in events] == [
        ("qualityAppealCreated", "open"), ("qualityAppealDecided", "accepted"),
    ]  # fmt: skip
    rows = await court.session.execute(
        select(audit_entries.c.action, audit_entries.c.user_id).where(audit_entries.c.object_type == "appeal")
    )
    assert [row.action for row in rows] == ["appeal:state:open", "appeal:state:underReview", "appeal:state:accepted"]


async def test_people_are_told_who_may_see_it(make_court: CourtMaker, as_actor: Any) -> None:
    court = await make_court()
    stranger = await as_actor(permissions=["qualityViewAssessmentTeamMate", "qualityDecideAppeals"])
    number = (await court.appeal()).json()["id"]
    await court.decide(number, REJECT)
    query = select(Notification.user_id, Notification.text).where(Notification.kind == "appeal")
    told = {row.user_id: row.text["en"] for row in await court.session.execute(query.order_by(Notification.id))}
    assert told[court.row.assessed_user] == "Your appeal was rejected."
    assert "waits" in told[court.decider.actor_id]  # type: ignore[attr-defined]
    assert {court.reviewer.actor_id, stranger.actor_id}.isdisjoint(told)  # type: ignore[attr-defined]
    shown = (await court.agent.get(court.path)).json()
    assert (shown["appealState"], shown["totals"]["percentage"]) == ("rejected", 60)


async def test_a_partly_accepted_appeal_sets_what_the_decider_says(make_court: CourtMaker) -> None:
    court = await make_court()
    number = (await court.appeal()).json()["id"]
    body = {
        "state": "partiallyAccepted", "decisionReason": "In part.",
        "criteria": [
            {"categoryId": 1, "criterionId": 10, "score": 4.5, "reason": "Half of it."},
            {"categoryId": 1, "criterionId": 11, "applicable": False},
        ],
    }  # fmt: skip
    assert (await court.decide(number, body)).json()["percentageAfter"] == 90
    first, second = (await court.agent.get(court.path)).json()["data"]["categories"][0]["criteria"]
    assert (first["score"], first["reason"], second["state"]) == (4.5, "Half of it.", "notApplicable")


async def test_who_may_appeal_and_when(make_court: CourtMaker, as_actor: Any) -> None:
    court = await make_court()
    unasked = await as_actor(permissions=["qualityViewAssessmentAll", "qualityAppealAssessment"])
    assert code_of(await unasked.post(f"{court.path}/appeal", json=BODY)) == (403, "permission_denied")
    hidden = await as_actor(permissions=["qualityViewAssessmentOwn", "qualityAppealAssessment"])
    assert code_of(await hidden.post(f"{court.path}/appeal", json=BODY)) == (404, "assessment_not_found")
    faulty = await court.appeal(
        reason="short",
        criteria=[{"categoryId": 1, "criterionId": 99}, {"categoryId": 1, "criterionId": 10, "proposedScore": 6}],
    )
    assert code_of(faulty) == (422, "validation_failed")
    score = await court.appeal(criteria=[{"categoryId": 1, "criterionId": 10, "proposedScore": 6}])
    assert [fault["path"] for fault in score.json()["error"]["details"]["fields"]] == ["criteria.0.proposedScore"]
    first = (await court.appeal()).json()["id"]
    assert code_of(await court.appeal()) == (409, "appeal_open")
    other = await court.decider.patch(f"/quality/appeal/{first}", json={"state": "withdrawn"})
    assert code_of(other) == (403, "permission_denied")
    for _ in range(2):
        answer = await court.agent.patch(f"/quality/appeal/{first}", json={"state": "withdrawn"})
        assert answer.json()["state"] == "withdrawn"
    assert code_of(await court.decide(first, ACCEPT)) == (409, "invalid_state")
    second = (await court.appeal()).json()["id"]
    await court.decide(second, REJECT)
    assert code_of(await court.appeal()) == (409, "appeal_limit_reached")
    await set_settings(court.session, qualityAppealMaxPerAssessment=9, qualityAppealWindowDays=1)
    await court.session.commit()
    assert code_of(await court.appeal()) == (409, "appeal_window_closed")
    await court.reviewer.patch(court.path, json={"state": "discussedWithAssessee"})
    assert (await court.appeal()).status_code == 200


async def test_given_a_setting_that_shows_it_early_an_unfinished_review_takes_no_appeal(make_court: CourtMaker) -> None:
    court = await make_court(state=State.AI_READY, assessed_by_user=None, assessment_date=None)
    assert code_of(await court.appeal()) == (404, "assessment_not_found")
    await set_settings(court.session, qualityAgentSeesFrom="aiReady")
    await court.session.commit()
    assert code_of(await court.appeal()) == (409, "invalid_state")
    assert code_of(await court.agent.post(f"{court.path}/acknowledge")) == (409, "invalid_state")


async def test_who_may_decide(make_court: CourtMaker, as_actor: Any) -> None:
    court = await make_court()
    number = (await court.appeal()).json()["id"]
    path = f"/quality/appeal/{number}"
    assert code_of(await court.decide(number, ACCEPT, by=court.reviewer)) == (403, "own_decision")
    assert code_of(await court.reviewer.patch(path, json={"state": "underReview"})) == (403, "own_decision")
    assert code_of(await court.decide(number, ACCEPT, by=court.agent)) == (403, "permission_denied")
    stranger = await as_actor(permissions=["qualityDecideAppeals"])
    assert code_of(await court.decide(number, ACCEPT, by=stranger)) == (404, "appeal_not_found")
    onlooker = await as_actor(permissions=["qualityViewAssessmentAll"])
    assert code_of(await onlooker.get(path)) == (404, "appeal_not_found")
    assert code_of(await onlooker.get(f"{court.path}/appeal")) == (403, "permission_denied")
    assert (await onlooker.get("/quality/appeal")).json()["total"] == 0
    assert code_of(await court.decider.patch(path, json={"state": "accepted"})) == (422, "validation_failed")
    for body, fault in (
        (REJECT | {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 5}]}, "not_allowed"),
        (ACCEPT | {"state": "partiallyAccepted"}, "required"),
        (ACCEPT | {"criteria": [{"categoryId": 1, "criterionId": 10, "score": 9}]}, "out_of_range"),
        (ACCEPT | {"decisionReason": ""}, "too_short"),
    ):
        refused = await court.decide(number, body)
        assert [one["code"] for one in refused.json()["error"]["details"]["fields"]] == [fault], refused.text
    await set_settings(court.session, qualityAppealIndependentDecider=False)
    await court.session.commit()
    assert (await court.decide(number, ACCEPT, by=court.reviewer)).status_code == 200
    assert code_of(await court.decide(number, REJECT)) == (409, "invalid_state")
    plain = (await court.appeal(criteria=[])).json()["id"]
    assert code_of(await court.decide(plain, ACCEPT)) == (422, "validation_failed")


async def test_lists_and_the_queue_show_what_one_may_know_of(make_court: CourtMaker, as_actor: Any) -> None:
    court = await make_court(answers=[human(10, 4), ai_answer(11, None)])
    number = (await court.appeal()).json()["id"]
    for client in (court.agent, court.reviewer, court.decider):
        assert [one["id"] for one in (await client.get("/quality/appeal")).json()["appeals"]] == [number]
        assert [one["id"] for one in (await client.get(f"{court.path}/appeal")).json()["appeals"]] == [number]
        assert (await client.get(f"/quality/appeal/{number}")).json()["id"] == number
    agent, reviewer = court.row.assessed_user, court.reviewer.actor_id  # type: ignore[attr-defined]
    for query, total in (
        ({"state": "open"}, 1), ({"state": "rejected"}, 0), ({"user": agent}, 1), ({"user": reviewer}, 0),
        ({"scorecardBaseId": court.row.scorecard_base_id}, 1), ({"from": "2999-01-01"}, 0), ({"to": "2001-01-01"}, 0),
    ):  # fmt: skip
        assert (await court.reviewer.get("/quality/appeal", params=query)).json()["total"] == total, query
    assert (await court.reviewer.get("/quality/appeal", params={"from": "x"})).status_code == 422
    judge = await as_actor(permissions=["qualityDoAssessmentsAll", "qualityDecideAppeals"])
    queue = (await judge.get("/quality/reviewQueue")).json()
    [item] = queue["items"]
    assert (item["assessment"]["id"], queue["counts"]["appeal"]) == (court.row.id, 1)
    assert [(one["code"], one["criterionIds"]) for one in item["reasons"]] == [("appeal", [10])]
    assert (await judge.post("/quality/reviewQueue/next")).json()["assessmentId"] == court.row.id
    assert (await judge.get("/quality/reviewQueue", params={"state": "aiReady"})).json()["total"] == 0
    assert (await court.reviewer.get("/quality/reviewQueue")).json()["total"] == 0
    flags = (await judge.get("/quality/flag", params={"ticketIds": court.row.ticket_id})).json()["flags"]
    assert flags[0]["appeal"] is True
    await court.reviewer.post(f"{court.path}/reopen", json={"reason": "Look again."})
    assert (await court.agent.get(f"/quality/appeal/{number}")).status_code == 404
    assert (await court.agent.get("/quality/appeal")).json() == {"appeals": [], "total": 0, "limit": 100, "offset": 0}
    decided = await court.decide(number, ACCEPT)
    assert (decided.status_code, (await court.reviewer.get(court.path)).json()["state"]) == (200, "reviewOngoing")


async def test_given_a_deleted_assessment_its_appeal_is_withdrawn(make_court: CourtMaker, as_actor: Any) -> None:
    court = await make_court()
    number = (await court.appeal()).json()["id"]
    admin = await as_actor()
    await admin.delete(court.path)
    assert (await court.agent.get(f"/quality/appeal/{number}")).status_code == 404
    shown = (await admin.get(f"/quality/appeal/{number}")).json()
    assert (shown["state"], (await admin.get(court.path)).json()["appealState"]) == ("withdrawn", "withdrawn")


async def test_acknowledging(make_court: CourtMaker) -> None:
    court = await make_court()
    assert code_of(await court.reviewer.post(f"{court.path}/acknowledge")) == (403, "permission_denied")
    first = (await court.agent.post(f"{court.path}/acknowledge")).json()
    assert (first["acknowledgedAt"] is not None, first["acknowledgementComment"]) == (True, None)
    second = (await court.agent.post(f"{court.path}/acknowledge", json={"comment": "Thank you."})).json()
    third = (await court.agent.post(f"{court.path}/acknowledge", json={"comment": "Again."})).json()
    assert second["acknowledgedAt"] == third["acknowledgedAt"] == first["acknowledgedAt"]
    assert third["acknowledgementComment"] == "Thank you."
    await court.reviewer.patch(court.path, json={"supervisorAssessment": "Well done."})
    assert (await court.agent.get(court.path)).json()["acknowledgedAt"] == first["acknowledgedAt"]
    item = {"categoryId": 1, "criterionId": 10, "score": 5}
    changed = (await court.reviewer.patch(court.path, json={"criteria": [item]})).json()
    assert (changed["acknowledgedAt"], changed["acknowledgementComment"]) == (None, None)
    await court.agent.post(f"{court.path}/acknowledge", json={"comment": "Once more."})
    await court.reviewer.post(f"{court.path}/reopen", json={"reason": "Look again."})
    shown = (await court.reviewer.get(court.path)).json()
    assert shown["acknowledgedAt"] is None
    old = [edit["oldValue"] for edit in shown["editingHistory"] if edit["field"] == "acknowledgementComment"]
    assert old == [None, "Thank you.", None, "Once more."]


async def test_a_released_assessment_is_told_once(make_court: CourtMaker) -> None:
    court = await make_court(state=State.AI_READY, assessed_by_user=None, assessment_date=None)
    query = select(Notification.id).where(Notification.kind == "assessmentReady")
    await court.reviewer.patch(court.path, json={"supervisorAssessment": "Soon."})
    assert (await court.session.scalars(query)).all() == []
    for state in ("reviewedBySupervisor", "discussedWithAssessee"):
        await court.reviewer.patch(court.path, json={"state": state})
        assert (
            len((await court.session.scalars(query.where(Notification.user_id == court.row.assessed_user))).all()) == 1
        )


async def test_of_two_deciders_at_once_one_wins(committed: Database, config: Config) -> None:
    clients = []
    async with committed.write() as session:
        user = await make_agent(session)
        row = await make_assessment(
            session, await make_work(session, user), await make_scorecard(session, small_content()),
            state=State.REVIEWED, answers=[human(10, 4)], assessment_date=utc_now(),
        )  # fmt: skip
        rights = ["qualityViewAssessmentAll", "qualityDecideAppeals"]
        people = [user, *[(await make_profile(session, permissions=rights)).id for _ in range(2)]]
        tokens = [(await start_session(session, issuer=config.base_url, user_id=one)).token for one in people]
    transport = httpx.ASGITransport(create_app(config, committed, {}), raise_app_exceptions=False)
    for token in tokens:
        headers = {"Authorization": f"Bearer {token}"}
        clients.append(httpx.AsyncClient(transport=transport, base_url="http://desk.test/api/mind", headers=headers))
    path = f"/quality/assessment/{row.id}/appeal"
    made = await asyncio.gather(*(clients[0].post(path, json=BODY) for _ in range(2)))
    assert sorted(answer.status_code for answer in made) == [200, 409]
    number = next(answer.json()["id"] for answer in made if answer.status_code == 200)
    bodies = [ACCEPT, REJECT]
    answers = await asyncio.gather(
        *(
            client.post(f"/quality/appeal/{number}/decision", json=body)
            for client, body in zip(clients[1:], bodies, strict=True)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    winner = next(answer.json()["state"] for answer in answers if answer.status_code == 200)
    async with committed.read() as session:
        kept = await session.get(Assessment, row.id)
        assert kept is not None
        assert (kept.appeal_state, str(kept.scored_points)) == (winner, "5.00" if winner == "accepted" else "4.00")
    for client in clients:
        await client.aclose()


async def test_the_assessed_person_reads_what_is_possible(make_court: CourtMaker, session: WriteSession) -> None:
    await set_settings(session, qualityAppealWindowDays=3, qualityAppealMaxPerAssessment=1)
    court = await make_court(assessment_date=utc_now() - timedelta(days=2))
    path = f"{court.path}/appeal"

    async def chance(who: httpx.AsyncClient) -> Any:
        return (await who.get(path)).json()["chance"]

    free = await chance(court.agent)
    assert (free["obstacle"], free["left"], free["limit"]) == (None, 1, 1)
    assert free["until"] > utc_now().isoformat()[:10]
    assert await chance(court.reviewer) is None
    number = (await court.appeal()).json()["id"]
    assert (await chance(court.agent))["obstacle"] == "appeal_open"
    await court.decide(number, REJECT)
    assert ((await chance(court.agent))["obstacle"], (await chance(court.agent))["left"]) == ("appeal_limit_reached", 0)
