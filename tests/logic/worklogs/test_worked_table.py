"""The worked table of worklog.md 10 exactly as printed, and the documented averages."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.worklogs.rollup import Group, roll_up
from assaydesk.domains.worklogs.segments import CustomerMessage, Rules, form_run_segments, form_segments
from assaydesk.domains.worklogs.sharing import Window, milliseconds, seconds, share_time, whole
from assaydesk.domains.worklogs.types import Action, Run, Signal, SignalKind

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str) -> datetime:
    """ "12 07:00:00" is 12 June 2024, UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2024-06-{day}T{clock}+00:00")


def pings(first: str, last: str) -> Iterator[Signal]:
    moment = at(first)
    while moment <= at(last):
        yield Signal(moment, SignalKind.PING)
        moment += timedelta(seconds=30)


def act(when: str, action: str, conversation_id: int | None = None) -> Signal:
    return Signal(at(when), SignalKind.ACTION, Action(action), conversation_id)


def message(when: str) -> CustomerMessage:
    return CustomerMessage(at(when), at(when))


MESSAGES = {
    8821: [message(when) for when in ("12 07:00:00", "12 11:00:00", "12 20:00:00", "13 08:06:15")],
    9001: [message("13 09:00:00")],
    9002: [message("13 09:00:00")],
    9200: [message("13 12:00:00")],
    9100: [message("13 15:00:00"), message("13 15:05:00")],
}
SIGNALS = {
    (23, 8821): [
        *pings("12 07:10:00", "12 07:15:00"),
        *pings("12 09:51:00", "12 09:58:30"),
        act("12 09:57:00", "reply", 331),
        act("12 09:59:00", "closed"),
        *pings("12 11:30:00", "12 11:37:00"),
        act("12 11:36:30", "pending"),
        *pings("12 13:00:00", "12 13:02:00"),
        act("12 13:01:00", "internal-note"),
        *pings("12 21:50:00", "12 22:10:00"),
        act("12 22:05:00", "reply", 337),
        *pings("13 05:39:00", "13 05:45:00"),
        act("13 05:45:00", "reply", 338),
        *pings("13 08:00:00", "13 08:10:00"),
        act("13 08:04:00", "reply", 340),
        act("13 08:09:00", "reply", 342),
    ],
    (31, 8821): [
        *pings("12 10:05:00", "12 10:07:00"),
        *(Signal(at(f"12 14:{clock}"), SignalKind.PING) for clock in ("00:00", "00:30", "01:30", "02:31")),
        *pings("12 14:03:01", "12 14:05:01"),
        act("12 14:05:01", "closed"),
    ],
    (23, 9001): [*pings("13 10:00:00", "13 10:10:00"), act("13 10:10:00", "closed")],
    (23, 9002): [*pings("13 10:04:00", "13 10:10:00"), act("13 10:10:00", "closed")],
    (23, 9100): [
        *pings("13 15:00:10", "13 15:10:10"),
        act("13 15:02:00", "reply", 501),
        act("13 15:06:00", "reply", 502),
        act("13 15:10:10", "closed"),
    ],
}
RUN = Run(at("13 12:01:00"), at("13 12:01:08"), (act("13 12:01:08", "reply", 600), act("13 12:01:08", "closed")))

Row = dict[str, Any]


def groups_of(user: int, ticket: int) -> list[Group]:
    if user == 900:
        return roll_up(form_run_segments([RUN], MESSAGES[ticket]), RUN.signals, BERLIN, automated=True)
    signals = SIGNALS[user, ticket]
    segments = form_segments(signals, MESSAGES[ticket], Rules(splits=ticket != 9100))
    return roll_up(segments, signals, BERLIN)


def worklogs() -> list[Row]:
    found: list[Row] = []
    by_user = defaultdict(list)
    for user, ticket in [*SIGNALS, (900, 9200)]:
        by_user[user] += [(ticket, group) for group in groups_of(user, ticket)]
    for user, groups in by_user.items():
        windows = [
            Window(ticket, work.segment.start, work.segment.end, group.work_point)
            for ticket, group in groups
            for work in group.work
        ]
        shares = iter(share_time(windows))
        for ticket, group in groups:
            own = [next(shares) for _ in group.work]
            found.append(
                {
                    "user": user,
                    "ticket": ticket,
                    "date": group.key.day.isoformat(),
                    "action": group.action.value if group.work_point else None,
                    "actionList": [action.value for action in group.actions],
                    "segments": [(work.segment.start, work.segment.end) for work in group.work],
                    "duration": seconds(milliseconds(whole(share.total) for share in own)),
                    "durationAfterWork": seconds(milliseconds(whole(share.after_work) for share in own)),
                    "latestInteraction": group.latest_interaction,
                    "conversationId": group.conversation_id,
                }
            )
    return sorted(found, key=lambda row: (row["user"] != 900, row["ticket"], row["latestInteraction"]))


def row(
    user: int,
    ticket: int,
    date: str,
    action: str | None,
    actions: str,
    segments: str,
    duration: int,
    after_work: int,
    conversation_id: int | None = None,
) -> Row:
    stretches = [
        (at(f"{part.split()[0]} {part.split()[1].split('-')[0]}"), at(f"{part.split()[0]} {part.split('-')[1]}"))
        for part in segments.split(", ")
    ]
    return {
        "user": user,
        "ticket": ticket,
        "date": f"2024-06-{date}",
        "action": action,
        "actionList": actions.split(", ") if actions else [],
        "segments": stretches,
        "duration": duration,
        "durationAfterWork": after_work,
        "latestInteraction": stretches[-1][1],
        "conversationId": conversation_id,
    }


EXPECTED = [
    row(23, 8821, "12", "closeAction", "reply, closed", "12 07:10:00-07:15:00, 12 09:51:00-09:59:00", 780, 120, 331),
    row(31, 8821, "12", None, "", "12 10:05:00-10:07:00", 120, 0),
    row(
        23, 8821, "12", "statusAction", "pending, internal-note", "12 11:30:00-11:37:00, 12 13:00:00-13:02:00", 540, 150
    ),
    row(31, 8821, "12", "closeAction", "closed", "12 14:00:00-14:01:30, 12 14:02:31-14:05:01", 240, 0),
    row(23, 8821, "12", "writeAction", "reply", "12 21:50:00-22:10:00", 1200, 300, 337),
    row(23, 8821, "13", "writeAction", "reply", "13 05:39:00-05:45:00, 13 08:00:00-08:06:15", 735, 375, 340),
    row(23, 8821, "13", "writeAction", "reply", "13 08:06:15-08:10:00", 225, 60, 342),
    row(23, 9001, "13", "closeAction", "closed", "13 10:00:00-10:10:00", 420, 0),
    row(23, 9002, "13", "closeAction", "closed", "13 10:04:00-10:10:00", 180, 0),
    row(900, 9200, "13", "autoProcessAction", "reply, closed", "13 12:01:00-12:01:08", 8, 0, 600),
    row(23, 9100, "13", "closeAction", "reply, closed", "13 15:00:10-15:10:10", 600, 490, 502),
]


def sorted_rows(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: (row["ticket"], row["latestInteraction"], row["user"]))


def test_the_worked_table() -> None:
    assert sorted_rows(worklogs()) == sorted_rows(EXPECTED)


def visits(*minutes: int, between: list[CustomerMessage] | None = None) -> list[int]:
    """Durations of worklogs, one visit of so many minutes each hour from 09:00 on, each ending with a reply."""
    start = datetime(2024, 6, 12, 9, tzinfo=UTC)
    signals = [
        signal
        for hour, length in enumerate(minutes)
        for signal in (
            *(Signal(start + timedelta(hours=hour, seconds=30 * n), SignalKind.PING) for n in range(2 * length)),
            Signal(start + timedelta(hours=hour, minutes=length), SignalKind.ACTION, Action.REPLY),
        )
    ]
    groups = roll_up(form_segments(signals, between or [], Rules()), signals, ZoneInfo("UTC"))
    return [sum((work.segment.end - work.segment.start).seconds for work in group.work) for group in groups]


def test_the_documented_averages() -> None:
    in_between = CustomerMessage(at("12 09:30:00"), at("12 09:30:00"))
    by_two_users = [*visits(15), *visits(2)]
    assert sum(by_two_users) / len(by_two_users) == 8.5 * 60
    assert visits(5, 7, between=[in_between]) == [5 * 60, 7 * 60]
    assert visits(5, 7) == [12 * 60]


@pytest.mark.parametrize(
    ("step", "worklogs"),
    [("agent answers and closes", 1), ("agent sets pending", 2), ("colleague closes", 3)],
)
def test_the_running_totals_of_the_documented_example(step: str, worklogs: int) -> None:
    # worklog.md 1: notes, assigning and customer messages change nothing.
    start = datetime(2024, 6, 12, 9, tzinfo=UTC)
    story = [
        ("", 0, []),
        ("agent answers and closes", 1, ["reply", "closed"]),
        ("agent writes a note", 1, ["internal-note"]),
        ("customer", 0, []),
        ("customer", 0, []),
        ("agent sets pending", 1, ["pending"]),
        ("agent writes a note", 1, ["internal-note"]),
        ("agent assigns to a colleague", 1, ["assigned"]),
        ("colleague closes", 2, ["closed"]),
    ]
    messages, signals = [], defaultdict(list)
    for hour, (name, user, actions) in enumerate(story):
        when = start + timedelta(hours=hour / 2)
        if not user:
            messages.append(CustomerMessage(when, when))
        signals[user] += [Signal(when, SignalKind.ACTION, Action(action)) for action in actions]
        if name == step:
            break
    count = sum(
        group.work_point is not None
        for user, own in signals.items()
        if user
        for group in roll_up(form_segments(own, messages, Rules()), own, ZoneInfo("UTC"))
    )
    assert count == worklogs
