"""Alpha with missing answers and several people, pooled over criteria, strictness, and the heat map."""

from typing import Any

import pytest

from assaydesk.domains.quality.calibration.result import NOT_APPLICABLE, Sitting, compute_result
from assaydesk.domains.quality.scorecards.types import ScoringType
from tests.factories.scorecards import criterion

NOMINAL = criterion(1, 1, scoring_type=ScoringType.MET_NOT_MET)
SCALE = criterion(2, 4)


def sitting(marks: dict[Any, dict[int, float]], **changes: Any) -> Sitting:
    known: dict[str, Any] = {
        "criteria": [NOMINAL, SCALE], "worklog_ids": [1, 2, 3, 4], "people": [11, 12], "reference": None,
        "marks": marks, "percentages": {}, "least": 1,
    }  # fmt: skip
    return Sitting(**(known | changes))


def test_alpha_by_hand_and_pooled() -> None:
    """Nominal: answers 0 0 | 1 1 | 0 1 | 1 missing; three pairs, one unequal."""
    values = {1: (0.0, 0.0), 2: (1.0, 1.0), 3: (0.0, 1.0)}
    marks: dict[Any, dict[int, float]] = {
        (work, user): {1: value} for work, pair in values.items() for user, value in zip((11, 12), pair, strict=True)
    }
    marks[4, 11] = {1: 1.0}
    result = compute_result(sitting(marks))
    one, two = result["criteria"]
    # Six pairable answers, three of each: De = (36 - 18) / 30 = 0.6.
    assert one["krippendorffAlpha"] == pytest.approx(1 - (1 / 3) / 0.6, abs=1e-3)
    assert (one["n"], one["exactAgreement"]) == (3, 0.667)
    assert (two["n"], two["note"], two["krippendorffAlpha"]) == (0, "noPairs", None)
    assert result["overall"]["krippendorffAlpha"] == one["krippendorffAlpha"]
    for key in list(marks):
        marks[key][2] = 0.5 if key[0] < 3 else 1.0
    pooled = compute_result(sitting(marks))
    assert pooled["criteria"][1]["krippendorffAlpha"] == 1.0
    assert one["krippendorffAlpha"] < pooled["overall"]["krippendorffAlpha"] < 1
    assert (pooled["overall"]["pairs"], pooled["overall"]["exactAgreement"]) == (6, 0.833)


def test_strictness_and_heat_map() -> None:
    marks: dict[Any, dict[int, float]] = {}
    for work in (1, 2):
        marks[work, 11] = {1: 1.0, 2: 0.75}
        marks[work, 12] = {1: 1.0, 2: 0.25}
        marks[work, "ai"] = {1: NOT_APPLICABLE, 2: 1.0}
    result = compute_result(sitting(marks))
    anna, ben = result["reviewers"]
    assert (anna["meanDifference"], ben["meanDifference"], anna["n"]) == (0.25, -0.25, 4)
    assert ben["ci95"] == [-0.25, -0.25]
    assert anna["exactWithReference"] is None
    assert (result["ai"]["userId"], result["ai"]["meanDifference"], result["ai"]["n"]) == (None, 0.5, 2)
    cells = {(cell["userId"], cell["criterionId"]): cell["meanDifference"] for cell in result["heatMap"]}
    assert cells == {(11, 1): 0.0, (11, 2): 0.5, (12, 1): 0.0, (12, 2): -0.5, (None, 1): None, (None, 2): 0.5}
    expert = compute_result(sitting(marks, reference=11))
    assert expert["reviewers"][0]["meanDifference"] is None
    assert (expert["reviewers"][1]["meanDifference"], expert["reviewers"][1]["exactWithReference"]) == (-0.25, 0.5)
    assert (expert["ai"]["meanDifference"], expert["ai"]["exactWithReference"]) == (0.25, 0.0)
