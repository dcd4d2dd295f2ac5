from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.scorecards.scoring import compute_totals, percentage
from assaydesk.domains.quality.scorecards.types import Answer, Category, PercentageBase
from tests.factories.scorecards import category, criterion

A, B, C, D = 1, 2, 3, 4
TABLE = (
    category(1, [criterion(A, 5), criterion(B, 10, make_or_break_for_category=True)]),
    category(2, [criterion(C, 5, make_or_break_for_assessment=True), criterion(D, 12)]),
)
NA = Answer(score=None, applicable=False)
OPEN = Answer(score=None, applicable=None)


def answer(text: str) -> Answer:
    return {"unscored": OPEN, "not applicable": NA}.get(text) or Answer(score=Decimal(text), applicable=True)


@pytest.mark.parametrize(
    ("a", "b", "c", "d", "scored", "used", "of_used", "of_total", "categories", "assessment"),
    [
        ("4", "10", "5", "9", "28", 32, "87.5", "87.5", (), False),
        ("2.5", "10", "5", "9", "26.5", 32, "82.8", "82.8", (), False),
        ("4", "10", "5", "unscored", "19", 20, "95", "59.4", (), False),
        ("4", "10", "5", "not applicable", "19", 20, "95", "59.4", (), False),
        ("4", "0", "5", "9", "14", 32, "43.8", "43.8", (1,), False),
        ("4", "10", "0", "9", "0", 32, "0", "0", (), True),
        ("4", "0", "0", "9", "0", 32, "0", "0", (1,), True),
        ("4", "not applicable", "5", "9", "18", 22, "81.8", "56.3", (), False),
        ("unscored", "unscored", "unscored", "unscored", "0", 0, None, None, (), False),
    ],
)
def test_printed_table(
    a: str, b: str, c: str, d: str, scored: str, used: int, of_used: str | None, of_total: str | None,
    categories: tuple[int, ...], assessment: bool,
) -> None:  # fmt: skip
    answers = {A: answer(a), B: answer(b), C: answer(c), D: answer(d)}
    totals = compute_totals(TABLE, answers)
    assert (totals.scored_points, totals.used_max_points, totals.total_max_points) == (Decimal(scored), used, 32)
    assert totals.percentage == (None if of_used is None else Decimal(of_used))
    by_total = compute_totals(TABLE, answers, PercentageBase.TOTAL)
    assert by_total.percentage == (None if of_total is None else Decimal(of_total))
    assert (totals.knocked_out_categories, totals.knocked_out) == (categories, assessment)


def test_kinds_of_missing_answers_are_counted_apart() -> None:
    waiting = Answer(score=None, applicable=None, needs_human=True)
    totals = compute_totals(TABLE, {A: NA, B: waiting, C: OPEN})
    assert (totals.not_applicable_criteria, totals.needs_human_criteria, totals.unscored_criteria) == (1, 1, 2)


def test_category_totals_show_the_fall_of_a_knocked_out_category() -> None:
    first, second = compute_totals(TABLE, {A: answer("4"), B: answer("0"), C: answer("5")}).categories
    assert (first.score, first.used_max_points, first.max_points, first.knocked_out) == (0, 15, 15, True)
    assert (second.score, second.used_max_points, second.max_points, second.knocked_out) == (5, 5, 17, False)


def test_knock_out_does_not_count_when_not_applicable_even_with_a_left_over_score() -> None:
    assert not compute_totals(TABLE, {C: Answer(score=Decimal(0), applicable=False)}).knocked_out


@pytest.mark.parametrize(
    ("points", "used", "expected"), [("0.5", 1000, "0.1"), ("0.4", 1000, "0.0"), ("24", 32, "75.0")]
)
def test_percentage_rounds_half_up(points: str, used: int, expected: str) -> None:
    assert percentage(Decimal(points), Decimal(used), Decimal(used), PercentageBase.USED) == Decimal(expected)


def test_answers_to_other_criteria_are_ignored() -> None:
    assert compute_totals(TABLE, {99: answer("1000")}).used_max_points == 0


points = st.decimals(min_value="0.01", max_value=1000, places=2, allow_nan=False, allow_infinity=False)


@st.composite
def assessments(draw: st.DrawFn) -> tuple[tuple[Category, ...], dict[int, Answer]]:
    categories, answers, number = [], {}, 0
    for position in range(draw(st.integers(0, 4))):
        criteria = []
        for _ in range(draw(st.integers(0, 4))):
            number += 1
            maximum = draw(points)
            of_category, of_assessment = draw(st.booleans()), draw(st.booleans())
            criteria.append(
                criterion(
                    number,
                    str(maximum),
                    make_or_break_for_category=of_category,
                    make_or_break_for_assessment=of_assessment,
                )
            )
            score = draw(st.sampled_from([None, Decimal(0), maximum, (maximum / 2).quantize(Decimal("0.01"))]))
            applicable = (
                draw(st.sampled_from([True, None])) if score is not None else draw(st.sampled_from([False, None]))
            )
            answers[number] = Answer(score, applicable, needs_human=draw(st.booleans()))
        categories.append(category(position + 1, criteria))
    return tuple(categories), answers


@given(assessments())
def test_points_stay_within_their_maxima(case: tuple[tuple[Category, ...], dict[int, Answer]]) -> None:
    totals = compute_totals(*case)
    assert 0 <= totals.scored_points <= totals.used_max_points <= totals.total_max_points
    assert totals.percentage is None or 0 <= totals.percentage <= 100
    assert (totals.percentage is None) == (totals.used_max_points == 0)
    for value in (totals.scored_points, totals.used_max_points, totals.total_max_points):
        assert isinstance(value, Decimal)
    whole = compute_totals(*case, PercentageBase.TOTAL).percentage
    assert whole is None or totals.percentage is None or whole <= totals.percentage
    for part in totals.categories:
        assert 0 <= part.score <= part.used_max_points <= part.max_points


@given(assessments())
def test_every_criterion_is_counted_once(case: tuple[tuple[Category, ...], dict[int, Answer]]) -> None:
    categories, answers = case
    totals = compute_totals(categories, answers)
    scored = sum(given.score is not None for given in answers.values())
    others = totals.unscored_criteria + totals.needs_human_criteria + totals.not_applicable_criteria
    assert scored + others == sum(len(part.criteria) for part in categories)


@given(assessments(), st.data())
def test_not_applicable_in_place_of_zero_never_lowers(
    case: tuple[tuple[Category, ...], dict[int, Answer]], data: st.DataObject
) -> None:
    categories, answers = case
    zeros = [number for number, given in answers.items() if given.score == 0]
    if not zeros:
        return
    number = data.draw(st.sampled_from(zeros))
    before, after = compute_totals(categories, answers), compute_totals(categories, {**answers, number: NA})
    assert after.scored_points >= before.scored_points
    assert after.percentage is None or before.percentage is None or after.percentage >= before.percentage
    assert after.total_max_points == before.total_max_points


@given(assessments())
def test_knock_out_gives_zero(case: tuple[tuple[Category, ...], dict[int, Answer]]) -> None:
    categories, answers = case
    totals = compute_totals(categories, answers)
    failed = {number for number, given in answers.items() if given.score == 0}
    for part, source in zip(totals.categories, categories, strict=True):
        assert part.knocked_out == any(c.make_or_break_for_category and c.id in failed for c in source.criteria)
        assert not part.knocked_out or part.score == 0
    flags = [c.make_or_break_for_assessment and c.id in failed for source in categories for c in source.criteria]
    assert totals.knocked_out == any(flags)
    assert not totals.knocked_out or totals.scored_points == 0


@given(assessments())
def test_order_means_nothing_and_repeating_changes_nothing(
    case: tuple[tuple[Category, ...], dict[int, Answer]],
) -> None:
    categories, answers = case
    first = compute_totals(categories, answers)
    assert first == compute_totals(categories, answers)
    for order in permutations(categories[:3]):
        shuffled = [category(c.category_id, c.criteria[::-1]) for c in (*order, *categories[3:])]
        again = compute_totals(shuffled, dict(reversed(answers.items())))
        assert (again.scored_points, again.percentage, again.knocked_out) == (
            first.scored_points,
            first.percentage,
            first.knocked_out,
        )
        assert sorted(again.knocked_out_categories) == sorted(first.knocked_out_categories)
