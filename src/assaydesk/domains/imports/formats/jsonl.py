"""JSONL, the format of Assaydesk: one conversation a line (docs/import.md)."""

from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Final

from pydantic import ValidationError

from assaydesk.domains.imports.formats.findings import Finding, Position, Severity
from assaydesk.domains.imports.formats.jsonl_reader import Fault, LineReader, Refused
from assaydesk.domains.imports.formats.jsonl_shapes import ConversationShape
from assaydesk.domains.imports.formats.reading import fingerprint, read_lines
from assaydesk.domains.imports.formats.types import Message, ParsedConversation, ParseOptions
from assaydesk.platform.schema import ignored_fields

_SHOWN_FAULTS: Final = 5


def parse_jsonl(file: BinaryIO, options: ParseOptions) -> Iterator[ParsedConversation | Finding]:
    """The conversations of an open file; a line that is none is a finding, and so is an id for the second time."""
    seen: dict[str, int] = {}
    warned: set[str] = set()
    for found in read_lines(file):
        if isinstance(found, Finding):
            yield found
            continue
        position, value = found
        try:
            shape = ConversationShape.model_validate(value, context=options)
            conversation = LineReader(shape, options).read(position, fingerprint(value))
        except ValidationError as failure:
            yield _finding(position, [_fault(error) for error in failure.errors(include_url=False)])
            continue
        except Refused as failure:
            yield _finding(position, failure.faults)
            continue
        first = seen.setdefault(conversation.external_id, position.line)
        if first != position.line:
            yield _finding(position, [Fault("id", f"{conversation.id!r} stands on line {first} already")])
            continue
        unknown = sorted(set(ignored_fields(shape)) - warned)
        warned.update(unknown)
        yield from (_warning(position, f"the unknown key {key} is ignored.") for key in unknown)
        yield from _look(conversation, shape)


def _look(conversation: ParsedConversation, shape: ConversationShape) -> Iterator[ParsedConversation | Finding]:
    """The conversation with its warnings, or word that nothing is in it."""
    if not any(isinstance(turn, Message) for turn in conversation.turns):
        yield Finding(conversation.position, Severity.SKIPPED, f"{conversation.id}: no message in it.")
        return
    times = [entry.at for entry in shape.messages if entry.at is not None]
    if times != sorted(times):
        yield _warning(conversation.position, f"{conversation.id}: times out of order; sorted by time.")
    left_out = len(shape.messages) - len(conversation.turns)
    if left_out:
        yield _warning(conversation.position, f"{conversation.id}: {left_out} empty message(s) left out.")
    yield conversation


def _warning(position: Position, message: str) -> Finding:
    return Finding(position, Severity.WARNING, message)


def _finding(position: Position, faults: Sequence[Fault]) -> Finding:
    shown = "; ".join(
        f"{fault.path}: {fault.message}" if fault.path else fault.message for fault in faults[:_SHOWN_FAULTS]
    )
    more = f"; and {len(faults) - _SHOWN_FAULTS} more" if len(faults) > _SHOWN_FAULTS else ""
    return Finding(position, Severity.ERROR, f"{shown}{more}.")


def _fault(error: Any) -> Fault:
    """A fault of the shape with the path as it stands in the file, without the names of the alternatives."""
    path = list(error["loc"])
    if len(path) > 2 and path[0] == "messages" and path[2] in ("message", "toolCall", "action"):
        del path[2]
    message = str(error["msg"]).removeprefix("Value error, ").replace("Input should be", "must be")
    if error["type"] in ("model_type", "dict_type"):
        message = "must be a JSON object"
    return Fault(".".join(str(part) for part in path), message)
