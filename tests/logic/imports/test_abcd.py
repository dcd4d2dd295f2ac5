from pathlib import Path
from typing import Any

import pytest

from assaydesk.domains.imports.formats.abcd import parse_abcd
from assaydesk.domains.imports.formats.findings import Severity
from assaydesk.domains.imports.formats.types import Customer, Message, Role, ToolCall
from tests.factories.imports import OPTIONS, abcd_item, apart, items


def parsed(*values: Any) -> Any:
    return apart(list(parse_abcd(items(*values), OPTIONS)))


def test_system_actions_become_tool_calls_of_the_agent() -> None:
    (one,), findings = parsed(abcd_item())
    assert findings == []
    assert (one.external_id, one.channel, one.tags) == ("abcd:7", "chat", (("Product defect", "Return size"),))
    assert one.customer == Customer("Joe Banks", "jbanks@mail.example", None, "jbanks1")
    assert [(person.name, person.type, person.team) for person in one.participants] == [("Shop agent", "user", "Shop")]
    assert one.turns == (
        Message(Role.AGENT, "Hi!", "shop-agent"),
        Message(Role.CUSTOMER, "I want to return a shirt."),
        ToolCall(
            "pull-up-account", {"values": ["joe banks"]}, "Account has been pulled up for Joe Banks.", "shop-agent"
        ),
        ToolCall("validate-purchase", {"values": ["jbanks1"]}, "Purchase validation in progress ...", "shop-agent"),
        Message(Role.AGENT, "Done.", "shop-agent"),
    )


def test_actions_are_matched_by_their_order_when_lines_of_talk_were_joined() -> None:
    item = abcd_item()
    (one,), _ = parsed({**item, "delexed": item["delexed"][1:]})
    assert [turn.name for turn in one.turns if isinstance(turn, ToolCall)] == ["pull-up-account", "validate-purchase"]


@pytest.mark.parametrize("delexed", [None, [], "x", [{"speaker": "action", "targets": None}]])
def test_without_a_second_form_the_actions_have_no_name(delexed: Any) -> None:
    (one,), _ = parsed(abcd_item(delexed=delexed))
    assert [(turn.name, turn.result) for turn in one.turns if isinstance(turn, ToolCall)] == [
        ("system-action", "Account has been pulled up for Joe Banks."),
        ("system-action", "Purchase validation in progress ..."),
    ]


def test_turns_may_be_objects_and_the_scenario_may_be_missing() -> None:
    (one,), _ = parsed({"convo_id": "x1", "original": [{"speaker": "customer", "text": "Hi"}]})
    assert (one.external_id, one.tags, one.customer) == ("abcd:x1", (), None)


@pytest.mark.parametrize(
    ("item", "says"),
    [
        (5, "must be a JSON object"),
        (abcd_item(8, convo_id=None), "convo_id: required"),
        (abcd_item(8, original=None), "original: must be a list"),
        (abcd_item(8, original=[["agent"]]), "original.0: must be a pair"),
        (abcd_item(8, original=[["agent", 5]]), "original.0: must be a pair"),
        (abcd_item(8, original=[["robot", "x"]]), "original.0: 'robot' is none of"),
        (abcd_item(7), "7 stands at item 1"),
    ],
)
def test_a_broken_item_is_named_and_the_rest_is_read(item: Any, says: str) -> None:
    conversations, (finding,) = parsed(abcd_item(), item, abcd_item(9))
    assert [one.id for one in conversations] == ["7", "9"]
    assert (finding.position.item, finding.severity) == (2, Severity.ERROR)
    assert says in str(finding)


@pytest.mark.shared_data
def test_the_three_chats_are_read_whole(shared_data: Path) -> None:
    with (shared_data / "abcd/abcd_sample.json").open("rb") as file:
        conversations, findings = apart(list(parse_abcd(file, OPTIONS)))
    assert findings == []
    assert [[turn.name for turn in one.turns if isinstance(turn, ToolCall)] for one in conversations] == [
        ["pull-up-account", "validate-purchase", "enter-details", "notify-team"],
        ["pull-up-account", "validate-purchase"],
        ["search-faq", "search-timing", "select-faq"],
    ]
    assert [len(one.turns) for one in conversations] == [29, 21, 22]
