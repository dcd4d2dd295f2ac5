"""How the learned judge grows with labels, and whether what it lets through reaches the target.

Heads learn from the training half and are asked about the test half, which has other templates and other words. Three
gates are tried. `trained`: derived from the labels that the head learned from, each foretold without itself. `checked`:
derived from people's answers to the head's own verdicts on the first conversations of the test half; these are not
counted afterwards. The second is what happens on a desk whose work is reviewed. `mixed` is derived from both together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.confidence import Calibration, Pair, Point, fit_calibration, gate_for
from assaydesk.domains.quality.judging.features import Reading
from assaydesk.domains.quality.judging.heads import Example, Head, Shortage, agrees, fit_head
from assaydesk.domains.quality.scorecards.types import Criterion
from benchmarks.judging.baselines import constant, floor
from benchmarks.judging.criteria import CARE, LEARNED
from benchmarks.judging.generator import Conversation
from benchmarks.judging.metrics import Figure, Given, figures, rank_correlation, spread
from benchmarks.judging.vectors import KeptEmbedder

SIZES: Final = (0, 10, 30, 100, 300)
REPEATS: Final = 3
TARGET: Final = 0.85
"""The usual target agreement of an instance."""
CHECKED: Final = 150
"""Verdicts on the test half that people answer before its gate is set."""


@dataclass(frozen=True)
class Half:
    """One half, read: `rows` are those of the floor."""

    conversations: Sequence[Conversation]
    readings: Sequence[Reading]
    rows: NDArray[np.float64]

    def labels(self, criterion: Criterion) -> list[Decimal | None]:
        return [one.labels[criterion.id] for one in self.conversations]

    def wording(self, criterion: Criterion) -> list[str]:
        return [one.wording[criterion.id] for one in self.conversations]


@dataclass(frozen=True)
class _Taught:
    """What one sample of labels taught: heads by criterion, and what they say about the test half."""

    heads: Mapping[int, Head]
    given: Mapping[int, list[Given]]


def run(train: Half, test: Half, embedder: KeptEmbedder) -> dict[str, Any]:
    """The learning curve, and every figure with the most labels."""
    curve: list[dict[str, Any]] = []
    last: _Taught | None = None
    chosen: list[int] = []
    for size in SIZES:
        found: dict[int, list[dict[str, float | None]]] = {criterion.id: [] for criterion in LEARNED}
        for repeat in range(REPEATS if 0 < size < len(train.conversations) else 1):
            chosen = Random(f"{size}:{repeat}").sample(range(len(train.conversations)), size)
            last = _teach(train, test, chosen, embedder)
            for criterion in LEARNED:
                found[criterion.id].append(_point(criterion, train, test, chosen, last))
        for criterion in LEARNED:
            points = found[criterion.id]
            curve.append(
                {
                    "criterion": criterion.label,
                    "labels": size,
                    **{name: spread([point[name] for point in points]) for name in points[0]},
                }
            )
        print(f"labels: {size}", flush=True)
    assert last is not None
    return {"curve": curve, "full": _full(train, test, chosen, last), "target": TARGET, "checked": CHECKED}


def _teach(train: Half, test: Half, chosen: Sequence[int], embedder: KeptEmbedder) -> _Taught:
    heads: dict[int, Head] = {}
    given: dict[int, list[Given]] = {}
    for criterion in LEARNED:
        labels = train.labels(criterion)
        examples = [Example(train.readings[at], labels[at], labels[at] is not None) for at in chosen]
        head = fit_head(criterion, examples, embedder)
        if isinstance(head, Shortage):
            given[criterion.id] = [Given(None, 0.0, accepted=False)] * len(test.readings)
            continue
        heads[criterion.id] = head
        given[criterion.id] = [_given(head, reading) for reading in test.readings]
    return _Taught(heads, given)


def _given(head: Head, reading: Reading) -> Given:
    answer = head.answer(reading, explain=False)
    return Given(answer.score if answer.applicable else None, answer.confidence, expected=answer.expected)


def _point(
    criterion: Criterion, train: Half, test: Half, chosen: Sequence[int], taught: _Taught
) -> dict[str, float | None]:
    """The figures of one sample that go into the curve. Agreement is that of all verdicts, without a gate."""
    truth = test.labels(criterion)
    known = [train.labels(criterion)[at] for at in chosen]
    plain = floor(criterion, train.rows[list(chosen)], known, test.rows) if chosen else []
    always = constant(known, len(truth))
    head = taught.heads.get(criterion.id)
    given = taught.given[criterion.id]
    gated = _gated(criterion, taught, _trained_pairs(taught), given)
    accepted = [at for at, one in enumerate(gated) if one.accepted]
    return {
        "constant": _agreement(criterion, always, truth) if chosen else None,
        "floor": _agreement(criterion, plain, truth) if plain else None,
        "head": _agreement(criterion, given, truth) if head else None,
        "known": _held_out(head) if head else None,
        "coverage": len(accepted) / len(gated) if head else 0.0,
        "accepted": _agreement(criterion, [given[at] for at in accepted], [truth[at] for at in accepted]),
        "floorRank": rank_correlation(truth, [one.expected or 0.0 for one in plain]) if plain else None,
        "headRank": rank_correlation(truth, [one.expected or 0.0 for one in given]) if head else None,
    }


def _full(train: Half, test: Half, chosen: Sequence[int], taught: _Taught) -> list[dict[str, Any]]:
    """Every figure of the judge that learned from the most labels, on the part of the test half that nobody checked."""
    checked, rest = range(CHECKED), range(CHECKED, len(test.conversations))
    seen = {key: [given[at] for at in checked] for key, given in taught.given.items()}
    pairs = [
        Pair(criterion.id, 1, one.confidence, agrees(criterion, one.score, label))
        for criterion in LEARNED
        if criterion.id in taught.heads
        for one, label in zip(seen[criterion.id], test.labels(criterion)[:CHECKED], strict=True)
    ]
    rows = []
    for criterion in LEARNED:
        if criterion.id not in taught.heads:
            continue
        truth = test.labels(criterion)[CHECKED:]
        groups = test.wording(criterion)[CHECKED:]
        raw = [taught.given[criterion.id][at] for at in rest]
        known = [train.labels(criterion)[at] for at in chosen]
        plain = floor(criterion, train.rows[list(chosen)], known, test.rows[CHECKED:])
        rows.append(
            {
                "criterion": criterion.label,
                "cases": len(truth),
                "wordings": len(set(groups)),
                "known": Figure(_held_out(taught.heads[criterion.id])),
                "always": Figure(_agreement(criterion, constant(known, len(truth)), truth)),
                "floor": figures(criterion, truth, plain, groups),
                "open": figures(criterion, truth, raw, groups),
                "trained": figures(criterion, truth, _gated(criterion, taught, _trained_pairs(taught), raw), groups),
                "mixed": figures(
                    criterion, truth, _gated(criterion, taught, [*_trained_pairs(taught), *pairs], raw), groups
                ),
                "checked": figures(criterion, truth, _gated(criterion, taught, pairs, raw), groups),
                "rank": rank_correlation(truth, [one.expected or 0.0 for one in raw]) if criterion.id == CARE else None,
            }
        )
    return rows


def _trained_pairs(taught: _Taught) -> list[Pair]:
    return [
        Pair(key, 1, one.confidence, one.agrees, one.weight)
        for key, head in taught.heads.items()
        for one in head.held_out
    ]


def _gated(criterion: Criterion, taught: _Taught, pairs: Sequence[Pair], given: Sequence[Given]) -> list[Given]:
    """The answers with calibrated confidence, and only those accepted that reach the gate."""
    if criterion.id not in taught.heads:
        return [replace(one, accepted=False) for one in given]
    calibration = fit_calibration(pairs)
    own, family = _points(calibration, pairs, criterion.id), _points(calibration, pairs, None)
    _, gate = gate_for(own, (family,), TARGET)
    found = []
    for one in given:
        probability = calibration.probability(criterion.id, one.confidence, 1)
        found.append(replace(one, confidence=probability, accepted=gate is not None and probability >= gate))
    return found


def _points(calibration: Calibration, pairs: Sequence[Pair], criterion_id: int | None) -> list[Point]:
    return [
        (calibration.probability(pair.criterion_id, pair.confidence, 1), pair.agrees, pair.weight)
        for pair in pairs
        if criterion_id is None or pair.criterion_id == criterion_id
    ]


def _agreement(criterion: Criterion, given: Sequence[Given], truth: Sequence[Decimal | None]) -> float | None:
    if not given:
        return None
    return sum(agrees(criterion, one.score, label) for one, label in zip(given, truth, strict=True)) / len(given)


def _held_out(head: Head) -> float | None:
    return sum(one.agrees for one in head.held_out) / len(head.held_out) if head.held_out else None
