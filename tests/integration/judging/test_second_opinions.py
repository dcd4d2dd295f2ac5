"""Second opinions are asked near a knock-out and near the threshold, about nothing else, and every call is counted."""

from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.scorecards.types import LiveCoach
from tests.factories.judging import make_criterion
from tests.integration.judging.playing import CORRECTED, SORRY, judge, scores
from tests.servers.llm_server import LlmServer, Reply, answer, reply_of

PRICES = {"scripted-model": {"inputPerMillion": "2", "outputPerMillion": "8", "currency": "EUR"}}
TEN = Decimal(10)
PRIVACY = make_criterion(1, label="Data protection", max_points=TEN, make_or_break_for_assessment=True)
TONE = make_criterion(2, label="Tone of voice", max_points=TEN)
SOLUTION = make_criterion(3, label="Solution found", max_points=TEN)
CRITERIA = (PRIVACY, TONE, SOLUTION)


def reply(*given: tuple[int, int, float], prompt: int = 1000, completion: int = 100) -> Reply:
    """One answer a criterion: id, score, confidence."""
    answers = [
        answer(number, score=score, evidence=[SORRY if number == 1 else CORRECTED], confidence=confidence)
        for number, score, confidence in given
    ]
    return Reply(reply_of(*answers), usage={"prompt_tokens": prompt, "completion_tokens": completion})


def asked(server: LlmServer) -> list[list[str]]:
    """Which criteria each request names, in the order in which it asks them."""
    texts = ["\n".join(message["content"] for message in request["messages"]) for request in server.requests]
    labels = [criterion.label for criterion in CRITERIA]
    return [sorted((label for label in labels if label in text), key=text.index) for text in texts]


@pytest.mark.parametrize(
    ("first", "threshold", "again"),
    [
        pytest.param(((1, 10, 0.95), (2, 8, 0.7), (3, 8, 0.7)), None, None, id="far from both"),
        pytest.param(((1, 10, 0.95), (2, 8, 0.7), (3, 8, 0.7)), 70.0, None, id="far from the threshold"),
        pytest.param(((1, 10, 0.95), (2, 10, 0.95), (3, 10, 0.95)), 98.0, None, id="near the threshold and sure"),
        pytest.param(((1, 0, 0.95), (2, 8, 0.7), (3, 8, 0.7)), None, (1,), id="knocks out"),
        pytest.param(((1, 10, 0.7), (2, 8, 0.7), (3, 8, 0.7)), None, (1,), id="knock-out and unsure"),
        pytest.param(((1, 10, 0.95), (2, 8, 0.7), (3, 8, 0.95)), 85.0, (2,), id="near the threshold"),
        pytest.param(((1, 10, 0.7), (2, 8, 0.7), (3, 8, 0.7)), 85.0, (3, 2, 1), id="near both"),
    ],
)
async def test_second_opinions_and_their_cost(
    first: Any, threshold: float | None, again: tuple[int, ...] | None, server: LlmServer, ports: JudgePorts
) -> None:
    by_id = {number: (number, score, confidence) for number, score, confidence in first}
    server.play(reply(*first), reply(*(by_id[number] for number in again or (1,)), prompt=400, completion=50))
    judgement = await judge(
        ports,
        criteria=CRITERIA,
        live_coach=LiveCoach(threshold is not None, threshold or 80.0),
        second_opinion=True,
        prices=PRICES,
        timeout_seconds=60,
    )
    calls = asked(server)
    assert calls[0] == [criterion.label for criterion in CRITERIA]
    assert calls[1:] == ([] if again is None else [[CRITERIA[number - 1].label for number in again]])
    run = judgement.run
    assert run.repeats == len(calls)
    assert (run.input_tokens, run.output_tokens) == ((1000, 100) if again is None else (1400, 150))
    # 1,000 x 2 + 100 x 8 millionths, and 400 x 2 + 50 x 8 more.
    assert run.cost == (Decimal("0.0028") if again is None else Decimal("0.0040"))
    assert run.currency == "EUR"
    assert scores(judgement) == [Decimal(score) for _, score, _ in first]


async def test_without_the_setting_nothing_is_asked_twice(server: LlmServer, ports: JudgePorts) -> None:
    server.play(reply((1, 0, 0.95), (2, 8, 0.7), (3, 8, 0.7)))
    judgement = await judge(ports, criteria=CRITERIA, prices=PRICES, timeout_seconds=60)
    assert (len(server.requests), judgement.run.repeats, judgement.run.cost) == (1, 1, Decimal("0.0028"))
