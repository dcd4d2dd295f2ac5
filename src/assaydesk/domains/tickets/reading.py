"""Bodies that change tickets, read key by key so that every fault is found (ticket.md 2.4, 2.6)."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pydantic import ConfigDict, TypeAdapter, ValidationError

from assaydesk.domains.tickets.schemas import TicketUpdate, TicketUpdateItem
from assaydesk.domains.tickets.types import Patch
from assaydesk.platform.errors import FieldError, ValidationFailed, field_error

MOST_ITEMS: Final = 1000


class ReadPatches(NamedTuple):
    """`faults` are to be answered after the rows were found and the rights were checked; `ignored` names keys."""

    patches: list[Patch]
    faults: list[FieldError]
    ignored: list[str]


def _readers() -> dict[str, tuple[str, TypeAdapter[Any]]]:
    """Wire name -> column and validator. A model would look for each of its fields in each of a thousand items."""
    config = ConfigDict(str_strip_whitespace=True)
    return {
        field.alias or name: (name, TypeAdapter(field.rebuild_annotation(), config=config))
        for name, field in TicketUpdate.model_fields.items()
    }


_READERS: Final = _readers()
_ID: Final = TypeAdapter[int](TicketUpdateItem.model_fields["id"].rebuild_annotation())


def read_one(ticket_id: int, body: Mapping[str, Any]) -> ReadPatches:
    """The body of `PATCH /ticket/{ticketId}`."""
    read = ReadPatches([], [], [])
    _read(ticket_id, "", body, read)
    return read._replace(ignored=list(dict.fromkeys(read.ignored)))


def read_many(body: list[Any]) -> ReadPatches:
    """The body of `PATCH /ticket`. Raises `ValidationFailed` when it cannot be told which tickets are meant."""
    if len(body) > MOST_ITEMS:
        raise ValidationFailed([FieldError("body", "too_long", f"At most {MOST_ITEMS} tickets at once.")])
    read = ReadPatches([], [], [])
    for index, item in enumerate(body):
        if not isinstance(item, dict):
            read.faults.append(FieldError(str(index), "wrong_type", "Send an object."))
            continue
        path = f"{index}."
        ticket_id = _read_id(path, item, read.faults)
        _read(ticket_id, path, item, read)
    if any(patch.ticket_id == 0 for patch in read.patches) or len(read.patches) < len(body):
        raise ValidationFailed(read.faults)
    return read._replace(ignored=[name for name in dict.fromkeys(read.ignored) if name != "id"])


def _read_id(path: str, item: Mapping[str, Any], faults: list[FieldError]) -> int:
    """The ticket that an item means, 0 when it says none."""
    if "id" not in item:
        faults.append(FieldError(f"{path}id", "required", "Say which ticket is meant."))
        return 0
    try:
        return _ID.validate_python(item["id"])
    except ValidationError as failure:
        faults.extend(_faults(f"{path}id", failure))
        return 0


def _read(ticket_id: int, path: str, body: Mapping[str, Any], read: ReadPatches) -> None:
    values: dict[str, Any] = {}
    for key, sent in body.items():
        known = _READERS.get(key)
        if known is None:
            read.ignored.append(key)
            continue
        name, reader = known
        try:
            values[name] = reader.validate_python(sent)
        except ValidationError as failure:
            read.faults.extend(_faults(path + key, failure))
    leaves = "worked_on_by" in values and values.pop("worked_on_by") is None
    if "workedOnBy" in body and not leaves:
        read.ignored.append("workedOnBy")
    tags = values.pop("tags", None)
    if "tags" in body and not ("tagIds" not in body and _are_ids(tags)):
        read.ignored.append("tags")
    elif "tags" in body:
        values["tag_ids"] = tags
    if "assigned_agent_ids" in values:
        values["assigned_agent_ids"] = list(dict.fromkeys(values["assigned_agent_ids"]))
    read.patches.append(Patch(ticket_id, values, ends_presence=leaves, path=path))


def _faults(path: str, failure: ValidationError) -> list[FieldError]:
    errors = failure.errors(include_url=False, include_context=False, include_input=False)
    return [field_error({**error, "loc": (path, *error["loc"])}) for error in errors]


def _are_ids(value: object) -> bool:
    """Only an array of integers counts as the set of tags."""
    return isinstance(value, list) and all(type(one) is int and one > 0 for one in value)
