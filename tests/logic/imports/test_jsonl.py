from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from assaydesk.domains.imports.formats.findings import Severity
from assaydesk.domains.imports.formats.jsonl import parse_jsonl
from assaydesk.domains.imports.formats.types import (
    Action,
    Attachment,
    Csat,
    Customer,
    Message,
    ParticipantType,
    Role,
    Segment,
    ToolCall,
)
from tests.factories.imports import OPTIONS, REPOSITORY, apart, conversation, jsonl, parsed

AT = "2026-05-04T10:00:00Z"


def answer(**changes: Any) -> dict[str, Any]:
    """The messages of a conversation of one answer."""
    return {"messages": [{"role": "agent", "text": "x", **changes}]}


def at(minute: int) -> datetime:
    return datetime(2026, 5, 4, 10, minute, tzinfo=UTC)


def test_the_smallest_conversation_gets_sensible_defaults() -> None:
    (one,), findings = parsed(
        {"id": 7, "messages": [{"role": "customer", "text": "Hi"}, {"role": "agent", "text": "Hello"}]}
    )
    assert findings == []
    assert (one.external_id, one.channel, one.status, one.started_at) == ("jsonl:7", "chat", None, None)
    (agent,) = one.participants
    assert (agent.name, agent.type, agent.external_id) == ("Imported agent", ParticipantType.USER, "jsonl:*user")
    assert [(turn.role, turn.author) for turn in one.turns if isinstance(turn, Message)] == [
        (Role.CUSTOMER, None),
        (Role.AGENT, agent.key),
    ]


def test_everything_a_line_can_say_is_read() -> None:
    (one,), findings = parsed(
        conversation(
            source="oldDesk", channel="voice", subject="Meter", language="en", status="closed", startedAt=AT,
            customer={"name": "Ann Lee", "email": "a@mail.example", "phone": "01", "customerId": 12, "contractId": "9"},
            people=[
                {"key": "mia", "name": "Mia Kern", "email": "mia@lumen.example", "team": "Meters"},
                {"key": "bot", "name": "Helper", "type": "aiAgent"},
            ],
            tags=["Billing > Refund", "Urgent"],
            messages=[
                {"role": "customer", "id": "m1", "html": "<p>Hi&nbsp;there</p>", "at": AT,
                 "attachments": [{"name": "bill.pdf", "url": "https://files.example/1"}]},
                {"type": "toolCall", "name": "lookup", "arguments": {"n": 1}, "result": [2], "author": "mia",
                 "at": "2026-05-04 10:01:00"},
                {"role": "agent", "author": "mia", "text": "Hello", "at": 1777888920, "aiUsage": 2},
                {"type": "action", "action": "pending", "author": "mia", "at": "2026-05-04T12:03:00+02:00",
                 "dueBy": "2026-06-10"},
                {"role": "note", "author": "mia", "text": "waits", "at": "2026-05-04T10:04:00Z"},
                {"role": "aiAgent", "author": "bot", "text": "Anything else?", "at": "2026-05-04T10:05:00Z"},
                {"role": "system", "text": "Customer left.", "at": "2026-05-04T10:06:00Z"},
            ],
            segments=[{"author": "mia", "from": AT, "to": "2026-05-04T10:09:00Z"}],
            csat={"answerStars": 4, "answerText": "fine"},
            rawData={"queue": 3},
        )
    )  # fmt: skip
    assert findings == []
    assert one.external_id == "oldDesk:c-1"
    assert one.channel == "phone"
    assert one.customer == Customer("Ann Lee", "a@mail.example", "01", "12", "9")
    assert one.tags == (("Billing", "Refund"), ("Urgent",))
    assert [person.external_id for person in one.participants] == ["oldDesk:mia", "oldDesk:bot"]
    attachment = Attachment("bill.pdf", "https://files.example/1")
    assert one.turns == (
        Message(Role.CUSTOMER, "Hi there", None, at(0), "<p>Hi&nbsp;there</p>", "m1", (attachment,)),
        ToolCall("lookup", {"n": 1}, [2], "mia", at(1)),
        Message(Role.AGENT, "Hello", "mia", at(2), ai_usage=2),
        Action("pending", "mia", at(3), datetime(2026, 6, 10, tzinfo=UTC)),
        Message(Role.NOTE, "waits", "mia", at(4)),
        Message(Role.AI_AGENT, "Anything else?", "bot", at(5)),
        Message(Role.SYSTEM, "Customer left.", None, at(6)),
    )
    assert one.segments == (Segment("mia", at(0), at(9)),)
    assert one.csat == Csat(5, 4, "fine", None)
    assert one.raw == {"queue": 3}


def test_null_is_the_same_as_a_missing_key() -> None:
    full, findings = parsed(conversation(subject=None, tags=None, customer=None, status=None, people=None, csat=None))
    assert findings == []
    assert full[0].tags == ()


def test_times_without_zone_are_those_of_the_instance() -> None:
    line = conversation(messages=[{"role": "customer", "text": "Hi", "at": "2026-05-04 12:00:00"}])
    options = replace(OPTIONS, zone=ZoneInfo("Europe/Berlin"))
    (one,), _ = apart(list(parse_jsonl(jsonl(line), options)))
    assert one.turns[0].at == at(0)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"id": ""}, "id: "),
        ({"id": " "}, "id: must not be blank"),
        ({"id": None}, "id: must be a valid string"),
        ({"messages": "Hi"}, "messages: must be a valid list"),
        ({"messages": ["Hi"]}, "messages.0: must be a JSON object"),
        ({"messages": [{"role": "bot", "text": "x"}]}, "messages.0.role: must be 'customer', 'agent', 'aiAgent'"),
        ({"messages": [{"text": "x"}]}, "messages.0.role: Field required"),
        (answer(text=5), "messages.0.text: must be a valid string"),
        (answer(text="x" * 1_000_001), "at most 1000000 characters"),
        ({"messages": [{"type": "call", "name": "x"}]}, "messages.0: `type` must be message, toolCall or action"),
        ({"messages": [{"type": "toolCall"}]}, "messages.0.name: Field required"),
        ({"messages": [{"type": "action", "action": "reply"}]}, "messages.0.action: must be 'closed'"),
        (answer(at="2026-13-01"), "messages.0.at: '2026-13-01' is no date"),
        (answer(at="2026-02-30T10:00:00Z"), "messages.0.at"),
        (answer(at="yesterday"), "write 2024-06-12T10:20:00Z or Unix seconds"),
        (answer(at=True), "messages.0.at"),
        (answer(at="2099-01-01T00:00:00Z"), "lies in the future"),
        ({"startedAt": 0}, "startedAt: 0 lies before 1990"),
        (answer(aiUsage=5), "messages.0.aiUsage"),
        ({"messages": [{"role": "customer", "text": "a", "id": 1}] * 2}, "messages.1.id: '1' stands there twice"),
        ({"channel": "fax"}, "channel: must be 'email'"),
        ({"status": "done"}, "status: must be 'open'"),
        ({"people": [{"key": "a"}, {"key": "a"}]}, "people.1.key: 'a' stands there twice"),
        ({"people": [{"key": "a", "email": "nobody"}]}, "people.0.email"),
        ({"people": [{"key": "a"}, {"key": "b"}], **answer()}, "could be one of a, b"),
        ({"people": [{"key": "a", "type": "user"}], **answer(role="aiAgent", author="a")}, "'a' is no AI agent"),
        ({"segments": [{"author": "zoe", "from": AT, "to": AT}]}, "segments.0.author: 'zoe' does not take part"),
        ({"segments": [{"author": "mia", "from": AT, "to": "2026-05-04"}]}, "segments.0.to: lies before `from`"),
        ({"tags": ["a >"]}, "tags: a path has"),
        ({"csat": {"answerStars": 6}}, "csat.answerStars: 6 is more than the scale of 5"),
        ({"customer": {"customerId": "x" * 51}}, "customer.customerId"),
        ({"source": "a:b"}, "source: "),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_line_and_path_and_the_rest_is_read(changes: dict[str, Any], says: str) -> None:
    conversations, (finding,) = parsed(conversation(), conversation(**{"id": "c-2", **changes}), conversation(id="c-3"))
    assert [one.id for one in conversations] == ["c-1", "c-3"]
    assert (finding.position.line, finding.severity) == (2, Severity.ERROR)
    assert says in str(finding)


def test_all_faults_of_a_line_are_named_up_to_five() -> None:
    _, (finding,) = parsed(conversation(channel="fax", status="done"))
    assert "channel: " in str(finding)
    assert "status: " in str(finding)
    _, (finding,) = parsed(conversation(messages=[{"role": "x"}] * 9))
    assert str(finding).endswith("and 4 more.")


@pytest.mark.parametrize("line", ['"text"', "[1]", "5", "null"])
def test_a_line_that_is_no_object_is_refused(line: str) -> None:
    _, (finding,) = parsed(line)
    assert "must be a JSON object" in str(finding)


def test_an_id_that_stands_twice_is_refused_the_second_time() -> None:
    conversations, (finding,) = parsed(conversation(), conversation(subject="again"), conversation(source="other"))
    assert [one.external_id for one in conversations] == ["jsonl:c-1", "other:c-1"]
    assert str(finding) == "line 2: id: 'c-1' stands on line 1 already."


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [{"role": "customer", "text": " \n"}],
        [{"role": "agent", "html": "<p> </p>"}],
        [{"type": "toolCall", "name": "x"}],
    ],
)
def test_a_conversation_without_a_message_is_skipped(messages: list[Any]) -> None:
    conversations, (finding,) = parsed(conversation(messages=messages))
    assert conversations == []
    assert (finding.severity, str(finding)) == (Severity.SKIPPED, "line 1: c-1: no message in it.")


def test_only_internal_notes_are_a_conversation() -> None:
    (one,), findings = parsed(conversation(messages=[{"role": "note", "text": "called back"}]))
    assert findings == []
    assert len(one.turns) == 1


def test_an_empty_message_with_an_attachment_stays() -> None:
    (one,), findings = parsed(conversation(messages=[{"role": "customer", "attachments": [{"name": "a.pdf"}]}]))
    assert findings == []
    assert len(one.turns) == 1


def test_a_very_long_message_is_kept_whole() -> None:
    (one,), findings = parsed(conversation(messages=[{"role": "customer", "text": "ä" * 1_000_000}]))
    assert findings == []
    assert isinstance(one.turns[0], Message)
    assert len(one.turns[0].text) == 1_000_000


def test_nul_characters_and_half_pairs_are_mended() -> None:
    (one,), _ = parsed('{"id": "c", "messages": [{"role": "customer", "text": "a\\u0000b\\ud83d"}]}')
    assert isinstance(one.turns[0], Message)
    assert one.turns[0].text == "ab\ufffd"


def test_times_out_of_order_are_sorted_with_a_warning() -> None:
    (one,), (finding,) = parsed(
        conversation(
            messages=[
                {"role": "customer", "text": "1", "at": "2026-05-04T10:05:00Z"},
                {"role": "note", "author": "mia", "text": "2"},
                {"role": "agent", "author": "mia", "text": "0", "at": "2026-05-04T10:00:00Z"},
            ]
        )
    )
    assert [turn.text for turn in one.turns if isinstance(turn, Message)] == ["0", "1", "2"]
    assert (finding.severity, "out of order" in str(finding)) == (Severity.WARNING, True)


def test_an_unknown_key_is_reported_once_and_ignored() -> None:
    odd = {"role": "customer", "text": "Hi", "mood": "bad"}
    conversations, findings = parsed(
        conversation(priority=1, messages=[odd]), conversation(id="c-2", priority=2, messages=[odd, odd])
    )
    assert len(conversations) == 2
    assert [str(finding) for finding in findings] == [
        "line 1: the unknown key messages.mood is ignored.",
        "line 1: the unknown key priority is ignored.",
    ]


def test_an_author_who_is_not_listed_takes_part_under_the_key() -> None:
    (one,), _ = parsed(
        conversation(
            people=None,
            messages=[
                {"type": "toolCall", "name": "x", "author": "kim"},
                {"role": "agent", "author": "kim", "text": "a"},
                {"role": "aiAgent", "author": "bot", "text": "b"},
            ],
        )
    )
    assert [(person.name, person.type) for person in one.participants] == [
        ("kim", ParticipantType.USER),
        ("bot", ParticipantType.AI_AGENT),
    ]


def test_a_tool_call_without_author_belongs_to_the_only_participant() -> None:
    call = {"type": "toolCall", "name": "x"}
    (one,), findings = parsed(conversation(people=None, messages=[call, {"role": "aiAgent", "text": "b"}]))
    assert findings == []
    assert [(person.name, person.type) for person in one.participants] == [
        ("Imported AI agent", ParticipantType.AI_AGENT)
    ]
    assert one.turns[0].author == one.turns[1].author


def test_the_shipped_example_has_no_fault() -> None:
    with (REPOSITORY / "examples/conversations/support.jsonl").open("rb") as file:
        conversations, findings = apart(list(parse_jsonl(file, OPTIONS)))
    assert findings == []
    assert len(conversations) >= 5
