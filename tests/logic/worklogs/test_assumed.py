from datetime import UTC, datetime, timedelta

import pytest

from assaydesk.domains.worklogs.assumed import (
    assumed_run,
    live_presence,
    stated_presence,
    written_presence,
)
from assaydesk.domains.worklogs.segments import CustomerMessage, Rules, Segment, form_run_segments, form_segments
from assaydesk.domains.worklogs.types import Action, Contribution, Signal

START = datetime(2024, 6, 12, 9, tzinfo=UTC)
GAP = timedelta(seconds=60)
REPLY = (Action.REPLY,)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def spans(segments: list[Segment]) -> list[tuple[int, int]]:
    return [(int((s.start - START).total_seconds()), int((s.end - START).total_seconds())) for s in segments]


def form(signals: list[Signal], *, splits: bool = True, gap: timedelta = GAP) -> list[tuple[int, int]]:
    return spans(form_segments(signals, [], Rules(gap, splits=splits)))


def test_in_a_chat_one_is_there_from_the_first_to_the_last_contribution() -> None:
    own = [Contribution(at(20), REPLY, 1, 40), Contribution(at(700), (), None, 0), Contribution(at(815), REPLY, 2, 9)]
    assert form(live_presence(own, [at(0), at(400)], GAP), splits=False) == [(20, 815)]
    assert form(live_presence(own, [at(0), at(400)], timedelta(seconds=20)), gap=timedelta(seconds=20)) == [(20, 815)]


@pytest.mark.parametrize(("pause", "expected"), [(900, [(0, 1000)]), (901, [(0, 0), (1001, 1001)])])
def test_a_pause_of_more_than_15_minutes_ends_the_presence(pause: int, expected: list[tuple[int, int]]) -> None:
    own = [Contribution(at(0), REPLY, 1, 10), Contribution(at(pause + 100), REPLY, 2, 10)]
    assert form(live_presence(own, [at(100)], GAP), splits=False) == expected


@pytest.mark.parametrize(
    ("length", "before", "begin"),
    [
        pytest.param(500, -1000, 900, id="one second per five characters"),
        pytest.param(5, -1000, 970, id="at least 30 s"),
        pytest.param(100_000, -1000, 400, id="at most 600 s"),
        pytest.param(500, 950, 950, id="cut at the message before"),
    ],
)
def test_elsewhere_a_message_took_as_long_as_it_is(length: int, before: int, begin: int) -> None:
    own = [Contribution(at(1000), REPLY, 1, length)]
    assert form(written_presence(own, [at(before)], GAP)) == [(begin, 1000)]


def test_elsewhere_only_messages_are_preceded_by_presence() -> None:
    own = [Contribution(at(1000), REPLY, 1, 500), Contribution(at(1100), (Action.CLOSED,))]
    assert form(written_presence(own, [at(0)], GAP)) == [(900, 1000), (1100, 1100)]


def test_the_source_may_state_segments() -> None:
    own = [Contribution(at(50), REPLY, 1, 500), Contribution(at(400), (Action.CLOSED,))]
    assert form(stated_presence([(at(0), at(100)), (at(120), at(300))], own, GAP)) == [(0, 100), (120, 300), (400, 400)]


def test_an_ai_agent_alone_makes_one_run() -> None:
    run = assumed_run([Contribution(at(5), REPLY, 1, 9), Contribution(at(90), (Action.CLOSED,)), Contribution(at(60))])
    assert (run.start, run.end) == (at(5), at(90))
    assert [signal.action for signal in run.signals if signal.action] == [Action.REPLY, Action.CLOSED]
    assert spans(form_run_segments([run], [CustomerMessage(at(70), at(70))])) == [(5, 90)]
