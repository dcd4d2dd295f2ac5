"""What a person's PATCH does to one criterion (quality.md 8.4)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.assessments.edits import CriterionChange, apply_change, change_faults, history_of
from assaydesk.domains.quality.assessments.types import (
    CriterionAnswer,
    CriterionState,
    Edit,
    Origin,
    OverrideReason,
    Quotation,
)
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.assessments import ai_answer, judged
from tests.factories.scorecards import category, content, criterion

NOW = datetime(2024, 6, 12, 10, tzinfo=UTC)
S = CriterionState
SCORED = ai_answer(10, 4)
ABSTAINED = ai_answer(10, None)
NOT_APPLICABLE = replace(ABSTAINED, state=S.NOT_APPLICABLE, applicable=False, ai_applicable=False)
BLANK = CriterionAnswer(10, 1)
VERIFIED = replace(SCORED, state=S.HUMAN_VERIFIED, origin=Origin.HUMAN, last_edited_by_user_id=9, last_edited_at=NOW)


def change(**values: Any) -> CriterionChange:
    if values.get("score") is not None:
        values["score"] = Decimal(str(values["score"]))
    return CriterionChange(1, 10, frozenset(values), **values)


def apply(old: CriterionAnswer, asked: CriterionChange, **more: Any) -> CriterionAnswer:
    return apply_change(old, asked, user_id=12, now=NOW, **more)


@pytest.mark.parametrize(
    ("old", "sent", "state", "score", "applicable", "origin"),
    [
        (SCORED, {}, S.HUMAN_VERIFIED, 4, True, Origin.HUMAN),
        (SCORED, {"score": 2}, S.HUMAN_VERIFIED, 2, True, Origin.HUMAN),
        (SCORED, {"score": 0}, S.HUMAN_VERIFIED, 0, True, Origin.HUMAN),
        (SCORED, {"reason": "Well."}, S.HUMAN_VERIFIED, 4, True, Origin.HUMAN),
        (SCORED, {"score": None}, S.UNSCORED, None, None, None),
        (SCORED, {"applicable": False}, S.NOT_APPLICABLE, None, False, Origin.HUMAN),
        (SCORED, {"applicable": False, "score": None}, S.NOT_APPLICABLE, None, False, Origin.HUMAN),
        (SCORED, {"applicable": True}, S.HUMAN_VERIFIED, 4, True, Origin.HUMAN),
        (SCORED, {"applicable": None}, S.HUMAN_VERIFIED, 4, True, Origin.HUMAN),
        (ABSTAINED, {}, S.NEEDS_HUMAN, None, None, Origin.AI),
        (ABSTAINED, {"reason": "Well."}, S.NEEDS_HUMAN, None, None, Origin.AI),
        (ABSTAINED, {"score": 3}, S.HUMAN_VERIFIED, 3, True, Origin.HUMAN),
        (ABSTAINED, {"applicable": True}, S.UNSCORED, None, True, None),
        (NOT_APPLICABLE, {}, S.NOT_APPLICABLE, None, False, Origin.HUMAN),
        (NOT_APPLICABLE, {"reason": "Well."}, S.NOT_APPLICABLE, None, False, Origin.HUMAN),
        (NOT_APPLICABLE, {"score": 5}, S.HUMAN_VERIFIED, 5, True, Origin.HUMAN),
        (NOT_APPLICABLE, {"score": 5, "applicable": True}, S.HUMAN_VERIFIED, 5, True, Origin.HUMAN),
        (NOT_APPLICABLE, {"score": None}, S.UNSCORED, None, None, None),
        (BLANK, {}, S.UNSCORED, None, None, None),
        (BLANK, {"reason": "Later."}, S.UNSCORED, None, None, None),
        (BLANK, {"score": 1}, S.HUMAN_VERIFIED, 1, True, Origin.HUMAN),
    ],
)
def test_given_a_change_the_state_follows(
    old: CriterionAnswer,
    sent: dict[str, Any],
    state: CriterionState,
    score: int | None,
    applicable: bool | None,
    origin: Origin | None,
) -> None:
    new = apply(old, change(**sent))
    assert (new.state, new.score, new.applicable, new.origin) == (state, score, applicable, origin)
    assert (new.ai_score, new.ai_applicable, new.ai_reason) == (old.ai_score, old.ai_applicable, old.ai_reason)
    if new is not old:
        assert (new.last_edited_by_user_id, new.last_edited_at) == (12, NOW)


@pytest.mark.parametrize(
    ("old", "sent"),
    [(VERIFIED, {}), (VERIFIED, {"score": 4}), (VERIFIED, {"reason": VERIFIED.reason}), (BLANK, {}), (ABSTAINED, {})],
)
def test_given_nothing_new_nothing_changes(old: CriterionAnswer, sent: dict[str, Any]) -> None:
    assert apply(old, change(**sent)) is old


def test_given_an_override_reason_and_evidence_they_replace_the_old_ones() -> None:
    quote = Quotation(331, "booked", 3, 9)
    new = apply(SCORED, change(score=1, override_reason=OverrideReason.SCORE_WRONG, evidence=(quote,)))
    assert (new.override_reason, new.evidence) == (OverrideReason.SCORE_WRONG, (quote,))
    assert {edit.field for edit in history_of(SCORED, new)} == {
        "criteria.1.10.score",
        "criteria.1.10.overrideReason",
        "criteria.1.10.evidence",
    }


@pytest.mark.parametrize(
    ("old", "sent", "edits"),
    [
        (SCORED, {"score": 2}, [Edit("criteria.1.10.score", 4, 2)]),
        (SCORED, {"score": 2.5}, [Edit("criteria.1.10.score", 4, 2.5)]),
        (SCORED, {}, [Edit("criteria.1.10.state", "aiScored", "humanVerified")]),
        (BLANK, {"score": 2}, [Edit("criteria.1.10.score", None, 2)]),
        (BLANK, {"reason": "Later."}, [Edit("criteria.1.10.reason", None, "Later.")]),
        (
            SCORED,
            {"applicable": False},
            [Edit("criteria.1.10.score", 4, None), Edit("criteria.1.10.applicable", True, False)],
        ),
        (BLANK, {"applicable": False}, [Edit("criteria.1.10.applicable", None, False)]),
    ],
)
def test_given_a_change_each_changed_field_is_one_entry(
    old: CriterionAnswer, sent: dict[str, Any], edits: list[Edit]
) -> None:
    assert history_of(old, apply(old, change(**sent))) == edits


@pytest.mark.parametrize("old", [SCORED, NOT_APPLICABLE, ABSTAINED])
@pytest.mark.parametrize("sent", [{}, {"reason": "Well."}, {"override_reason": OverrideReason.OTHER}])
def test_given_an_unseen_answer_only_a_score_decides(old: CriterionAnswer, sent: dict[str, Any]) -> None:
    new = apply(old, change(**sent), unseen=True)
    assert (new.state, new.score, new.origin) == (old.state, old.score, old.origin)


def test_given_an_unseen_answer_a_score_takes_nothing_of_the_ai_along() -> None:
    old = replace(SCORED, evidence=(Quotation(1, "x", 0, 1),), searched_conversation_ids=(1,), tool_call_ids=(2,))
    new = apply(old, change(score=3), unseen=True)
    assert (new.reason, new.evidence, new.searched_conversation_ids, new.tool_call_ids) == (None, (), (), ())
    assert (new.ai_score, new.ai_reason) == (4, old.ai_reason)
    for sent in ({"applicable": True}, {"score": None}):
        assert apply(old, change(**sent), unseen=True).state is S.UNSCORED


SAID = content(
    [category(1, [judged(10), judged(11, scoring_type=ScoringType.MET_NOT_MET, allow_not_applicable=False)])]
)


@pytest.mark.parametrize(
    ("item", "faults"),
    [
        (CriterionChange(1, 10, frozenset({"score"}), score=Decimal(5)), []),
        (CriterionChange(1, 10, frozenset({"score"}), score=Decimal(6)), [("criteria.0.score", "out_of_range")]),
        (CriterionChange(1, 11, frozenset({"score"}), score=Decimal(2)), [("criteria.0.score", "out_of_range")]),
        (CriterionChange(1, 99, frozenset()), [("criteria.0.criterionId", "unknown")]),
        (CriterionChange(2, 10, frozenset()), [("criteria.0.categoryId", "unknown")]),
        (
            CriterionChange(1, 10, frozenset({"score", "applicable"}), score=Decimal(1), applicable=False),
            [("criteria.0.applicable", "not_allowed")],
        ),
        (
            CriterionChange(1, 11, frozenset({"applicable"}), applicable=False),
            [("criteria.0.applicable", "not_allowed")],
        ),
    ],
)
def test_given_an_item_its_faults_are_found(item: CriterionChange, faults: list[tuple[str, str]]) -> None:
    assert [(fault.path, fault.code) for fault in change_faults(SAID, [item])] == faults


def test_given_a_criterion_twice_and_an_unknown_one_both_are_named() -> None:
    items = [
        CriterionChange(1, 10, frozenset()),
        CriterionChange(1, 10, frozenset()),
        CriterionChange(1, 7, frozenset()),
    ]
    faults = change_faults(content([category(1, [criterion(10)])]), items)
    assert [(fault.path, fault.code) for fault in faults] == [
        ("criteria.1.criterionId", "duplicate"),
        ("criteria.2.criterionId", "unknown"),
    ]
