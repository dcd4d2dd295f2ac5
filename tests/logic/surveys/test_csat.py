from datetime import UTC, datetime, timedelta

import pytest

from assaydesk.domains.surveys.csat import Answer, Reply, assign

START = datetime(2024, 6, 12, tzinfo=UTC)


def _at(minute: int) -> datetime:
    return START + timedelta(minutes=minute)


FIRST, SECOND, THIRD = Reply(1, 11, _at(10)), Reply(1, 12, _at(20)), Reply(2, 21, _at(60))


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], {}),
        ([Answer(5, 11, _at(30))], {1: 5}),
        ([Answer(5, 11, _at(30)), Answer(6, 12, _at(25))], {1: 5}),
        ([Answer(5, 11, _at(70))], {1: 5, 2: 5}),
        ([Answer(5, 21, _at(70)), Answer(6, None, _at(80))], {2: 5}),
        ([Answer(6, None, _at(30))], {1: 6}),
        ([Answer(6, None, _at(15))], {}),
        ([Answer(6, None, _at(30)), Answer(7, None, _at(40)), Answer(8, None, _at(90))], {1: 7, 2: 8}),
        ([Answer(9, 99, _at(30))], {1: 9}),
    ],
)
def test_answers_find_their_worklogs(answers: list[Answer], expected: dict[int, int]) -> None:
    assert assign([FIRST, SECOND, THIRD], answers) == expected
