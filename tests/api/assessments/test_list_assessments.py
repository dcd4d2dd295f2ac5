"""`GET /quality/assessment` (quality.md 8.1)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.assessments import service
from assaydesk.domains.quality.assessments.filters import AssessmentFilter, Order
from assaydesk.domains.quality.assessments.schemas import AssessmentPage
from assaydesk.domains.quality.assessments.types import State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission
from tests.api.assessments.conftest import PATH, SceneMaker
from tests.factories.assessments import ai_answer, make_agent, make_assessment, make_work, small_content
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import make_scorecard
from tests.factories.worklogs import set_settings


async def ids(client: Any, **query: Any) -> list[int]:
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["assessments"]) <= answer.json()["total"]
    return [row["id"] for row in answer.json()["assessments"]]


async def test_given_rows_the_answer_is_the_documented_page(as_actor: Any, make_scene: SceneMaker) -> None:
    scene = await make_scene()
    answer = await (await as_actor()).get(PATH)
    body = answer.json()
    AssessmentPage.model_validate_json(answer.content)
    assert (body["total"], body["limit"], body["offset"]) == (1, 1000, 0)
    [row] = body["assessments"]
    assert row["totals"] == {
        "scoredPoints": 4,
        "usedMaxPoints": 5,
        "totalMaxPoints": 18,
        "percentage": 80,
        "knockedOut": False,
        "knockedOutCategories": [],
        "unscoredCriteria": 1,
        "needsHumanCriteria": 1,
        "notApplicableCriteria": 0,
        "percentageBase": "used",
    }
    assert '"percentage":80,' in answer.text
    assert row["worklog"] == {
        "userId": scene.agent,
        "worklogId": scene.work.worklog.id,
        "lastInteraction": row["worklog"]["lastInteraction"],
        "ticketId": scene.work.ticket.id,
        "conversationId": scene.work.reply.id,
        "action": "reply",
        "actionList": ["reply"],
    }
    assert (row["time"]["duration"], row["time"]["segments"]) == (300, [])
    assert row["warnings"] == ["criteria_unscored", "criteria_need_human"]
    assert row["canEdit"] is True
    assert not {"data", "editingHistory", "deletedAt", "judge"} & row.keys()


async def test_given_the_total_base_the_percentage_is_of_everything(
    as_actor: Any, session: WriteSession, make_scene: SceneMaker
) -> None:
    await make_scene()
    await set_settings(session, qualityPercentageBase="total")
    await session.commit()
    [row] = (await (await as_actor()).get(PATH)).json()["assessments"]
    assert (row["totals"]["percentage"], row["totals"]["percentageBase"]) == (22.2, "total")


async def test_filters(as_actor: Any, session: WriteSession) -> None:
    team = (await make_team(session)).id
    first, second = await make_agent(session, teams=[team]), await make_agent(session)
    reviewer = (await make_profile(session)).id
    works = [await make_work(session, user) for user in (first, second)]
    cards = [await make_scorecard(session, small_content(name=f"Card {number}")) for number in (1, 2)]
    now = utc_now()
    one = await make_assessment(session, works[0], cards[0], answers=[ai_answer(11, None)], created_at=now)
    two = await make_assessment(
        session,
        works[1],
        cards[1],
        state=State.REVIEWED,
        assessed_by_user=reviewer,
        acknowledged_at=now,
        appeal_state="open",
        created_at=now - timedelta(days=3),
    )
    gone = await make_assessment(session, works[0], cards[1], state=State.DELETED)
    await session.commit()
    client = await as_actor()
    cases: list[tuple[dict[str, Any], set[int]]] = [
        ({}, {one.id, two.id}),
        ({"state": "aiReady"}, {one.id}),
        ({"state": "aiReady,reviewedBySupervisor"}, {one.id, two.id}),
        ({"state[]": ["aiReady", "error"]}, {one.id}),
        ({"state": "deleted"}, {gone.id}),
        ({"state": ""}, {one.id, two.id}),
        ({"user": first}, {one.id}),
        ({"user": str(second)}, {two.id}),
        ({"scorecardId": cards[0].id}, {one.id}),
        ({"scorecardBaseId": cards[1].base_id}, {two.id}),
        ({"ticketId": works[0].ticket.id}, {one.id}),
        ({"worklogId": works[1].worklog.id}, {two.id}),
        ({"team": team}, {one.id}),
        ({"assessedByUser": reviewer}, {two.id}),
        ({"from": (now - timedelta(days=1)).isoformat()}, {one.id}),
        ({"to": (now - timedelta(days=1)).date().isoformat()}, {two.id}),
        ({"from": now.date().isoformat(), "to": now.date().isoformat()}, {one.id}),
        ({"needsHuman": "true"}, {one.id}),
        ({"needsHuman": "0"}, {two.id}),
        ({"acknowledged": "yes"}, {two.id}),
        ({"acknowledged": "no"}, {one.id}),
        ({"appealState": "open"}, {two.id}),
        ({"appealState": "rejected"}, set()),
        ({"nobodyKnowsThis": "x"}, {one.id, two.id}),
        ({"user": first, "state": "error"}, set()),
    ]
    for query, expected in cases:
        assert set(await ids(client, **query)) == expected, query


async def test_order_and_pages(as_actor: Any, session: WriteSession) -> None:
    agent = await make_agent(session)
    card = await make_scorecard(session, small_content())
    now = utc_now()
    rows = []
    for number, score in enumerate(("1", "5", None, "5")):
        answers = [] if score is None else [ai_answer(10, score)]
        created = now - timedelta(minutes=number // 2)
        work = await make_work(session, agent)
        rows.append(await make_assessment(session, work, card, answers=answers, created_at=created, modified_at=now))
    await session.commit()
    a, b, c, d = [row.id for row in rows]
    client = await as_actor()
    assert await ids(client) == [b, a, d, c]
    assert await ids(client, orderByDirection="asc") == [c, d, a, b]
    assert await ids(client, orderByField="a.createdAt", orderByDirection="asc") == [c, d, a, b]
    assert await ids(client, orderByField="modifiedAt") == [d, c, b, a]
    assert await ids(client, orderByField="ticketId", orderByDirection="asc") == [a, b, c, d]
    assert await ids(client, orderByField="percentage") == [d, b, a, c]
    assert await ids(client, orderByField="percentage", orderByDirection="asc") == [a, b, d, c]
    assert await ids(client, limit=2) == [b, a]
    page = (await client.get(PATH, params={"limit": 2, "offset": 3})).json()
    assert ([row["id"] for row in page["assessments"]], page["total"], page["offset"]) == ([c], 4, 3)
    assert (await client.get(PATH, params={"offset": 10})).json()["total"] == 4


@pytest.mark.parametrize(
    ("query", "code", "path"),
    [
        ({"state": "ready"}, "validation_failed", "state"),
        ({"user": "x"}, "validation_failed", "user"),
        ({"user": "0"}, "validation_failed", "user"),
        ({"scorecardId": str(2**63)}, "validation_failed", "scorecardId"),
        ({"limit": "0"}, "validation_failed", "limit"),
        ({"limit": "1001"}, "validation_failed", "limit"),
        ({"offset": "-1"}, "validation_failed", "offset"),
        ({"from": "yesterday"}, "validation_failed", "from"),
        ({"to": "2024-13-01"}, "validation_failed", "to"),
        ({"needsHuman": "perhaps"}, "validation_failed", "needsHuman"),
        ({"appealState": "lost"}, "validation_failed", "appealState"),
        ({"orderByDirection": "up"}, "validation_failed", "orderByDirection"),
        ({"orderByField": "state"}, "unknown_filter_key", None),
    ],
)
async def test_given_bad_queries_the_answer_is_422(
    as_actor: Any, query: dict[str, str], code: str, path: str | None
) -> None:
    for permissions in (["qualityViewAssessmentAll"], []):
        answer = await (await as_actor(permissions=permissions)).get(PATH, params=query)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, code), answer.text
        if path is None:
            assert "percentage" in error["details"]["allowedKeys"]
        else:
            assert error["details"]["fields"][0]["path"] == path


async def test_given_no_right_to_delete_deleted_ones_cannot_be_asked_for(as_actor: Any) -> None:
    answer = await (await as_actor(permissions=["qualityViewAssessmentAll"])).get(PATH, params={"state": "deleted"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_given_no_token_401_and_no_viewing_right_403(as_actor: Any, anonymous: Any) -> None:
    assert (await anonymous.get(PATH)).status_code == 401
    answer = await (await as_actor(permissions=["readTicket"])).get(PATH)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")


async def test_given_more_rows_the_number_of_statements_stays_the_same(
    as_actor: Any, session: WriteSession, engine: Database
) -> None:
    agent = await make_agent(session)
    card = await make_scorecard(session, small_content())
    await make_assessment(session, await make_work(session, agent), card)
    await session.commit()
    client = await as_actor()

    async def statements() -> int:
        before = engine.statements
        assert (await client.get(PATH)).status_code == 200
        return engine.statements - before

    few = await statements()
    for _ in range(20):
        await make_assessment(session, await make_work(session, agent), card, answers=[ai_answer(10, Decimal(3))])
    await session.commit()
    assert await statements() == few
    actor = Actor(1, ActorKind.PERSON, frozenset({Permission.QUALITY_VIEW_ASSESSMENT_ALL}))
    viewer = await service.viewer_of(session, actor)
    before = engine.statements
    page = await service.list_assessments(session, viewer, AssessmentFilter(), Order(), limit=50, offset=0)
    assert (page.total, engine.statements - before) == (21, 1)
