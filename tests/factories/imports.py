"""Source files for imports, written in the test."""

import json
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

from assaydesk.domains.imports.formats.findings import Finding
from assaydesk.domains.imports.formats.jsonl import parse_jsonl
from assaydesk.domains.imports.formats.types import ParsedConversation, ParseOptions

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
OPTIONS = ParseOptions(not_after=NOW)
REPOSITORY = Path(__file__).parents[2]


def conversation(**changes: Any) -> dict[str, Any]:
    """One valid JSONL line: a customer asks, Mia answers."""
    return {
        "id": "c-1",
        "people": [{"key": "mia", "name": "Mia Kern", "email": "mia@lumen.example"}],
        "messages": [
            {"role": "customer", "text": "When will my meter be read?"},
            {"role": "agent", "author": "mia", "text": "On Tuesday between 8 and 10."},
        ],
        **changes,
    }


def jsonl(*lines: dict[str, Any] | bytes | str) -> BytesIO:
    """An open file with these lines; texts and bytes stand in it as they are."""
    return BytesIO(b"".join(_line(line) + b"\n" for line in lines))


def _line(line: dict[str, Any] | bytes | str) -> bytes:
    if isinstance(line, bytes):
        return line
    return (line if isinstance(line, str) else json.dumps(line)).encode()


def tau_item(task: int | str = 0, trial: int | str = 0, **changes: Any) -> dict[str, Any]:
    """One tau-bench item: a user, an assistant that looks something up, and the marker at the end."""
    call = {
        "id": "call_1",
        "type": "function",
        "function": {"name": "get_user_details", "arguments": '{"user_id":"ann_lee_1"}'},
    }
    return {
        "task_id": task,
        "trial": trial,
        "reward": 1.0,
        "info": {"task": {"user_id": "ann_lee_1"}},
        "traj": [
            {"role": "system", "content": "# Airline Agent Policy\n\nBe brief."},
            {"role": "user", "content": "Hello, I am ann_lee_1."},
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call_1", "name": "get_user_details",
             "content": '{"name": {"first_name": "Ann", "last_name": "Lee"}, "email": "ann@mail.example"}'},
            {"role": "assistant", "content": "Hello Ann, how can I help?"},
            {"role": "user", "content": "Thanks, all done. ###STOP###"},
        ],
        **changes,
    }  # fmt: skip


def abcd_item(key: int = 7, **changes: Any) -> dict[str, Any]:
    """One ABCD item with two system actions, told in both of its forms."""
    return {
        "convo_id": key,
        "scenario": {
            "personal": {"customer_name": "joe banks", "email": "jbanks@mail.example", "username": "jbanks1"},
            "flow": "product_defect",
            "subflow": "return_size",
        },
        "original": [
            ["agent", "Hi!"],
            ["customer", "I want to return a shirt."],
            ["action", "Account has been pulled up for Joe Banks."],
            ["action", "Purchase validation in progress ..."],
            ["agent", "Done."],
        ],
        "delexed": [
            _delexed("agent", "retrieve_utterance", None, []),
            _delexed("customer", None, None, []),
            _delexed("action", "take_action", "pull-up-account", ["joe banks"]),
            _delexed("action", "take_action", "validate-purchase", ["jbanks1"]),
            _delexed("agent", "retrieve_utterance", None, []),
        ],
        **changes,
    }  # fmt: skip


def _delexed(speaker: str, step: str | None, button: str | None, values: list[str]) -> dict[str, Any]:
    return {"speaker": speaker, "text": "...", "targets": ["return_size", step, button, values, -1]}


def items(*values: Any) -> BytesIO:
    """An open file with a JSON array."""
    return BytesIO(json.dumps(list(values)).encode())


def parsed(*lines: dict[str, Any] | bytes | str) -> tuple[list[ParsedConversation], list[Finding]]:
    """What the JSONL parser makes of these lines: conversations and findings apart."""
    return apart(list(parse_jsonl(jsonl(*lines), OPTIONS)))


def apart(results: list[ParsedConversation | Finding]) -> tuple[list[ParsedConversation], list[Finding]]:
    conversations = [one for one in results if isinstance(one, ParsedConversation)]
    return conversations, [one for one in results if isinstance(one, Finding)]
