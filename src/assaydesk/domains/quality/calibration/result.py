"""What a calibration session shows: how far people agree, who is strict, and how the judge compares (quality.md 15).

Pure. Import it inside the function that computes, as `kit.agreement` asks for.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Any, Final, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from assaydesk.domains.quality.calibration.types import SheetAnswer
from assaydesk.domains.quality.scorecards.types import Criterion, ScoringType
from assaydesk.kit.agreement import (
    Disagreement,
    Level,
    Resampler,
    alpha_sums,
    beyond_chance,
    krippendorff_alpha,
    mean_ci,
    mean_of_sums,
    percentile_interval,
)
from assaydesk.kit.numbers import plain_or_none

Rater: TypeAlias = int | Literal["ai"]
Mark: TypeAlias = float
"""A score as a share of its maximum, or `NOT_APPLICABLE`."""
NOT_APPLICABLE: Final = -1.0
AI: Final = "ai"
Marks: TypeAlias = Mapping[tuple[int, Rater], Mapping[int, Mark]]
"""(worklog, rater) -> criterion -> mark; what is missing was not answered."""


@dataclass(frozen=True, slots=True)
class Sitting:
    """Everything that counts: the answers of final sheets and of the judge."""

    criteria: Sequence[Criterion]
    worklog_ids: Sequence[int]
    people: Sequence[int]
    reference: int | None
    marks: Marks
    percentages: Mapping[tuple[int, Rater], Decimal | None]
    least: int
    """Fewer pairs than this are marked as few."""


def mark_of(criterion: Criterion, answer: SheetAnswer) -> Mark | None:
    """An answer as a number; None when there is none."""
    if answer.applicable is False:
        return NOT_APPLICABLE
    return None if answer.score is None else float(answer.score / criterion.max_points)


def level_of(criterion: Criterion) -> Level:
    return Level.NOMINAL if criterion.scoring_type is ScoringType.MET_NOT_MET else Level.INTERVAL


def compute_result(sitting: Sitting) -> dict[str, Any]:
    """The result in its wire form, without the id of the session."""
    tables = {criterion.id: _table(sitting, criterion) for criterion in sitting.criteria}
    judged = any(rater == AI for _, rater in sitting.marks)
    raters: list[Rater] = [*sitting.people, AI] if judged else [*sitting.people]
    lines = {rater: _reviewer(sitting, rater) for rater in raters}
    return {
        "overall": _overall(sitting, tables),
        "criteria": [_criterion(sitting, criterion, tables[criterion.id]) for criterion in sitting.criteria],
        "reviewers": [lines[user] for user in sitting.people],
        "items": [_item(sitting, worklog_id, raters) for worklog_id in sitting.worklog_ids],
        "ai": lines.get(AI),
        "heatMap": [
            _cell(rater, criterion.id, [found for found in _differences(sitting, rater) if found[1] == criterion.id])
            for rater in raters
            for criterion in sitting.criteria
        ],
    }


def _table(sitting: Sitting, criterion: Criterion) -> NDArray[np.float64]:
    """Worklogs x people, NaN for missing; on a scale "not applicable" is no number and therefore missing."""
    table = np.full((len(sitting.worklog_ids), len(sitting.people)), np.nan)
    scale = level_of(criterion) is Level.INTERVAL
    for row, worklog_id in enumerate(sitting.worklog_ids):
        for column, user in enumerate(sitting.people):
            mark = sitting.marks.get((worklog_id, user), {}).get(criterion.id)
            if mark is not None and not (scale and mark == NOT_APPLICABLE):
                table[row, column] = mark
    return table


def _equal_pairs(sitting: Sitting, criterion: Criterion) -> NDArray[np.float64]:
    """By worklog: pairs of people who both answered, and those of them that are equal."""
    found = np.zeros((len(sitting.worklog_ids), 2))
    for row, worklog_id in enumerate(sitting.worklog_ids):
        for one, other in _pairs(sitting, worklog_id, criterion.id):
            found[row] += (1, one == other)
    return found


def _pairs(sitting: Sitting, worklog_id: int, criterion_id: int) -> Iterable[tuple[Mark, Mark]]:
    marks = [sitting.marks.get((worklog_id, user), {}).get(criterion_id) for user in sitting.people]
    return combinations([mark for mark in marks if mark is not None], 2)


def _overall(sitting: Sitting, tables: Mapping[int, NDArray[np.float64]]) -> dict[str, Any]:
    """All criteria together. Alpha pools seen and expected disagreement of each criterion, so that differences between
    criteria do not count as agreement; the interval draws whole pieces of work."""
    sums = [(level_of(one), alpha_sums(tables[one.id], level=level_of(one))) for one in sitting.criteria]
    equal = sum((_equal_pairs(sitting, one) for one in sitting.criteria), np.zeros((len(sitting.worklog_ids), 2)))
    alpha = beyond_chance(*(_disagreement(part.sum(axis=0), level) for level, part in sums)) if sums else np.nan
    interval = None
    if len(sitting.worklog_ids) > 1 and not np.isnan(alpha):
        drawn = Resampler(len(sitting.worklog_ids))
        parts = [_disagreement(drawn.sums(part), level) for level, part in sums]
        interval = percentile_interval(beyond_chance(*parts))
    return {
        "krippendorffAlpha": _rounded(alpha),
        "ci95": _interval(interval),
        "exactAgreement": _rounded(mean_of_sums(equal.sum(axis=0))),
        "pairs": int(equal[:, 0].sum()),
    }


def _disagreement(sums: NDArray[np.float64], level: Level) -> Disagreement:
    """Seen and expected disagreement of many raters, both as sums over the answers (see `alpha_of_sums`)."""
    seen, n = sums[..., 0], sums[..., 1]
    if level is Level.NOMINAL:
        apart = n**2 - (sums[..., 2:] ** 2).sum(axis=-1)
    else:
        apart = 2 * (n * sums[..., 3] - sums[..., 2] ** 2)
    return Disagreement(seen, apart / np.maximum(n - 1, 1))


def _criterion(sitting: Sitting, criterion: Criterion, table: NDArray[np.float64]) -> dict[str, Any]:
    equal = _equal_pairs(sitting, criterion).sum(axis=0)
    n = int(equal[0])
    alpha = krippendorff_alpha(table, level=level_of(criterion))
    apart = [
        abs(one - other)
        for worklog_id in sitting.worklog_ids
        for one, other in _pairs(sitting, worklog_id, criterion.id)
        if NOT_APPLICABLE not in (one, other)
    ]
    if n == 0:
        note: str | None = "noPairs"
    else:
        note = alpha.note if alpha.note is not None else "fewPairs" if n < sitting.least else None
    return {
        "criterionId": criterion.id,
        "label": criterion.label,
        "krippendorffAlpha": _rounded(alpha.value),
        "exactAgreement": _rounded(mean_of_sums(equal)),
        "meanAbsoluteDifference": _rounded(float(np.mean(apart))) if apart else None,
        "n": n,
        "note": note,
    }


def _differences(sitting: Sitting, rater: Rater) -> list[tuple[int, int, float]]:
    """`(worklog, criterion, own score minus that of the yardstick)`.

    The yardstick is the reference, or without one the mean of the other people. The reference has none.
    """
    if rater == sitting.reference:
        return []
    yardstick = [sitting.reference] if sitting.reference is not None else [u for u in sitting.people if u != rater]
    found = []
    for worklog_id in sitting.worklog_ids:
        for criterion_id, mark in sitting.marks.get((worklog_id, rater), {}).items():
            others = [sitting.marks.get((worklog_id, user), {}).get(criterion_id) for user in yardstick]
            scores = [other for other in others if other is not None and other != NOT_APPLICABLE]
            if mark != NOT_APPLICABLE and scores:
                found.append((worklog_id, criterion_id, mark - sum(scores) / len(scores)))
    return found


def _reviewer(sitting: Sitting, rater: Rater) -> dict[str, Any]:
    found = _differences(sitting, rater)
    values = [difference for _, _, difference in found]
    interval = mean_ci(values, groups=[worklog_id for worklog_id, _, _ in found]) if found else None
    return {
        "userId": None if rater == AI else rater,
        "meanDifference": _rounded(float(np.mean(values))) if values else None,
        "ci95": _interval(interval),
        "exactWithReference": _exact_with_reference(sitting, rater),
        "n": len(values),
    }


def _exact_with_reference(sitting: Sitting, rater: Rater) -> float | None:
    if sitting.reference is None or rater == sitting.reference:
        return None
    same = [
        mark == expert
        for worklog_id in sitting.worklog_ids
        for criterion_id, mark in sitting.marks.get((worklog_id, rater), {}).items()
        if (expert := sitting.marks.get((worklog_id, sitting.reference), {}).get(criterion_id)) is not None
    ]
    return _rounded(sum(same) / len(same)) if same else None


def _cell(rater: Rater, criterion_id: int, found: Sequence[tuple[int, int, float]]) -> dict[str, Any]:
    values = [difference for _, _, difference in found]
    return {
        "userId": None if rater == AI else rater,
        "criterionId": criterion_id,
        "meanDifference": _rounded(float(np.mean(values))) if values else None,
        "n": len(values),
    }


def _item(sitting: Sitting, worklog_id: int, raters: Sequence[Rater]) -> dict[str, Any]:
    known = {
        rater: sitting.percentages[worklog_id, rater] for rater in raters if (worklog_id, rater) in sitting.percentages
    }
    people = [value for rater, value in known.items() if rater != AI and value is not None]
    return {
        "worklogId": worklog_id,
        "percentages": {str(rater): plain_or_none(value) for rater, value in known.items()},
        "range": plain_or_none(max(people) - min(people)) if len(people) > 1 else None,
    }


def _rounded(value: Any) -> float | None:
    return None if value is None or np.isnan(value) else round(float(value), 3) + 0.0


def _interval(found: tuple[float, float] | None) -> list[float | None] | None:
    return None if found is None else [_rounded(found[0]), _rounded(found[1])]
