"""Recorded conversations become worklogs by the same rules."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from assaydesk.domains.worklogs.feed import add_tool_calls, feed
from assaydesk.domains.worklogs.models import ToolCall, Worklog, WorkSegment
from assaydesk.domains.worklogs.track import record_runs
from assaydesk.domains.worklogs.types import Action, Contribution, RecordedCall, RecordedWork, Run
from assaydesk.platform.db.session import WriteSession
from tests.factories.profiles import make_profile
from tests.factories.tickets import make_ticket
from tests.factories.worklogs import START, act, make_message, snapshot
from tests.patience import worked_through

REPLY = (Action.REPLY,)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def call(name: str, at: float) -> RecordedCall:
    return RecordedCall(name, {"id": "EHGLP3"}, "found", after(at))


async def recorded_chat(
    session: WriteSession, user: int, ticket: int, *, messages: int = 4, **values: object
) -> RecordedWork:
    """Customer and agent in turn, a message a minute; a tool call before each answer, and closing at the end."""
    contributions = []
    for number in range(messages):
        at = after(60 * number)
        customer = number % 2 == 0
        message = await make_message(
            session, ticket, at, direction="in" if customer else "out", agent_id=None if customer else user,
            stored_at=after(1e6),
        )  # fmt: skip
        if not customer:
            contributions.append(Contribution(at, REPLY, message.id, 300))
    contributions.append(Contribution(after(60 * messages), (Action.CLOSED,)))
    calls = tuple(call(f"step_{number}", 60 * number + 55) for number in range(0, messages, 2))
    return RecordedWork(user, ticket, tuple(contributions), tool_calls=calls)


@pytest.mark.parametrize(
    ("kind", "channel", "action", "spans"),
    [
        ("aiAgent", "chat", "autoProcessAction", [(60, 240)]),
        ("aiAgent", "email", "autoProcessAction", [(60, 240)]),
        ("user", "chat", "closeAction", [(60, 240)]),
        ("user", "phone", "closeAction", [(60, 240)]),
    ],
)
async def test_a_recorded_conversation_becomes_one_worklog(
    session: WriteSession, kind: str, channel: str, action: str, spans: list[tuple[float, float]]
) -> None:
    user, ticket = (await make_profile(session, type=kind)).id, (await make_ticket(session, channel=channel)).id
    ids = await feed(session, [await recorded_chat(session, user, ticket)])
    [worklog] = (await session.scalars(select(Worklog))).all()
    assert [worklog.id] == ids
    assert (worklog.action, worklog.action_list) == (action, ["reply", "closed"])
    assert worklog.context == ("automated" if kind == "aiAgent" else "reply")
    assert worklog.automation_level == (5 if kind == "aiAgent" else 0)
    assert (worklog.duration_ms, worklog.after_work_ms) == (180_000, 180_000)
    segments = (await session.scalars(select(WorkSegment))).all()
    assert [(s.since, s.until) for s in segments] == [(after(a), after(b)) for a, b in spans]
    calls = (await session.scalars(select(ToolCall).order_by(ToolCall.id))).all()
    assert [(made.name, made.worklog_id) for made in calls] == [("step_0", None), ("step_2", worklog.id)]


async def test_on_other_channels_messages_are_preceded_by_presence(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    await feed(session, [await recorded_chat(session, user, ticket)])
    segments = (await session.scalars(select(WorkSegment).order_by(WorkSegment.since))).all()
    assert [(s.since, s.until, s.phase) for s in segments] == [(after(0), after(120), 1), (after(120), after(240), 2)]
    assert len((await session.scalars(select(Worklog))).all()) == 2


async def test_the_source_may_state_segments(session: WriteSession) -> None:
    user, ticket = (await make_profile(session)).id, (await make_ticket(session)).id
    work = RecordedWork(
        user,
        ticket,
        (Contribution(after(90), REPLY, None, 20),),
        segments=((after(0), after(100)), (after(200), after(260))),
    )
    await feed(session, [work])
    [worklog] = (await session.scalars(select(Worklog))).all()
    assert (worklog.duration_ms, worklog.after_work_ms) == (160_000, 70_000)


async def test_feeding_twice_changes_nothing(session: WriteSession) -> None:
    user, agent = (await make_profile(session)).id, (await make_profile(session, type="aiAgent")).id
    chat, mail = (await make_ticket(session, channel="chat")).id, (await make_ticket(session)).id
    work = [await recorded_chat(session, user, chat), await recorded_chat(session, agent, mail)]
    ids = await feed(session, work)
    before = await snapshot(session, [user, agent])
    touched = text("select count(*) from tool_calls")
    calls = await session.scalar(touched)
    assert await feed(session, work) == ids
    assert await snapshot(session, [user, agent]) == before
    assert await session.scalar(touched) == calls


async def test_nobody_else_is_fed(session: WriteSession) -> None:
    user, ticket = (await make_profile(session, type="serviceWorker")).id, (await make_ticket(session)).id
    assert await feed(session, [await recorded_chat(session, user, ticket)]) == []
    assert await feed(session, []) == []


async def test_tool_calls_of_live_runs_belong_to_their_worklog(session: WriteSession) -> None:
    agent, ticket = (await make_profile(session, type="aiAgent")).id, (await make_ticket(session)).id
    await add_tool_calls(session, user_id=agent, ticket_id=ticket, calls=[call("look_up", 5)])
    run = Run(after(0), after(8), (act(after(8), "reply"),))
    [worklog] = await record_runs(session, agent, {ticket: [run]})
    await add_tool_calls(session, user_id=agent, ticket_id=ticket, calls=[call("write", 7)])
    rows = (await session.execute(select(ToolCall.name, ToolCall.worklog_id).order_by(ToolCall.at))).all()
    assert [tuple(row) for row in rows] == [("look_up", worklog), ("write", worklog)]


async def test_a_hundred_conversations_take_a_few_seconds(session: WriteSession) -> None:
    agent = (await make_profile(session, type="aiAgent")).id
    work = [
        await recorded_chat(session, agent, (await make_ticket(session, channel="chat")).id, messages=20)
        for _ in range(100)
    ]
    with worked_through():
        assert len(await feed(session, work)) == 100
