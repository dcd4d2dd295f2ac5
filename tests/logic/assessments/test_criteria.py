"""Verdicts become answers (quality.md 4.4)."""

from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.assessments.criteria import answer_of, score_fault, totals_of
from assaydesk.domains.quality.assessments.types import CriterionState, Origin
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.assessments import judged, small_content, verdict

S = CriterionState


@pytest.mark.parametrize(
    ("changes", "state", "score", "applicable"),
    [
        ({"score": "4"}, S.AI_SCORED, 4, True),
        ({"score": "0"}, S.AI_SCORED, 0, True),
        ({"score": "4", "applicable": None}, S.AI_SCORED, 4, True),
        ({"score": None}, S.NEEDS_HUMAN, None, None),
        ({"score": None, "abstained": False}, S.NEEDS_HUMAN, None, None),
        ({"score": None, "abstained": False, "applicable": True}, S.NEEDS_HUMAN, None, True),
        ({"score": None, "abstained": False, "applicable": False}, S.NOT_APPLICABLE, None, False),
        ({"score": "4", "applicable": False}, S.NOT_APPLICABLE, None, False),
        ({"score": "4", "abstained": True}, S.NEEDS_HUMAN, None, True),
        ({"score": "6"}, S.NEEDS_HUMAN, None, True),
        ({"score": "-1"}, S.NEEDS_HUMAN, None, True),
        ({"score": "4.125"}, S.NEEDS_HUMAN, None, True),
        ({"score": None, "applicable": False, "abstained": True}, S.NEEDS_HUMAN, None, None),
    ],
)
def test_given_a_verdict_the_answer_is_scored_not_applicable_or_left_to_a_person(
    changes: dict[str, Any], state: CriterionState, score: int | None, applicable: bool | None
) -> None:
    said = verdict(10, changes.pop("score"), **changes)
    answer = answer_of(1, judged(10), said)
    assert (answer.state, answer.score, answer.applicable) == (state, score, applicable)
    assert (answer.ai_score, answer.ai_applicable, answer.ai_reason) == (score, applicable, said.reason)
    assert answer.origin is Origin.AI


def test_given_a_criterion_that_always_applies_not_applicable_is_left_to_a_person() -> None:
    said = verdict(10, None, abstained=False, applicable=False)
    answer = answer_of(1, judged(10, allow_not_applicable=False), said)
    assert (answer.state, answer.applicable) == (S.NEEDS_HUMAN, None)


def test_given_a_very_long_reason_it_is_cut() -> None:
    assert len(answer_of(1, judged(10), verdict(10, 1, reason="x" * 9000)).reason or "") == 4000


@pytest.mark.parametrize(
    ("scoring", "score", "good"),
    [
        (ScoringType.NUMERIC_SCALE, "0", True),
        (ScoringType.NUMERIC_SCALE, "2.55", True),
        (ScoringType.NUMERIC_SCALE, "5", True),
        (ScoringType.NUMERIC_SCALE, "5.01", False),
        (ScoringType.NUMERIC_SCALE, "-0.01", False),
        (ScoringType.NUMERIC_SCALE, "2.555", False),
        (ScoringType.NUMERIC_SCALE, "1E-400", False),
        (ScoringType.NUMERIC_SCALE, "1E+400", False),
        (ScoringType.MET_NOT_MET, "0", True),
        (ScoringType.MET_NOT_MET, "5.00", True),
        (ScoringType.MET_NOT_MET, "3", False),
    ],
)
def test_given_a_score_it_fits_the_scale_or_not(scoring: ScoringType, score: str, good: bool) -> None:
    assert (score_fault(judged(10, scoring_type=scoring), Decimal(score)) is None) is good


def test_given_answers_totals_follow_the_one_rule() -> None:
    answers = [answer_of(1, judged(10), verdict(10, 4)), answer_of(1, judged(11, 10), verdict(11, None))]
    totals = totals_of(small_content(), answers)
    assert (totals.scored_points, totals.used_max_points, totals.total_max_points) == (4, 5, 18)
    assert (totals.percentage, totals.needs_human_criteria, totals.unscored_criteria) == (80, 1, 1)
