from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.worklogs.sharing import Window, milliseconds, seconds, share_time, whole

START = datetime(2024, 6, 12, 9, tzinfo=UTC)
SECOND = 1_000_000


def window(ticket: int, first: float, last: float, work_point: float | None = None) -> Window:
    moment = None if work_point is None else START + timedelta(seconds=work_point)
    return Window(ticket, START + timedelta(seconds=first), START + timedelta(seconds=last), moment)


def test_each_instant_is_divided_among_the_tickets_open_in_it() -> None:
    shares = share_time([window(1, 0, 600, 300), window(2, 240, 600), window(3, 570, 600, 590)])
    assert [share.total / SECOND for share in shares] == [240 + 165 + 10, 165 + 10, 10]
    assert [share.after_work / SECOND for share in shares] == [135 + 10, 0, Fraction(10, 3)]


def test_a_window_of_no_length_takes_nothing() -> None:
    shares = share_time([window(1, 0, 10), window(2, 5, 5)])
    assert [share.total for share in shares] == [10 * SECOND, 0]


@pytest.mark.parametrize(("total", "expected"), [(0, 0), (499, 0), (500, 1), (1499, 1), (1500, 2), (2500, 3)])
def test_seconds_are_rounded_half_up(total: int, expected: int) -> None:
    assert seconds(total) == expected


def test_thirds_add_up_again() -> None:
    thirds = [whole(Fraction(SECOND, 3)), whole(Fraction(SECOND, 3)), whole(Fraction(SECOND, 3))]
    assert milliseconds(thirds) == 1000
    assert seconds(milliseconds([*thirds, SECOND // 2])) == 2


windows = st.lists(
    st.builds(
        lambda ticket, first, length, point: window(ticket, first, first + length, point),
        st.integers(1, 5),
        st.integers(0, 300),
        st.integers(0, 200),
        st.none() | st.integers(0, 500),
    ),
    max_size=12,
)


def apart(candidates: list[Window]) -> list[Window]:
    """Segments of one ticket never overlap."""
    chosen: list[Window] = []
    for candidate in candidates:
        if all(
            other.ticket_id != candidate.ticket_id or other.end <= candidate.start or candidate.end <= other.start
            for other in chosen
        ):
            chosen.append(candidate)
    return chosen


@given(windows)
def test_shared_time_adds_up_to_the_clock(candidates: list[Window]) -> None:
    chosen = apart(candidates)
    shares = share_time(chosen)
    clock, reached = timedelta(), START - timedelta(days=1)
    for one in sorted(chosen, key=lambda window: window.start):
        clock += max(one.end - max(one.start, reached), timedelta())
        reached = max(reached, one.end)
    assert sum(share.total for share in shares) == clock // timedelta(microseconds=1)
    for one, share in zip(chosen, shares, strict=True):
        assert 0 <= share.after_work <= share.total <= (one.end - one.start) // timedelta(microseconds=1)
        assert 0 <= whole(share.after_work) <= whole(share.total)
