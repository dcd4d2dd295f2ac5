"""What a fairness probe shows: how often and how far answers move, beside how they move by themselves. Pure.

Import it inside the function that computes, as `kit.agreement` asks for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from assaydesk.kit.agreement import bootstrap_ci, mean_ci, mean_of_sums


@dataclass(frozen=True, slots=True)
class Movement:
    """One criterion of one piece of work: whether its answer changed, and by which share of the maximum.

    `shift` is None where one side has no score.
    """

    worklog_id: int
    criterion_id: int
    flipped: bool
    shift: float | None


def kind_figures(
    kind: str,
    moved: Sequence[Movement],
    noise: Mapping[tuple[int, int], Movement],
    criteria: Mapping[int, str],
    *,
    left_out: int,
) -> dict[str, Any]:
    """Figures of one kind, over all criteria and for each of them."""

    def of(number: int) -> list[Movement]:
        return [one for one in moved if one.criterion_id == number]

    return {
        "kind": kind,
        "worklogs": len({one.worklog_id for one in moved}),
        "leftOut": left_out,
        "overall": movement_figures(moved, noise),
        "criteria": [
            {"criterionId": number, "label": label, **movement_figures(of(number), noise)}
            for number, label in criteria.items()
        ],
    }


def movement_figures(moved: Sequence[Movement], noise: Mapping[tuple[int, int], Movement]) -> dict[str, Any]:
    """`noiseFlips`: how often the unchanged repeat of the same work flipped. `beyondNoise`: the difference of the two,
    with an interval by drawing whole pieces of work; above 0 throughout, it is more than chance."""
    own = [noise[one.worklog_id, one.criterion_id] for one in moved if (one.worklog_id, one.criterion_id) in noise]
    paired = [one for one in moved if (one.worklog_id, one.criterion_id) in noise]
    groups = [one.worklog_id for one in paired]
    extra = [float(one.flipped) - float(back.flipped) for one, back in zip(paired, own, strict=True)]
    shifts = [(one.worklog_id, one.shift) for one in moved if one.shift is not None]
    values = [shift for _, shift in shifts]
    return {
        "n": len(moved),
        "flips": _mean([float(one.flipped) for one in moved]),
        "flipsCi95": _share_interval(moved),
        "noiseFlips": _mean([float(one.flipped) for one in own]),
        "beyondNoise": _mean(extra),
        "beyondNoiseCi95": _pair(mean_ci(extra, groups=groups)) if extra else None,
        "meanShift": _mean(values),
        "meanShiftCi95": _pair(mean_ci(values, groups=[number for number, _ in shifts])) if values else None,
    }


def _share_interval(moved: Sequence[Movement]) -> list[float] | None:
    if not moved:
        return None
    columns = np.array([[1.0, float(one.flipped)] for one in moved])
    return _pair(bootstrap_ci(columns, mean_of_sums, groups=[one.worklog_id for one in moved]))


def _mean(values: Sequence[Any]) -> float | None:
    return round(float(np.mean(values)), 3) + 0.0 if values else None


def _pair(found: tuple[float, float] | None) -> list[float] | None:
    return None if found is None else [round(found[0], 3) + 0.0, round(found[1], 3) + 0.0]
