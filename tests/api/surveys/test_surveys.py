import asyncio
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select, update

from assaydesk.domains.profiles.service import ADMIN_ROLE, AGENT_ROLE
from assaydesk.domains.surveys import service
from assaydesk.domains.surveys.models import Survey, SurveyAnswer
from assaydesk.domains.surveys.schemas import SurveyForm, SurveyList, SurveyResponse
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.tickets import make_ticket


@pytest.fixture
async def agent(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(role=AGENT_ROLE)


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


async def _ticket(session: WriteSession, **values: Any) -> int:
    ticket = await make_ticket(session, **values)
    await session.commit()
    return ticket.id


async def _reply(client: httpx.AsyncClient, ticket_id: int, **body: Any) -> dict[str, Any]:
    message = {"body": "<p>Done</p>", "to": ["tom@example.com"], "requestSurvey": True} | body
    answer = await client.post(f"/ticket/{ticket_id}/conversation/reply", json=message)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_asked_answered_and_shown(
    agent: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession
) -> None:
    ticket_id = await _ticket(session, language_code="de")
    sent = await _reply(agent, ticket_id)
    reference, url = sent["survey"]["reference"], sent["survey"]["url"]
    assert re.fullmatch("[a-z2-7]{20}", reference)
    path = url[url.index("/survey/") :]
    assert path == f"/survey/{reference}-{ticket_id}"
    assert "/api/" not in url  # The page for customers.
    form = (await anonymous.get(path)).json()
    SurveyForm.model_validate(form)
    question = "Wie zufrieden sind Sie mit unserer Antwort?"
    assert form == {
        "success": True, "scale": 5, "question": question, "language": "de", "answered": False, "answerStars": None,
        "open": True,
    }  # fmt: skip
    first = (await anonymous.post(path, json={"stars": 2, "text": "Slow"})).json()
    second = (await anonymous.post(path, json={"stars": "4", "text": " "})).json()
    assert first["id"] == second["id"]
    assert (await anonymous.get(path)).json().items() >= {"answered": True, "answerStars": 4}.items()
    history = (await session.scalars(select(SurveyAnswer.stars).order_by(SurveyAnswer.id))).all()
    assert list(history) == [2, 4]
    listed = (await agent.get("/survey", params={"ticketId": ticket_id})).json()
    SurveyList.model_validate(listed)
    (shown,) = listed["surveys"]
    conversation = sent["conversation"]["id"]
    expected = {"conversationId": conversation, "scale": 5, "answerStars": 4, "answerText": None}
    assert shown.items() >= ({"id": first["id"], "ticketId": ticket_id} | expected).items()
    (worklog,) = (await agent.get(f"/ticket/{ticket_id}/worklog")).json()
    assert worklog["customerExperience"]["csat"] == {
        "id": first["id"],
        "scale": 5,
        "answerStars": 4,
        "answerText": None,
    }
    assert shown["worklogId"] == worklog["id"]


async def test_who_is_asked(agent: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession) -> None:
    admin = await as_actor(role=ADMIN_ROLE)
    ticket_id = await _ticket(session)
    assert "survey" not in await _reply(agent, ticket_id, requestSurvey=False)
    assert "survey" not in await _reply(agent, ticket_id, requestSurvey=None)
    assert "survey" not in await _reply(agent, ticket_id, private=True)
    draft = await _reply(agent, ticket_id, isDraft=True)
    assert "survey" not in draft
    assert (await admin.post("/settings", json={"surveyRequestOnReply": True, "surveyScale": 7})).status_code == 200
    assert "survey" in await _reply(agent, ticket_id, requestSurvey=None)
    assert "survey" not in await _reply(agent, ticket_id, requestSurvey=False)
    path = f"/ticket/{ticket_id}/conversation/{draft['id']}"
    assert (await agent.patch(path, json={"isDraft": False})).status_code == 200
    rows = (await session.execute(select(Survey.conversation_id, Survey.scale).order_by(Survey.id))).all()
    assert (len(rows), rows[1].conversation_id, rows[1].scale) == (2, draft["id"], 7)


async def test_refusals(agent: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    ticket_id, other = await _ticket(session), await _ticket(session)
    reference = (await _reply(agent, ticket_id))["survey"]["reference"]
    path = f"/survey/{reference}-{ticket_id}"
    for body in ({"stars": 0}, {"stars": 6}, {"stars": 2.5}, {}, {"stars": 3, "text": "x" * 4001}):
        assert _code(await anonymous.post(path, json=body)) == (422, "validation_failed")
    assert _code(await anonymous.post(f"/survey/{reference}-{other}", json={"stars": 3})) == (404, "survey_not_found")
    assert _code(await anonymous.get(f"/survey/{'a' * 20}-{ticket_id}")) == (404, "survey_not_found")
    assert _code(await anonymous.post(f"/survey/{'a' * 20}-{ticket_id}", json={})) == (404, "survey_not_found")
    assert _code(await anonymous.get(f"/survey/{reference}-x")) == (422, "validation_failed")
    assert (await session.scalars(select(SurveyAnswer))).all() == []


async def test_calls_are_limited(agent: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession) -> None:
    ticket_id = await _ticket(session)
    path = f"/survey/{(await _reply(agent, ticket_id))['survey']['reference']}-{ticket_id}"
    for _ in range(10):
        assert (await anonymous.post(path, json={"stars": 3})).status_code == 200
    refused = await anonymous.post(path, json={"stars": 1})
    assert _code(refused) == (429, "rate_limited")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert await session.scalar(select(Survey.answer_stars)) == 3


async def test_an_old_answer_stays(
    agent: httpx.AsyncClient, anonymous: httpx.AsyncClient, session: WriteSession
) -> None:
    ticket_id = await _ticket(session)
    path = f"/survey/{(await _reply(agent, ticket_id))['survey']['reference']}-{ticket_id}"
    await anonymous.post(path, json={"stars": 3})
    for days, status in ((6.9, 200), (7.1, 409)):
        await session.execute(update(Survey).values(first_answered_at=utc_now() - timedelta(days=days)))
        await session.commit()
        answer = await anonymous.post(path, json={"stars": 4})
        assert answer.status_code == status
    assert _code(answer) == (409, "survey_closed")
    assert (await anonymous.get(path)).json()["open"] is False


async def test_a_whole_ticket_is_rated_by_signed_in_callers(
    agent: httpx.AsyncClient, anonymous: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession
) -> None:
    ticket_id = await _ticket(session)
    path = f"/survey/ticket-{ticket_id}"
    for method in ("GET", "POST"):
        assert _code(await anonymous.request(method, path, json={"stars": 3})) == (401, "unauthenticated")
    blind = await as_actor(permissions=[])
    assert _code(await blind.post(path, json={"stars": 3})) == (404, "survey_not_found")
    assert _code(await agent.post("/survey/ticket-999999", json={"stars": 3})) == (404, "survey_not_found")
    await _reply(agent, ticket_id, requestSurvey=False)
    assert (await agent.get(path)).json()["answered"] is False
    first = (await agent.post(path, json={"stars": 3})).json()["id"]
    assert (await agent.post(path, json={"stars": 5, "text": "Fine"})).json()["id"] == first
    # No survey came with the reply: the answer after it speaks of that worklog.
    (worklog,) = (await agent.get(f"/ticket/{ticket_id}/worklog")).json()
    assert worklog["customerExperience"]["csat"]["answerStars"] == 5


async def test_who_sees_answers(agent: httpx.AsyncClient, as_actor: ClientMaker, session: WriteSession) -> None:
    admin = await as_actor(role=ADMIN_ROLE)
    one, two = await _ticket(session), await _ticket(session)
    for client, ticket_id, stars in ((agent, one, 1), (admin, two, 4)):
        reference = (await _reply(client, ticket_id))["survey"]["reference"]
        assert (await client.post(f"/survey/{reference}-{ticket_id}", json={"stars": stars})).status_code == 200

    async def found(client: httpx.AsyncClient, **params: Any) -> list[int]:
        return [row["ticketId"] for row in (await client.get("/survey", params=params)).json()["surveys"]]

    assert await found(agent) == [one]
    assert await found(admin) == [two, one]
    assert await found(admin, starsMax=3) == [one]
    assert await found(admin, userId=agent.actor_id) == [one]  # type: ignore[attr-defined]
    assert await found(admin, to="2020-01-01") == []
    assert await found(admin, **{"from": "2020-01-01", "limit": 1}) == [two]
    nobody = await as_actor(permissions=["readTicket"])
    assert _code(await nobody.get("/survey")) == (403, "permission_denied")
    assert _code(await admin.get("/survey", params={"from": "x"})) == (422, "validation_failed")


async def test_spam_is_not_asked(session: WriteSession) -> None:
    ticket_id = await _ticket(session, spam_status="auto_spam")
    await service.ask(session, ticket_id, 1)
    assert (await session.scalars(select(Survey))).all() == []


async def test_two_answers_at_once(committed: Database) -> None:
    async with committed.write() as session:
        ticket = await make_ticket(session)
        session.add(Survey(reference="a" * 20, ticket_id=ticket.id, scale=5))

    async def answer(stars: int) -> None:
        async with committed.write() as session:
            await service.answer_survey(session, None, "a" * 20, ticket.id, SurveyResponse(stars=stars))

    await asyncio.gather(*(answer(stars) for stars in (1, 2, 3, 4, 5)))
    async with committed.read() as session:
        present = await session.scalar(select(Survey.answer_stars))
        history = (await session.scalars(select(SurveyAnswer.stars).order_by(SurveyAnswer.id))).all()
    assert sorted(history) == [1, 2, 3, 4, 5]
    assert present == history[-1]
