"""Agreement figures against published worked examples, the vectors of the specification, and what must always hold."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assaydesk.kit import agreement
from assaydesk.kit.agreement import Level, Note

NAN = math.nan
KRIPPENDORFF_2011 = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T
"""Twelve units, four observers, missing answers: Krippendorff 2011, sections C to E."""


def pairs_of(matrix):
    """Answers behind a confusion matrix: rows the first rater, columns the second."""
    first, second = [], []
    for row, counts in enumerate(matrix):
        for column, count in enumerate(counts):
            first += [row] * count
            second += [column] * count
    return first, second


@pytest.mark.parametrize(
    ("matrix", "level", "exact", "kappa", "alpha"),
    [
        ([[15, 5], [10, 20]], Level.NOMINAL, 0.7, 0.4, 0.4),
        ([[18, 2, 0], [3, 20, 1], [0, 2, 4]], Level.NOMINAL, 0.84, 0.729, 0.731),
        ([[2, 1, 0, 0], [1, 5, 2, 0], [0, 3, 12, 4], [0, 0, 5, 15]], Level.INTERVAL, 0.68, 0.798, 0.799),
        ([[49, 1], [0, 0]], Level.NOMINAL, 0.98, 0.0, 0.0),
        ([[50, 0], [0, 0]], Level.NOMINAL, 1.0, None, None),
    ],
)
def test_vectors_of_the_specification(matrix, level, exact, kappa, alpha):
    first, second = pairs_of(matrix)
    found = agreement.cohen_kappa(first, second, level=level)
    general = agreement.krippendorff_alpha(np.column_stack([first, second]), level=level)
    assert agreement.exact_agreement(first, second).value == pytest.approx(exact, abs=5e-4)
    if kappa is None:
        assert found == general == (None, Note.ONE_CATEGORY)
        return
    assert found.value == pytest.approx(kappa, abs=5e-4)
    assert general.value == pytest.approx(alpha, abs=5.1e-4)
    assert agreement.pair_alpha(first, second, level=level).value == pytest.approx(general.value, abs=1e-12)


def test_error_and_bias_of_the_specification():
    human, ai = pairs_of([[2, 1, 0, 0], [1, 5, 2, 0], [0, 3, 12, 4], [0, 0, 5, 15]])
    assert agreement.mean_absolute_error(human, ai, maximum=3).value == pytest.approx(0.107, abs=5e-4)
    assert agreement.bias(human, ai, maximum=3).value == pytest.approx(-0.013, abs=5e-4)
    assert agreement.within_one(human, ai).value == 1


@pytest.mark.parametrize(("level", "alpha"), [(Level.NOMINAL, 0.743), (Level.INTERVAL, 0.849)])
def test_alpha_of_four_observers_with_missing_answers(level, alpha):
    assert agreement.krippendorff_alpha(KRIPPENDORFF_2011, level=level).value == pytest.approx(alpha, abs=5e-4)


def test_alpha_of_two_observers_with_binary_data():
    # Krippendorff 2011, section A.
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    found = agreement.krippendorff_alpha(np.column_stack([first, second]), level=Level.NOMINAL)
    assert found.value == pytest.approx(0.095, abs=5e-4)


def test_alpha_of_two_observers_with_nominal_data():
    # Krippendorff 2011, section B: a a b b d c c c e d d a against b a b b b c c c e d d d.
    first, second = list("aabbdcccedda"), list("babbbccceddd")
    assert agreement.pair_alpha(first, second).value == pytest.approx(0.692, abs=5e-4)


def test_kappa_of_two_readers_of_grants():
    # The common textbook table of Cohen's kappa: 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no.
    first, second = pairs_of([[20, 5], [10, 15]])
    assert agreement.cohen_kappa(first, second).value == pytest.approx(0.4, abs=1e-12)


def test_kappa_of_two_clinicians():
    # Cohen 1968, table 1: two judges sort 200 cases into three diagnoses; kappa is 0.492.
    first, second = pairs_of([[88, 14, 18], [10, 40, 10], [2, 6, 12]])
    assert agreement.exact_agreement(first, second).value == pytest.approx(0.70)
    assert agreement.cohen_kappa(first, second).value == pytest.approx(0.492, abs=5e-4)


def test_quadratic_kappa_is_the_weighted_matrix():
    # The definition with weights, written out (Cohen 1968), against the closed form.
    first, second = pairs_of([[5, 2, 1], [1, 4, 3], [0, 2, 7]])
    matrix = np.array(agreement.confusion_matrix(first, second).matrix, dtype=float)
    weights = np.subtract.outer(np.arange(3), np.arange(3)) ** 2
    chance = np.outer(matrix.sum(axis=1), matrix.sum(axis=0)) / matrix.sum()
    wanted = 1 - (weights * matrix).sum() / (weights * chance).sum()
    assert agreement.cohen_kappa(first, second, level=Level.INTERVAL).value == pytest.approx(wanted, abs=1e-12)


def test_spearman_with_ties():
    # Ranks 1, 2.5, 2.5, 4 against 1, 3, 2, 4.
    assert agreement.spearman([1, 2, 2, 9], [10, 30, 20, 40]).value == pytest.approx(0.948683, abs=1e-6)
    assert agreement.spearman([1, 1], [1, 2]) == (None, Note.ONE_CATEGORY)


def test_calibration_error_and_brier_score():
    # Four answers at 0.9 of which two are right, two at 0.25 of which one is.
    stated, came = [0.9, 0.9, 0.9, 0.9, 0.25, 0.25], [1, 1, 0, 0, 1, 0]
    assert agreement.expected_calibration_error(stated, came).value == pytest.approx((4 * 0.4 + 2 * 0.25) / 6)
    assert agreement.brier_score(stated, came).value == pytest.approx((2 * 0.01 + 2 * 0.81 + 0.5625 + 0.0625) / 6)
    assert agreement.reliability([1.0], [1])[0].n == 1


def test_nothing_to_compare_has_a_reason():
    for figure in (
        agreement.cohen_kappa([], []), agreement.pair_alpha([], []), agreement.exact_agreement([], []),
        agreement.within_one([], []), agreement.mean_absolute_error([], []), agreement.bias([], []),
        agreement.brier_score([], []), agreement.expected_calibration_error([], []), agreement.spearman([], []),
        agreement.constant_baseline([]), agreement.krippendorff_alpha([[1, NAN]], level=Level.NOMINAL),
    ):  # fmt: skip
        assert figure == (None, Note.NO_PAIRS)
    assert agreement.bootstrap_ci(np.ones((1, 2)), agreement.mean_of_sums) is None


def test_reviewer_offset_never_uses_its_own_answer():
    # One reviewer always gives 2, the other always 8: knowing the reviewer is knowing the score.
    truth, who = [2, 2, 2, 8, 8, 8], [1, 1, 1, 2, 2, 2]
    assert agreement.reviewer_offset_baseline(truth, who, level=Level.NOMINAL).tolist() == truth
    # A reviewer with a single review has no other answer: the most frequent of the others is all there is.
    assert agreement.reviewer_offset_baseline([2, 8, 8], [1, 2, 3], level=Level.NOMINAL).tolist()[0] == 8
    # Answers that alternate: each one is guessed from the others only, and so always wrong.
    assert agreement.reviewer_offset_baseline([0, 1], [1, 1], level=Level.INTERVAL).tolist() == [1, 0]
    assert np.isnan(agreement.reviewer_offset_baseline([1], [1], level=Level.NOMINAL)).all()


def test_scales_are_binned_in_equal_parts():
    assert agreement.binned([0, 1.9, 2, 5, 8, 10], 10).tolist() == [0, 0, 1, 2, 4, 4]


def test_pooling_does_not_take_differences_between_criteria_for_agreement():
    # Two criteria, each rated at random by both raters around another level: no agreement inside either of them.
    low, high = ([0, 0, 1, 1], [0, 1, 0, 1]), ([2, 2, 3, 3], [2, 3, 2, 3])
    strata = [
        agreement.kappa_disagreement(agreement.interval_sums(*pair).sum(axis=0), Level.INTERVAL) for pair in (low, high)
    ]
    assert float(agreement.beyond_chance(*strata)) == pytest.approx(0)
    together = agreement.cohen_kappa(low[0] + high[0], low[1] + high[1], level=Level.INTERVAL)
    assert together.value == pytest.approx(0.8)


def test_interval_covers_about_as_often_as_it_says():
    # 200 draws of 80 coin flips with p = 0.7: about 95 of 100 intervals hold the truth.
    source = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        low, high = agreement.mean_ci(source.random(80) < 0.7)
        hits += low <= 0.7 <= high
    assert 180 <= hits <= 199


def test_interval_resamples_whole_groups():
    # Ten copies of each of eight answers are eight answers, not eighty.
    once = np.array([0, 1, 1, 0, 1, 1, 1, 0])
    alone = agreement.mean_ci(once)
    copied = agreement.mean_ci(once.repeat(10), groups=np.arange(8).repeat(10))
    naive = agreement.mean_ci(once.repeat(10))
    assert copied == pytest.approx(alone)
    assert naive[1] - naive[0] < 0.6 * (alone[1] - alone[0])


answers = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(answers, st.sampled_from(Level))
@settings(max_examples=60, deadline=None)
def test_what_always_holds(pairs, level):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    for measure in (agreement.cohen_kappa, agreement.pair_alpha):
        found = measure(first, second, level=level)
        assert found == measure(second, first, level=level) or found.value == pytest.approx(
            measure(second, first, level=level).value, abs=1e-9
        )
        assert found.value is None or -1.001 <= found.value <= 1.000001
        assert (found.value is None) == (len({*first, *second}) == 1)
        shift = [3 * answer - 7 for answer in first], [3 * answer - 7 for answer in second]
        moved = measure(*shift, level=level)
        assert (moved.value is None) == (found.value is None)
        assert moved.value is None or moved.value == pytest.approx(found.value, abs=1e-9)
        perfect = measure(first, first, level=level)
        assert perfect.value == (None if len(set(first)) == 1 else pytest.approx(1))
    table = np.column_stack([first, second])
    general = agreement.krippendorff_alpha(table, level=level)
    pair = agreement.pair_alpha(first, second, level=level)
    assert general.note == pair.note
    assert general.value is None or general.value == pytest.approx(pair.value, abs=1e-9)


@given(answers, st.permutations(range(5)))
@settings(max_examples=40, deadline=None)
def test_names_of_labels_mean_nothing(pairs, names):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    renamed = [names[answer] for answer in first], [names[answer] for answer in second]
    for measure in (agreement.cohen_kappa, agreement.pair_alpha):
        before, after = measure(first, second), measure(*renamed)
        assert (before.value is None) == (after.value is None)
        assert before.value is None or before.value == pytest.approx(after.value, abs=1e-9)


@given(answers)
@settings(max_examples=25, deadline=None)
def test_intervals_are_ordered_and_repeatable(pairs):
    first, second = (list(side) for side in zip(*pairs, strict=True))
    columns = agreement.nominal_sums(first, second, 5)

    def kappa(sums):
        return agreement.beyond_chance(agreement.kappa_disagreement(sums, Level.NOMINAL))

    interval = agreement.bootstrap_ci(columns, kappa, resamples=100)
    assert interval == agreement.bootstrap_ci(columns, kappa, resamples=100)
    assert interval is None or -1.001 <= interval[0] <= interval[1] <= 1.000001
