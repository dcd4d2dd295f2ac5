"""A second opinion is asked where it matters, and a difference leaves the score to a person."""

from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.judging.abstain import Thresholds
from assaydesk.domains.quality.judging.provenance import Usage, cost_of, input_hash
from assaydesk.domains.quality.judging.second_opinion import weigh, worth_asking_again
from assaydesk.domains.quality.judging.types import Verdict
from assaydesk.domains.quality.scorecards.types import LiveCoach
from tests.factories.judging import make_case, make_content, make_criterion

THRESHOLDS = Thresholds(0.6, 0.8)


def verdict(number: int, score: str | None, confidence: float = 0.85, **changes: Any) -> Verdict:
    facts: dict[str, Any] = {
        "criterion_id": number,
        "applicable": None if score is None else True,
        "score": None if score is None else Decimal(score),
        "reason": "",
        "confidence": confidence,
        "evidence": (),
        "searched_conversation_ids": (),
        "tool_call_ids": (),
        "origin": "ai",
        "abstained": score is None,
        "produced_by": "model:x",
    }
    return Verdict(**{**facts, **changes})


KNOCK_OUT = make_criterion(1, make_or_break_for_assessment=True)
PLAIN = make_criterion(2)


@pytest.mark.parametrize(
    ("first", "asked"),
    [
        (verdict(1, "0", 0.99), [1]),
        (verdict(1, "5", 0.7), [1]),
        (verdict(1, "5", 0.95), []),
        (verdict(1, None), []),
        (verdict(1, "0", 1.0, origin="rule"), []),
    ],
)
def test_near_a_knock_out(first: Verdict, asked: list[int]) -> None:
    content = make_content([KNOCK_OUT, PLAIN])
    chosen = worth_asking_again(content, [first, verdict(2, "0", 0.7)], THRESHOLDS)
    assert [criterion.id for criterion in chosen] == asked


@pytest.mark.parametrize(
    ("threshold", "enabled", "asked"), [(50.0, True, [2]), (54.9, True, [2]), (56.0, True, []), (50.0, False, [])]
)
def test_near_the_threshold_of_passing_the_unsure_are_asked(threshold: float, enabled: bool, asked: list[int]) -> None:
    content = make_content([PLAIN, make_criterion(3)], live_coach=LiveCoach(enabled, threshold))
    chosen = worth_asking_again(content, [verdict(2, "2", 0.85), verdict(3, "3", 0.95)], THRESHOLDS)
    assert [criterion.id for criterion in chosen] == asked


@pytest.mark.parametrize(
    ("first", "second", "score"),
    [("5", "5", "5"), ("5", "4.5", "5"), ("5", "4.4", None), ("0", "0", "0"), ("0", "0.4", None), ("5", None, None)],
)
def test_opinions_that_differ_leave_the_score_to_a_person(first: str, second: str | None, score: str | None) -> None:
    (weighed,) = weigh([verdict(2, first, 0.9)], [PLAIN], {2: verdict(2, second, 0.7)}, "en")
    assert weighed.score == (None if score is None else Decimal(score))
    assert weighed.abstained is (score is None)
    assert weighed.confidence == (0.7 if score is not None else 0.9)


def test_verdicts_without_a_second_opinion_stay() -> None:
    assert weigh([verdict(2, "3")], [PLAIN], {}, "en") == (verdict(2, "3"),)


PRICES = {
    "m": {"inputPerMillion": 0.5, "outputPerMillion": "1.5", "currency": "EUR"},
    "broken": {"inputPerMillion": "x"},
}


def test_cost_follows_the_price_of_the_model() -> None:
    usage = Usage(1_000_000, 200_000)
    assert cost_of(usage, PRICES, "m") == (Decimal("0.8"), "EUR")
    assert cost_of(usage, PRICES, "m-2026-01", "m") == (Decimal("0.8"), "EUR")
    assert cost_of(usage, PRICES, "other", None) == (None, None)
    assert cost_of(usage, PRICES, "broken") == (None, None)
    assert cost_of(Usage(None, 5), PRICES, "m") == (None, None)
    assert Usage().plus(1, 2).plus(None, 3) == Usage(None, 5)


def test_the_hash_of_the_input_covers_conversation_content_and_settings() -> None:
    case = make_case(("A", "Hello"))
    first = input_hash(case, "sha256:1", model="m")
    assert first.startswith("sha256:")
    assert first == input_hash(make_case(("A", "Hello")), "sha256:1", model="m")
    others = {
        input_hash(make_case(("A", "Hello!")), "sha256:1", model="m"),
        input_hash(case, "sha256:2", model="m"),
        input_hash(case, "sha256:1", model="n"),
    }
    assert len(others | {first}) == 4
