"""Result files of tau-bench: an array of tasks, each with a conversation in the form of OpenAI chats (`traj`).

The agent is a machine, the customer was played; `reward` and `info` are kept in the raw data alone, because they tell
the outcome that a judge has to find out by itself.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from re import IGNORECASE
from re import compile as regex
from typing import Any, BinaryIO, Final

from assaydesk.domains.imports.formats.findings import Finding, Position
from assaydesk.domains.imports.formats.item_files import BadItem, parse_items, require_key, require_text
from assaydesk.domains.imports.formats.reading import clean, fingerprint
from assaydesk.domains.imports.formats.types import (
    Customer,
    Message,
    ParsedConversation,
    ParseOptions,
    Participant,
    ParticipantType,
    Role,
    ToolCall,
    Turn,
)

_SOURCE: Final = "tau-bench"
_AGENT: Final = "assistant"
# `developer` and `function` are the newer and the older name of the role before them.
_SYSTEM: Final = ("system", "developer")
_TOOL: Final = ("tool", "function")
_ROLES: Final = (*_SYSTEM, "user", "assistant", *_TOOL)
_MARKER: Final = regex(r"\s*###[A-Z][A-Z_-]*###\s*")
_DOMAIN: Final = regex(r"^\W*(\w+)\s+agent\s+policy", IGNORECASE)
_MODEL: Final = regex(
    r"(gpt|claude|sonnet|opus|haiku|gemini|llama|mistral|qwen|deepseek|o\d)[\w.]*(-[\w.]+)*", IGNORECASE
)
_NO_MODEL: Final = regex(r"[-_.](trials?|airline|retail|results?|json).*$", IGNORECASE)


def parse_tau_bench(file: BinaryIO, options: ParseOptions) -> Iterator[ParsedConversation | Finding]:
    """The conversations of an open file, keyed by task and trial."""
    return parse_items(file, lambda position, item: _conversation(position, item, options))


def _conversation(position: Position, item: dict[str, Any], options: ParseOptions) -> ParsedConversation:
    entries = item.get("traj")
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadItem("traj: must be a list of messages")
    task = require_key(item, "task_id")
    # Files of a single run do not number it.
    trial = "0" if item.get("trial") is None else require_key(item, "trial")
    source = options.source or _SOURCE
    info = item.get("info")
    turns = tuple(_turns(entries))
    return ParsedConversation(
        position=position,
        source=source,
        id=f"{task}:{trial}",
        channel="chat",
        turns=turns,
        participants=(_agent(source, entries, options.file_name),),
        fingerprint=fingerprint(item),
        language="en",
        customer=_customer(info if isinstance(info, dict) else {}, turns),
        status="closed",
        raw={"task": task, "trial": trial, "reward": item.get("reward"), "info": info},
    )


def _agent(source: str, entries: Sequence[Mapping[str, Any]], file_name: str) -> Participant:
    """Named after what the system prompt says it works for, and after the model that the file is named after."""
    system = next((_text(entry) for entry in entries if entry.get("role") in _SYSTEM), "")
    domain = _DOMAIN.match(system)
    work = domain.group(1).capitalize() if domain else "AI"
    found = _MODEL.match(_NO_MODEL.sub("", file_name))
    model = found.group() if found else None
    external_id = ":".join(part for part in (source, work.lower(), model) if part)
    name = f"{work} assistant" + (f" ({model})" if model else "")
    return Participant(_AGENT, name, external_id, ParticipantType.AI_AGENT)


def _turns(entries: Sequence[Mapping[str, Any]]) -> Iterator[Turn]:
    results = _Results(entries)
    for number, entry in enumerate(entries):
        role = entry.get("role")
        if role not in _ROLES:
            raise BadItem(f"traj.{number}.role: {role!r} is none of {', '.join(_ROLES)}")
        text = require_text(f"traj.{number}.content", _text(entry))
        if role == "user" and (said := _MARKER.sub("", text)).strip():
            yield Message(Role.CUSTOMER, said)
        elif role == "assistant":
            if text.strip():
                yield Message(Role.AI_AGENT, text, _AGENT)
            for place, call in enumerate(_calls(entry)):
                yield _tool_call(number, call, results, together=place > 0 or bool(text.strip()))


def _calls(entry: Mapping[str, Any]) -> list[Any]:
    """The calls of one step. `function_call` is the older form: one call, without an id."""
    calls = entry.get("tool_calls")
    if isinstance(calls, list) and calls:
        return calls
    return [{"function": entry["function_call"]}] if entry.get("function_call") is not None else []


def _text(entry: Mapping[str, Any]) -> str:
    """The text of a message; a list of parts is joined, pictures and the like are left out."""
    content = entry.get("content")
    if isinstance(content, list):
        parts = (part.get("text") if isinstance(part, dict) else part for part in content)
        return "\n".join(part for part in parts if isinstance(part, str) and part)
    return content if isinstance(content, str) else ""


class _Results:
    """The answers of the tools, taken in their order: ids repeat, so an id alone names none of them."""

    def __init__(self, entries: Sequence[Mapping[str, Any]]) -> None:
        self.waiting = [(number, entry) for number, entry in enumerate(entries) if entry.get("role") in _TOOL]

    def take(self, after: int, call_id: object) -> Any:
        """The first answer to this id that nobody has taken and that stands after the call; None without one."""
        for place, (number, entry) in enumerate(self.waiting):
            if number > after and entry.get("tool_call_id") == call_id:
                del self.waiting[place]
                return _structure(_text(entry))
        return None


def _tool_call(number: int, call: Any, results: _Results, *, together: bool) -> ToolCall:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict) or not isinstance(function.get("name"), str) or not function["name"].strip():
        raise BadItem(f"traj.{number}.tool_calls: a call without the name of a function")
    arguments = function.get("arguments")
    if isinstance(arguments, str):
        arguments = _structure(arguments)
    result = results.take(number, call.get("id"))
    return ToolCall(function["name"][:200], arguments, result, _AGENT, together=together)


def _structure(text: str) -> Any:
    """Objects and arrays as such, every other text as it stands."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return clean(json.loads(text, parse_constant=lambda _word: None))
        except (ValueError, RecursionError):
            return text
    return text


def _customer(info: Mapping[str, Any], turns: Sequence[Turn]) -> Customer | None:
    """Who the agent looked up as its customer; else the account that the task is about."""
    task = info.get("task")
    account = task.get("user_id") if isinstance(task, dict) else None
    account = account[:50] if isinstance(account, str) and account else None
    for turn in turns:
        if not isinstance(turn, ToolCall) or turn.name != "get_user_details" or not isinstance(turn.result, dict):
            continue
        asked = turn.arguments.get("user_id") if isinstance(turn.arguments, dict) else None
        if account in (None, asked) and isinstance(asked, str):
            name, email = turn.result.get("name"), turn.result.get("email")
            full = " ".join(str(part) for part in name.values()) if isinstance(name, dict) else None
            return Customer(full, email if isinstance(email, str) else None, customer_id=asked[:50])
    words = [word for word in (account or "").split("_") if not word.isdigit()]
    return Customer(" ".join(words).title() or None, customer_id=account) if account else None
