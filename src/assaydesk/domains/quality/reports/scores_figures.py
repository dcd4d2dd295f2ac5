"""From counted assessments to the figures of a row: means, medians, intervals, ranks (quality.md 17). Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from assaydesk.domains.quality.reports.scores_types import Cell, Figures

BINS: Final = 10
"""Bins of the distribution: 0 to under 10, ... 90 to 100."""


def figures_by_key(cells: Iterable[Cell], *, ratio: bool) -> list[Figures]:
    """The figures of each key. `ratio`: points out of points (categories, criteria) instead of a mean of percentages.

    Slow with many assessments, because of the intervals: call it in a thread.
    """
    grouped: defaultdict[tuple[Any, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        grouped[cell.key].append(cell)
    return [_figures(key, found, ratio=ratio) for key, found in grouped.items()]


def whole(cells: Sequence[Cell]) -> Figures:
    """The figures of everything, each assessment once; those of no assessments too."""
    return _figures((), cells, ratio=False)


def ranks(rows: Sequence[Figures], min_n: int) -> list[int | None]:
    """The place of each row among those with the same later keys; equal means share one.

    Rows with fewer than `min_n` scored assessments have none and take none away from others.
    """
    means: defaultdict[tuple[Any, ...], list[float]] = defaultdict(list)
    ranked = [row.scored >= min_n and row.mean is not None and row.key[:1] != (None,) for row in rows]
    for row, counts in zip(rows, ranked, strict=True):
        if counts and row.mean is not None:
            means[row.key[1:]].append(row.mean)
    return [
        1 + sum(other > row.mean for other in means[row.key[1:]]) if counts and row.mean is not None else None
        for row, counts in zip(rows, ranked, strict=True)
    ]


def median_of(values: Iterable[tuple[float, int]]) -> float | None:
    """The median of values with how often each occurs."""
    ordered = sorted((value, count) for value, count in values if count)
    total = sum(count for _, count in ordered)
    if not total:
        return None
    low = high = None
    seen = 0
    for value, count in ordered:
        seen += count
        if low is None and 2 * seen >= total:
            low = value
        if 2 * seen > total:
            high = value
            break
    return ((low or 0.0) + (high if high is not None else low or 0.0)) / 2


def bins_of(values: Iterable[tuple[float, int]]) -> tuple[int, ...]:
    """How many percentages lie in each bin; 100 belongs to the last."""
    found = [0] * BINS
    for value, count in values:
        found[max(0, min(BINS - 1, int(value // (100 / BINS))))] += count
    return tuple(found)


def _figures(key: tuple[Any, ...], cells: Sequence[Cell], *, ratio: bool) -> Figures:
    scored = [(cell, cell.percentage) for cell in cells if cell.percentage is not None]
    values = [(share, cell.count) for cell, share in scored]
    number = sum(count for _, count in values)
    points = sum(cell.points * cell.count for cell in cells)
    used = sum(cell.used * cell.count for cell in cells)
    if ratio:
        mean = 100 * points / used if used else None
    else:
        mean = sum(share * count for share, count in values) / number if number else None
    timed = sum(cell.timed for cell in cells)
    return Figures(
        key=key,
        assessments=sum(cell.count for cell in cells),
        scored=number,
        reviewed=sum(cell.reviewed for cell in cells),
        mean=mean,
        median=median_of(values),
        interval=_interval(scored, ratio=ratio),
        scored_points=points,
        used_max_points=used,
        knock_outs=sum(cell.knock_outs for cell in cells),
        needs_human=sum(cell.needs_human for cell in cells),
        not_applicable=sum(cell.not_applicable for cell in cells),
        bins=bins_of(values),
        seconds=sum(cell.seconds for cell in cells) / timed if timed else None,
        levels=_levels(cells),
    )


def _interval(scored: Sequence[tuple[Cell, float]], *, ratio: bool) -> tuple[float, float] | None:
    """The 95 % interval of the mean by resampling whole assessments; None for fewer than two."""
    if sum(cell.count for cell, _ in scored) < 2:
        return None
    # Not at the top: importing the application loads no numpy.
    import numpy as np

    from assaydesk.kit.agreement import bootstrap_ci

    ordered = sorted(scored, key=lambda item: (item[1], item[0].points, item[0].used))
    counts = [cell.count for cell, _ in ordered]
    above = np.array([100 * cell.points if ratio else share for cell, share in ordered], dtype=float)
    below = np.array([cell.used if ratio else 1.0 for cell, _ in ordered], dtype=float)
    columns = np.repeat(np.column_stack([below, above]), counts, axis=0)
    return bootstrap_ci(columns, lambda sums: sums[:, 1] / np.where(sums[:, 0] > 0, sums[:, 0], np.nan))


def _levels(cells: Iterable[Cell]) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    for cell in cells:
        found.update(cell.levels)
    return dict(sorted(found.items()))
