"""A head: what the verified scores of one criterion taught (docs/adr/0024-learned-heads.md).

Ridge regressions on a few mixtures of feature blocks, in closed form, weighed by how well each foretells examples that
it has not seen. Examples that belong together (work on one ticket, letters from the same building blocks) are left out
together, because a case whose twin stays in is no test. Confidence comes from these held-out answers alone. The same
examples give the same head, bit for bit. Importing this loads numpy.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import exp, log
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.features import Embedding, Reading, bag_of
from assaydesk.domains.quality.judging.learned import SAME_SHARE, agrees
from assaydesk.domains.quality.judging.shortage import MIN_LABELS, MIN_OF_KIND, Shortage, shortage_of
from assaydesk.domains.quality.judging.space import Space, make_space
from assaydesk.domains.quality.scorecards.types import Criterion

Numbers = NDArray[np.float64]

MAX_EXAMPLES: Final = 600
"""The newest count; the time of training grows with the third power."""
TWINS: Final = 0.6
"""Replies that share this part of their words are taken for the same letter."""
_MIXTURES: Final[tuple[tuple[str, ...], ...]] = (
    ("facts",),
    ("facts", "words"),
    ("facts", "reply", "customer"),
    ("facts", "focus", "near"),
    ("facts", "words", "focus", "near"),
    ("facts", "words", "reply", "customer", "focus", "match", "near"),
)
_RIDGES: Final = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
_FOLDS: Final = 5
_ANCHOR_CHARACTERS: Final = 400
_OCCLUDED: Final = 12
_PROPOSED: Final = 2
_SAYING: Final = 5
"""Words and pairs of words of a passage that may be quoted: three words. Names and signatures prove nothing."""


@dataclass(frozen=True, slots=True)
class Example:
    """One verified answer. `group`: examples of one group are never used to foretell each other."""

    reading: Reading
    score: Decimal | None
    applicable: bool = True
    weight: float = 1.0
    group: str = ""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What the head says about an example that it has not seen, and whether that is what the person said."""

    confidence: float
    agrees: bool
    weight: float
    place: int
    """Which of the given examples."""


@dataclass(frozen=True, slots=True)
class HeadAnswer:
    """`expected` is the mean score that is to be expected, `passages` the places of those that speak for the answer."""

    applicable: bool
    score: Decimal | None
    confidence: float
    expected: float
    passages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Tried:
    """A mixture of blocks: its held-out errors and its solution, both in weighted examples."""

    error: float
    left: Numbers
    dual: Numbers


@dataclass(frozen=True, slots=True)
class _Line:
    """A linear rule and how its value becomes a probability of each kind.

    `values`: what the kinds are worth; `usual`: their shares; the value of the rule is near `shift + slope * value`,
    with `spread`.
    """

    weights: NDArray[np.float32]
    bias: float
    values: tuple[float, ...]
    usual: tuple[float, ...]
    shift: float
    slope: float
    spread: float

    def kinds(self, found: float) -> list[float]:
        """The probability of each kind."""
        logs = [
            log(share) - 0.5 * ((found - self.shift - self.slope * value) / self.spread) ** 2
            for share, value in zip(self.usual, self.values, strict=True)
        ]
        most = max(logs)
        parts = [exp(one - most) for one in logs]
        return [part / sum(parts) for part in parts]


@dataclass(frozen=True, slots=True)
class Head:
    """`labels` counts what it learned from; `held_out` is kept for the gate, not with the head's bytes."""

    criterion_id: int
    max_points: Decimal
    space: Space
    scoring: _Line
    scores: tuple[Decimal, ...]
    applying: _Line | None
    not_applicable_share: float
    labels: int
    held_out: tuple[HeldOut, ...] = ()

    def answer(self, reading: Reading, *, explain: bool = True) -> HeadAnswer:
        """The learned answer to one case. `explain` False names no passages, which is most of the work."""
        row = self.space.row(reading)
        applies = 1.0 - self.not_applicable_share
        if self.applying is not None:
            applies = self.applying.kinds(_value(self.applying, row))[1]
        found = _value(self.scoring, row)
        kinds = self.scoring.kinds(found)
        expected = sum(share * float(score) for share, score in zip(kinds, self.scores, strict=True))
        if applies < 0.5 and self.applying is not None:
            return HeadAnswer(False, None, 1.0 - applies, expected, ())
        at, sure = _most_agreed(kinds, self.scores, self.max_points)
        chosen = self.scores[at]
        rises = float(chosen) >= expected or chosen == max(self.scores)
        speaking = self._speaking(reading, found, rises=rises) if explain else ()
        return HeadAnswer(True, chosen, applies * sure, expected, speaking)

    def _speaking(self, reading: Reading, found: float, *, rises: bool) -> tuple[int, ...]:
        """The passages without which the answer would be less clear: each is left out in turn."""
        sign = (1.0 if rises else -1.0) * (1.0 if self.scoring.slope >= 0 else -1.0)
        places = [at for at, words in enumerate(reading.words) if len(words) >= _SAYING]
        if not places:
            return ()
        if len(places) > _OCCLUDED:
            rough = (reading.vectors - self.space.middle) @ self._direction()
            places_by_hint = sorted(places, key=lambda at: (-sign * float(rough[at]), at))[:_OCCLUDED]
        else:
            places_by_hint = places
        moved = {
            at: sign * (found - _value(self.scoring, self.space.row(reading, without=at))) for at in places_by_hint
        }
        best = sorted(moved, key=lambda at: (-moved[at], at))[:_PROPOSED]
        least = 0.05 * self.scoring.spread
        return tuple(at for at in best if moved[at] > max(least, 0.3 * moved[best[0]]))

    def _direction(self) -> NDArray[np.float32]:
        parts = self.space.parts()
        placed = self.scoring.weights * self.space.scale
        return np.asarray(placed[parts["reply"]] + placed[parts["focus"]], dtype=np.float32)

    def as_dict(self) -> dict[str, Any]:
        """All that is stored, plain values and bytes."""
        return {
            "criterionId": self.criterion_id,
            "maxPoints": str(self.max_points),
            "space": self.space.as_dict(),
            "scoring": _line_dict(self.scoring),
            "scores": [str(score) for score in self.scores],
            "applying": None if self.applying is None else _line_dict(self.applying),
            "notApplicableShare": self.not_applicable_share,
            "labels": self.labels,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> "Head":
        applying = data["applying"]
        return Head(
            data["criterionId"],
            Decimal(data["maxPoints"]),
            Space.from_dict(data["space"]),
            _line(data["scoring"]),
            tuple(Decimal(score) for score in data["scores"]),
            None if applying is None else _line(applying),
            data["notApplicableShare"],
            data["labels"],
        )


def fit_head(criterion: Criterion, examples: Sequence[Example], embedder: Embedding) -> Head | Shortage:
    """Learn one criterion. The order of the examples decides which are the newest: those at the end."""
    offset = max(0, len(examples) - MAX_EXAMPLES)
    used = list(examples[offset:])
    short = shortage_of(criterion, [(one.score if one.applicable else None, one.weight) for one in used])
    if short is not None:
        return short
    anchors = embedder.queries(anchors_of(criterion))
    space = make_space([one.reading for one in used], anchors)
    rows = space.rows([one.reading for one in used])
    groups = _groups(used)
    scored = [at for at, one in enumerate(used) if one.applicable and one.score is not None]
    scores = tuple(sorted({score for at in scored if (score := used[at].score) is not None}))
    targets = np.array([float(used[at].score or 0) for at in scored]) / float(criterion.max_points)
    weights = np.array([one.weight for one in used])
    values = tuple(float(score / criterion.max_points) for score in scores)
    scoring, said = _fit_line(space, rows[scored], targets, weights[scored], [groups[at] for at in scored], values)
    absent = len(used) - len(scored)
    applying, applies = None, np.full(len(used), (len(scored) + 1.0) / (len(used) + 1.0))
    if absent >= MIN_OF_KIND and criterion.allow_not_applicable:
        is_scored = np.zeros(len(used))
        is_scored[scored] = 1.0
        applying, kinds = _fit_line(space, rows, is_scored, weights, groups, (0.0, 1.0))
        applies = kinds[:, 1]
    held = _held_out(criterion, used, scored, scores, said, applies, learned=applying is not None)
    return Head(
        criterion.id,
        criterion.max_points,
        space,
        scoring,
        scores,
        applying,
        0.0 if not criterion.allow_not_applicable else (absent + 0.5) / (len(used) + 1.0),
        len(used),
        tuple(HeldOut(one.confidence, one.agrees, one.weight, one.place + offset) for one in held),
    )


def anchors_of(criterion: Criterion) -> list[str]:
    """The words of a criterion to which passages are compared."""
    texts = (f"{criterion.label}. {criterion.description}", criterion.assessment_prompt)
    return [text[:_ANCHOR_CHARACTERS] for text in texts if text.strip()]


def _held_out(
    criterion: Criterion,
    used: Sequence[Example],
    scored: Sequence[int],
    scores: tuple[Decimal, ...],
    said: Numbers,
    applies: Numbers,
    *,
    learned: bool,
) -> list[HeldOut]:
    found = []
    kinds_of = dict(zip(scored, said, strict=True))
    for place, one in enumerate(used):
        truth = one.score if one.applicable else None
        if learned and applies[place] < 0.5:
            answer, sure = None, 1.0 - float(applies[place])
        elif place in kinds_of:
            at, part = _most_agreed(kinds_of[place].tolist(), scores, criterion.max_points)
            answer, sure = scores[at], float(applies[place]) * part
        else:
            # A case to which the criterion does not apply, taken for one to which it does: wrong with any score.
            answer, sure = max(scores), float(applies[place]) * 0.5
        found.append(HeldOut(sure, agrees(criterion, answer, truth), one.weight, place))
    return found


def _most_agreed(kinds: Sequence[float], scores: Sequence[Decimal], most: Decimal) -> tuple[int, float]:
    """The score with which a person most probably agrees, and how probably."""

    def near(one: Decimal, other: Decimal) -> bool:
        return one == other or (abs(one - other) <= SAME_SHARE * most and (one == 0) == (other == 0))

    sums = [sum(share for share, other in zip(kinds, scores, strict=True) if near(score, other)) for score in scores]
    at = max(range(len(scores)), key=lambda number: (sums[number], kinds[number], -number))
    return at, min(1.0, sums[at])


def _groups(used: Sequence[Example]) -> list[int]:
    """Which examples belong together: those of one group, and those whose replies are almost those of an earlier one.

    No group has more than a share of all, or there would be too little to learn from when it is left out.
    """
    bags = np.stack([bag_of(one.reading.words) for one in used])
    sizes = bags.sum(axis=1)
    shared = bags @ bags.T
    alike = shared / np.maximum(1.0, sizes[:, None] + sizes[None, :] - shared)
    most = max(2, len(used) // _FOLDS // 2)
    heads: list[int] = []
    named: dict[str, int] = {}
    counts: Counter[int] = Counter()
    group = []
    for at, one in enumerate(used):
        place = named.get(one.group) if one.group else None
        if place is None or counts[place] >= most:
            twins = [head for head in heads if alike[at, head] > TWINS and counts[head] < most]
            place = max(twins, key=lambda head: (alike[at, head], -head), default=at)
        if place == at:
            heads.append(at)
        if one.group:
            named[one.group] = place
        counts[place] += 1
        group.append(place)
    return group


def _fit_line(
    space: Space,
    rows: NDArray[np.float32],
    targets: Numbers,
    weights: Numbers,
    groups: Sequence[int],
    values: tuple[float, ...],
) -> tuple[_Line, Numbers]:
    """The rule, and the probability of each kind for the examples, each when it was left out."""
    root = np.sqrt(weights / weights.mean())
    mean = float(np.average(targets, weights=weights))
    members = [np.array(places) for places in _members(groups) if len(places) > 1]
    parts = space.parts()
    grams: dict[str, Numbers] = {}
    centre = np.average(rows, axis=0, weights=weights)
    moved = (rows - centre).astype(np.float64)
    for name, part in parts.items():
        grams[name] = (moved[:, part] * root[:, None]) @ (moved[:, part] * root[:, None]).T
    wanted = root * (targets - mean)
    tried = [
        _best_ridge(sum((grams[name] for name in mixture), 0.0 * grams["facts"]) / len(mixture), root, wanted, members)
        for mixture in _MIXTURES
    ]
    errors = np.array([one.error for one in tried])
    shares = np.exp(-len(targets) / 4 * np.log(errors / errors.min()))
    shares /= shares.sum()
    found = targets - sum((share * one.left for share, one in zip(shares, tried, strict=True)), 0.0 * root) / root
    slope_of = np.zeros(rows.shape[1])
    for share, one, mixture in zip(shares, tried, _MIXTURES, strict=True):
        for name in mixture:
            slope_of[parts[name]] += share * (moved[:, parts[name]].T @ (root * one.dual)) / len(mixture)
    slopes = np.asarray(slope_of, dtype=np.float32)
    shape = _shape(found, targets, weights, values)
    line = _Line(slopes, float(mean - centre @ slopes.astype(np.float64)), values, *shape)
    said = np.zeros((len(targets), len(values)))
    order = {number: at for at, number in enumerate(dict.fromkeys(groups))}
    fold = np.array([order[number] % _FOLDS for number in groups])
    for number in range(_FOLDS):
        here, others = fold == number, fold != number
        if here.any() and others.any():
            part_line = _Line(slopes, 0.0, values, *_shape(found[others], targets[others], weights[others], values))
            said[here] = [part_line.kinds(float(value)) for value in found[here]]
        elif here.any():
            said[here] = [line.kinds(float(value)) for value in found[here]]
    return line, said


def _members(groups: Sequence[int]) -> list[list[int]]:
    found: dict[int, list[int]] = {}
    for at, number in enumerate(groups):
        found.setdefault(number, []).append(at)
    return list(found.values())


def _best_ridge(gram: Numbers, root: Numbers, wanted: Numbers, members: Sequence[NDArray[np.intp]]) -> _Tried:
    """One mixture, with the ridge that foretells held-out examples best."""
    sizes, vectors = np.linalg.eigh((gram + gram.T) / 2)
    sizes = np.maximum(sizes, 0.0)
    unit = max(1e-9, float(sizes.mean()))
    best: _Tried | None = None
    for strength in _RIDGES:
        ridge = strength * unit
        left = _left_out(vectors, sizes / (sizes + ridge), root, wanted, members)
        error = max(1e-12, float((left**2).mean()))
        if best is None or error < best.error:
            best = _Tried(error, left, vectors @ ((vectors.T @ wanted) / (sizes + ridge)))
    assert best is not None
    return best


def _left_out(
    vectors: Numbers, shrink: Numbers, root: Numbers, wanted: Numbers, members: Sequence[NDArray[np.intp]]
) -> Numbers:
    """The error for each example when its group was left out, without fitting again: e = (I - H)^-1 r."""
    mean_part = root / np.sqrt((root**2).sum())
    # What the intercept takes is a projection of its own, because everything was centred by the weighted mean.
    residual = wanted - vectors @ (shrink * (vectors.T @ wanted))
    leverage = (vectors**2 * shrink).sum(axis=1) + mean_part**2
    errors = residual / np.maximum(0.05, 1.0 - leverage)
    for places in members:
        hat = (vectors[places] * shrink) @ vectors[places].T + np.outer(mean_part[places], mean_part[places])
        errors[places] = np.linalg.solve(np.eye(len(places)) * 1.001 - hat, residual[places])
    return np.asarray(errors)


def _shape(
    found: Numbers, targets: Numbers, weights: Numbers, values: tuple[float, ...]
) -> tuple[tuple[float, ...], float, float, float]:
    """Shares of the kinds, and how the held-out values lie about them: a line with a spread, drawn towards nothing
    learned where examples are few."""
    total = float(weights.sum())
    counts = Counter(dict.fromkeys(values, 0.0))
    for target, weight in zip(targets.tolist(), weights.tolist(), strict=True):
        counts[min(values, key=lambda value: abs(value - target))] += weight
    usual = tuple((counts[value] + 0.5) / (total + 0.5 * len(values)) for value in values)
    mean_target, mean_found = np.average(targets, weights=weights), np.average(found, weights=weights)
    spread = np.average((targets - mean_target) ** 2, weights=weights)
    both = np.average((targets - mean_target) * (found - mean_found), weights=weights)
    slope = max(0.0, float(both / (spread + 1.0 / max(1.0, total) * 0.25)))
    shift = float(mean_found - slope * mean_target)
    rest = float(np.average((found - shift - slope * targets) ** 2, weights=weights))
    # Two examples' worth of doubt about the spread.
    scatter = (rest * total + 2.0 * float(spread)) / (total + 2.0)
    return usual, shift, slope, max(1e-3, scatter**0.5)


def _value(line: _Line, row: NDArray[np.float32]) -> float:
    return float(row.astype(np.float64) @ line.weights.astype(np.float64)) + line.bias


def _line_dict(line: _Line) -> dict[str, Any]:
    return {
        "weights": np.ascontiguousarray(line.weights, dtype="<f4").tobytes(),
        "bias": line.bias,
        "values": list(line.values),
        "usual": list(line.usual),
        "shift": line.shift,
        "slope": line.slope,
        "spread": line.spread,
    }


def _line(data: Mapping[str, Any]) -> _Line:
    return _Line(
        np.frombuffer(data["weights"], dtype="<f4").astype(np.float32),
        data["bias"],
        tuple(data["values"]),
        tuple(data["usual"]),
        data["shift"],
        data["slope"],
        data["spread"],
    )


__all__ = [
    "MIN_LABELS", "MIN_OF_KIND", "Example", "Head", "HeadAnswer", "HeldOut", "Shortage", "agrees", "anchors_of",
    "fit_head",
]  # fmt: skip
