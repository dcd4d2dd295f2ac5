"""Which answers teach how much, and what a judge said beside them."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.judging.confidence import Pair
from assaydesk.domains.quality.judging.learned import key_of
from assaydesk.domains.quality.judging.packing import unpack
from assaydesk.domains.quality.learning.fit import Taught, fit_family
from assaydesk.domains.quality.learning.labels import WEIGHTS, Kind, Verified, pair_of
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.judging import make_criterion
from tests.logic.judging.test_heads import EMBEDDER, MET, examples

FIVE, ZERO = Decimal(5), Decimal(0)
ANSWER = Verified(
    1, 2, 3, 7, 5, 10, FIVE, FIVE, True, False, 71, datetime(2026, 3, 2, tzinfo=UTC), "openai-compatible", "m", None
)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, Kind.CONFIRMED),
        ({"score": ZERO}, Kind.CORRECTED),
        ({"score": None}, Kind.CORRECTED),
        ({"score": None, "ai_score": None, "ai_applicable": False}, Kind.CONFIRMED),
        ({"ai_score": None, "ai_applicable": None}, Kind.BY_HAND),
        ({"blind": True}, Kind.BLIND),
        ({"provider": "builtIn"}, Kind.CONFIRMED_OWN),
        ({"provider": "builtIn", "score": ZERO}, Kind.CORRECTED),
        ({"provider": None, "ai_score": None, "ai_applicable": None}, Kind.BY_HAND),
    ],
)
def test_how_an_answer_came_about_decides_what_it_teaches(changes: dict[str, Any], kind: Kind) -> None:
    answer = replace(ANSWER, **changes)
    assert (answer.kind, answer.weight) == (kind, WEIGHTS[kind])


def ran(score: int | None, confidence: float, *, by: str = "model:m", **changes: Any) -> dict[str, Any]:
    raw = {"applicable": score is not None, "score": score, "confidence": confidence}
    return {"criterionId": 10, "origin": "ai", "producedBy": by, "abstained": False, "raw": raw, **changes}


def test_what_was_held_back_is_compared_as_well() -> None:
    criterion = make_criterion(10, scoring_type=ScoringType.MET_NOT_MET)
    held_back = replace(ANSWER, ai_score=None, ai_applicable=None, score=ZERO, ran=ran(5, 0.4, abstained=True))
    assert pair_of(held_back, criterion) == Pair(10, 7, 0.4, False, 1.0, 71, -1.0)
    seen = replace(ANSWER, ran=ran(5, 0.9))
    assert pair_of(seen, criterion) == Pair(10, 7, 0.9, True, 0.5, 71, 0.0)
    not_applicable = replace(ANSWER, ran=ran(None, 0.7))
    assert pair_of(not_applicable, criterion) == Pair(10, 7, 0.7, False, 0.5, 71, None)
    assert pair_of(replace(ANSWER, ran=None), criterion) is None
    unsure = ran(5, 0.7) | {"raw": {"applicable": None, "score": None, "confidence": 0.3}}
    assert pair_of(replace(ANSWER, ran=unsure), criterion) is None


def test_judges_are_told_apart() -> None:
    assert replace(ANSWER, ran=ran(5, 0.9)).judge == "openai-compatible:m"
    own = replace(ANSWER, provider="builtIn", ran=ran(5, 0.9, by="builtIn:7-v4"))
    assert (own.judge, own.said_since(4), own.said_since(5)) == ("builtIn", True, False)
    assert replace(ANSWER, ran=ran(5, 1.0, origin="rule", by="rule:greeting")).judge is None


def test_once_enough_was_checked_a_head_is_held_to_that_alone() -> None:
    given = examples(60)
    wrong = Pair(10, 7, 0.9, False, 1.0, 71)

    def gate(checked: int) -> tuple[bool, float | None]:
        taught = [Taught(one, 71, wrong if at < checked else None) for at, one in enumerate(given)]
        fitted = fit_family(7, {key_of(MET): MET}, {key_of(MET): taught}, {}, EMBEDDER)
        trust = unpack(fitted.body, base_id=7, version=1, target=0.85).trust_in("builtIn", None)
        assert trust is not None
        return trust.gate(10)

    assert gate(5) == (True, 0.85)
    assert gate(25) == (True, None)


def test_a_models_confidence_is_calibrated_without_any_head() -> None:
    pairs = [Pair(10, 7, 0.95, at % 3 != 0, 0.5, 71 + at % 2, 0.1) for at in range(60)]
    fitted = fit_family(7, {key_of(MET): MET}, {}, {"openai-compatible:m": pairs}, EMBEDDER)
    learned = unpack(fitted.body, base_id=7, version=1, target=0.85)
    trust = learned.trust_in("openai-compatible", "m")
    assert trust is not None
    assert 0.58 < trust.probability(10, 0.95) < 0.76
    assert trust.gate(10) == (True, None)
    assert learned.heads == {}
    assert [row["userId"] for row in fitted.facts["reviewers"]] == [71, 72]
    assert learned.trust_in("openai-compatible", "another") is None
