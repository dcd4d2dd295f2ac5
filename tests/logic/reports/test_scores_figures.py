"""Means, medians, bins and ranks of the scores report."""

from statistics import median
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.quality.reports.scores_figures import bins_of, figures_by_key, median_of, ranks, whole
from assaydesk.domains.quality.reports.scores_types import Cell

COUNTED = st.lists(st.tuples(st.integers(0, 1000).map(lambda tenths: tenths / 10), st.integers(1, 5)), max_size=30)


def cell(points: float, used: float = 10, count: int = 1, key: tuple[Any, ...] = (1,), **more: Any) -> Cell:
    known: dict[str, Any] = {
        "key": key, "points": points, "used": used, "percentage": 100 * points / used if used else None,
        "count": count, "reviewed": 0, "knock_outs": 0, "needs_human": 0, "not_applicable": 0, "seconds": 0.0,
        "timed": 0, "levels": {},
    }  # fmt: skip
    return Cell(**(known | more))


@given(COUNTED)
def test_the_median_is_that_of_the_values_one_by_one(counted: list[tuple[float, int]]) -> None:
    values = [value for value, count in counted for _ in range(count)]
    assert median_of(counted) == (pytest.approx(median(values)) if values else None)


@given(COUNTED)
def test_each_percentage_is_in_one_bin(counted: list[tuple[float, int]]) -> None:
    assert sum(bins_of(counted)) == sum(count for _, count in counted)


@pytest.mark.parametrize(("value", "place"), [(0, 0), (9.9, 0), (10, 1), (89.9, 8), (90, 9), (100, 9)])
def test_the_edges_of_bins(value: float, place: int) -> None:
    assert bins_of([(value, 3)])[place] == 3


def test_a_mean_of_percentages_and_points_out_of_points() -> None:
    cells = [cell(10, 10, 3), cell(0, 30), cell(0, 0, 2)]
    [whole_ones] = figures_by_key(cells, ratio=False)
    [parts] = figures_by_key(cells, ratio=True)
    assert (whole_ones.mean, parts.mean) == (75, 50)
    assert (whole_ones.assessments, whole_ones.scored, whole_ones.median) == (6, 4, 100)


def test_the_interval_holds_the_mean_and_comes_out_the_same_each_time() -> None:
    cells = [cell(points, 10, 4) for points in range(11)]
    first, again = whole(cells), whole(cells[::-1])
    assert first.interval == again.interval
    assert first.interval is not None
    low, high = first.interval
    assert low < 50 < high
    # 44 values with a standard deviation of 31.6 points: 1.96 standard errors are 9.3.
    assert (50 - low, high - 50) == (pytest.approx(9.3, abs=1), pytest.approx(9.3, abs=1))
    assert whole([cell(5)]).interval is None
    assert whole([]).mean is None


def test_too_few_are_not_ranked_and_equal_ones_share_a_place() -> None:
    rows = figures_by_key(
        [cell(9, count=5, key=(1,)), cell(10, count=4, key=(2,)), cell(8, count=5, key=(3,)),
         cell(9, count=6, key=(4,)), cell(7, count=9, key=(None,)), cell(0, 0, count=9, key=(5,))],
        ratio=False,
    )  # fmt: skip
    assert dict(zip((row.key[0] for row in rows), ranks(rows, 5), strict=True)) == {
        1: 1, 2: None, 3: 3, 4: 1, None: None, 5: None,
    }  # fmt: skip


def test_ranks_begin_anew_in_each_second_key() -> None:
    rows = figures_by_key([cell(9, key=(1, "a")), cell(8, key=(2, "a")), cell(7, key=(2, "b"))], ratio=False)
    assert ranks(rows, 1) == [1, 2, 1]
