"""The check of a draft when the judge fails, is slow, or nobody waits any more (quality.md 9)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.judging.types import JudgeFailed, Judgement
from assaydesk.domains.quality.live_coach import service
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.db.session import WriteSession
from tests.factories.assessments import ScriptedJudge, judged
from tests.factories.live_coach import make_coach
from tests.factories.scorecards import category, criterion
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import set_settings
from tests.servers.llm_server import Failure, Hang, LlmServer, fair_judge

DRAFT = {"draftText": "<p>Good morning Mr Mustermann, your reading of 4,711 kWh is booked.</p>"}


@pytest.fixture
async def path(session: WriteSession) -> str:
    """Two scorecards for the AI and one with nothing but a rule."""
    ticket = await make_ticket(session)
    await make_coach(session, [category(1, [judged(10)])])
    await make_coach(session, [category(1, [judged(10), judged(11)])])
    await make_coach(session, [category(1, [criterion(12, rule={"type": "greeting"})])])
    await session.commit()
    return f"/ticket/{ticket.id}/quality/check"


@pytest.fixture
async def llm(ports: dict[str, Any]) -> AsyncIterator[LlmServer]:
    with LlmServer([fair_judge]) as running:
        ports["judge"] = JudgePorts(OpenAiCompatible(running.url, "scripted-model", "key"), HashedEmbedder)
        yield running
        await ports["judge"].close()


async def test_a_model_is_asked_once_a_scorecard_and_not_for_rules(as_actor: Any, path: str, llm: LlmServer) -> None:
    found = (await (await as_actor()).post(path, json=DRAFT)).json()["scorecards"]
    assert [one["percentage"] for one in found] == [100, 100, 100]
    assert len(llm.requests) == 2
    quote = found[0]["categories"][0]["criteria"][0]["evidence"][0]
    assert (quote["conversationId"], quote["start"]) == (None, 0)


async def test_one_failure_fails_the_whole_check(as_actor: Any, path: str, llm: LlmServer) -> None:
    llm.play(fair_judge, Failure(500))
    answer = await (await as_actor()).post(path, json=DRAFT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "ai_service_failed")
    assert "scorecards" not in answer.json()


async def test_the_time_is_limited(as_actor: Any, session: WriteSession, path: str, llm: LlmServer) -> None:
    await set_settings(session, qualityLiveCheckTimeoutSeconds=0.2)
    await session.commit()
    llm.play(Hang())
    answer = await (await as_actor()).post(path, json=DRAFT)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["details"]["reason"]) == (502, "ai_service_failed", "timeout")


async def test_no_model_is_configured(as_actor: Any, session: WriteSession, path: str) -> None:
    await set_settings(session, qualityJudge="model")
    await session.commit()
    answer = await (await as_actor()).post(path, json=DRAFT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "llm_not_configured")


async def test_the_reason_of_the_judge_is_told(as_actor: Any, path: str, ports: dict[str, Any]) -> None:
    failure = JudgeFailed("ai_service_failed", "Too many requests.", reason="rate_limited")
    ports["judge"] = ScriptedJudge(failures=[failure] * 3)
    answer = await (await as_actor()).post(path, json=DRAFT)
    assert answer.json()["error"]["details"]["reason"] == "rate_limited"


async def test_a_client_that_leaves_stops_the_work(
    as_actor: Any, app: FastAPI, path: str, ports: dict[str, Any]
) -> None:
    asked, stopped = asyncio.Event(), asyncio.Event()

    async def slow(*_: Any) -> Judgement:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    ports["judge"] = slow
    client: httpx.AsyncClient = await as_actor()
    request = client.build_request("POST", path, json=DRAFT)
    body = [{"type": "http.request", "body": request.content, "more_body": False}]

    async def receive() -> dict[str, Any]:
        if body:
            return body.pop()
        await asked.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        return None

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": ("desk.test", 80),
    }
    async with asyncio.timeout(10):
        await app(scope, receive, send)
        await stopped.wait()
    assert service._gate.running == 0
