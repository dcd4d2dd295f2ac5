"""Figures of a run against the worked examples of quality.md 16."""

from decimal import Decimal
from typing import Any

import pytest

from assaydesk.domains.quality.golden.figures import Outcome, criterion_figures, find_flips, has_passed
from assaydesk.domains.quality.golden.types import NOT_APPLICABLE, Label
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.scorecards import criterion


def outcomes(matrix: list[list[int]], values: list[Any], maximum: int, kind: ScoringType) -> list[Outcome]:
    """Rows are labels, columns answers."""
    found: list[Outcome] = []
    for row, human in zip(matrix, values, strict=True):
        for count, judged in zip(row, values, strict=True):
            applies = human != NOT_APPLICABLE
            label = Label(10, Decimal(human) if applies else None, applies, Decimal(maximum), kind.value)
            answer = judged if judged == NOT_APPLICABLE else float(judged)
            found += [Outcome(len(found) + at, {10: label}, {10: answer}) for at in range(count)]
    return found


@pytest.mark.parametrize(
    ("matrix", "values", "kind", "exact", "kappa", "alpha", "note"),
    [
        ([[15, 5], [10, 20]], [0, 3], ScoringType.MET_NOT_MET, 0.7, 0.4, 0.4, None),
        (
            [[18, 2, 0], [3, 20, 1], [0, 2, 4]], [0, 3, NOT_APPLICABLE], ScoringType.MET_NOT_MET,
            0.84, 0.729, 0.731, None,
        ),
        (
            [[2, 1, 0, 0], [1, 5, 2, 0], [0, 3, 12, 4], [0, 0, 5, 15]], [0, 1, 2, 3], ScoringType.NUMERIC_SCALE,
            0.68, 0.798, 0.799, None,
        ),
        ([[49, 1], [0, 0]], [0, 3], ScoringType.MET_NOT_MET, 0.98, 0.0, 0.0, None),
        ([[50, 0], [0, 0]], [0, 3], ScoringType.MET_NOT_MET, 1.0, None, None, "oneCategory"),
    ],
)  # fmt: skip
def test_the_worked_examples(
    matrix: list[list[int]],
    values: list[Any],
    kind: ScoringType,
    exact: float,
    kappa: float | None,
    alpha: float | None,
    note: str | None,
) -> None:
    asked = criterion(10, 3, scoring_type=kind)
    found = outcomes(matrix, values, 3, kind)
    [line] = criterion_figures([asked], found, min_kappa=0.6, least=20, previous={10: 0.5})
    assert (line["exactAgreement"], line["cohenKappa"], line["krippendorffAlpha"]) == (exact, kappa, alpha)
    assert (line["n"], line["note"], line["previousCohenKappa"]) == (50, note, 0.5)
    assert line["passed"] is (kappa is None or kappa >= 0.6)
    if kind is ScoringType.NUMERIC_SCALE:
        assert (line["meanAbsoluteError"], line["bias"]) == (0.107, -0.013)
        assert [row[:4] for row in line["confusionMatrix"]["matrix"][:4]] == matrix


def test_what_is_claimed() -> None:
    asked = criterion(10, 3)
    found = outcomes([[3, 0], [0, 3]], [0, 3], 3, ScoringType.NUMERIC_SCALE)
    [few] = criterion_figures([asked], found, min_kappa=0.6, least=7, previous={})
    assert (few["passed"], few["note"], has_passed([few])) == (None, "fewPairs", True)
    silent = [Outcome(one.item_id, one.labels, {10: None}) for one in found]
    [line] = criterion_figures([asked], silent, min_kappa=0.6, least=6, previous={})
    assert (line["n"], line["coverage"], line["abstentions"], line["note"]) == (0, 0.0, 6, "noPairs")
    assert (line["passed"], has_passed([line])) == (False, False)
    # Labels on another scale say nothing about this one.
    assert criterion_figures([criterion(10, 4)], found, min_kappa=0.6, least=1, previous={}) == []


def test_flips() -> None:
    label = Label(10, Decimal(3), True, Decimal(3), "numericScale")
    now = [Outcome(number, {10: label}, {10: value, 99: 1.0}) for number, value in enumerate((3.0, 2.0, None, 1.5))]
    before: dict[int, dict[int, Any]] = {0: {10: 3.0}, 1: {10: NOT_APPLICABLE}, 2: {10: 3.0}}
    assert find_flips(before, now) == [
        {"itemId": 1, "criterionId": 10, "previous": NOT_APPLICABLE, "now": 2, "label": 3},
        {"itemId": 2, "criterionId": 10, "previous": 3, "now": None, "label": 3},
    ]
