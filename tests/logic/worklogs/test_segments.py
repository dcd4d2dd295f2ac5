from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.worklogs.segments import (
    CustomerMessage,
    Rules,
    Segment,
    form_run_segments,
    form_segments,
    must_refold,
)
from assaydesk.domains.worklogs.types import Action, Run, Signal, SignalKind

START = datetime(2024, 6, 12, 9, tzinfo=UTC)
EMAIL, CHAT = Rules(), Rules(splits=False)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def ping(seconds: float) -> Signal:
    return Signal(at(seconds), SignalKind.PING)


def final(seconds: float) -> Signal:
    return Signal(at(seconds), SignalKind.FINAL)


def act(seconds: float, kind: SignalKind = SignalKind.ACTION) -> Signal:
    return Signal(at(seconds), kind, Action.REPLY)


def message(seconds: float, *, stored: float | None = None, deleted: float | None = None) -> CustomerMessage:
    return CustomerMessage(
        at(seconds), at(seconds if stored is None else stored), None if deleted is None else at(deleted)
    )


def spans(segments: list[Segment]) -> list[tuple[int, int, int]]:
    """(from, to, phase), in seconds after the start."""
    return [(int((s.start - START).total_seconds()), int((s.end - START).total_seconds()), s.phase) for s in segments]


def form(signals: list[Signal], messages: Any = (), rules: Rules = EMAIL) -> list[tuple[int, int, int]]:
    return spans(form_segments(signals, messages, rules))


@pytest.mark.parametrize(
    ("signals", "expected"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([ping(0)], [(0, 0, 0)], id="one signal has no length"),
        pytest.param([ping(0), ping(60)], [(0, 60, 0)], id="exactly 60 s is live"),
        pytest.param([ping(0), ping(61)], [(0, 0, 0), (61, 61, 0)], id="61 s is not"),
        pytest.param([ping(0), ping(60.000001)], [(0, 0, 0), (60, 60, 0)], id="nor is a microsecond more"),
        pytest.param([ping(0), act(40), ping(90)], [(0, 90, 0)], id="an action is a signal"),
        pytest.param([ping(0), final(20), ping(30)], [(0, 20, 0), (30, 30, 0)], id="final ends it at that instant"),
        pytest.param([final(20), ping(20)], [(20, 20, 0)], id="a ping of the same instant comes before final"),
        pytest.param([act(0, SignalKind.UNTRACKED)], [(0, 0, 0)], id="an untracked action has no length"),
        pytest.param(
            [ping(0), act(30, SignalKind.UNTRACKED), ping(80)],
            [(0, 0, 0), (30, 30, 0), (80, 80, 0)],
            id="and bridges no gap",
        ),
        pytest.param([ping(0), act(30, SignalKind.UNTRACKED), ping(60)], [(0, 60, 0)], id="inside a live one it joins"),
        pytest.param([ping(0), act(10, SignalKind.CREDIT)], [(0, 0, 0)], id="a credit is no signal"),
    ],
)
def test_signals_form_segments(signals: list[Signal], expected: list[tuple[int, int, int]]) -> None:
    assert form(signals) == expected


def test_the_tail_is_added_to_segments_that_nothing_ended() -> None:
    tail = Rules(tail=timedelta(seconds=45))
    assert form([ping(0), ping(30)], rules=tail) == [(0, 75, 0)]
    assert form([ping(0), act(30)], rules=tail) == [(0, 30, 0)]
    assert form([ping(0), ping(30), act(30)], rules=tail) == [(0, 30, 0)]
    assert form([ping(0), final(30)], rules=tail) == [(0, 30, 0)]
    assert form([ping(0), act(20, SignalKind.UNTRACKED)], rules=tail) == [(0, 20, 0), (20, 20, 0)]


@pytest.mark.parametrize(
    ("rules", "messages", "expected"),
    [
        pytest.param(EMAIL, [message(-5)], [(0, 120, 1), (300, 300, 1)], id="messages before the first signal count"),
        pytest.param(EMAIL, [message(0)], [(0, 120, 1), (300, 300, 1)], id="also at the same instant"),
        pytest.param(EMAIL, [message(200)], [(0, 120, 0), (300, 300, 1)], id="a message in between"),
        pytest.param(CHAT, [message(200)], [(0, 120, 0), (300, 300, 1)], id="also in a chat when nobody is there"),
        pytest.param(EMAIL, [message(50)], [(0, 50, 0), (50, 120, 1), (300, 300, 1)], id="a cut in a live visit"),
        pytest.param(EMAIL, [message(120)], [(0, 120, 0), (120, 120, 1), (300, 300, 1)], id="confirmed at once"),
        pytest.param(CHAT, [message(50)], [(0, 120, 0), (300, 300, 0)], id="no cut in a live chat"),
        pytest.param(CHAT, [message(180)], [(0, 120, 0), (300, 300, 0)], id="live for exactly 60 s more"),
        pytest.param(CHAT, [message(181)], [(0, 120, 0), (300, 300, 1)], id="but no longer"),
        pytest.param(EMAIL, [message(150)], [(0, 120, 0), (300, 300, 1)], id="no cut without a further signal"),
        pytest.param(
            EMAIL,
            [message(50), message(70)],
            [(0, 50, 0), (50, 70, 1), (70, 120, 2), (300, 300, 2)],
            id="each message cuts",
        ),
        pytest.param(EMAIL, [message(200, stored=400)], [(0, 120, 0), (300, 300, 0)], id="stored after the next visit"),
        pytest.param(EMAIL, [message(260, stored=310)], [(0, 120, 0), (300, 300, 1)], id="within the allowed minute"),
        pytest.param(EMAIL, [message(140, stored=290)], [(0, 120, 0), (300, 300, 1)], id="stored late but in time"),
        pytest.param(EMAIL, [message(50, stored=115)], [(0, 50, 0), (50, 120, 1), (300, 300, 1)], id="late in a visit"),
        pytest.param(EMAIL, [message(200, deleted=250)], [(0, 120, 0), (300, 300, 0)], id="deleted before the return"),
        pytest.param(EMAIL, [message(200, deleted=350)], [(0, 120, 0), (300, 300, 1)], id="deleted after it"),
        pytest.param(EMAIL, [message(999)], [(0, 120, 0), (300, 300, 0)], id="not seen yet"),
    ],
)
def test_messages_start_phases(
    rules: Rules, messages: list[CustomerMessage], expected: list[tuple[int, int, int]]
) -> None:
    assert form([ping(0), ping(40), ping(80), ping(120), ping(300)], messages, rules) == expected


def test_after_final_a_chat_message_starts_a_phase() -> None:
    assert form([ping(0), final(30), ping(60)], [message(40)], CHAT) == [(0, 30, 0), (60, 60, 1)]
    assert form([ping(0), final(30), ping(60)], [message(30)], CHAT) == [(0, 30, 0), (60, 60, 0)]


def test_runs_are_segments_that_messages_do_not_cut() -> None:
    runs = [Run(at(100), at(160)), Run(at(0), at(50)), Run(at(40), at(60))]
    messages = [message(-1), message(30), message(60), message(80), message(120)]
    assert spans(form_run_segments(runs, messages)) == [(0, 60, 1), (100, 160, 2)]


kinds = st.sampled_from([SignalKind.PING] * 6 + [SignalKind.ACTION] * 2 + [SignalKind.FINAL, SignalKind.UNTRACKED])
seconds = st.integers(0, 1500)
signals_of_a_stream = st.lists(st.builds(lambda s, k: Signal(at(s), k), seconds, kinds), max_size=40)
messages_of_a_ticket = st.lists(
    st.builds(
        lambda s, late, deleted: message(s, stored=s + late, deleted=None if deleted is None else s + late + deleted),
        st.integers(-50, 1600),
        st.sampled_from([0, 0, 0, 30, 61, 400]),
        st.none() | st.integers(0, 300),
    ),
    max_size=6,
)
rules_of_an_instance = st.builds(
    lambda gap, tail, splits: Rules(timedelta(seconds=gap), timedelta(seconds=min(tail, gap)), splits),
    st.sampled_from([60, 60, 20, 120]),
    st.integers(0, 60),
    st.booleans(),
)


@given(signals_of_a_stream, messages_of_a_ticket, rules_of_an_instance)
def test_segments_are_ordered_disjoint_and_hold_every_signal(
    signals: list[Signal], messages: list[CustomerMessage], rules: Rules
) -> None:
    segments = form_segments(signals, messages, rules)
    assert all(segment.start <= segment.end for segment in segments)
    assert all(one.end <= two.start and one.start < two.start for one, two in pairwise(segments))
    assert all(one.phase <= two.phase for one, two in pairwise(segments))
    assert all(any(s.start <= signal.at <= s.end for s in segments) for signal in signals)


@given(signals_of_a_stream.flatmap(lambda s: st.tuples(st.just(s), st.permutations(s))), messages_of_a_ticket)
def test_the_order_of_arrival_plays_no_part(
    orders: tuple[list[Signal], list[Signal]], messages: list[CustomerMessage]
) -> None:
    assert form_segments(orders[0], messages, EMAIL) == form_segments(orders[1], messages[::-1], EMAIL)


@given(signals_of_a_stream, messages_of_a_ticket, rules_of_an_instance)
def test_going_on_from_the_last_segment_equals_reading_everything(
    signals: list[Signal], messages: list[CustomerMessage], rules: Rules
) -> None:
    """What the recorder does for each signal as it comes, against one look at the whole past."""
    messages = [message for message in messages if message.stored_at == message.at]
    segments: list[Segment] = []
    seen: list[Signal] = []
    for signal in sorted(signals, key=lambda signal: (signal.at, list(SignalKind).index(signal.kind))):
        seen.append(signal)
        known = [m for m in messages if m.at <= signal.at]
        last = segments[-1] if segments else None
        if must_refold(last, [signal]):
            segments = form_segments(seen, known, rules)
        else:
            fresh = [m for m in known if last is None or m.at > last.last_signal_at]
            segments[-1:] = form_segments([signal], fresh, rules, last)
    assert segments == form_segments(signals, messages, rules)
