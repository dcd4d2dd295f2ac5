"""Calibration on recorded probabilities: held-out data is foretold better, and the gate does not open by luck."""

from math import sqrt
from random import Random

import pytest

from assaydesk.domains.quality.judging.confidence import (
    MIN_PAIRS,
    Pair,
    coverage_curve,
    fit_calibration,
    gate_for,
    log_loss,
    lower_bound,
    severity,
    threshold_for,
)

RATES = (0.6, 0.75, 0.85, 0.95)


def recorded(seed: int, count: int, *, informative: bool) -> list[Pair]:
    """A model that is surer of itself than it should be, on four criteria of different difficulty."""
    rng, pairs = Random(seed), []
    for _ in range(count):
        criterion = rng.randrange(len(RATES))
        confidence = min(0.99, max(0.5, rng.gauss(0.9, 0.08)))
        rate = RATES[criterion] + ((confidence - 0.9) * 1.5 if informative else 0)
        pairs.append(Pair(criterion, 1, confidence, rng.random() < min(0.99, rate), 1.0, rng.randrange(3)))
    return pairs


def loss(pairs: list[Pair], probabilities: list[float]) -> list[float]:
    return [log_loss([(sure, pair.agrees, 1.0)]) for pair, sure in zip(pairs, probabilities, strict=True)]


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


@pytest.mark.parametrize("informative", [True, False])
@pytest.mark.parametrize("count", [30, 100, 400])
def test_held_out_answers_are_foretold_better_than_raw_and_no_worse_than_by_the_usual_share(
    count: int, informative: bool
) -> None:
    against_raw: list[float] = []
    against_constant: list[float] = []
    for seed in range(12):
        known, new = (
            recorded(seed, count, informative=informative),
            recorded(1000 + seed, 300, informative=informative),
        )
        calibration = fit_calibration(known)
        usual = (sum(pair.agrees for pair in known) + 0.5) / (len(known) + 1)
        calibrated = loss(new, [calibration.probability(pair.criterion_id, pair.confidence, 1) for pair in new])
        against_raw.append(mean(calibrated) - mean(loss(new, [pair.confidence for pair in new])))
        against_constant.append(mean(calibrated) - mean(loss(new, [usual] * len(new))))
    assert mean(against_raw) < 0
    centre = mean(against_constant)
    reach = 1.96 * sqrt(mean([(one - centre) ** 2 for one in against_constant]) / len(against_constant))
    assert centre - reach <= 0, "worse than the constant beyond its interval"
    if count >= 100:
        assert centre < 0


def expected_error(pairs: list[Pair], probabilities: list[float], bins: int = 10) -> float:
    """Mean gap between what is said and what happens, over bins of equal width."""
    gap = 0.0
    for number in range(bins):
        here = [at for at, sure in enumerate(probabilities) if min(bins - 1, int(sure * bins)) == number]
        if here:
            said, was = mean([probabilities[at] for at in here]), mean([float(pairs[at].agrees) for at in here])
            gap += len(here) / len(pairs) * abs(said - was)
    return gap


def test_the_calibration_error_falls() -> None:
    known, new = recorded(5, 400, informative=True), recorded(6, 2000, informative=True)
    calibration = fit_calibration(known)
    calibrated = [calibration.probability(pair.criterion_id, pair.confidence, 1) for pair in new]
    assert expected_error(new, calibrated) < expected_error(new, [pair.confidence for pair in new]) / 2


def test_with_few_pairs_nothing_is_changed() -> None:
    calibration = fit_calibration(recorded(1, MIN_PAIRS - 1, informative=True))
    assert calibration.probability(0, 0.8, 1) == 0.8


def test_a_criterion_with_few_pairs_stays_near_its_scorecard() -> None:
    pairs = [*recorded(2, 300, informative=False), *(Pair(9, 1, 0.9, False) for _ in range(2))]
    calibration = fit_calibration(pairs)
    shared = calibration.scorecards[1].probability(0.9)
    assert shared - 0.25 < calibration.probability(9, 0.9, 1) < shared
    assert calibration.probability(77, 0.9, 1) == shared


def test_confidence_never_turns_round() -> None:
    upside_down = [Pair(1, 1, 0.55 + at % 2 * 0.4, at % 2 == 0) for at in range(80)]
    calibration = fit_calibration(upside_down)
    assert calibration.probability(1, 0.95, 1) >= calibration.probability(1, 0.55, 1)


@pytest.mark.parametrize(
    ("right", "wrong", "opens"), [(10, 0, False), (16, 0, True), (30, 1, True), (30, 4, False), (200, 20, True)]
)
def test_small_samples_do_not_open_the_gate(right: int, wrong: int, opens: bool) -> None:
    points = [(0.9, True, 1.0)] * right + [(0.9, False, 1.0)] * wrong
    assert (threshold_for(points, 0.85) is not None) is opens


def test_the_gate_stands_where_the_answers_above_it_agree_often_enough() -> None:
    points = [(0.5 + at / 400, at % 3 != 0 or at > 80, 1.0) for at in range(200)]
    gate = threshold_for(points, 0.9)
    assert gate is not None
    above = [agreed for sure, agreed, _ in points if sure >= gate]
    assert lower_bound(sum(above) / len(above), len(above)) >= 0.9
    assert len(above) < len(points)


def test_levels_of_the_gate() -> None:
    good, none = [(0.9, True, 1.0)] * 40, list[tuple[float, bool, float]]()
    assert gate_for(none, (none, none), 0.85) == (False, None)
    assert gate_for([(0.9, False, 1.0)], (good, none), 0.85) == (True, 0.85)
    assert gate_for([(0.9, False, 1.0)] * 20, (good, good), 0.85) == (True, None)


def test_the_curve_of_coverage_falls_from_all_to_few() -> None:
    curve = coverage_curve([(at / 100, at > 40, 1.0) for at in range(100)])
    assert curve[0][1] == 1.0
    shares = [share for _, share, _, _ in curve]
    assert shares == sorted(shares, reverse=True)
    assert curve[-1][2] == 1.0


def test_a_severe_reviewer_is_an_offset_with_an_interval() -> None:
    rng = Random(4)
    pairs = [
        Pair(at % 3, 1, 0.9, True, 1.0, reviewer, (-0.2 if reviewer == 2 else 0.0) + rng.gauss(0, 0.1))
        for at in range(120)
        for reviewer in (1, 2, 3)
    ]
    offsets = {one.reviewer: one for one in severity([*pairs, Pair(1, 1, 0.9, True, 1.0, 4, -0.5)])}
    assert offsets[2].high < offsets[1].low
    assert -0.16 < offsets[2].offset < -0.1
    assert abs(offsets[4].offset) < 0.4, "one answer is drawn to the others"
    assert offsets[4].high - offsets[4].low > offsets[2].high - offsets[2].low
    assert severity([Pair(1, 1, 0.9, True, 1.0, 1, 0.2)]) == []
