from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.imports.formats.findings import Severity
from assaydesk.domains.imports.formats.tau_bench import parse_tau_bench
from assaydesk.domains.imports.formats.types import Customer, Message, Participant, ParticipantType, Role, ToolCall
from tests.factories.imports import OPTIONS, apart, items, tau_item


def parsed(*values: Any, file_name: str = "") -> Any:
    return apart(list(parse_tau_bench(items(*values), replace(OPTIONS, file_name=file_name))))


def call(call_id: str, name: str, arguments: Any = "{}") -> dict[str, Any]:
    return {"id": call_id, "function": {"name": name, "arguments": arguments}}


def test_an_item_becomes_a_chat_with_tool_calls_in_order() -> None:
    (one,), findings = parsed(tau_item(3, 1), file_name="gpt-4o-trials-0-1")
    assert findings == []
    assert (one.external_id, one.channel, one.status) == ("tau-bench:3:1", "chat", "closed")
    assert one.participants == (
        Participant("assistant", "Airline assistant (gpt-4o)", "tau-bench:airline:gpt-4o", ParticipantType.AI_AGENT),
    )
    assert one.customer == Customer("Ann Lee", "ann@mail.example", customer_id="ann_lee_1")
    result = {"name": {"first_name": "Ann", "last_name": "Lee"}, "email": "ann@mail.example"}
    assert one.turns == (
        Message(Role.CUSTOMER, "Hello, I am ann_lee_1."),
        ToolCall("get_user_details", {"user_id": "ann_lee_1"}, result, "assistant"),
        Message(Role.AI_AGENT, "Hello Ann, how can I help?", "assistant"),
        Message(Role.CUSTOMER, "Thanks, all done."),
    )
    assert one.raw is not None
    assert (one.raw["reward"], one.raw["info"]["task"]["user_id"]) == (1.0, "ann_lee_1")


def test_results_are_matched_in_order_because_ids_repeat() -> None:
    (one,), _ = parsed(
        tau_item(
            traj=[
                {"role": "assistant", "content": "One moment.", "tool_calls": [call("same", "a"), call("other", "b")]},
                {"role": "tool", "tool_call_id": "other", "content": "of b"},
                {"role": "tool", "tool_call_id": "same", "content": "of a"},
                {"role": "assistant", "tool_calls": [call("same", "c")]},
                {"role": "tool", "tool_call_id": "same", "content": "of c"},
                {"role": "assistant", "tool_calls": [call("same", "d")]},
            ]
        )
    )
    assert one.turns[0] == Message(Role.AI_AGENT, "One moment.", "assistant")
    assert [(turn.name, turn.result) for turn in one.turns[1:]] == [
        ("a", "of a"),
        ("b", "of b"),
        ("c", "of c"),
        ("d", None),
    ]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Bye. ###STOP###", "Bye."),
        ("Bye.###STOP###\n", "Bye."),
        ("###TRANSFER### Bye", "Bye"),
        ("### Title", "### Title"),
    ],
)
def test_markers_of_the_player_are_no_part_of_the_message(text: str, left: str) -> None:
    (one,), _ = parsed(tau_item(traj=[{"role": "user", "content": text}]))
    assert one.turns[0].text == left


def test_calls_of_one_step_belong_together() -> None:
    (one,), _ = parsed(
        tau_item(
            traj=[
                {"role": "assistant", "content": "", "tool_calls": [call("1", "a"), call("2", "b")]},
                {"role": "assistant", "content": "Done.", "tool_calls": [call("3", "c")]},
            ]
        )
    )
    assert [turn.together for turn in one.turns if isinstance(turn, ToolCall)] == [False, True, True]


def test_a_message_that_is_only_a_marker_is_none() -> None:
    conversations, (finding,) = parsed(tau_item(traj=[{"role": "user", "content": "###STOP###"}]))
    assert conversations == []
    assert finding.severity is Severity.SKIPPED


def test_texts_in_parts_and_odd_arguments_are_read() -> None:
    (one,), findings = parsed(
        tau_item(
            traj=[
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}],
                },
                {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [call("1", "x", "{broken"), call("2", "y", {"k": 1})],
                },
                {"role": "tool", "tool_call_id": "2", "content": '["\\u0000z"]'},
            ]
        )
    )
    assert findings == []
    assert [getattr(turn, "arguments", None) or getattr(turn, "text", None) for turn in one.turns] == [
        "a\nb",
        "{broken",
        {"k": 1},
    ]
    assert one.turns[2].result == ["z"]


def test_the_older_form_of_one_call_in_a_step_is_read() -> None:
    (one,), findings = parsed(
        tau_item(
            traj=[
                {"role": "user", "content": ["Cancel", {"type": "text", "text": "#W1"}]},
                {
                    "role": "assistant",
                    "content": None,
                    "function_call": {"name": "get_order_details", "arguments": '{"order_id": "#W1"}'},
                },
                {"role": "function", "name": "get_order_details", "content": '{"status": "pending"}'},
                {"role": "assistant", "content": "It is pending.", "tool_calls": None, "function_call": None},
            ]
        )
    )
    assert findings == []
    assert one.turns == (
        Message(Role.CUSTOMER, "Cancel\n#W1"),
        ToolCall("get_order_details", {"order_id": "#W1"}, {"status": "pending"}, "assistant"),
        Message(Role.AI_AGENT, "It is pending.", "assistant"),
    )


def test_a_file_of_one_run_needs_no_trial() -> None:
    without = {name: value for name, value in tau_item(7).items() if name not in ("trial", "info", "reward")}
    (one,), (finding,) = parsed(without, without)
    assert one.external_id == "tau-bench:7:0"
    assert "stands at item 1" in finding.message


def test_the_policy_may_come_from_a_developer() -> None:
    (one,), _ = parsed(
        tau_item(traj=[{"role": "developer", "content": "# Retail agent policy"}, {"role": "user", "content": "Hi"}])
    )
    assert one.participants[0].name == "Retail assistant"
    assert one.turns == (Message(Role.CUSTOMER, "Hi"),)


def test_without_model_and_domain_the_agent_has_a_plain_name() -> None:
    (one,), _ = parsed(tau_item(traj=[{"role": "assistant", "content": "Hi"}]), file_name="results")
    assert (one.participants[0].name, one.participants[0].external_id) == ("AI assistant", "tau-bench:ai")


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("text", "must be a JSON object"),
        (tau_item(traj=None), "traj: must be a list"),
        (tau_item(traj=["x"]), "traj: must be a list"),
        (tau_item(task_id=None), "task_id: required"),
        (tau_item(trial=True), "trial: required"),
        (tau_item(traj=[{"role": "bot", "content": "x"}]), "traj.0.role: 'bot' is none of"),
        (tau_item(traj=[{"role": "assistant", "tool_calls": [{"id": "1"}]}]), "without the name of a function"),
        (tau_item(traj=[{"role": "user", "content": "x" * 1_000_001}]), "more than 1,000,000 characters"),
        (tau_item(), "stand"),
    ],
)
def test_a_broken_item_is_named_and_the_rest_is_read(item: Any, says: str) -> None:
    conversations, (finding,) = parsed(tau_item(), item, tau_item(1))
    assert [one.id for one in conversations] == ["0:0", "1:0"]
    assert (finding.position.item, finding.severity) == (2, Severity.ERROR)
    assert says in str(finding)


@pytest.mark.shared_data
def test_the_hundred_conversations_are_read_whole(shared_data: Path) -> None:
    path = shared_data / "tau-bench-airline/gpt-4o-trials-0-1.json"
    with path.open("rb") as file:
        conversations, findings = apart(list(parse_tau_bench(file, replace(OPTIONS, file_name=path.stem))))
    assert findings == []
    assert len({one.external_id for one in conversations}) == 100
    assert {one.participants[0].name for one in conversations} == {"Airline assistant (gpt-4o)"}
    turns = [turn for one in conversations for turn in one.turns]
    # 757 messages of the customer, of which 16 are but a marker; 657 answers, and 42 that come with a tool call.
    assert Counter(type(turn).__name__ for turn in turns) == {"Message": 757 - 16 + 657 + 42, "ToolCall": 572}
    assert all(turn.result is not None for turn in turns if isinstance(turn, ToolCall))
    assert not any("###STOP###" in turn.text for turn in turns if isinstance(turn, Message))
    assert all(one.customer and one.customer.customer_id for one in conversations)
