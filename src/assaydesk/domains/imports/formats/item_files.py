"""What the formats have in common whose files are arrays of conversations."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, TypeAlias

from assaydesk.domains.imports.formats.findings import Finding, Position, Severity
from assaydesk.domains.imports.formats.reading import MAX_TEXT, read_items
from assaydesk.domains.imports.formats.types import Message, ParsedConversation

Build: TypeAlias = Callable[[Position, dict[str, Any]], ParsedConversation]


class BadItem(Exception):
    """The item is no conversation; the text says where and why."""


def parse_items(file: BinaryIO, build: Build) -> Iterator[ParsedConversation | Finding]:
    """Every item made into a conversation by `build`; what is none, is empty, or stands there twice is a finding."""
    seen: dict[str, Position] = {}
    for found in read_items(file):
        if isinstance(found, Finding):
            yield found
            continue
        position, item = found
        try:
            if not isinstance(item, dict):
                raise BadItem("must be a JSON object")
            conversation = build(position, item)
        except BadItem as fault:
            yield Finding(position, Severity.ERROR, f"{fault}.")
            continue
        first = seen.setdefault(conversation.id, position)
        if first != position:
            yield Finding(position, Severity.ERROR, f"{conversation.id} stands at {first} already.")
        elif not any(isinstance(turn, Message) for turn in conversation.turns):
            yield Finding(position, Severity.SKIPPED, f"{conversation.id}: no message in it.")
        else:
            yield conversation


def require_key(item: dict[str, Any], name: str) -> str:
    """The item's number or text of that name. Raises `BadItem`."""
    value = item.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str) or not 0 < len(str(value).strip()) <= 150:
        raise BadItem(f"{name}: required, a number or a short text")
    return str(value).strip()


def require_text(path: str, text: str) -> str:
    """The text, unless it is longer than a message may be. Raises `BadItem`."""
    if len(text) > MAX_TEXT:
        raise BadItem(f"{path}: more than {MAX_TEXT:,} characters")
    return text
