"""`GET /ticket/{ticketId}/worklog`."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.worklogs.events import WORKLOG_ASSESSMENTS
from assaydesk.domains.worklogs.recording import record_action, tell_csat
from assaydesk.domains.worklogs.schemas import WorklogRead
from assaydesk.domains.worklogs.track import record, record_runs
from assaydesk.domains.worklogs.types import Action, AiUse, AutomationLevel, Run
from assaydesk.platform.db.engine import JoinedDatabase
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile, make_team
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, act, customer_writes, pings

AGENT = {"id": 5, "name": "Email Assistant", "description": "Generates email responses", "intelligence": "smart",
         "textAssistanceAccuracy": 0.92, "actions": None}  # fmt: skip


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def worked_ticket(session: WriteSession, *users: int) -> int:
    """A ticket on which each of these people answered once, a minute apart."""
    ticket = (await make_ticket(session)).id
    for number, user in enumerate(users):
        await record(session, user, {ticket: [act(after(60 * number), "reply")]})
    await session.commit()
    return ticket


def users_of(answer: httpx.Response) -> list[int]:
    assert answer.status_code == 200, answer.text
    return [worklog["worklog"]["userId"] for worklog in answer.json()]


async def test_the_answer_has_the_documented_shape(session: WriteSession, as_actor: Any, shared_spec: Path) -> None:
    client = await as_actor(lang="de")
    user = client.actor_id
    ticket = await make_ticket(session, sla_due_at=after(5400))
    await record(session, user, {ticket.id: [*pings(after(0), after(450))]})
    use = AiUse(AutomationLevel.ASSISTED, (AGENT,), 0.92)
    await record_action(
        session, user_id=user, ticket_id=ticket.id, at=after(360), action=Action.REPLY, conversation_id=331, ai=use
    )
    await record(session, user, {ticket.id: [act(after(480), "closed")]})
    await customer_writes(session, ticket.id, after(3600))
    await record(session, user, {ticket.id: [act(after(7200), "reply", 332)]})
    await session.commit()
    answer = await client.get(f"/ticket/{ticket.id}/worklog")
    assert answer.status_code == 200
    assert answer.headers["X-Total-Count"] == "2"
    first, second = answer.json()
    csat = {"id": 88, "scale": 5, "answerStars": 5, "answerText": "Great service!"}
    await tell_csat(session, {first["id"]: csat})
    await session.commit()
    first, second = (await client.get(f"/ticket/{ticket.id}/worklog")).json()
    assert first == {
        "id": first["id"],
        "ticketId": ticket.id,
        "date": "2024-06-12",
        "latestInteraction": "2024-06-12T09:08:00Z",
        "assessments": [],
        "worklog": {
            "userId": user,
            "worklogId": first["id"],
            "latestInteraction": "2024-06-12T09:08:00Z",
            "ticketId": ticket.id,
            "conversationId": 331,
            "action": "closeAction",
            "actionList": ["reply", "closed"],
            "actionListText": ["Antwort an Kunden gesendet", "Ticket geschlossen"],
        },
        "aiUsage": {"automationLevel": 2, "automationLevelLabel": "Assisted", "aiAgents": [AGENT]},
        "time": {
            "duration": 480,
            "durationAfterWork": 120,
            "segments": [
                {
                    "userTimeTrackingId": first["time"]["segments"][0]["userTimeTrackingId"],
                    "from": "2024-06-12T09:00:00Z",
                    "to": "2024-06-12T09:08:00Z",
                    "actionList": ["reply", "closed"],
                    "actionListText": ["Antwort an Kunden gesendet", "Ticket geschlossen"],
                }
            ],
        },
        "customerExperience": {
            "slaMet": True,
            "netSecondsClosedAfterSla": -4920,
            "closingDateForSLA": "2024-06-12T09:08:00Z",
            "dueDateForSLA": "2024-06-12T10:30:00Z",
            "reOpened": False,
            "csat": csat,
        },
    }
    [example, _] = json.loads((shared_spec / "examples/getTicketWorklogs.response.json").read_text())
    example["assessments"] = []
    assert_same_shape(example, first)
    assert second["customerExperience"] == {
        "slaMet": False,
        "netSecondsClosedAfterSla": None,
        "closingDateForSLA": None,
        "dueDateForSLA": "2024-06-12T10:30:00Z",
        "reOpened": False,
        "csat": None,
    }
    for worklog in (first, second):
        WorklogRead.model_validate(worklog)


def assert_same_shape(example: Any, value: Any, path: str = "") -> None:
    """Every documented key with the same JSON type."""
    assert type(example) is type(value), path
    if isinstance(example, dict):
        for key, item in example.items():
            assert key in value, f"{path}.{key}"
            assert_same_shape(item, value[key], f"{path}.{key}")
    elif isinstance(example, list):
        for item in value:
            assert_same_shape(example[0], item, f"{path}[]")


async def test_worklogs_come_by_date_and_latest_interaction(session: WriteSession, as_actor: Any) -> None:
    client = await as_actor()
    users = [(await make_profile(session)).id for _ in range(3)]
    ticket = (await make_ticket(session)).id
    for user, moment in zip(users, (90_000, 60, 0), strict=True):
        await record(session, user, {ticket: [act(after(moment), "reply")]})
    await record(session, users[2], {ticket: [act(after(120), "tagged")]})
    await session.commit()
    assert users_of(await client.get(f"/ticket/{ticket}/worklog")) == [users[1], users[2], users[0]]


async def test_a_ticket_without_work_has_no_worklogs(session: WriteSession, as_actor: Any) -> None:
    ticket = await worked_ticket(session)
    answer = await (await as_actor()).get(f"/ticket/{ticket}/worklog")
    assert (answer.json(), answer.headers["X-Total-Count"]) == ([], "0")


@pytest.mark.parametrize(
    ("permissions", "sees"),
    [
        ([], {"bot"}),
        (["worklogViewOwn"], {"bot", "own"}),
        (["qualityViewAssessmentOwn"], {"bot", "own"}),
        (["worklogViewTeamMate"], {"bot", "own", "mate"}),
        (["qualityViewAssessmentTeamMate"], {"bot", "own", "mate"}),
        (["qualityDoAssessmentsTeam"], {"bot", "own", "mate"}),
        (["worklogViewAll"], {"bot", "own", "mate", "other"}),
        (["qualityViewAssessmentAll"], {"bot", "own", "mate", "other"}),
        (["qualityDoAssessmentsAll"], {"bot", "own", "mate", "other"}),
    ],
)
async def test_who_sees_whose_worklogs(
    session: WriteSession, as_actor: Any, permissions: list[str], sees: set[str]
) -> None:
    shared, foreign = (await make_team(session)).id, (await make_team(session)).id
    closed = (await make_team(session, state="inactive")).id
    await session.commit()
    client = await as_actor(permissions=["readTicket", *permissions], teams=[shared, closed])
    people = {
        "own": client.actor_id,
        "mate": (await make_profile(session, teams=[shared])).id,
        "other": (await make_profile(session, teams=[foreign, closed])).id,
    }
    bot = (await make_profile(session, type="aiAgent")).id
    ticket = await worked_ticket(session, *people.values())
    await record_runs(session, bot, {ticket: [Run(after(0), after(5), (act(after(5), "reply"),))]})
    await session.commit()
    names = {user: name for name, user in [*people.items(), ("bot", bot)]}
    found = users_of(await client.get(f"/ticket/{ticket}/worklog"))
    assert {names[user] for user in found} == sees
    assert len(found) == len(sees)
    searched = await client.post("/worklog/search", json={})
    assert {names[worklog["worklog"]["userId"]] for worklog in searched.json()["worklogs"]} == sees
    for worklog in searched.json()["worklogs"]:
        assert (await client.get(f"/worklog/{worklog['id']}")).status_code == 200


async def test_assessments_are_those_that_the_slot_gives(
    session: WriteSession, as_actor: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await as_actor()
    ticket = await worked_ticket(session, client.actor_id)
    shown = {"id": 901, "scorecardId": 42, "state": "aiReady", "scorecardBaseId": 40}
    asked: list[Any] = []

    async def source(_: Any, actor: Any, ids: Any) -> dict[int, list[dict[str, Any]]]:
        asked.append((actor.id, list(ids)))
        return {id_: [shown] for id_ in ids}

    monkeypatch.setattr(WORKLOG_ASSESSMENTS, "_source", source)
    [worklog] = (await client.get(f"/ticket/{ticket}/worklog")).json()
    assert worklog["assessments"] == [shown]
    assert asked == [(client.actor_id, [worklog["id"]])]


async def test_the_number_of_statements_does_not_grow(
    session: WriteSession, as_actor: Any, database: JoinedDatabase
) -> None:
    client = await as_actor()
    few = await worked_ticket(session, client.actor_id)
    many = await worked_ticket(session, *[(await make_profile(session)).id for _ in range(30)])
    counts = []
    for ticket, expected in ((few, 1), (many, 30)):
        before = database.statements
        assert len((await client.get(f"/ticket/{ticket}/worklog")).json()) == expected
        counts.append(database.statements - before)
    assert counts[0] == counts[1] <= 12


async def test_without_a_token(session: WriteSession, anonymous: httpx.AsyncClient) -> None:
    ticket = await worked_ticket(session)
    assert (await anonymous.get(f"/ticket/{ticket}/worklog")).status_code == 401


@pytest.mark.parametrize("permissions", [[], ["worklogViewAll"]])
async def test_a_ticket_that_the_caller_may_not_read_is_not_found(
    session: WriteSession, as_actor: Any, permissions: list[str]
) -> None:
    ticket = await worked_ticket(session)
    answer = await (await as_actor(permissions=permissions)).get(f"/ticket/{ticket}/worklog")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ticket_not_found")


async def test_an_unknown_ticket_is_not_found(as_actor: Any) -> None:
    answer = await (await as_actor()).get("/ticket/999999/worklog")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ticket_not_found")


@pytest.mark.parametrize("ticket", ["0", "-1", "x", str(2**63)])
async def test_a_malformed_id(as_actor: Any, ticket: str) -> None:
    assert (await (await as_actor()).get(f"/ticket/{ticket}/worklog")).status_code == 422
