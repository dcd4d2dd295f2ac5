"""What a model may answer, played by a real HTTP server: each reply has one outcome; no score is lost or invented."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.judging.types import Evidence, JudgeFailed
from assaydesk.domains.quality.scorecards.types import LiveCoach
from tests.factories.judging import make_criterion
from tests.integration.judging.playing import (
    CASE,
    CORRECTED,
    GOOD,
    GOOD_SOLUTION,
    GOOD_TONE,
    SORRY,
    abstentions,
    judge,
    scores,
)
from tests.servers.llm_server import LlmServer, Reply, answer, reply_of

FOUR, TEN = Decimal(4), Decimal(10)
PRICES = {"scripted-model": {"inputPerMillion": 1, "outputPerMillion": 10, "currency": "EUR"}}


async def test_a_correct_reply_gives_checked_verdicts_and_their_provenance(
    server: LlmServer, ports: JudgePorts
) -> None:
    server.play(GOOD)
    judgement = await judge(ports, prices=PRICES)
    tone, solution = judgement.verdicts
    assert (tone.score, tone.confidence, tone.origin, tone.produced_by) == (FOUR, 0.9, "ai", "model:scripted-model")
    assert tone.evidence == (Evidence(2, "we are sorry for the mistake", 15, 43),)
    assert solution.score == TEN
    assert judgement.ai_summary == "A scripted summary."
    run = judgement.run
    assert (run.provider, run.model, run.prompt_version) == ("openai-compatible", "scripted-model", "2026-11-1")
    assert (run.input_tokens, run.output_tokens, run.repeats, run.temperature) == (1200, 150, 1, 0.0)
    assert (run.cost, run.currency) == (Decimal("0.0027"), "EUR")
    assert run.content_hash.startswith("sha256:")
    assert run.input_hash.startswith("sha256:")
    assert run.started_at <= run.finished_at
    assert (await judge(ports, prices=PRICES)).run.input_hash == run.input_hash


async def test_the_request_is_plain_chat_completions(server: LlmServer, ports: JudgePorts) -> None:
    await judge(ports, model="another-model")
    (request,), (headers,) = server.requests, server.headers
    assert (request["model"], request["temperature"]) == ("another-model", 0)
    assert request["response_format"]["type"] == "json_schema"
    assert [message["role"] for message in request["messages"]] == ["system", "user"]
    assert headers["authorization"] == "Bearer secret-key"
    assert "tools" not in request


async def test_not_applicable_and_cannot_assess_are_kept_apart(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(reply_of(answer(1, applicable=False, score=None), answer(2, score=None))))
    judgement = await judge(ports)
    assert [(verdict.applicable, verdict.abstained) for verdict in judgement.verdicts] == [(False, False), (None, True)]


async def test_a_server_that_tells_no_tokens_costs_an_unknown_amount(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(GOOD.content, usage=None))
    run = (await judge(ports, prices=PRICES)).run
    assert (run.input_tokens, run.output_tokens, run.cost, run.currency) == (None, None, None, None)


BROKEN = [
    pytest.param("Sorry, here is my view: good tone.", id="broken JSON"),
    pytest.param(reply_of(GOOD_TONE, GOOD_SOLUTION)[:-20], id="JSON that ends early"),
    pytest.param(reply_of(GOOD_TONE), id="missing criterion"),
    pytest.param(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "criterionId": 77}), id="unknown criterion instead"),
    pytest.param(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "score": "10"}), id="score as text"),
    pytest.param(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "score": True}), id="score as truth value"),
    pytest.param(reply_of(GOOD_TONE, GOOD_SOLUTION).replace('"score": 10', '"score": NaN'), id="NaN"),
    pytest.param(reply_of(GOOD_TONE, GOOD_SOLUTION, {**GOOD_SOLUTION, "score": 0}), id="two answers to one criterion"),
]


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_reply_of_the_wrong_form_is_repaired_once(broken: str, server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(broken), GOOD)
    judgement = await judge(ports)
    assert scores(judgement) == [FOUR, TEN]
    assert [message["role"] for message in server.requests[1]["messages"]] == ["system", "user", "assistant", "user"]
    assert "does not have the form" in server.requests[1]["messages"][3]["content"]
    assert judgement.run.input_tokens == 2400


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_reply_of_the_wrong_form_after_the_repair_fails_the_try(
    broken: str, server: LlmServer, ports: JudgePorts
) -> None:
    server.play(Reply(broken))
    with pytest.raises(JudgeFailed) as failure:
        await judge(ports)
    assert (failure.value.code, failure.value.reason) == ("ai_service_failed", "bad_response")
    assert len(server.requests) == 2


async def test_a_criterion_that_nobody_asked_for_is_dropped_after_the_repair(
    server: LlmServer, ports: JudgePorts
) -> None:
    server.play(Reply(reply_of(GOOD_TONE, GOOD_SOLUTION, answer(77, score=1))))
    assert scores(await judge(ports)) == [FOUR, TEN]
    assert len(server.requests) == 2


@pytest.mark.parametrize("score", [11, -1, 5, 9.99])
async def test_a_score_off_the_scale_after_the_repair_is_left_to_a_person(
    score: float, server: LlmServer, ports: JudgePorts
) -> None:
    server.play(Reply(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "score": score})))
    judgement = await judge(ports)
    assert (scores(judgement), abstentions(judgement)) == ([FOUR, None], [False, True])
    assert "not on the scale" in judgement.verdicts[1].reason
    assert len(server.requests) == 2


async def test_a_score_off_the_scale_that_the_repair_mends_counts(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(reply_of(GOOD_TONE, {**GOOD_SOLUTION, "score": 11})), GOOD)
    assert scores(await judge(ports)) == [FOUR, TEN]


UNPROVEN = [
    pytest.param({"evidence": [{"conversationId": 2, "quote": "We have paid you twice the sum"}]}, id="invented quote"),
    pytest.param({"evidence": [{"conversationId": 4, "quote": CORRECTED["quote"]}]}, id="quote from the wrong message"),
    pytest.param({"evidence": [{"conversationId": 99, "quote": CORRECTED["quote"]}]}, id="message that does not exist"),
    pytest.param({"evidence": [SORRY, {"conversationId": 2, "quote": "never written"}]}, id="one of two invented"),
    pytest.param({"evidence": []}, id="no evidence at all"),
    pytest.param({"evidence": [], "searchedConversationIds": [2]}, id="not everything searched"),
    pytest.param({"evidence": [{"conversationId": 3, "quote": "that was quick"}]}, id="words of the customer"),
]


@pytest.mark.parametrize("changes", UNPROVEN)
async def test_evidence_that_does_not_hold_is_asked_for_once_more(
    changes: dict[str, Any], server: LlmServer, ports: JudgePorts
) -> None:
    server.play(Reply(reply_of(GOOD_TONE, {**GOOD_SOLUTION, **changes})), Reply(reply_of(GOOD_SOLUTION)))
    assert scores(await judge(ports)) == [FOUR, TEN]
    question = server.requests[1]["messages"][3]["content"]
    assert "Judge only these criteria again: 2." in question
    assert len(server.requests) == 2


@pytest.mark.parametrize("changes", UNPROVEN)
@pytest.mark.parametrize("again", ["the same", "no JSON", "another criterion"])
async def test_evidence_that_still_does_not_hold_leaves_the_score_to_a_person(
    changes: dict[str, Any], again: str, server: LlmServer, ports: JudgePorts
) -> None:
    first = reply_of(GOOD_TONE, {**GOOD_SOLUTION, **changes})
    second = {"the same": first, "no JSON": "I insist.", "another criterion": reply_of(answer(1, score=0))}[again]
    server.play(Reply(first), Reply(second))
    judgement = await judge(ports)
    assert (scores(judgement), abstentions(judgement)) == ([FOUR, None], [False, True])
    assert len(server.requests) == 2


async def test_absence_with_everything_searched_needs_no_quote(server: LlmServer, ports: JudgePorts) -> None:
    absent = answer(2, score=0, searchedConversationIds=[1, 2, 3, 4])
    server.play(Reply(reply_of(GOOD_TONE, absent)))
    judgement = await judge(ports)
    assert scores(judgement) == [FOUR, Decimal(0)]
    assert judgement.verdicts[1].searched_conversation_ids == (1, 2, 3, 4)


async def test_low_confidence_is_left_to_a_person(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(reply_of({**GOOD_TONE, "confidence": 0.59}, GOOD_SOLUTION)))
    assert scores(await judge(ports)) == [None, TEN]


async def test_each_criterion_can_be_asked_alone(server: LlmServer, ports: JudgePorts) -> None:
    judgement = await judge(ports, prompt_scope="criterion")
    assert scores(judgement) == [Decimal(5), TEN]
    assert len(server.requests) == 2
    assert judgement.run.input_tokens == 2400
    assert judgement.ai_summary == "A scripted summary."


async def test_many_criteria_are_asked_in_parts(server: LlmServer, ports: JudgePorts) -> None:
    criteria = tuple(make_criterion(number) for number in range(1, 46))
    judgement = await judge(ports, criteria=criteria)
    assert scores(judgement) == [Decimal(5)] * 45
    assert len(server.requests) == 3


KNOCK_OUT = make_criterion(1, label="Data protection", make_or_break_for_assessment=True)


@pytest.mark.parametrize(("second", "score"), [(0, Decimal(0)), (3, None)])
async def test_a_knock_out_is_asked_twice_when_that_is_on(
    second: int, score: Decimal | None, server: LlmServer, ports: JudgePorts
) -> None:
    server.play(
        Reply(reply_of(answer(1, score=0, evidence=[SORRY], confidence=0.95), GOOD_SOLUTION)),
        Reply(reply_of(answer(1, score=second, evidence=[SORRY], confidence=0.9))),
    )
    judgement = await judge(ports, criteria=(KNOCK_OUT, make_criterion(2, max_points=TEN)), second_opinion=True)
    assert scores(judgement) == [score, TEN]
    assert (judgement.run.repeats, judgement.run.input_tokens) == (2, 2400)


async def test_a_knock_out_without_confidence_is_left_to_a_person(server: LlmServer, ports: JudgePorts) -> None:
    server.play(Reply(reply_of(answer(1, score=0, evidence=[SORRY], confidence=0.79))))
    assert scores(await judge(ports, criteria=(KNOCK_OUT,))) == [None]
    assert "knock" not in str(server.requests[0]["messages"]).casefold()


async def test_near_the_threshold_of_passing_another_model_may_be_asked(server: LlmServer, ports: JudgePorts) -> None:
    assert ports.llm is not None
    with LlmServer([Reply(reply_of({**GOOD_SOLUTION, "confidence": 0.7}))]) as other_server:
        other = type(ports.llm)(other_server.url, "other-model")  # type: ignore[call-arg]
        server.play(
            Reply(
                reply_of(answer(1, score=5, evidence=[SORRY], confidence=0.95), {**GOOD_SOLUTION, "confidence": 0.85})
            )
        )
        both = JudgePorts(llm=ports.llm, embedder=ports.embedder, second=other)
        judgement = await judge(both, live_coach=LiveCoach(True, 98.0), second_opinion=True)
        await other.close()
        assert [request["model"] for request in other_server.requests] == ["other-model"]
    assert [verdict.confidence for verdict in judgement.verdicts] == [0.95, 0.7]
    assert judgement.run.model == "scripted-model"


async def test_reasons_and_quotes_come_back_without_placeholders(server: LlmServer, ports: JudgePorts) -> None:
    case = replace(CASE, customer_terms=("Erika Nowak",), agent_terms=("Have a nice day",))
    entry = answer(
        1, score=4, reason="Greets [CUSTOMER_2].", evidence=[{"conversationId": 2, "quote": "Ms [CUSTOMER_2], we"}]
    )
    invented = answer(2, score=10, evidence=[{"conversationId": 2, "quote": "[CUSTOMER_1] got 100 EUR"}])
    server.play(Reply(reply_of(entry, invented, summary="[CUSTOMER_1] complained.")))
    judgement = await judge(ports, case=case)
    assert len(server.requests) == 2
    assert "[CUSTOMER_1] got 100 EUR" in str(server.requests[1])
    for secret in ("Nowak", "nice day"):
        assert secret not in str(server.requests)
    tone, solution = judgement.verdicts
    assert (tone.reason, tone.evidence[0].quote) == ("Greets Nowak.", "Ms Nowak, we")
    assert judgement.ai_summary == "Erika Nowak complained."
    assert solution.abstained


async def test_without_redaction_only_the_names_of_the_desk_are_masked(server: LlmServer, ports: JudgePorts) -> None:
    case = replace(CASE, customer_terms=("Erika Nowak",), agent_terms=("Have a nice day",))
    await judge(ports, case=case, redact=False)
    assert "Erika Nowak" in str(server.requests)
    assert "nice day" not in str(server.requests)
