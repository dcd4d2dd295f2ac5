"""From a judge's own confidence to the probability that a supervisor agrees, and the gate below which it abstains.

Curves `sigmoid(shift + slope * logit(confidence))` are fitted on verified pairs: one for the instance, drawn to it one
for each scorecard, drawn to that one for each criterion, so that few labels change little. Where held-out pairs say
that a curve is no better than always giving the usual share of agreement, that share is given. A reviewer who
agrees less or more often than others is an offset of its own, so that one severe reviewer does not make a judge look
worse.

Applying needs no numpy; fitting loads it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt
from typing import Final

MIN_PAIRS: Final = 20
"""Verified pairs of one judge before its confidence is changed at all."""
MIN_GATE: Final = 20
"""Pairs at a level before its gate is derived from the target; with fewer the next level's counts."""
_Z: Final = 1.6449
"""One-sided 95 %: the lower bound that has to reach the target."""
_LEAST: Final = 0.01
_FOLDS: Final = 5
_PRIOR_SHIFT: Final = 0.25
_PRIOR_SLOPE: Final = 1.0
_USUAL_SLOPE: Final = 0.7
"""Judges are surer of themselves than they should be."""
_TIED_SHIFT: Final = 4.0
_TIED_SLOPE: Final = 8.0
_TIED_REVIEWER: Final = 4.0
"""Precisions (1 / variance) of the priors: how strongly a level is drawn to the one above, and reviewers to nobody."""
_TIED_SHARE: Final = 8.0
_LEAST_SPREAD: Final = 0.02
"""How much reviewers differ at least in severity, as a share of the maximum: never take them for one person."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A judge's answer and a person's. `difference`: person minus judge, as a share of the maximum."""

    criterion_id: int
    scorecard: int
    confidence: float
    agrees: bool
    weight: float = 1.0
    reviewer: int | None = None
    difference: float | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """`pairs`: how many stand behind it."""

    shift: float
    slope: float
    pairs: int

    def probability(self, confidence: float) -> float:
        return _sigmoid(self.shift + self.slope * _logit(confidence))


@dataclass(frozen=True, slots=True)
class Offset:
    """How much a reviewer scores above (or below, negative) the judge, compared with the others; 95 % interval."""

    reviewer: int
    offset: float
    low: float
    high: float
    pairs: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """The curves of one judge. Without any, confidence stays what the judge says."""

    instance: Curve | None = None
    scorecards: Mapping[int, Curve] = field(default_factory=dict)
    criteria: Mapping[tuple[int, int], Curve] = field(default_factory=dict)

    def curve(self, criterion_id: int, scorecard: int = 0) -> Curve | None:
        """The nearest curve: the criterion's own, else its scorecard's, else the instance's."""
        return self.criteria.get((scorecard, criterion_id)) or self.scorecards.get(scorecard) or self.instance

    def probability(self, criterion_id: int, confidence: float, scorecard: int = 0) -> float:
        curve = self.curve(criterion_id, scorecard)
        return confidence if curve is None else curve.probability(confidence)


Point = tuple[float, bool, float]
"""Calibrated confidence, whether the person agreed, weight."""


def fit_calibration(pairs: Sequence[Pair]) -> Calibration:
    """The curves of one judge, from the pairs of all scorecards."""
    if len(pairs) < MIN_PAIRS:
        return Calibration()
    offsets = _reviewer_offsets(pairs)
    instance = _fit(pairs, offsets, None)
    scorecards, criteria = {}, {}
    for scorecard, own in sorted(_by(pairs, lambda pair: pair.scorecard).items()):
        scorecards[scorecard] = parent = _fit(own, offsets, instance)
        for criterion, few in sorted(_by(own, lambda pair: pair.criterion_id).items()):
            criteria[scorecard, criterion] = _fit(few, offsets, parent)
    return Calibration(instance, scorecards, criteria)


def threshold_for(points: Collection[Point], target: float) -> float | None:
    """The lowest confidence above which people agree often enough: the lower bound of the share reaches the target.

    None: no gate does, so nothing is let through. The bound keeps small samples from opening a gate by luck.
    """
    ordered = sorted(points, key=lambda point: -point[0])
    best = None
    right = total = squares = 0.0
    for at, (confidence, agreed, weight) in enumerate(ordered):
        total += weight
        squares += weight * weight
        right += weight if agreed else 0.0
        is_last_of_its_kind = at + 1 == len(ordered) or ordered[at + 1][0] < confidence
        if is_last_of_its_kind and total > 0 and lower_bound(right / total, total * total / squares) >= target:
            best = confidence
    if ordered and best == ordered[-1][0]:
        # Everything seen so far passes: what is less sure than all of it is held to what it says of itself.
        return min(best, target)
    return best


def lower_bound(share: float, count: float) -> float:
    """The one-sided 95 % bound of a share (Wilson)."""
    if count <= 0:
        return 0.0
    square = _Z * _Z / count
    middle = share + square / 2
    return max(0.0, (middle - _Z * sqrt(share * (1 - share) / count + square / (4 * count))) / (1 + square))


def gate_for(own: Collection[Point], wider: Sequence[Collection[Point]], target: float) -> tuple[bool, float | None]:
    """Whether pairs decide the gate at all, and the gate: of the criterion if it has enough pairs, else of the next
    wider level that has."""
    for points in (own, *wider):
        if len(points) >= MIN_GATE:
            return True, threshold_for(points, target)
    return False, None


def coverage_curve(points: Collection[Point], steps: int = 20) -> list[tuple[float, float, float, int]]:
    """Threshold, share of answers let through, agreement among them, and their number: from all to few."""
    ordered = sorted(points, key=lambda point: -point[0])
    total = sum(point[2] for point in ordered)
    found: list[tuple[float, float, float, int]] = []
    for step in range(steps, 0, -1):
        count = max(1, round(len(ordered) * step / steps))
        if not ordered or (found and found[-1][3] == count):
            continue
        kept = ordered[:count]
        weight = sum(point[2] for point in kept)
        right = sum(point[2] for point in kept if point[1])
        found.append((kept[-1][0], weight / total, right / weight, count))
    return found


def severity(pairs: Sequence[Pair]) -> list[Offset]:
    """How each reviewer differs, with the criteria's own means taken out and few pairs drawn to zero."""
    known = [(pair, pair.difference) for pair in pairs if pair.reviewer is not None and pair.difference is not None]
    means: dict[tuple[int, int], list[float]] = defaultdict(list)
    for pair, difference in known:
        means[pair.scorecard, pair.criterion_id].append(difference)
    rest: dict[int, list[float]] = defaultdict(list)
    for pair, difference in known:
        mine = means[pair.scorecard, pair.criterion_id]
        rest[pair.reviewer or 0].append(difference - sum(mine) / len(mine))
    if len(rest) < 2:
        return []
    everything = [value for values in rest.values() for value in values]
    noise = max(1e-6, sum(value * value for value in everything) / len(everything))
    averages = {reviewer: sum(values) / len(values) for reviewer, values in rest.items()}
    spread = sum(mean * mean - noise / len(rest[reviewer]) for reviewer, mean in averages.items()) / len(averages)
    between = max(_LEAST_SPREAD**2, spread)
    found = []
    for reviewer, mean in sorted(averages.items()):
        count = len(rest[reviewer])
        shrink = count * between / (count * between + noise)
        reach = 1.96 * sqrt(between * noise / (count * between + noise))
        offset = shrink * mean
        found.append(Offset(reviewer, offset, offset - reach, offset + reach, count))
    return found


def log_loss(points: Collection[Point]) -> float:
    """Mean surprise; the lower the better calibrated and the sharper."""
    total = sum(weight for _, _, weight in points)
    return sum(-weight * log(_bounded(p if agreed else 1 - p)) for p, agreed, weight in points) / total


def _fit(pairs: Sequence[Pair], offsets: Mapping[int, float], parent: Curve | None) -> Curve:
    """The curve of one level, or of it and the usual share the one that foretells held-out pairs better."""
    own = _newton(pairs, offsets, parent)
    flat = _flat(pairs, parent)
    losses = dict.fromkeys(("own", "flat", "parent"), 0.0)
    for fold in range(_FOLDS):
        here, others = pairs[fold::_FOLDS], [pair for at, pair in enumerate(pairs) if at % _FOLDS != fold]
        if not here or not others:
            continue
        tried = {"own": _newton(others, offsets, parent), "flat": _flat(others, parent)}
        if parent is not None:
            tried["parent"] = parent
        for name, curve in tried.items():
            points = [(curve.probability(pair.confidence), pair.agrees, pair.weight) for pair in here]
            losses[name] += log_loss(points) * sum(point[2] for point in points)
    if parent is None:
        del losses["parent"]
    best = min(losses, key=lambda name: (losses[name], name))
    chosen = {"own": own, "flat": flat, "parent": parent}[best]
    return Curve(chosen.shift, chosen.slope, len(pairs)) if chosen is not None else own


def _flat(pairs: Sequence[Pair], parent: Curve | None) -> Curve:
    """The usual share of agreement, whatever the judge says."""
    total = sum(pair.weight for pair in pairs)
    usual = 0.5
    strength = 1.0
    if parent is not None:
        usual = sum(pair.weight * parent.probability(pair.confidence) for pair in pairs) / total
        strength = _TIED_SHARE
    share = (sum(pair.weight for pair in pairs if pair.agrees) + strength * usual) / (total + strength)
    return Curve(_logit(share), 0.0, len(pairs))


def _newton(pairs: Sequence[Pair], offsets: Mapping[int, float], parent: Curve | None) -> Curve:
    """Penalised logistic regression with two numbers; the penalty draws them to the level above."""
    import numpy as np

    if parent is None:
        prior, tied = np.array([0.0, _USUAL_SLOPE]), np.diag([_PRIOR_SHIFT, _PRIOR_SLOPE])
    else:
        prior, tied = np.array([parent.shift, parent.slope]), np.diag([_TIED_SHIFT, _TIED_SLOPE])
    x = np.array([[1.0, _logit(pair.confidence)] for pair in pairs])
    y = np.array([1.0 if pair.agrees else 0.0 for pair in pairs])
    w = np.array([pair.weight for pair in pairs])
    about = np.array([offsets.get(pair.reviewer or 0, 0.0) for pair in pairs])
    beta = prior.copy()
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta + about, -30, 30)))
        slope = x.T @ (w * (y - p)) - tied @ (beta - prior)
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + tied, slope)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return Curve(round(float(beta[0]), 6), round(max(0.0, float(beta[1])), 6), len(pairs))


def _reviewer_offsets(pairs: Sequence[Pair]) -> dict[int, float]:
    """How much more (or less) readily each reviewer agrees, in logits, drawn to zero: a random effect."""
    import numpy as np

    people = sorted({pair.reviewer for pair in pairs if pair.reviewer is not None})
    if len(people) < 2:
        return {}
    place = {reviewer: at for at, reviewer in enumerate(people)}
    x = np.zeros((len(pairs), 2 + len(people)))
    for at, pair in enumerate(pairs):
        x[at, 0], x[at, 1] = 1.0, _logit(pair.confidence)
        if pair.reviewer is not None:
            x[at, 2 + place[pair.reviewer]] = 1.0
    y = np.array([1.0 if pair.agrees else 0.0 for pair in pairs])
    w = np.array([pair.weight for pair in pairs])
    tied = np.diag([_PRIOR_SHIFT, _PRIOR_SLOPE, *[_TIED_REVIEWER] * len(people)])
    prior = np.array([0.0, _USUAL_SLOPE, *[0.0] * len(people)])
    beta = prior.copy()
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-np.clip(x @ beta, -30, 30)))
        slope = x.T @ (w * (y - p)) - tied @ (beta - prior)
        step = np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + tied, slope)
        beta = beta + step
        if float(np.abs(step).max()) < 1e-9:
            break
    return {reviewer: round(float(beta[2 + at]), 6) for reviewer, at in place.items()}


def _by(pairs: Sequence[Pair], key: Callable[[Pair], int]) -> dict[int, list[Pair]]:
    found: dict[int, list[Pair]] = defaultdict(list)
    for pair in pairs:
        found[key(pair)].append(pair)
    return found


def _bounded(share: float) -> float:
    return min(1 - 1e-6, max(1e-6, share))


def _logit(share: float) -> float:
    kept = min(1 - _LEAST, max(_LEAST, share))
    return log(kept / (1 - kept))


def _sigmoid(value: float) -> float:
    return 1 / (1 + exp(-value)) if value >= 0 else exp(value) / (1 + exp(value))
