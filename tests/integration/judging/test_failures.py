"""What can go wrong between the desk and a model: each failure has a name, none decides anything."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.judging.types import JudgeFailed
from assaydesk.integrations.llm.openai_compatible import OpenAiCompatible
from assaydesk.platform.db.session import SessionStillOpen, counted
from tests.factories.judging import make_case
from tests.integration.judging.playing import GOOD, GOOD_SOLUTION, GOOD_TONE, judge, scores
from tests.servers.llm_server import Drop, Failure, Hang, LlmServer, Raw, Reply, Step, fair_judge, reply_of


async def failure_of(ports: JudgePorts, **settings: Any) -> JudgeFailed:
    with pytest.raises(JudgeFailed) as failure:
        await judge(ports, **settings)
    assert failure.value.code == "ai_service_failed"
    assert failure.value.message.endswith(".")
    return failure.value


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (Failure(500), "bad_response"),
        (Failure(503), "bad_response"),
        (Failure(401), "auth"),
        (Failure(403), "auth"),
        (Failure(404), "bad_response"),
        (Failure(400), "bad_response"),
        (Failure(429), "rate_limited"),
        (Failure(500, body="<html>gateway</html>"), "bad_response"),
        (Raw(b"<html>hello</html>", "text/html"), "bad_response"),
        (Raw(b"{}"), "bad_response"),
        (Raw(b'{"choices": []}'), "bad_response"),
        (Raw(b"not json"), "bad_response"),
        (Raw(b"\xff\xfe"), "bad_response"),
        (Raw(b'{"error": {"message": "overloaded"}}'), "bad_response"),
        (Reply("", finish_reason="stop"), "bad_response"),
        (Reply(None), "bad_response"),
        (Reply(None, refusal="I will not judge people."), "bad_response"),
        (Reply("", finish_reason="content_filter"), "bad_response"),
        (Reply(reply_of(GOOD_TONE, GOOD_SOLUTION)[:200], finish_reason="length"), "bad_response"),
        (Drop(), "connection"),
        (Drop(half=True), "connection"),
    ],
    ids=repr,
)
async def test_a_failure_has_a_name_and_is_not_repeated_here(
    step: Step, reason: str, server: LlmServer, ports: JudgePorts
) -> None:
    server.play(step)
    assert (await failure_of(ports)).reason == reason
    assert len(server.requests) == 1


async def test_the_wait_that_the_server_asks_for_is_passed_on(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Failure(429, {"Retry-After": "7"}))
    assert (await failure_of(ports)).retry_after_seconds == 7
    server.play(Failure(503, {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)}))
    waited = (await failure_of(ports)).retry_after_seconds
    assert waited is not None
    assert 60 < waited <= 90
    server.play(Failure(429, {"Retry-After": "soon"}))
    assert (await failure_of(ports)).retry_after_seconds is None


@pytest.mark.parametrize("step", [Hang(), Hang(drip=True), Reply(GOOD.content, delay_seconds=3600)], ids=repr)
async def test_a_server_that_does_not_come_to_an_end_times_out(
    step: Step, server: LlmServer, ports: JudgePorts
) -> None:
    await judge(ports)
    server.play(step)
    assert (await failure_of(ports, timeout_seconds=0.5)).reason == "timeout"


async def test_a_failure_in_the_repair_or_in_the_question_about_evidence_fails_the_try(
    server: LlmServer, ports: JudgePorts
) -> None:
    server.play(Reply("no JSON"), Failure(429, {"Retry-After": "3"}))
    assert (await failure_of(ports)).retry_after_seconds == 3
    server.play(Reply(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "evidence": []})), Drop())
    assert (await failure_of(ports)).reason == "connection"


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "http://does-not-exist.invalid/v1"])
async def test_a_server_that_is_not_there_is_a_failed_connection(url: str, ports: JudgePorts) -> None:
    llm = OpenAiCompatible(url, "m")
    assert (await failure_of(JudgePorts(llm, ports.embedder))).reason == "connection"
    await llm.close()


async def test_a_server_without_the_encryption_that_is_asked_for_is_a_failed_connection(
    server: LlmServer, ports: JudgePorts
) -> None:
    llm = OpenAiCompatible(server.url.replace("http:", "https:"), "m")
    assert (await failure_of(JudgePorts(llm, ports.embedder))).reason == "connection"
    await llm.close()


async def test_the_message_never_repeats_what_was_sent(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Failure(400, body='{"error": {"message": "invalid input: my invoice 4711 is wrong", "code": "bad"}}'))
    failure = await failure_of(ports)
    assert "4711" not in failure.message
    assert "HTTP 400" in failure.message


async def test_a_server_that_knows_no_schemas_is_asked_without_and_that_is_remembered(
    server: LlmServer, ports: JudgePorts
) -> None:
    refusal = Failure(400, body='{"error": {"message": "response_format json_schema is not supported"}}')
    server.play(lambda request: refusal if "response_format" in request else fair_judge(request))
    await judge(ports)
    await judge(ports)
    assert ["response_format" in request for request in server.requests] == [True, False, False]


async def test_a_conversation_that_is_too_long_for_the_model_is_shortened_once(
    server: LlmServer, ports: JudgePorts
) -> None:
    too_long = Failure(400, body='{"error": {"message": "too long", "code": "context_length_exceeded"}}')
    case = make_case(("C", "why " * 20_000), ("A", "Because it is so."))
    server.play(too_long, fair_judge)
    assert scores(await judge(ports, case=case)) == [5, 10]
    sizes = [len(request["messages"][1]["content"]) for request in server.requests]
    assert sizes[1] < 0.5 * sizes[0]
    server.play(too_long)
    assert (await failure_of(ports)).reason == "bad_response"
    assert len(server.requests) == 2


async def test_one_failing_part_fails_the_whole_try(server: LlmServer, ports: JudgePorts) -> None:
    server.play(fair_judge, Failure(500))
    assert (await failure_of(ports, prompt_scope="criterion")).reason == "bad_response"


async def test_a_judgement_can_be_cancelled(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Hang())
    task = asyncio.create_task(judge(ports, timeout_seconds=60))
    while not server.requests:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_no_model_is_asked_while_a_session_is_open(server: LlmServer, ports: JudgePorts) -> None:
    async with counted():
        with pytest.raises(SessionStillOpen):
            await judge(ports)
    assert server.requests == []


async def test_an_unknown_prompt_version_is_refused(server: LlmServer, ports: JudgePorts) -> None:
    assert "1999-1" in (await failure_of(ports, prompt_version="1999-1")).message
    assert server.requests == []
