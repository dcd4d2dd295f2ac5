"""Waits of 1, 5 and 15 minutes, then an hour each for a day (quality.md 6.5)."""

from datetime import UTC, datetime, timedelta

import pytest

from assaydesk.domains.quality.assessments.lifecycle import Command
from assaydesk.domains.quality.assessments.retries import after_failure, after_interruption

NOW = datetime(2024, 6, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("tries", "retry_after", "minutes"),
    [
        (0, None, 1),
        (1, None, 5),
        (2, None, 15),
        (0, 30, 1),
        (0, 120, 2),
        (0, 3600, 15),
        (1, 60, 5),
        (1, 400, 400 / 60),
        (2, 5000, 15),
        (0, -5, 1),
    ],
)
def test_given_a_failure_the_longer_wait_counts_up_to_a_quarter_of_an_hour(
    tries: int, retry_after: float | None, minutes: float
) -> None:
    following = after_failure(tries=tries, failing_since=None, now=NOW, retry_after_seconds=retry_after)
    assert (following.command, following.tries) == (Command.WAIT, tries + 1)
    assert following.at == NOW + timedelta(minutes=minutes)


def test_given_the_fourth_failure_it_is_an_error_that_is_tried_hourly_for_a_day() -> None:
    now, tries, since, hours = NOW, 3, None, 0
    while True:
        following = after_failure(tries=tries, failing_since=since, now=now)
        assert following.command is Command.GIVE_UP
        assert following.failing_since == NOW
        if following.at is None:
            break
        assert following.at == now + timedelta(hours=1)
        now, tries, since, hours = following.at, following.tries, following.failing_since, hours + 1
    assert hours == 24


@pytest.mark.parametrize(("tries", "command"), [(0, Command.WAIT), (2, Command.WAIT), (3, Command.GIVE_UP)])
def test_given_a_dead_worker_one_try_counts_and_nothing_is_waited_for(tries: int, command: Command) -> None:
    following = after_interruption(tries=tries, failing_since=None, now=NOW)
    assert (following.command, following.tries) == (command, tries + 1)
    assert following.at == (None if command is Command.WAIT else NOW + timedelta(hours=1))
