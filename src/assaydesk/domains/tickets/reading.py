"""Bodies that change tickets, read item by item so that every fault is found (ticket.md 2.4, 2.6)."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from assaydesk.domains.tickets.schemas import TicketUpdate, TicketUpdateItem
from assaydesk.domains.tickets.types import Patch
from assaydesk.platform.errors import FieldError, ValidationFailed, field_error
from assaydesk.platform.schema import camel

MOST_ITEMS: Final = 1000
_SPECIAL: Final = frozenset({"id", "tags", "worked_on_by"})
_ORDERED_SETS: Final = ("assigned_agent_ids",)


class ReadPatches(NamedTuple):
    """`faults` are to be answered after the rows were found and the rights were checked; `ignored` names keys."""

    patches: list[Patch]
    faults: list[FieldError]
    ignored: list[str]


def read_one(ticket_id: int, body: dict[str, Any]) -> ReadPatches:
    """The body of `PATCH /ticket/{ticketId}`."""
    update, faults = _validate(TicketUpdate, body)
    return _read([(ticket_id, "", update)], faults)


def read_many(body: list[Any]) -> ReadPatches:
    """The body of `PATCH /ticket`. Raises `ValidationFailed` when it cannot be told which tickets are meant."""
    if len(body) > MOST_ITEMS:
        raise ValidationFailed([FieldError("body", "too_long", f"At most {MOST_ITEMS} tickets at once.")])
    items: list[tuple[int, str, TicketUpdate]] = []
    faults: list[FieldError] = []
    nameless = False
    for index, item in enumerate(body):
        path = f"{index}."
        if not isinstance(item, dict):
            faults.append(FieldError(str(index), "wrong_type", "Send an object."))
            nameless = True
            continue
        update, found = _validate(TicketUpdateItem, item)
        faults.extend(FieldError(path + fault.path, fault.code, fault.message) for fault in found)
        if isinstance(update, TicketUpdateItem):
            items.append((update.id, path, update))
        else:
            nameless = True
    if nameless:
        raise ValidationFailed(faults)
    return _read(items, faults)


def _validate(shape: type[TicketUpdate], body: dict[str, Any]) -> tuple[TicketUpdate | None, list[FieldError]]:
    """The shape, without the keys that are faulty, so that the rest can be judged too; None without a usable id."""
    try:
        return shape.model_validate(body), []
    except ValidationError as failure:
        errors = failure.errors(include_url=False, include_context=False, include_input=False)
        faults = [field_error(dict(error)) for error in errors]
        bad = {error["loc"][0] for error in errors}
        if "id" in bad:
            return None, faults
        # Python names are read too, but faults carry the wire name.
        rest = {key: value for key, value in body.items() if key not in bad and camel(str(key)) not in bad}
        return shape.model_validate(rest), faults


def _read(items: Iterable[tuple[int, str, TicketUpdate | None]], faults: Sequence[FieldError]) -> ReadPatches:
    ignored: list[str] = []
    patches = []
    for ticket_id, path, update in items:
        assert update is not None  # Only an id can spoil a whole item.
        patches.append(_patch(ticket_id, path, update, ignored))
    return ReadPatches(patches, list(faults), list(dict.fromkeys(ignored)))


def _patch(ticket_id: int, path: str, update: TicketUpdate, ignored: list[str]) -> Patch:
    sent = update.model_fields_set
    known = TicketUpdate.model_fields
    values = {name: getattr(update, name) for name in sent if name in known and name not in _SPECIAL}
    ignored.extend(update.model_extra or ())
    if "tags" in sent and "tag_ids" not in values:
        if isinstance(update.tags, list) and all(_is_id(tag) for tag in update.tags):
            values["tag_ids"] = update.tags
        else:
            ignored.append("tags")
    if "worked_on_by" in sent and update.worked_on_by is not None:
        ignored.append("workedOnBy")
    for name in _ORDERED_SETS:
        if name in values:
            values[name] = list(dict.fromkeys(values[name]))
    return Patch(ticket_id, values, ends_presence="worked_on_by" in sent and update.worked_on_by is None, path=path)


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0
