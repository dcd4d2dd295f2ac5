"""A renewed run keeps what people decided, and forgets nothing (quality.md 8.7)."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.assessments.merge import Summaries, merge_answers, merge_summary
from assaydesk.domains.quality.assessments.types import CriterionAnswer, CriterionState, Edit, Origin
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.assessments import ai_answer, judged, small_content, verdict
from tests.factories.scorecards import category, content, criterion

NOW = datetime(2024, 6, 12, 10, tzinfo=UTC)
OLD = small_content()


def human(number: int, score: int | None, category_id: int = 1) -> CriterionAnswer:
    state = CriterionState.NOT_APPLICABLE if score is None else CriterionState.HUMAN_VERIFIED
    return replace(
        ai_answer(number, 1, category_id),
        state=state,
        score=None if score is None else Decimal(score),
        applicable=score is not None,
        origin=Origin.HUMAN,
        reason="A person's words.",
        last_edited_by_user_id=12,
        last_edited_at=NOW,
    )


def test_given_a_verified_answer_it_is_kept_with_the_new_answer_of_the_ai_beside_it() -> None:
    merged = merge_answers(OLD, [verdict(10, 5), verdict(11, 7)], {10: human(10, 3)}, before=OLD)
    kept, new = merged.answers
    assert (kept.score, kept.state, kept.reason) == (3, CriterionState.HUMAN_VERIFIED, "A person's words.")
    assert (kept.ai_score, kept.ai_reason, kept.last_edited_by_user_id) == (5, "Judged 10.", 12)
    assert (new.score, new.state) == (7, CriterionState.AI_SCORED)
    assert (merged.kept_human, merged.edits, merged.gone) == (True, (), ())


def test_given_a_human_not_applicable_it_is_kept_as_well() -> None:
    merged = merge_answers(OLD, [verdict(10, 5)], {10: human(10, None)}, before=OLD)
    assert (merged.answers[0].state, merged.answers[0].score) == (CriterionState.NOT_APPLICABLE, None)
    assert merged.kept_human


def test_given_overwrite_the_judge_has_it_all_and_the_old_value_goes_to_the_history() -> None:
    merged = merge_answers(OLD, [verdict(10, 5)], {10: human(10, 3)}, before=OLD, overwrite_human=True)
    [answer] = merged.answers
    assert (answer.score, answer.origin, answer.last_edited_by_user_id) == (5, Origin.AI, None)
    assert Edit("criteria.1.10.score", 3, 5) in merged.edits
    assert Edit("criteria.1.10.reason", "A person's words.", "Judged 10.") in merged.edits
    assert not merged.kept_human


def test_given_another_maximum_or_scale_a_person_decides_again() -> None:
    for changes in ({"points": 6}, {"points": 5, "scoring_type": ScoringType.MET_NOT_MET}):
        new = content([category(1, [judged(10, **changes)])])
        merged = merge_answers(new, [verdict(10, 5)], {10: human(10, 3)}, before=OLD)
        [answer] = merged.answers
        assert (answer.state, answer.score) == (CriterionState.NEEDS_HUMAN, None)
        assert Edit("criteria.1.10.score", 3, None) in merged.edits
        assert not merged.kept_human


def test_given_the_same_criterion_in_another_category_the_answer_moves_along() -> None:
    new = content([category(7, [judged(10)])])
    merged = merge_answers(new, [], {10: human(10, 3)}, before=OLD)
    assert (merged.answers[0].category_id, merged.answers[0].score) == (7, 3)


def test_given_a_criterion_that_is_gone_its_values_are_in_the_history() -> None:
    new = content([category(1, [judged(11, 10)])])
    merged = merge_answers(new, [verdict(11, 4)], {10: human(10, 3), 22: ai_answer(22, 2, 2)}, before=OLD)
    assert set(merged.gone) == {10, 22}
    assert [answer.criterion_id for answer in merged.answers] == [11]
    assert {Edit("criteria.1.10.score", 3, None), Edit("criteria.2.22.score", 2, None)} <= set(merged.edits)


def test_given_answers_of_the_ai_alone_they_are_replaced_without_history() -> None:
    existing = {10: ai_answer(10, 2), 22: ai_answer(22, 2, 2)}
    merged = merge_answers(OLD, [verdict(10, 5)], existing, before=OLD)
    assert [(answer.criterion_id, answer.score) for answer in merged.answers] == [(10, 5)]
    assert merged.edits == ()


def test_given_a_persons_words_on_an_unscored_criterion_they_stay() -> None:
    words = CriterionAnswer(22, 2, reason="Look at this together.", last_edited_by_user_id=12, last_edited_at=NOW)
    merged = merge_answers(OLD, [], {22: words}, before=OLD)
    assert merged.answers == (words,)
    assert not merged.kept_human


def test_summaries() -> None:
    assert merge_summary(Summaries("AI", None), "New") == (Summaries("New", None), [])
    assert merge_summary(Summaries("Mine", "AI"), "New") == (Summaries("Mine", "New"), [])
    edit = [Edit("aiSummary", "Mine", "New")]
    assert merge_summary(Summaries("Mine", "AI"), "New", overwrite_human=True) == (Summaries("New", None), edit)


scores = st.one_of(st.none(), st.integers(0, 5))


@given(st.dictionaries(st.sampled_from([10, 11, 22, 30]), scores), st.dictionaries(st.sampled_from([10, 11]), scores))
def test_given_any_answers_no_decision_of_a_person_is_lost(
    decided: dict[int, int | None], verdicts: dict[int, int | None]
) -> None:
    existing = {number: human(number, score, 2 if number == 22 else 1) for number, score in decided.items()}
    said = [verdict(number, score) for number, score in verdicts.items()]
    new = content([category(1, [judged(10), judged(11, 12)]), category(2, [criterion(22, 3)])])
    merged = merge_answers(new, said, existing, before=OLD)
    present = {answer.criterion_id: answer for answer in merged.answers}
    told = {edit.field for edit in merged.edits}
    for number, old in existing.items():
        kept = present.get(number)
        in_history = any(field.startswith(f"criteria.{old.category_id}.{number}.") for field in told)
        assert in_history or (kept is not None and (kept.score, kept.applicable) == (old.score, old.applicable))
