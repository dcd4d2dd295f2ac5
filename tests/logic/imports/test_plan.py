from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assaydesk.domains.imports.formats.findings import Position
from assaydesk.domains.imports.formats.types import (
    Action,
    Message,
    ParsedConversation,
    Participant,
    ParticipantType,
    Role,
    ToolCall,
    Turn,
)
from assaydesk.domains.imports.plan import Plan, make_plan, people_of
from assaydesk.domains.imports.timing import Origin, Timeline

START = datetime(2026, 5, 4, 9, tzinfo=UTC)
NOW = START + timedelta(days=3)
PEOPLE = (Participant("mia", "Mia", "x:mia"), Participant("bot", "Bot", "x:bot", ParticipantType.AI_AGENT))
ASK, ANSWER, NOTE = Message(Role.CUSTOMER, "Hi?"), Message(Role.AGENT, "Hello", "mia"), Message(Role.NOTE, "n", "mia")
BOT = Message(Role.AI_AGENT, "Hello", "bot")
CLOSE, WAIT, OPEN = Action("closed", "mia"), Action("pending", "mia"), Action("opened", "mia")
CALL = ToolCall("look-up", {"a": 1}, "r", "mia")


def conversation(*turns: Turn, **values: Any) -> ParsedConversation:
    return ParsedConversation(Position(1), "x", "1", "chat", turns, PEOPLE, "print", **values)


def planned(*turns: Turn, **values: Any) -> Plan:
    """One turn a minute."""
    times = tuple(START + timedelta(minutes=number) for number in range(len(turns)))
    return make_plan(conversation(*turns, **values), Timeline(times, Origin.SOURCE), now=NOW, pending_days=7)


@pytest.mark.parametrize(
    ("turns", "stated", "status", "history"),
    [
        ((ASK, ANSWER), None, "closed", [(1, "closed")]),
        ((ASK, ANSWER, CLOSE), None, "closed", [(2, "closed")]),
        ((ASK, ANSWER, CLOSE), "open", "open", [(2, "closed"), (2, "open")]),
        ((ASK, CLOSE, ASK), None, "open", [(1, "closed"), (2, "open")]),
        ((ASK, CLOSE, ASK), "closed", "closed", [(1, "closed"), (2, "open"), (2, "closed")]),
        ((ASK, CLOSE, NOTE, CLOSE), None, "closed", [(1, "closed")]),
        ((ASK, WAIT), None, "pending", [(1, "pending")]),
        ((ASK, WAIT, OPEN), None, "open", [(1, "pending"), (2, "open")]),
        ((ASK, WAIT, ASK, CLOSE), None, "closed", [(1, "pending"), (2, "open"), (3, "closed")]),
        ((ASK, Action("assigned", "mia")), None, "closed", [(1, "closed")]),
        ((ASK,), "open", "open", []),
        ((ASK,), "pending", "pending", [(0, "pending")]),
    ],
)
def test_the_status_follows_the_turns(
    turns: tuple[Turn, ...], stated: str | None, status: str, history: list[tuple[int, str]]
) -> None:
    plan = planned(*turns, status=stated)
    ending = plan.ending
    assert plan.ticket["status"] == status
    assert [((change.at - START) // timedelta(minutes=1), change.new) for change in ending.changes] == history
    assert plan.ticket["closed_at"] == (ending.changes[-1].at if status == "closed" else None)


@pytest.mark.parametrize(
    ("due_by", "status", "due"),
    [
        (None, "pending", START + timedelta(minutes=1, days=7)),
        (NOW + timedelta(days=30), "pending", NOW + timedelta(days=30)),
        (NOW, "open", None),
    ],
)
def test_a_ticket_waits_until_its_date(due_by: datetime | None, status: str, due: datetime | None) -> None:
    ticket = planned(ASK, Action("pending", "mia", due_by=due_by)).ticket
    assert (ticket["status"], ticket["due_by"]) == (status, due)
    assert ticket["pending_since"] == (START + timedelta(minutes=1) if due else None)


def test_a_tool_call_is_followed_by_the_next_message_whoever_writes_it() -> None:
    plan = planned(CALL, ASK, CALL, CALL, ANSWER, CALL)
    assert [call.before for call in plan.calls] == [0, 1, 1, None]


def test_deeds_name_what_everybody_did() -> None:
    plan = planned(ASK, CALL, ANSWER, NOTE, BOT, CLOSE)
    assert [(deed.actions, deed.message, deed.length) for deed in plan.deeds["mia"]] == [
        ((), None, 0), (("reply",), 1, 5), (("internal-note",), 2, 1), (("closed",), None, 0),
    ]  # fmt: skip
    assert [(deed.actions, deed.message) for deed in plan.deeds["bot"]] == [(("reply",), 3)]


@pytest.mark.parametrize(
    ("turns", "direction", "level", "agent", "responder"),
    [
        ((ASK, ANSWER), "in", "human", "mia", "mia"),
        ((ASK, BOT), "in", "automated", None, "bot"),
        ((ASK, ANSWER, BOT), "in", "human", "mia", "bot"),
        ((ANSWER,), "out", "human", "mia", "mia"),
        ((NOTE,), "internal", "human", None, None),
    ],
)
def test_the_ticket_knows_who_worked_on_it(
    turns: tuple[Turn, ...], direction: str, level: str, agent: str | None, responder: str | None
) -> None:
    plan = planned(*turns)
    assert (plan.ticket["direction"], plan.ticket["ai_support_level"]) == (direction, level)
    assert people_of(plan, conversation(*turns)) == {"agent": agent, "responder": responder}


def test_internal_lines_are_private_and_html_keeps_its_body() -> None:
    plan = planned(Message(Role.SYSTEM, "left"), Message(Role.CUSTOMER, "Hi", html="<p>Hi</p>"))
    columns = ("direction", "private", "type", "body", "plain")
    assert [tuple(one[name] for name in columns) for one in plan.messages] == [
        ("internal", True, "text", "left", "left"), ("in", False, "html", "<p>Hi</p>", "Hi"),
    ]  # fmt: skip
