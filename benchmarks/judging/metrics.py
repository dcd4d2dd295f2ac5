"""Figures of a judge on conversations whose labels are known, each with a bootstrap interval.

A verdict is points, "not applicable" (None) or an abstention. Defects are what a reviewer looks for, so precision and
recall speak of them: points 0 of a criterion that is met or not met, fewer points than the maximum of a scale. A defect
on which the judge abstained, or which it took for not applicable, is one that it did not find.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.heads import agrees
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType
from assaydesk.kit import agreement

Interval = tuple[float, float] | None
_NOT_APPLICABLE: Final = -1.0


@dataclass(frozen=True)
class Given:
    """What a judge said of one case. `confidence`: the probability that a person agrees, as the judge states it."""

    score: Decimal | None
    confidence: float = 1.0
    accepted: bool = True
    expected: float | None = None
    """The mean score that the judge expects, for rank correlations."""


@dataclass(frozen=True)
class Figure:
    value: float | None
    interval: Interval = None

    def __str__(self) -> str:
        if self.value is None:
            return "-"
        if self.interval is None:
            return f"{self.value:.2f}"
        return f"{self.value:.2f} [{self.interval[0]:.2f}, {self.interval[1]:.2f}]"


def figures(
    criterion: Criterion, truth: Sequence[Decimal | None], given: Sequence[Given], groups: Sequence[str] | None = None
) -> dict[str, Figure]:
    """Every figure of one criterion.

    `groups`: cases of one group vary together, so intervals come from resampling whole groups.

    `coverage`: share of cases with an accepted verdict. `agreement` and `kappa`: of accepted verdicts; `kappa` is
    weighted by squares where the criterion is a scale and both sides apply. `constant`: agreement of the most frequent
    label on the same accepted cases. `ece`: expected calibration error of the confidence of all verdicts, accepted or
    not. `ungated`: agreement when nothing is left to a person.
    """
    right = np.array([agrees(criterion, one.score, label) for one, label in zip(given, truth, strict=True)])
    taken = np.array([one.accepted for one in given])
    defect = np.array([label is not None and label < criterion.max_points for label in truth])
    found = np.array([one.accepted and one.score is not None and one.score < criterion.max_points for one in given])
    stated = np.array([one.confidence for one in given])
    member = np.unique(np.array(groups if groups is not None else range(len(given))), return_inverse=True)[1]
    accepted = [(one.score, label) for one, label in zip(given, truth, strict=True) if one.accepted]
    return {
        "coverage": _share(taken, np.ones(len(taken), dtype=bool), member),
        "agreement": _share(right, taken, member),
        "kappa": _kappa(criterion, accepted, member[taken]),
        "precision": _share(defect, found, member),
        "recall": _share(found, defect, member),
        "constant": Figure(_most_frequent([label for _, label in accepted])),
        "ece": Figure(agreement.expected_calibration_error(stated, right.astype(float)).value if len(right) else None),
        "brier": Figure(agreement.brier_score(stated, right.astype(float)).value if len(right) else None),
        "ungated": _share(right, np.ones(len(right), dtype=bool), member),
    }


def rank_correlation(truth: Sequence[Decimal | None], expected: Sequence[float]) -> float | None:
    """Spearman's, where the criterion applies."""
    pairs = [(float(label), value) for label, value in zip(truth, expected, strict=True) if label is not None]
    if not pairs:
        return None
    return agreement.spearman([one for one, _ in pairs], [other for _, other in pairs]).value


def spread(values: Sequence[float | None]) -> Figure:
    """Mean over repetitions, with the interval in which 95 % of them lie (few: from the least to the most)."""
    known = np.array([value for value in values if value is not None])
    if not len(known):
        return Figure(None)
    low, high = np.percentile(known, [2.5, 97.5])
    return Figure(float(known.mean()), (float(low), float(high)))


def _share(hits: NDArray[np.bool_], of: NDArray[np.bool_], member: NDArray[np.int64]) -> Figure:
    if not of.any():
        return Figure(None)
    columns = np.column_stack([np.ones(int(of.sum())), hits[of].astype(float)])
    interval = agreement.bootstrap_ci(columns, agreement.mean_of_sums, groups=member[of])
    return Figure(float(hits[of].mean()), interval)


def _kappa(
    criterion: Criterion, pairs: Sequence[tuple[Decimal | None, Decimal | None]], member: NDArray[np.int64]
) -> Figure:
    """Of a scale the pairs in which both sides apply, weighted by squares; else labels, "not applicable" among them."""
    is_scale = criterion.scoring_type is ScoringType.NUMERIC_SCALE
    level = agreement.Level.INTERVAL if is_scale else agreement.Level.NOMINAL
    used = [at for at, (one, other) in enumerate(pairs) if not is_scale or (one is not None and other is not None)]
    if not used:
        return Figure(None)
    first, second = (
        np.array([_NOT_APPLICABLE if (value := pairs[at][side]) is None else float(value) for at in used])
        for side in (0, 1)
    )
    kappa = agreement.cohen_kappa(first, second, level=level).value
    if kappa is None:
        return Figure(None)
    if is_scale:
        sums = agreement.interval_sums(first, second)
    else:
        kinds, codes = np.unique(np.concatenate([first, second]), return_inverse=True)
        sums = agreement.nominal_sums(codes[: len(used)], codes[len(used) :], len(kinds))

    def statistic(resampled: NDArray[np.float64]) -> NDArray[np.float64]:
        return agreement.beyond_chance(agreement.kappa_disagreement(resampled, level))

    return Figure(kappa, agreement.bootstrap_ci(sums, statistic, groups=member[used]))


def _most_frequent(labels: Sequence[Decimal | None]) -> float | None:
    return max(labels.count(label) for label in set(labels)) / len(labels) if labels else None
