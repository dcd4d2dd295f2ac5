"""What a judge has to beat: the most frequent label, and a plain ridge without anything made for the purpose."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from math import log1p
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.judging.types import Role, WorklogCase
from assaydesk.domains.quality.scorecards.types import Criterion
from benchmarks.judging.metrics import Given
from benchmarks.judging.vectors import Vectors

_RIDGES: Final = (0.1, 1.0, 10.0, 100.0, 1000.0)
_FOLDS: Final = 5


def constant(labels: Sequence[Decimal | None], count: int) -> list[Given]:
    """The most frequent label, whatever the case."""
    label = Counter(labels).most_common(1)[0][0] if labels else None
    return [Given(label)] * count


def floor_rows(cases: Sequence[WorklogCase], vectors: Sequence[tuple[Vectors, Vectors]]) -> NDArray[np.float64]:
    """Vectors of the last two messages and six simple features: the floor that learned heads have to beat.

    `vectors`: of each case the sentences of the last message and of the one before it; a message is their mean.
    """
    return np.stack([_row(case, last, before) for case, (last, before) in zip(cases, vectors, strict=True)])


def floor(
    criterion: Criterion, rows: NDArray[np.float64], labels: Sequence[Decimal | None], wanted: NDArray[np.float64]
) -> list[Given]:
    """Ridge on the score, and one on whether it applies; the ridge's strength by cross-validation."""
    applies = np.array([float(label is not None) for label in labels])
    scored = [at for at, label in enumerate(labels) if label is not None]
    scores = np.array([float(label) for label in labels if label is not None])
    if not scored:
        return [Given(None)] * len(wanted)
    kinds = sorted({label for label in labels if label is not None})
    expected = _ridge(rows[scored], scores, wanted)
    absent = _ridge(rows, applies, wanted) < 0.5
    return [
        Given(None if gone else min(kinds, key=lambda kind: abs(float(kind) - value)), expected=float(value))
        for gone, value in zip(absent, expected, strict=True)
    ]


def _row(case: WorklogCase, last: Vectors, before: Vectors) -> NDArray[np.float64]:
    own = [message.text for message in case.assessed_messages]
    theirs = [message.text for message in case.messages if message.role is Role.CUSTOMER]
    simple = [
        log1p(len(case.messages)),
        log1p(len("".join(own))),
        log1p(len("".join(theirs))),
        log1p("".join(own).count("?")),
        log1p("".join(theirs).count("?")),
        float(case.channel == "chat"),
    ]
    means = [side.mean(axis=0) if len(side) else np.zeros(last.shape[1]) for side in (last, before)]
    return np.concatenate([*means, simple]).astype(np.float64)


def _ridge(rows: NDArray[np.float64], targets: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    spread = rows.std(axis=0)
    scale = np.where(spread > 1e-9, 1 / np.where(spread > 1e-9, spread, 1), 0.0) / np.sqrt(rows.shape[1])
    centre = rows.mean(axis=0)
    known, asked = (rows - centre) * scale, (wanted - centre) * scale
    fold = np.arange(len(rows)) % _FOLDS
    errors = []
    for strength in _RIDGES:
        missed = 0.0
        for number in range(_FOLDS):
            here, others = fold == number, fold != number
            if here.any() and others.any():
                said = _solve(known[others], targets[others], known[here], strength)
                missed += float(((said - targets[here]) ** 2).sum())
        errors.append(missed)
    return _solve(known, targets, asked, _RIDGES[int(np.argmin(errors))])


def _solve(
    rows: NDArray[np.float64], targets: NDArray[np.float64], wanted: NDArray[np.float64], strength: float
) -> NDArray[np.float64]:
    mean = targets.mean()
    dual = np.linalg.solve(rows @ rows.T + strength * 0.01 * np.eye(len(rows)), targets - mean)
    said: NDArray[np.float64] = wanted @ (rows.T @ dual) + mean
    return said
