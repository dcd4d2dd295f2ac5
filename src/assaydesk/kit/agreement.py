"""How far raters agree, corrected for chance, with honest intervals and baselines. Pure numpy, random only by a seed.

Every figure is a function of a few sums over the pairs ("1", "equal", the margins, the squared differences). A
bootstrap therefore draws weights for whole groups once, multiplies them with those sums, and computes a thousand
figures as one array operation; nothing loops over resamples.

Import it inside the function that computes: numpy then stays out of processes that never report.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[float, float]

RESAMPLES: Final = 1000
SEED: Final = 20240601
_NOTHING: Final = 1e-12
"""Disagreement below this is none: what is left of equal numbers after floating-point sums."""
_WEIGHTS_AT_ONCE: Final = 250_000
_KEPT: Final = 20_000_000


class Level(StrEnum):
    """How answers differ: `nominal` equal or not, `interval` by their squared distance."""

    NOMINAL = "nominal"
    INTERVAL = "interval"


class Note(StrEnum):
    """Why a figure is undefined (quality.md 16)."""

    ONE_CATEGORY = "oneCategory"
    NO_PAIRS = "noPairs"


class Figure(NamedTuple):
    """A figure, or None and why."""

    value: float | None
    note: Note | None = None


class Confusion(NamedTuple):
    """`matrix[i][j]`: pairs in which the first rater said `labels[i]` and the second `labels[j]`."""

    labels: list[Any]
    matrix: list[list[int]]


class Bin(NamedTuple):
    """Answers with a confidence from `low` to `high`: how many, how sure on average, how often right."""

    low: float
    high: float
    n: int
    confidence: float
    accuracy: float


# Sums, from which kappa and alpha follow


def nominal_sums(first: ArrayLike, second: ArrayLike, categories: int) -> Floats:
    """One row a pair for two raters with labels `0 .. categories-1`: 1, equal, margins of the first, of the second."""
    one, other = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    eye = np.eye(categories)
    head = np.column_stack([np.ones(len(one)), (one == other).astype(float)]) if len(one) else np.zeros((0, 2))
    return np.hstack([head, eye[one], eye[other]])


def interval_sums(first: ArrayLike, second: ArrayLike) -> Floats:
    """One row a pair for two raters with numbers: 1, squared distance, both values, both squares."""
    one, other = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return np.column_stack([np.ones(len(one)), (one - other) ** 2, one, other, one**2, other**2])


class Disagreement(NamedTuple):
    """Disagreement that was seen and that chance would give, summed over the pairs; arrays over the resamples."""

    seen: Floats
    expected: Floats


def kappa_disagreement(sums: Floats, level: Level) -> Disagreement:
    """What Cohen's kappa compares; `sums` has one row a resample. Chance: each rater keeps one's own distribution.

    Nominal: Cohen 1960. Interval: quadratic weights (Cohen 1968), for which the expected squared distance of two
    independent answers is E[x^2] + E[y^2] - 2 E[x] E[y].
    """
    n = np.maximum(sums[..., 0], 1)
    if level is Level.NOMINAL:
        categories = (sums.shape[-1] - 2) // 2
        first, second = sums[..., 2 : 2 + categories], sums[..., 2 + categories :]
        return Disagreement(sums[..., 0] - sums[..., 1], sums[..., 0] - (first * second).sum(axis=-1) / n)
    x, y, xx, yy = (sums[..., position] for position in range(2, 6))
    return Disagreement(sums[..., 1], xx + yy - 2 * x * y / n)


def alpha_disagreement(sums: Floats, level: Level) -> Disagreement:
    """What Krippendorff's alpha compares for two raters. Chance: both draw from the pooled answers, without return.

    Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"; with n pairs there are N = 2n pooled answers.
    """
    n = sums[..., 0]
    pooled = np.maximum(2 * n, 2)
    if level is Level.NOMINAL:
        categories = (sums.shape[-1] - 2) // 2
        counts = sums[..., 2 : 2 + categories] + sums[..., 2 + categories :]
        same = (counts * (counts - 1)).sum(axis=-1)
        return Disagreement(n - sums[..., 1], n * (1 - same / (pooled * (pooled - 1))))
    total, squares = sums[..., 2] + sums[..., 3], sums[..., 4] + sums[..., 5]
    apart = 2 * (pooled * squares - total**2) / (pooled * (pooled - 1))
    return Disagreement(sums[..., 1], n * apart)


def beyond_chance(*strata: Disagreement) -> Floats:
    """1 - seen / expected, NaN where chance alone would already agree fully.

    Several strata (criteria) are pooled by summing both parts, so that chance is what chance gives within each of
    them: one matrix over all criteria would take the differences between criteria for agreement. Pooled kappa: De
    Vries, Elliott, Kanouse, Teleki 2008, Field Methods 20(3), weighted by the pairs.
    """
    seen = np.sum([part.seen for part in strata], axis=0)
    expected = np.asarray(np.sum([part.expected for part in strata], axis=0), dtype=float)
    defined = expected > _NOTHING
    ratio: Floats = np.where(defined, 1 - seen / np.where(defined, expected, 1), np.nan)
    return ratio


# Figures of two raters


def cohen_kappa(first: ArrayLike, second: ArrayLike, *, level: Level = Level.NOMINAL) -> Figure:
    """Cohen's kappa of two raters: labels unweighted (Cohen 1960), or numbers with quadratic weights (Cohen 1968).

    `first`, `second`: equally long, one answer a pair; labels of any kind for `nominal`, numbers for `interval`.
    """
    return _of_pairs(first, second, level, kappa_disagreement)


def pair_alpha(first: ArrayLike, second: ArrayLike, *, level: Level = Level.NOMINAL) -> Figure:
    """Krippendorff's alpha of two raters without missing answers; the same as `krippendorff_alpha`, by its sums."""
    return _of_pairs(first, second, level, alpha_disagreement)


def _of_pairs(
    first: ArrayLike, second: ArrayLike, level: Level, compare: Callable[[Floats, Level], Disagreement]
) -> Figure:
    one, other = _pairs(first, second)
    if not len(one):
        return Figure(None, Note.NO_PAIRS)
    if level is Level.NOMINAL:
        labels, codes = np.unique(np.concatenate([one, other]), return_inverse=True)
        sums = nominal_sums(codes[: len(one)], codes[len(one) :], len(labels))
    else:
        sums = interval_sums(*_unit_scale(one.astype(float), other.astype(float)))
    return _figure(beyond_chance(compare(sums.sum(axis=0), level)))


def exact_agreement(first: ArrayLike, second: ArrayLike) -> Figure:
    """Share of equal answers, 0 to 1."""
    one, other = _pairs(first, second)
    return Figure(float((one == other).mean())) if len(one) else Figure(None, Note.NO_PAIRS)


def within_one(first: ArrayLike, second: ArrayLike, *, step: float = 1.0) -> Figure:
    """Share of answers at most one `step` (in points) apart, 0 to 1."""
    one, other = (side.astype(float) for side in _pairs(first, second))
    return Figure(float((np.abs(one - other) <= step + 1e-9).mean())) if len(one) else Figure(None, Note.NO_PAIRS)


def mean_absolute_error(truth: ArrayLike, guess: ArrayLike, *, maximum: ArrayLike = 1.0) -> Figure:
    """Mean of |guess - truth| / maximum. `maximum`: one for all, or one a pair."""
    one, other = (side.astype(float) for side in _pairs(truth, guess))
    if not len(one):
        return Figure(None, Note.NO_PAIRS)
    return Figure(float((np.abs(other - one) / np.asarray(maximum, dtype=float)).mean()))


def bias(truth: ArrayLike, guess: ArrayLike, *, maximum: ArrayLike = 1.0) -> Figure:
    """Mean of (guess - truth) / maximum: above 0 the guess is too generous."""
    one, other = (side.astype(float) for side in _pairs(truth, guess))
    if not len(one):
        return Figure(None, Note.NO_PAIRS)
    return Figure(float(((other - one) / np.asarray(maximum, dtype=float)).mean()))


def confusion_matrix(first: ArrayLike, second: ArrayLike, *, labels: Sequence[Any] | None = None) -> Confusion:
    """Counts of each pair of answers. `labels`: all that may occur, in their order; else those that do, sorted."""
    one, other = _pairs(first, second)
    if labels is None:
        labels = [label.item() for label in np.unique(np.concatenate([one, other]))]
    place = {label: position for position, label in enumerate(labels)}
    counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
    rows, columns = ([place[label] for label in side.tolist()] for side in (one, other))
    np.add.at(counts, (rows, columns), 1)
    return Confusion(list(labels), counts.tolist())


def binned(values: ArrayLike, maximum: float, bins: int = 5) -> NDArray[np.int64]:
    """The part (0 .. bins-1) of 0 to `maximum`, cut into equal ones, in which each value lies."""
    share = np.asarray(values, dtype=float) / maximum
    return np.clip(np.floor(share * bins + 1e-9), 0, bins - 1).astype(np.int64)


# Any number of raters, answers may be missing


def alpha_sums(ratings: ArrayLike, *, level: Level) -> Floats:
    """One row a unit (worklog) for `alpha_of_sums`: disagreement inside, number of answers, then counts or moments.

    `ratings`: units x raters, NaN for a missing answer. Units with fewer than two answers cannot disagree: rows of 0.
    """
    table = np.atleast_2d(np.asarray(ratings, dtype=float))
    given = ~np.isnan(table)
    answers = given.sum(axis=1).astype(float)
    pairable = answers >= 2
    others = np.where(pairable, answers - 1, 1)
    if level is Level.NOMINAL:
        labels = np.unique(table[given])
        counts = np.stack([(table == label).sum(axis=1) for label in labels], axis=1) if len(labels) else None
        counts = np.zeros((len(table), 1)) if counts is None else counts.astype(float)
        inside = (answers**2 - (counts**2).sum(axis=1)) / others
        columns = np.column_stack([inside, answers, counts])
    else:
        scaled = _unit_scale(table[given])[0]
        filled = np.zeros(table.shape)
        filled[given] = scaled
        total, squares = filled.sum(axis=1), (filled**2).sum(axis=1)
        columns = np.column_stack([2 * (answers * squares - total**2) / others, answers, total, squares])
    usable: Floats = columns * pairable[:, None]
    return usable


def alpha_of_sums(sums: Floats, *, level: Level) -> Floats:
    """Alpha of each row of summed `alpha_sums`; NaN where there is nothing to compare or one answer only."""
    seen, n = sums[..., 0], sums[..., 1]
    if level is Level.NOMINAL:
        expected = n**2 - (sums[..., 2:] ** 2).sum(axis=-1)
    else:
        expected = 2 * (n * sums[..., 3] - sums[..., 2] ** 2)
    defined = (n >= 2) & (expected > _NOTHING * np.maximum(n, 1) ** 2)
    alpha: Floats = np.where(defined, 1 - (n - 1) * seen / np.where(defined, expected, 1), np.nan)
    return alpha


def krippendorff_alpha(ratings: ArrayLike, *, level: Level) -> Figure:
    """Krippendorff's alpha: any number of raters, missing answers allowed.

    `ratings`: units x raters, numbers (for `nominal` the codes of the labels), NaN for missing. Source: Krippendorff
    2011, "Computing Krippendorff's Alpha-Reliability", section C (nominal) and E (interval).
    """
    table = np.atleast_2d(np.asarray(ratings, dtype=float))
    if not ((~np.isnan(table)).sum(axis=1) >= 2).any():
        return Figure(None, Note.NO_PAIRS)
    return _figure(alpha_of_sums(alpha_sums(table, level=level).sum(axis=0), level=level))


def krippendorff_alpha_ci(ratings: ArrayLike, *, level: Level, groups: ArrayLike | None = None) -> Interval | None:
    """The interval of `krippendorff_alpha` by resampling whole units, or whole `groups` of units."""
    columns = alpha_sums(ratings, level=level)
    return bootstrap_ci(columns, lambda sums: alpha_of_sums(sums, level=level), groups=groups)


# Intervals


class Resampler:
    """How often each of `groups` is drawn in each of `resamples` bootstrap samples; the seed makes it repeatable.

    One of these serves every figure over the same groups: drawing is the dear part, adding up is one product of
    matrices. The weights are kept up to `_KEPT` of them and drawn anew for each use beyond that.
    """

    def __init__(self, groups: int, *, resamples: int = RESAMPLES, seed: int = SEED) -> None:
        self.groups, self.resamples, self.seed = groups, resamples, seed
        self._kept: list[NDArray[np.uint16]] | None = None

    def sums(self, rows: Floats) -> Floats:
        """The column sums of each sample: resamples x columns. `rows`: one a group, in the order of the groups."""
        if not self.groups:
            return np.zeros((self.resamples, rows.shape[1]))
        return np.concatenate([weights.astype(float) @ rows for weights in self._weights()])

    def _weights(self) -> Iterable[NDArray[np.uint16]]:
        if self._kept is not None:
            return self._kept
        if self.groups * self.resamples > _KEPT:
            return self._draw()
        self._kept = list(self._draw())
        return self._kept

    def _draw(self) -> Iterator[NDArray[np.uint16]]:
        source = np.random.default_rng(self.seed)
        block = max(1, _WEIGHTS_AT_ONCE // self.groups)
        for start in range(0, self.resamples, block):
            size = min(block, self.resamples - start)
            drawn = source.integers(0, self.groups, size=(size, self.groups), dtype=np.int64)
            drawn += np.arange(size)[:, None] * self.groups
            counts = np.bincount(drawn.ravel(), minlength=size * self.groups)
            yield counts.reshape(size, self.groups).astype(np.uint16)


def gather(columns: Floats, member: ArrayLike, groups: int) -> Floats:
    """The rows of each group added up: groups x columns. `member`: the number of the group of each row."""
    gathered = np.zeros((groups, columns.shape[1]))
    np.add.at(gathered, np.asarray(member, dtype=np.int64), columns)
    return gathered


def resampled_sums(
    columns: Floats, groups: ArrayLike | None = None, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Floats:
    """The column sums of `resamples` bootstrap samples of whole groups: resamples x columns.

    `columns`: one row a pair (or unit). `groups`: what belongs together and is drawn together, as the criteria of one
    assessment are; None: each row for itself.
    """
    rows = np.asarray(columns, dtype=float)
    if groups is not None:
        keys, member = np.unique(np.asarray(groups), return_inverse=True)
        rows = gather(rows, member, len(keys))
    return Resampler(len(rows), resamples=resamples, seed=seed).sums(rows)


def percentile_interval(values: Floats, *, confidence: float = 0.95) -> Interval | None:
    """The middle `confidence` of resampled figures. None when more than half of the resamples have no figure."""
    defined = values[~np.isnan(values)]
    if len(defined) * 2 < len(values) or not len(defined):
        return None
    tail = 50 * (1 - confidence)
    low, high = np.percentile(defined, [tail, 100 - tail])
    return float(low), float(high)


def bootstrap_ci(
    columns: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    groups: ArrayLike | None = None,
    resamples: int = RESAMPLES,
    seed: int = SEED,
    confidence: float = 0.95,
) -> Interval | None:
    """Percentile bootstrap (Efron, Tibshirani 1993, chapter 13) of a figure that follows from column sums.

    `statistic` takes resamples x columns and gives one figure a resample, NaN where it is undefined. None with fewer
    than two groups: nothing can vary.
    """
    distinct = len(columns) if groups is None else len(np.unique(np.asarray(groups)))
    if distinct < 2:
        return None
    sums = resampled_sums(columns, groups, resamples=resamples, seed=seed)
    return percentile_interval(statistic(sums), confidence=confidence)


def mean_ci(values: ArrayLike, *, groups: ArrayLike | None = None) -> Interval | None:
    """The bootstrap interval of a mean."""
    numbers = np.asarray(values, dtype=float)
    columns = np.column_stack([np.ones(len(numbers)), numbers])
    return bootstrap_ci(columns, mean_of_sums, groups=groups)


def mean_of_sums(sums: Floats) -> Floats:
    """Second column over first, NaN where the first is 0: means and shares."""
    some = sums[..., 0] > 0
    ratio: Floats = np.where(some, sums[..., 1] / np.where(some, sums[..., 0], 1), np.nan)
    return ratio


# Baselines: what one reaches without reading a word


def constant_baseline(truth: ArrayLike) -> Figure:
    """The agreement of always answering with the most frequent label."""
    answers = np.asarray(truth)
    if not len(answers):
        return Figure(None, Note.NO_PAIRS)
    return Figure(float(np.unique(answers, return_counts=True)[1].max() / len(answers)))


def reviewer_offset_baseline(truth: ArrayLike, reviewers: ArrayLike, *, level: Level) -> Floats:
    """What one would answer knowing only who reviewed: one answer a pair, never using the answer it is compared with.

    Leave-one-out. Nominal: the most frequent of the reviewer's other answers, ties and a single answer by the most
    frequent of all others. Interval: mean of all other answers plus the reviewer's offset from it, drawn towards none
    by n / (n + 1) for the n other answers of the reviewer, moved to the nearest answer that anybody gave. NaN when
    there is no other answer at all.
    """
    answers = np.asarray(truth, dtype=float)
    if len(answers) < 2:
        return np.full(len(answers), np.nan)
    who = np.unique(np.asarray(reviewers), return_inverse=True)[1]
    values, codes = np.unique(answers, return_inverse=True)
    counts = np.zeros((who.max() + 1, len(values)))
    np.add.at(counts, (who, codes), 1)
    own = counts[who]
    rows = np.arange(len(answers))
    own[rows, codes] -= 1
    everyone = counts.sum(axis=0)[None, :].repeat(len(answers), axis=0)
    everyone[rows, codes] -= 1
    if level is Level.NOMINAL:
        return np.asarray(values[np.argmax(own * (len(answers) + 1) + everyone, axis=1)], dtype=float)
    others = everyone @ values / everyone.sum(axis=1)
    known = own.sum(axis=1)
    offset = np.where(known > 0, own @ values / np.maximum(known, 1) - others, 0.0)
    guess = others + offset * known / (known + 1)
    return np.asarray(values[np.argmin(np.abs(values[None, :] - guess[:, None]), axis=1)], dtype=float)


# Probabilities and ranks


def brier_score(probabilities: ArrayLike, outcomes: ArrayLike) -> Figure:
    """Mean squared distance of stated probability and outcome (0 or 1): 0 is perfect. Brier 1950."""
    stated, came = (side.astype(float) for side in _pairs(probabilities, outcomes))
    return Figure(float(((stated - came) ** 2).mean())) if len(stated) else Figure(None, Note.NO_PAIRS)


def reliability(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10) -> list[Bin]:
    """The points of a reliability diagram: `bins` equal parts of 0 to 1, empty ones left out."""
    stated, came = (side.astype(float) for side in _pairs(probabilities, outcomes))
    part = np.clip((stated * bins).astype(np.int64), 0, bins - 1)
    found = []
    for position in range(bins):
        inside = part == position
        if inside.any():
            confidence, accuracy = float(stated[inside].mean()), float(came[inside].mean())
            found.append(Bin(position / bins, (position + 1) / bins, int(inside.sum()), confidence, accuracy))
    return found


def expected_calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, *, bins: int = 10) -> Figure:
    """Mean gap between confidence and accuracy over the bins, weighted by their size. Naeini et al. 2015, AAAI."""
    points = reliability(probabilities, outcomes, bins=bins)
    n = sum(point.n for point in points)
    if not n:
        return Figure(None, Note.NO_PAIRS)
    return Figure(sum(point.n * abs(point.confidence - point.accuracy) for point in points) / n)


def spearman(first: ArrayLike, second: ArrayLike) -> Figure:
    """Spearman's rank correlation: Pearson's on average ranks, so that ties are exact. Spearman 1904."""
    one, other = _pairs(first, second)
    if not len(one):
        return Figure(None, Note.NO_PAIRS)
    ranks = [_average_ranks(side) for side in (one, other)]
    x, y = (rank - rank.mean() for rank in ranks)
    scale = float(np.sqrt((x**2).sum() * (y**2).sum()))
    if scale < _NOTHING:
        return Figure(None, Note.ONE_CATEGORY)
    return Figure(float((x * y).sum() / scale))


def _average_ranks(values: NDArray[Any]) -> Floats:
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[codes], dtype=float)


def _pairs(first: ArrayLike, second: ArrayLike) -> tuple[NDArray[Any], NDArray[Any]]:
    one, other = np.asarray(first), np.asarray(second)
    if one.shape != other.shape or one.ndim != 1:
        raise ValueError("two lists of the same length are compared")
    return one, other


def _unit_scale(*sides: Floats) -> tuple[Floats, ...]:
    """Moved and stretched to 0 .. 1: kappa and alpha do not change, and equal numbers become exact zeros."""
    every = np.concatenate(sides)
    low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 0.0)
    span = (high - low) or 1.0
    return tuple((side - low) / span for side in sides)


def _figure(value: Floats) -> Figure:
    number = float(value)
    return Figure(None, Note.ONE_CATEGORY) if np.isnan(number) else Figure(number)
