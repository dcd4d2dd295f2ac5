from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.imports.formats.types import Action, Message, Participant, ParticipantType, Role, ToolCall, Turn
from assaydesk.domains.imports.timing import ANCHOR, Origin, make_timeline

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
PEOPLE = (
    Participant("mia", "Mia", "x:mia"),
    Participant("bot", "Bot", "x:bot", ParticipantType.AI_AGENT),
)
CHANNELS = ["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
AUTHORS = st.sampled_from(["mia", "bot"])
TEXTS = st.text(max_size=3) | st.integers(1, 3000).map(lambda size: "x" * size)
UNTIMED: st.SearchStrategy[Turn] = st.one_of(
    st.builds(Message, role=st.just(Role.CUSTOMER), text=TEXTS),
    st.builds(Message, role=st.sampled_from([Role.AGENT, Role.NOTE]), text=TEXTS, author=AUTHORS),
    st.builds(ToolCall, name=st.just("x"), arguments=st.none(), result=st.none(), author=AUTHORS),
    st.builds(Action, action=st.just("closed"), author=AUTHORS),
)
MOMENTS = st.none() | st.integers(0, 26 * 365 * 86_400).map(lambda seconds: NOW - timedelta(seconds=seconds))


@st.composite
def turns_with_some_times(draw: st.DrawFn) -> list[Turn]:
    """Turns of which some state a time, and the stated ones never fall, as the parsers hand them over."""
    turns = draw(st.lists(UNTIMED, min_size=1, max_size=30))
    moments = [draw(MOMENTS) for _ in turns]
    rising = iter(sorted(moment for moment in moments if moment))
    stated = [next(rising) if moment else None for moment in moments]
    return [_at(turn, moment) for turn, moment in zip(turns, stated, strict=True)]


def _at(turn: Turn, moment: datetime | None) -> Turn:
    if isinstance(turn, Message):
        return Message(turn.role, turn.text, turn.author, moment)
    if isinstance(turn, ToolCall):
        return ToolCall(turn.name, None, None, turn.author, moment)
    return Action(turn.action, turn.author, moment)


@given(turns=turns_with_some_times(), channel=st.sampled_from(CHANNELS), started=MOMENTS, key=st.text(max_size=20))
def test_times_never_fall_never_lie_ahead_and_stated_ones_stay(
    turns: list[Turn], channel: str, started: datetime | None, key: str
) -> None:
    timeline = make_timeline(key, channel, turns, PEOPLE, not_after=NOW, started_at=started)
    assert len(timeline.times) == len(turns)
    assert all(earlier <= later for earlier, later in pairwise(timeline.times))
    assert timeline.times[-1] <= NOW
    assert all(turn.at in (None, moment) for turn, moment in zip(turns, timeline.times, strict=True))
    assert timeline == make_timeline(key, channel, turns, PEOPLE, not_after=NOW, started_at=started)


@given(turns=st.lists(UNTIMED, min_size=1, max_size=200), key=st.text(max_size=20))
def test_a_made_up_chat_lies_within_the_working_day_before_the_anchor(turns: list[Turn], key: str) -> None:
    timeline = make_timeline(key, "chat", turns, PEOPLE, not_after=NOW)
    first, last = timeline.times[0], timeline.times[-1]
    assert timeline.origin is Origin.MADE_UP
    assert ANCHOR - timedelta(weeks=12) <= first < ANCHOR
    assert first.weekday() < 5
    assert 8 <= first.hour < 15
    assert last.date() == first.date()


@given(turns=st.lists(UNTIMED, min_size=2, max_size=60), channel=st.sampled_from(["chat", "phone"]))
def test_a_live_talk_has_no_pause_of_fifteen_minutes(turns: list[Turn], channel: str) -> None:
    times = make_timeline("k", channel, turns, PEOPLE, not_after=NOW).times
    assert all(later - earlier < timedelta(minutes=15) for earlier, later in pairwise(times))


def test_the_present_does_not_change_made_up_times() -> None:
    turns = [Message(Role.CUSTOMER, "Hi"), Message(Role.AGENT, "Hello", "mia")]
    early, late = (make_timeline("k", "email", turns, PEOPLE, not_after=NOW + timedelta(days=n)) for n in (0, 900))
    assert early == late
    assert early != make_timeline("other", "email", turns, PEOPLE, not_after=NOW)


def test_conversations_are_spread_over_the_weeks() -> None:
    turns = [Message(Role.CUSTOMER, "Hi")]
    days = {make_timeline(f"k{n}", "chat", turns, PEOPLE, not_after=NOW).times[0].date() for n in range(600)}
    assert len(days) == 60


def test_a_machine_is_quicker_than_a_person() -> None:
    def length(author: str) -> timedelta:
        turns = [Message(Role.CUSTOMER, "Hi"), Message(Role.AGENT, "x" * 400, author)]
        times = make_timeline("k", "chat", turns, PEOPLE, not_after=NOW).times
        return times[1] - times[0]

    assert length("bot") < timedelta(seconds=10) < timedelta(seconds=60) < length("mia")


def test_calls_of_one_step_have_one_time() -> None:
    turns: list[Turn] = [
        Message(Role.CUSTOMER, "Hi"),
        ToolCall("a", None, None, "bot"),
        ToolCall("b", None, None, "bot", together=True),
        ToolCall("c", None, None, "bot"),
    ]
    times = make_timeline("k", "chat", turns, PEOPLE, not_after=NOW).times
    assert times[1] == times[2] < times[3]


def test_what_precedes_an_answer_of_the_same_author_is_done_just_before_it() -> None:
    monday, wednesday = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 6, 9, tzinfo=UTC)
    turns = [
        Message(Role.CUSTOMER, "Where is it?", at=monday),
        ToolCall("look-up", None, None, "mia"),
        ToolCall("look-up", None, None, "mia"),
        Message(Role.AGENT, "Here.", "mia", at=wednesday),
        Action("closed", "mia"),
    ]
    timeline = make_timeline("k", "email", turns, PEOPLE, not_after=NOW)
    assert timeline.origin is Origin.PARTLY_MADE_UP
    assert wednesday - timeline.times[1] < timedelta(days=1)
    assert wednesday <= timeline.times[4] < wednesday + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("first", "started", "origin"),
    [
        (None, None, Origin.MADE_UP),
        (None, NOW - timedelta(days=3), Origin.PARTLY_MADE_UP),
        (NOW, None, Origin.SOURCE),
        (NOW, NOW - timedelta(days=3), Origin.SOURCE),
    ],
)
def test_the_origin_of_the_times_is_said(first: datetime | None, started: datetime | None, origin: Origin) -> None:
    timeline = make_timeline(
        "k", "chat", [Message(Role.CUSTOMER, "x", at=first)], PEOPLE, not_after=NOW, started_at=started
    )
    assert timeline.origin is origin
    assert timeline.times[0] == (first or started or timeline.times[0])
