"""`POST /quality/assessment/{id}/replay`: the judge once more; `GET .../replay/{runId}`: what it was shown."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select, update

from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.quality.assessments.models import Assessment, AssessmentCriterion, JudgeRun
from assaydesk.domains.quality.assessments.types import State
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible
from assaydesk.integrations.local_ai.hashed import HashedEmbedder
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.session import WriteSession
from tests.api.assessments.conftest import Scene, SceneMaker
from tests.factories.worklogs import set_settings
from tests.servers.llm_server import LlmServer, Reply, answer, asked, fair_judge, reply_of


@pytest.fixture
async def llm(ports: dict[str, Any]) -> AsyncIterator[LlmServer]:
    with LlmServer([fair_judge]) as running:
        ports["judge"] = JudgePorts(OpenAiCompatible(running.url, "scripted-model", "key"), HashedEmbedder)
        yield running
        await ports["judge"].close()


@dataclass
class Judged:
    scene: Scene
    client: Any
    run_id: int

    @property
    def path(self) -> str:
        return f"{self.scene.path}/replay"

    @property
    def record(self) -> str:
        return f"{self.path}/{self.run_id}"


@pytest.fixture
def make_judged(as_actor: Any, session: WriteSession, make_scene: SceneMaker) -> Callable[..., Awaitable[Judged]]:
    """An assessment that was judged for real."""

    async def make(**settings: Any) -> Judged:
        await set_settings(session, **settings)
        scene = await make_scene(answers=[])
        client = await as_actor()
        answer = await client.post(f"{scene.path}/refresh")
        assert answer.status_code == 200, answer.text
        return Judged(scene, client, answer.json()["judge"]["runId"])

    return make


def half_marks(request: dict[str, Any]) -> Reply:
    """Half the points, for the same words."""
    wanted = asked(request)
    (key, text), *_ = wanted.assessed.items()
    quote = [{"conversationId": key, "quote": text[:12]}]
    return Reply(
        reply_of(*(answer(number, score=most / 2, evidence=quote) for number, most in wanted.criteria.items()))
    )


async def test_the_same_question_gets_the_same_answer(session: WriteSession, llm: LlmServer, make_judged: Any) -> None:
    judged = await make_judged()
    first = llm.requests[0]
    stored = [await session.scalar(select(func.count()).select_from(one)) for one in (JudgeRun, AssessmentCriterion)]
    llm.play(fair_judge)
    reply = await judged.client.post(judged.path, json={})
    assert reply.status_code == 200, reply.text
    body = reply.json()
    assert (body["runId"], body["inputMatches"], body["differs"], body["changedCriteria"]) == (
        judged.run_id,
        True,
        [],
        0,
    )
    assert body["inputHash"] == body["recordedInputHash"]
    assert [(one["before"]["score"], one["after"]["score"], one["changed"]) for one in body["criteria"]] == [
        (5, 5, []),
        (10, 10, []),
    ]
    assert (body["judge"]["model"], body["judge"]["inputTokens"]) == ("scripted-model", 1200)
    again = llm.requests[0]
    assert again["model"] == first["model"]
    assert asked(again).assessed == asked(first).assessed
    assert [
        await session.scalar(select(func.count()).select_from(one)) for one in (JudgeRun, AssessmentCriterion)
    ] == stored
    logged = select(func.count()).select_from(audit_entries).where(audit_entries.c.action == "assessment:replay")
    assert await session.scalar(logged) == 1


async def test_what_is_different_is_named(session: WriteSession, llm: LlmServer, make_judged: Any) -> None:
    judged = await make_judged()
    llm.play(half_marks)
    changed = update(Conversation).where(Conversation.id == judged.scene.work.reply.id)
    await session.execute(changed.values(body_plain="Good morning Mr Mustermann, please wait for our answer."))
    await set_settings(session, qualityAbstainThreshold=0.5)
    await session.commit()
    body = (await judged.client.post(judged.path, json={"runId": judged.run_id})).json()
    assert (body["inputMatches"], body["differs"]) == (False, ["messages", "settings"])
    assert (body["changedCriteria"], body["criteria"][0]["changed"]) == (2, ["score", "quotes"])


async def test_the_record_shows_what_the_model_saw(llm: LlmServer, make_judged: Any) -> None:
    judged = await make_judged()
    reply = await judged.client.get(judged.record)
    assert reply.status_code == 200, reply.text
    body = reply.json()
    seen = asked(llm.requests[0])
    shown = {message["conversationId"]: message for message in body["messages"]}
    assert {key: shown[key]["text"] for key in seen.assessed} == seen.assessed
    assert {key: shown[key]["text"] for key in seen.others} == seen.others
    assert "Mustermann" not in shown[judged.scene.work.reply.id]["text"]
    assert (body["inputMatches"], body["judge"]["promptVersion"]) == (True, body["judge"]["promptVersion"])
    assert [one["criterionId"] for one in body["answers"]] == [10, 11]
    assert [one["id"] for part in body["categories"] for one in part["criteria"]] == [10, 11, 22]
    assert "ASSESSED" in body["instructions"]
    assert len(llm.requests) == 1


async def test_the_built_in_judge_can_be_repeated(make_judged: Any) -> None:
    judged = await make_judged(qualityJudge="builtIn")
    body = (await judged.client.post(judged.path)).json()
    assert (body["inputMatches"], body["changedCriteria"], body["judge"]["provider"]) == (True, 0, "builtIn")
    record = (await judged.client.get(judged.record)).json()
    assert "Mr Mustermann" in record["messages"][-1]["text"]
    assert record["instructions"] is None


async def test_a_model_or_a_prompt_that_is_gone(
    session: WriteSession, ports: dict[str, Any], llm: LlmServer, make_judged: Any
) -> None:
    judged = await make_judged()

    async def reason() -> tuple[int, str]:
        reply = await judged.client.post(judged.path)
        return reply.status_code, reply.json()["error"]["details"]["reason"]

    await session.execute(update(JudgeRun).values(prompt_version="2020-01-1"))
    await session.commit()
    assert await reason() == (409, "promptVersionUnknown")
    await ports["judge"].close()
    ports["judge"] = JudgePorts(None, HashedEmbedder)
    assert await reason() == (409, "modelNotConfigured")
    await session.execute(update(JudgeRun).values(content_hash="sha256:0"))
    await session.commit()
    assert await reason() == (409, "contentUnknown")
    await session.execute(update(JudgeRun).values(outcome="failed"))
    await session.commit()
    assert await reason() == (409, "runFailed")
    await session.execute(update(Assessment).values(run_id=None))
    await session.commit()
    assert await reason() == (409, "noRun")


async def test_a_failing_service(llm: LlmServer, make_judged: Any) -> None:
    judged = await make_judged()
    llm.play(Reply(None, refusal="No."))
    reply = await judged.client.post(judged.path)
    assert (reply.status_code, reply.json()["error"]["code"]) == (502, "ai_service_failed")


async def test_a_blind_reviewer_is_told_nothing(session: WriteSession, llm: LlmServer, make_judged: Any) -> None:
    judged = await make_judged()
    await session.execute(update(Assessment).values(blind_review=True))
    await session.commit()
    llm.play(fair_judge)
    for reply in (await judged.client.post(judged.path), await judged.client.get(judged.record)):
        assert (reply.status_code, reply.json()["error"]["code"]) == (409, "blind_review")
    assert llm.requests == []
    await session.execute(update(Assessment).values(state=State.REVIEWED))
    await session.commit()
    assert (await judged.client.get(judged.record)).status_code == 200


async def test_refusals(as_actor: Any, anonymous: Any, make_judged: Any) -> None:
    judged = await make_judged()
    agent = await as_actor(permissions=["qualityViewAssessmentAll"])
    lead = await as_actor(permissions=["qualityDoAssessmentsTeam"])
    own = await as_actor(profile=judged.scene.agent)
    for call in ("post", "get"):
        path = judged.path if call == "post" else judged.record
        assert (await getattr(anonymous, call)(path)).status_code == 401
        assert (await getattr(agent, call)(path)).status_code == 403
        assert (await getattr(lead, call)(path)).status_code == 404
        assert (await getattr(own, call)(path)).status_code == 404
    reply = await judged.client.get(f"{judged.path}/4711")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "run_not_found")
    reply = await judged.client.post(judged.path, json={"runId": "x"})
    assert reply.status_code == 422
