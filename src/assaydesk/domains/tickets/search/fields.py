"""What tickets can be filtered and ordered by (ticket.md 2.1), as SQL."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from re import compile as regex
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, any_, case, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from assaydesk.domains.tickets.events import (
    TICKET_AI_AGENT,
    TICKET_HAS_ATTACHMENT,
    TICKET_HAS_DRAFT,
    TICKET_WORKED_ON,
)
from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.domains.tickets.types import (
    OLDER_STATUS,
    PRIORITY_RANK,
    Channel,
    Direction,
    Priority,
    SpamStatus,
    Status,
)
from assaydesk.kit.clock import day_of
from assaydesk.platform.db.base import BigInts
from assaydesk.platform.errors import UnknownFilterKey
from assaydesk.platform.filters import ColumnField, Fields, FilterInput, Kind, SetField

Q: Final = "q"
RELEVANCE: Final = "relevance"
_DISTANCE: Final = regex(r"([+-])([0-9]{1,5})([mhdw])")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

_TEXTS: Final = {
    "customerId": Ticket.customer_id, "contractId": Ticket.contract_id, "externalTicketId": Ticket.external_ticket_id,
    "language": Ticket.language, "languageCode": Ticket.language_code, "sentiment": Ticket.sentiment,
    "from": Ticket.from_address, "subject": Ticket.subject,
}  # fmt: skip
_WORDS: Final = {
    "status": (Ticket.status, tuple(Status)),
    "priority": (Ticket.priority, tuple(Priority)),
    "channel": (Ticket.channel, tuple(Channel)),
    "direction": (Ticket.direction, tuple(Direction)),
    "spamStatus": (Ticket.spam_status, tuple(SpamStatus)),
    "aiSupportLevel": (Ticket.ai_support_level, ("unprocessed", "human", "bot", "automated")),
}
_NUMBERS: Final = {
    "id": Ticket.id, "subchannelId": Ticket.subchannel_id, "agentId": Ticket.agent_id,
    "customerLegitimation": Ticket.customer_legitimation,
}  # fmt: skip
_FLAGS: Final = {"isEscalated": Ticket.is_escalated, "isCustomerActive": Ticket.is_customer_active}
_DATES: Final = {
    "createdAt": Ticket.created_at, "modifiedAt": Ticket.modified_at, "closedAt": Ticket.closed_at,
    "dueBy": Ticket.due_by, "firstResponseDueBy": Ticket.first_response_due_by,
    "lastCustomerMessageAt": Ticket.last_customer_message_at, "autoExecuteAt": Ticket.auto_execute_at,
}  # fmt: skip
_PEOPLE: Final = frozenset({"agentId", "assignedAgentId", "workedOnById"})
_OUTSIDE: Final = frozenset({"customerId", "contractId", "externalTicketId"})

_COLUMNS: Final[dict[str, InstrumentedAttribute[Any]]] = {
    **_TEXTS, **_NUMBERS, **_FLAGS, **_DATES, **{name: column for name, (column, _) in _WORDS.items()}
}  # fmt: skip
KEYS: Final = tuple(sorted(
    {*_COLUMNS, Q, "tagId", "assignedAgentId", "workedOnById", "aiAgentId", "hasDraft", "hasAttachment"}
))  # fmt: skip
ORDERS: Final = tuple(sorted({*_COLUMNS, RELEVANCE, "hasDraft", "hasAttachment"}))


@dataclass(frozen=True, slots=True)
class Present:
    """The present of a request. `gap`: the pause that ends a piece of work."""

    user_id: int | None
    now: datetime
    zone: ZoneInfo
    gap: timedelta


def fields(present: Present) -> Fields:
    """All keys but `q`."""
    found: dict[str, ColumnField | SetField] = {
        "tagId": SetField(_tagged),
        "assignedAgentId": SetField(_assigned),
        "workedOnById": SetField(lambda ids: TICKET_WORKED_ON(ids, present.now, present.gap)),
        "aiAgentId": SetField(TICKET_AI_AGENT),
        "hasDraft": ColumnField(TICKET_HAS_DRAFT(), Kind.BOOLEAN),
        "hasAttachment": ColumnField(TICKET_HAS_ATTACHMENT(), Kind.BOOLEAN),
    }
    found |= {name: ColumnField(column.expression, Kind.TEXT) for name, column in _TEXTS.items()}
    found |= {name: ColumnField(one.expression, Kind.TEXT, choices) for name, (one, choices) in _WORDS.items()}
    found |= {name: ColumnField(column.expression, Kind.ID) for name, column in _NUMBERS.items()}
    found |= {name: ColumnField(column.expression, Kind.BOOLEAN) for name, column in _FLAGS.items()}
    return found | {name: ColumnField(column.expression, Kind.INSTANT) for name, column in _DATES.items()}


def order_column(name: str) -> ColumnElement[Any]:
    """What a field sorts by. Raises `UnknownFilterKey`."""
    if name == "priority":
        return case({word.value: rank for word, rank in PRIORITY_RANK.items()}, value=Ticket.priority)
    flags: dict[str, Callable[[], ColumnElement[bool]]] = {
        "hasDraft": TICKET_HAS_DRAFT, "hasAttachment": TICKET_HAS_ATTACHMENT
    }  # fmt: skip
    if name in flags:
        return flags[name]()
    if name not in _COLUMNS:
        raise UnknownFilterKey(key=name, allowedKeys=list(ORDERS))
    return _COLUMNS[name].expression


def may_be_null(name: str) -> bool:
    """Whether rows without a value have to be put last."""
    return name in _COLUMNS and bool(_COLUMNS[name].expression.nullable)


def at_present(item: FilterInput, present: Present) -> FilterInput:
    """The filter with its relative values and older words replaced, so that filters can be stored (ticket.md 2.1)."""
    if item.key in _PEOPLE:
        return _changed(item, lambda value: present.user_id if value == "me" else value)
    if item.key in _DATES:
        return _changed(item, lambda value: _date(value, present))
    if item.key == "status":
        return _changed(item, lambda value: OLDER_STATUS.get(value, value) if isinstance(value, str) else value)
    if item.key in _OUTSIDE:
        return _changed(item, lambda value: str(value) if _is_whole(value) else value)
    return item


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _changed(item: FilterInput, change: Callable[[Any], Any]) -> FilterInput:
    sent = item.model_fields_set
    values: dict[str, Any] = {name: change(getattr(item, name)) for name in ("value", "from_", "to") if name in sent}
    if item.values is not None:
        values["values"] = [change(value) for value in item.values]
    return item.model_copy(update=values)


def _date(value: Any, present: Present) -> Any:
    if value == "now":
        return present.now.isoformat()
    if value == "today":
        return day_of(present.now, present.zone).isoformat()
    distance = _DISTANCE.fullmatch(value.strip()) if isinstance(value, str) else None
    if distance is None:
        return value
    span = timedelta(**{_UNITS[distance[3]]: int(distance[2])})
    return (present.now - span if distance[1] == "-" else present.now + span).isoformat()


def _tagged(ids: Sequence[Any] | None) -> ColumnElement[bool]:
    if ids is None:
        return exists().where(TicketTag.ticket_id == Ticket.id)
    return Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag_id == any_(literal(list(ids), BigInts))))


def _assigned(ids: Sequence[Any] | None) -> ColumnElement[bool]:
    if ids is None:
        return func.cardinality(Ticket.assigned_agent_ids) > 0
    overlaps: ColumnElement[bool] = Ticket.assigned_agent_ids.overlap(literal(list(ids), BigInts))
    return overlaps
