"""The scores report: figures worked out by hand, who sees what, and the assessments behind each figure."""

import csv
import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from assaydesk.domains.quality.assessments.types import CriterionState, State
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker, JoinedDatabase
from tests.factories.assessments import ai_answer, judged, make_assessment, make_work
from tests.factories.profiles import make_profile, make_team
from tests.factories.scorecards import category, content, make_scorecard
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings

PATH = "/quality/report/scores"
RIGHTS = ["qualityViewReports", "qualityViewAssessmentAll"]
DIMENSIONS = [
    "agent", "team", "scorecard", "category", "criterion", "channel", "tag", "aiAgent", "automationLevel", "time",
]  # fmt: skip
NOT_APPLICABLE: dict[str, Any] = {"state": CriterionState.NOT_APPLICABLE, "applicable": False}


@dataclass
class Desk:
    first: int
    second: int
    anna: int
    ben: int
    mail: Scorecard
    phone: Scorecard
    tag: int
    ids: list[int]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"2024-{day}T12:00:00").replace(tzinfo=UTC)


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    """Anna: 15 of 15, then 0 of 5 with a knocked-out category. Ben: 6 of 10 by phone; one that waits for a person."""
    first, second = (await make_team(session, name="First")).id, (await make_team(session, name="Second")).id
    anna = (await make_profile(session, role=2, teams=[first, second], first_name="Anna", last_name="Beck",
                               name_reports="Quiet Otter")).id  # fmt: skip
    ben = (await make_profile(session, role=2, teams=[second], first_name="Ben", last_name="Low")).id
    criteria = [judged(10, 5, make_or_break_for_category=True, label="Greeting"), judged(11, 10, label="Answer")]
    mail = await make_scorecard(session, content([category(1, criteria)], name="Mail"))
    phone = await make_scorecard(session, content([category(1, [judged(10, 10, label="Voice")])], name="Phone"))
    tag = (await make_tag(session, name="Billing")).id
    tagged = await make_ticket(session, tags=[tag])
    called = await make_ticket(session, channel="phone")
    bot = [{"id": 3, "name": "Billing bot"}]
    works = [
        await make_work(session, anna, at=at("06-03"), ticket=tagged, team_ids=[first, second], duration_ms=60_000,
                        automation_level=2, ai_agents=bot),
        await make_work(session, anna, at=at("07-01"), team_ids=[first], duration_ms=120_000),
        await make_work(session, ben, at=at("07-02"), ticket=called, team_ids=[second], duration_ms=30_000),
        await make_work(session, ben, at=at("07-03"), team_ids=[], duration_ms=90_000),
    ]  # fmt: skip
    given: list[tuple[Scorecard, State, list[Any]]] = [
        (mail, State.REVIEWED, [ai_answer(10, 5), ai_answer(11, 10)]),
        (mail, State.AI_READY, [ai_answer(10, 0), ai_answer(11, None, **NOT_APPLICABLE)]),
        (phone, State.AI_READY, [ai_answer(10, 6)]),
        (mail, State.REVIEW_ONGOING, [ai_answer(10, None)]),
    ]
    ids = [
        (await make_assessment(session, work, card, state=state, answers=answers)).id
        for work, (card, state, answers) in zip(works, given, strict=True)
    ]
    for state in (State.UNPROCESSED, State.ERROR, State.DELETED):
        gone = await make_work(session, anna, at=at("07-05"), phase=2)
        await make_assessment(session, gone, mail, state=state, answers=[ai_answer(10, 1)])
    await session.commit()
    return Desk(first, second, anna, ben, mail, phone, tag, ids)


async def report(client: Any, path: str = PATH, **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def means(found: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(*row["key"].values(), row["assessments"], row["meanPercentage"]) for row in found["rows"]]


async def test_the_rows_of_people(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    found = await report(client, minN=2)
    assert found["rows"] == [
        {
            "key": {"agent": desk.ben}, "label": {"agent": "Ben Low"}, "assessments": 2, "reviewed": 0,
            "meanPercentage": 60, "medianPercentage": 60, "ci95": None, "scoredPoints": 6, "usedMaxPoints": 10,
            "knockOuts": 0, "needsHuman": 1, "notApplicable": 0, "rank": None,
        },
        {
            "key": {"agent": desk.anna}, "label": {"agent": "Anna Beck"}, "assessments": 2, "reviewed": 1,
            "meanPercentage": 50, "medianPercentage": 50, "ci95": [0, 100], "scoredPoints": 15, "usedMaxPoints": 20,
            "knockOuts": 1, "needsHuman": 0, "notApplicable": 1, "rank": 1,
        },
    ]  # fmt: skip
    overall = found["overall"]
    assert (overall["key"], overall["label"], overall["assessments"], overall["meanPercentage"]) == ({}, {}, 4, 53.3)
    assert (found["total"], found["limit"], found["offset"]) == (2, 1000, 0)
    assert [row["rank"] for row in (await report(client, minN=1))["rows"]] == [1, 2]
    assert [row["rank"] for row in (await report(client))["rows"]] == [None, None]


async def test_every_dimension(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)

    async def rows(group: str, **query: Any) -> list[tuple[Any, ...]]:
        return means(await report(client, groupBy=group, **query))

    mail, phone = desk.mail.base_id, desk.phone.base_id
    assert await rows("team") == [(desk.second, 2, 80), (desk.first, 2, 50), (None, 1, None)]
    assert await rows("scorecard") == [(phone, 1, 60), (mail, 3, 50)]
    # The knocked-out category has lost its points; the criterion that does not apply is out of the maximum.
    assert await rows("category") == [(mail, 1, 3, 75), (phone, 1, 1, 60)]
    assert await rows("criterion") == [(mail, 11, 3, 100), (phone, 10, 1, 60), (mail, 10, 3, 50)]
    assert await rows("channel") == [("phone", 1, 60), ("email", 3, 50)]
    assert await rows("tag") == [(desk.tag, 1, 100), (None, 3, 30)]
    assert await rows("aiAgent") == [(3, 1, 100), (None, 3, 30)]
    assert await rows("automationLevel") == [(2, 1, 100), (0, 3, 30)]
    assert await rows("time") == [("2024-06-01", 1, 100), ("2024-07-01", 3, 30)]
    assert await rows("time", interval="week") == [("2024-06-03", 1, 100), ("2024-07-01", 3, 30)]
    assert await rows("time,agent") == [
        ("2024-06-01", desk.anna, 1, 100), ("2024-07-01", desk.ben, 2, 60), ("2024-07-01", desk.anna, 1, 0),
    ]  # fmt: skip
    labels = [row["label"] for row in (await report(client, groupBy="criterion"))["rows"]]
    assert labels[0] == {"scorecard": "Mail", "criterion": "Answer"}
    for group, label in (("team", "Second"), ("tag", "Billing"), ("aiAgent", "Billing bot"), ("time", "2024-06")):
        first = (await report(client, groupBy=group))["rows"][0]
        assert first["label"] == {group: label}
    greeting = (await report(client, groupBy="criterion"))["rows"][2]
    assert (greeting["knockOuts"], greeting["needsHuman"], greeting["notApplicable"]) == (1, 1, 0)


async def test_every_figure_opens(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    for group in (*DIMENSIONS, "team,criterion", "agent,time", "tag,channel"):
        found = await report(client, groupBy=group, interval="day")
        for row in [*found["rows"], found["overall"]]:
            key = {name: "null" if value is None else value for name, value in row["key"].items()}
            behind = await report(client, f"{PATH}/assessment", groupBy=group, interval="day", **key)
            assert behind["total"] == len(behind["assessments"]) == row["assessments"], row
            assert {one["id"] for one in behind["assessments"]} <= set(desk.ids)
            if "criterion" not in group and "category" not in group:
                assert sum(one["totals"]["scoredPoints"] for one in behind["assessments"]) == row["scoredPoints"]
    everything = await report(client, f"{PATH}/assessment")
    assert [one["id"] for one in everything["assessments"]] == desk.ids[::-1]
    page = await report(client, f"{PATH}/assessment", limit=1, offset=1)
    assert (page["total"], [one["id"] for one in page["assessments"]]) == (4, [desk.ids[2]])


async def test_filters(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)

    async def ids(**query: Any) -> set[int]:
        behind = await report(client, f"{PATH}/assessment", **query)
        assert (await report(client, **query))["overall"]["assessments"] == behind["total"]
        return {desk.ids.index(one["id"]) for one in behind["assessments"]}

    assert await ids(**{"from": "2024-07-01", "to": "2024-07-02"}) == {1, 2}
    assert await ids(scorecardBaseId=desk.phone.base_id) == {2}
    assert await ids(users=desk.ben) == {2, 3}
    assert await ids(teams=f"{desk.first}") == {0, 1}
    assert await ids(channels="phone,chat") == {2}
    assert await ids(states="reviewedBySupervisor,reviewOngoing") == {0, 3}
    # With a filter by team its other teams are no rows.
    assert means(await report(client, groupBy="team", teams=desk.first)) == [(desk.first, 2, 50)]
    assert (await report(client, users=2**40))["rows"] == []
    for query in (
        {"groupBy": "mood"}, {"groupBy": "agent,team,tag"}, {"states": "unprocessed"}, {"minN": 0}, {"from": "soon"},
        {"interval": "year"}, {"users": "x"}, {"format": "pdf"}, {"limit": 1001},
    ):  # fmt: skip
        assert (await client.get(PATH, params=query)).status_code == 422, query
    for key in ({"agent": "x"}, {"criterion": 10}, {"category": "1"}):
        assert (await client.get(f"{PATH}/assessment", params=key)).status_code == 422, key
    for key in ({"agent": 2**63 - 1}, {"automationLevel": 2**63 - 1}):
        answer = await client.get(f"{PATH}/assessment", params={"groupBy": "agent", **key})
        assert (answer.status_code, answer.json()["total"]) == (200, 0), key


async def test_the_spread(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    overall = (await report(client, distribution="true"))["overall"]
    assert [one["assessments"] for one in overall["distribution"]] == [1, 0, 0, 0, 0, 0, 1, 0, 0, 1]
    assert overall["distribution"][9] | {"assessments": 0} == {"from": 90, "to": 100, "assessments": 0}
    assert (overall["handlingSeconds"], overall["automationLevels"]) == (75, {"0": 3, "2": 1})
    assert "distribution" not in (await report(client))["overall"]
    totals = [
        (await report(client, f"{PATH}/assessment", percentFrom=str(low), percentTo=str(low + 10)))["total"]
        for low in range(0, 100, 10)
    ]
    assert totals == [one["assessments"] for one in overall["distribution"]]


async def test_as_files(as_actor: ClientMaker, desk: Desk, session: WriteSession) -> None:
    person = await session.get_one(Scorecard, desk.mail.id)
    person.name = "=1+1"
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    text = await client.get(PATH, params={"format": "csv", "groupBy": "scorecard"})
    assert text.headers["content-disposition"].startswith('attachment; filename="scores-')
    rows = list(csv.DictReader(io.StringIO(text.text, newline="")))
    assert [(row["scorecardLabel"], row["assessments"], row["ci95Low"]) for row in rows] == [
        ("Phone", "1", ""), ("'=1+1", "3", "0"), ("overall", "4", "0"),
    ]  # fmt: skip
    book = load_workbook(io.BytesIO((await client.get(PATH, params={"format": "xlsx"})).content))
    assert [cell.value for cell in book.worksheets[0]["B"]] == ["agentLabel", "Ben Low", "Anna Beck", "overall"]


async def test_who_may_ask(as_actor: ClientMaker, anonymous: Any, desk: Desk) -> None:
    for path in (PATH, f"{PATH}/assessment"):
        assert (await anonymous.get(path)).status_code == 401
        outsider = await as_actor(permissions=["qualityViewAssessmentAll", "exportData"])
        assert (await outsider.get(path)).json()["error"]["code"] == "permission_denied"
    mate = await as_actor(permissions=["qualityViewReports", "qualityViewAssessmentTeamMate"], teams=[desk.first])
    assert means(await report(mate)) == [(desk.anna, 2, 50)]
    blindfolded = await as_actor(permissions=["qualityViewReports"])
    assert (await report(blindfolded))["overall"]["assessments"] == 0


async def test_one_sees_oneself_after_the_release_only(
    as_actor: ClientMaker, desk: Desk, session: WriteSession
) -> None:
    own = await as_actor(profile=desk.anna)
    mine = {"groupBy": "agent", "users": f"{desk.anna},{desk.ben}"}
    assert means(await report(own, **mine)) == [(desk.anna, 1, 100)]
    [only] = (await report(own, f"{PATH}/assessment"))["assessments"]
    assert only["id"] == desk.ids[0]
    assert (await report(own, f"{PATH}/assessment", agent=desk.ben))["total"] == 0
    await set_settings(session, qualityAgentSeesFrom="discussedWithAssessee")
    await session.commit()
    assert (await report(own))["rows"] == []
    await set_settings(session, qualityAgentSeesFrom="aiReady")
    await session.commit()
    assert means(await report(own)) == [(desk.anna, 2, 50)]
    # The right to assess does not widen what one gets without the right to reports.
    lead = await as_actor(permissions=["qualityViewAssessmentOwn", "qualityDoAssessmentsAll"])
    assert (await report(lead))["rows"] == []


async def test_blind_reviews_are_left_out_for_those_who_may_do_them(
    as_actor: ClientMaker, desk: Desk, session: WriteSession
) -> None:
    agent = (await make_profile(session, role=2)).id
    work = await make_work(session, agent, at=at("07-04"))
    row = await make_assessment(session, work, desk.phone, answers=[ai_answer(10, "3.75")], blind_review=True)
    await session.commit()
    reviewer = await as_actor(permissions=["qualityViewReports", "qualityDoAssessmentsAll"])
    reader = await as_actor(permissions=RIGHTS)
    for group in DIMENSIONS:
        found = await report(reviewer, groupBy=group, users=agent, distribution="true")
        assert (found["rows"], found["overall"]["assessments"], found["overall"]["handlingSeconds"]) == ([], 0, None)
    assert (await report(reviewer, f"{PATH}/assessment", users=agent))["total"] == 0
    assert means(await report(reader, users=agent)) == [(agent, 1, 37.5)]
    row.state = State.REVIEWED
    await session.commit()
    assert means(await report(reviewer, users=agent)) == [(agent, 1, 37.5)]


async def test_names_follow_the_level_of_privacy(as_actor: ClientMaker, desk: Desk, session: WriteSession) -> None:
    client = await as_actor(permissions=RIGHTS)
    own = await as_actor(profile=desk.anna)
    await set_settings(session, reportingPrivacyLevel="pseudonym")
    await session.commit()
    assert [row["label"]["agent"] for row in (await report(client))["rows"]] == [None, "Quiet Otter"]
    assert [row["label"]["agent"] for row in (await report(own))["rows"]] == ["Anna Beck"]
    await set_settings(session, reportingPrivacyLevel="anonymous")
    await session.commit()
    found = await report(client, minN=1)
    assert [(row["key"], row["label"], row["rank"]) for row in found["rows"]] == [
        ({"agent": None}, {"agent": None}, None)
    ]
    assert means(await report(own)) == [(desk.anna, 1, 100)]


async def test_the_other_base_of_percentages(as_actor: ClientMaker, desk: Desk, session: WriteSession) -> None:
    await set_settings(session, qualityPercentageBase="total")
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    assert means(await report(client, groupBy="scorecard"))[1] == (desk.mail.base_id, 3, 50)
    behind = await report(client, f"{PATH}/assessment", scorecard=desk.mail.base_id)
    assert [one["totals"]["percentage"] for one in behind["assessments"]] == [None, 0, 100]


async def test_the_statements_do_not_grow(
    as_actor: ClientMaker, desk: Desk, session: WriteSession, database: JoinedDatabase
) -> None:
    client = await as_actor(permissions=RIGHTS)

    async def used(path: str, **query: Any) -> int:
        before = database.statements
        await report(client, path, **query)
        return database.statements - before

    async def all_used() -> list[int]:
        return [
            await used(PATH, groupBy="agent,criterion"), await used(PATH, groupBy="team"),
            await used(f"{PATH}/assessment"),
        ]  # fmt: skip

    before = await all_used()
    for number in range(5):
        person = (await make_profile(session, role=2, teams=[(await make_team(session)).id])).id
        work = await make_work(session, person, at=at("08-01"))
        await make_assessment(session, work, desk.mail, answers=[replace(ai_answer(10, number))])
    await session.commit()
    assert await all_used() == before
    assert max(before) <= 12
