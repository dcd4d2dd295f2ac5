"""The Action-Based Conversations Dataset: chats of people in a shop, with the system actions of the agent.

Read as published, in both forms: an array of conversations, or an object with one array for each split.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final, NamedTuple

from assaydesk.domains.imports.formats.findings import Finding, Position
from assaydesk.domains.imports.formats.item_files import BadItem, parse_items, require_key, require_text
from assaydesk.domains.imports.formats.reading import fingerprint
from assaydesk.domains.imports.formats.types import (
    Customer,
    Message,
    ParsedConversation,
    ParseOptions,
    Participant,
    Role,
    ToolCall,
    Turn,
)

_SOURCE: Final = "abcd"
_AGENT: Final = "shop-agent"
_UNNAMED_ACTION: Final = "system-action"


class _Said(NamedTuple):
    speaker: str
    text: str


def parse_abcd(file: BinaryIO, options: ParseOptions) -> Iterator[ParsedConversation | Finding]:
    """The conversations of an open file, keyed by `convo_id`."""
    return parse_items(file, lambda position, item: _conversation(position, item, options))


def _conversation(position: Position, item: dict[str, Any], options: ParseOptions) -> ParsedConversation:
    source = options.source or _SOURCE
    said = _original(item.get("original"))
    scenario = item.get("scenario")
    scenario = scenario if isinstance(scenario, dict) else {}
    labels = [scenario.get("flow"), scenario.get("subflow")]
    return ParsedConversation(
        position=position,
        source=source,
        id=require_key(item, "convo_id"),
        channel="chat",
        turns=tuple(_turns(said, _buttons(said, item.get("delexed")))),
        participants=(Participant(_AGENT, "Shop agent", f"{source}:{_AGENT}", team="Shop"),),
        fingerprint=fingerprint(item),
        language="en",
        customer=_customer(scenario.get("personal")),
        tags=(path,) if (path := tuple(_title(label) for label in labels if isinstance(label, str) and label)) else (),
        status="closed",
        raw={"scenario": scenario},
    )


def _original(turns: Any) -> list[_Said]:
    """The turns as they were written; each is a pair, or an object with speaker and text."""
    if not isinstance(turns, list):
        raise BadItem("original: must be a list of turns")
    said = []
    for number, turn in enumerate(turns):
        pair = [turn.get("speaker"), turn.get("text")] if isinstance(turn, dict) else turn
        if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(part, str) for part in pair):
            raise BadItem(f"original.{number}: must be a pair of speaker and text")
        if pair[0] not in ("agent", "customer", "action"):
            raise BadItem(f"original.{number}: {pair[0]!r} is none of agent, customer, action")
        said.append(_Said(pair[0], require_text(f"original.{number}", pair[1])))
    return said


def _buttons(said: Sequence[_Said], delexed: Any) -> dict[int, tuple[str, list[Any]]]:
    """Name and values of each system action, by the number of its turn.

    The second form of the conversation (`delexed`) tells them in `targets`. It counts only when it has as many actions
    as the first: they are then the same ones in the same order, even where lines of talk were joined.
    """
    turns = delexed if isinstance(delexed, list) else []
    marked = [turn for turn in turns if isinstance(turn, dict) and turn.get("speaker") == "action"]
    places = [number for number, turn in enumerate(said) if turn.speaker == "action"]
    if len(marked) != len(places):
        return {}
    found = {}
    for place, turn in zip(places, marked, strict=True):
        targets = turn.get("targets")
        if isinstance(targets, list) and len(targets) > 3 and isinstance(targets[2], str) and targets[2]:
            found[place] = (targets[2][:200], targets[3] if isinstance(targets[3], list) else [targets[3]])
    return found


def _turns(said: Sequence[_Said], buttons: Mapping[int, tuple[str, list[Any]]]) -> Iterator[Turn]:
    for number, (speaker, text) in enumerate(said):
        if speaker == "action":
            name, values = buttons.get(number, (_UNNAMED_ACTION, []))
            yield ToolCall(name, {"values": values}, text, _AGENT)
        elif text.strip():
            yield Message(Role.CUSTOMER, text) if speaker == "customer" else Message(Role.AGENT, text, _AGENT)


def _title(label: str) -> str:
    return label.replace("_", " ").strip().capitalize()[:100]


def _customer(personal: Any) -> Customer | None:
    if not isinstance(personal, dict):
        return None
    facts = {name: value for name, value in personal.items() if isinstance(value, str) and value.strip()}
    name = facts.get("customer_name", "").title()[:200] or None
    account = facts.get("account_id") or facts.get("username")
    customer = Customer(name, facts.get("email"), facts.get("phone"), account[:50] if account else None)
    return customer if customer != Customer() else None
