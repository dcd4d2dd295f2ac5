"""Searching the event log (platform.md 5.2)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement

from assaydesk.domains.events import confidential, repository, wording
from assaydesk.domains.events.confidential import Rules
from assaydesk.domains.events.errors import EventNotFound
from assaydesk.domains.events.models import Event
from assaydesk.domains.events.types import State, stored
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, zoneless
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, UnknownFilterKey, ValidationFailed
from assaydesk.platform.filters import ColumnField, FilterInput, Kind, conditions
from assaydesk.platform.security.actor import Actor

_C: Final = Event.__table__.c
FIELDS: Final[Mapping[str, ColumnField]] = {
    "id": ColumnField(_C.id, Kind.ID),
    "type": ColumnField(_C.type, Kind.TEXT),
    "subType": ColumnField(_C.sub_type, Kind.TEXT),
    "contractId": ColumnField(_C.contract_id, Kind.TEXT),
    "ticketId": ColumnField(_C.ticket_id, Kind.ID),
    "status": ColumnField(_C.status, Kind.TEXT, choices=(State.OPEN, State.CLOSED, State.FAILED)),
    "createdAt": ColumnField(_C.created_at, Kind.INSTANT),
    "createdBy": ColumnField(_C.user_id, Kind.ID),
}


async def search_events(
    session: ReadSession,
    actor: Actor,
    filters: Sequence[FilterInput],
    *,
    order_by: str,
    descending: bool,
    limit: int,
    offset: int,
    include_traces: bool,
) -> dict[str, Any]:
    """A page of events. Raises `UnknownFilterKey`, `ValidationFailed`."""
    settings = await get_settings(session)
    zone = settings.zone
    where = _where(filters, zone, confidential.rules(actor, settings))
    column = FIELDS.get(order_by.removeprefix("e."))
    if column is None:
        raise UnknownFilterKey(key=order_by, allowedKeys=sorted(f"e.{name}" for name in FIELDS))
    keys = (column.expression, Event.id)
    order = [key.desc() if descending else key.asc() for key in keys]
    rows, total = await repository.page(session, where, order, limit=limit, offset=offset)
    events = await _shown(session, actor, rows, zone, include_traces=include_traces)
    return {"events": events, "pagination": {"total": total, "offset": offset, "limit": limit}}


def _where(filters: Sequence[FilterInput], zone: ZoneInfo, rules: Rules) -> list[ColumnElement[bool]]:
    """Keys with or without `e.`; `q` looks into type and data; types are read in both spellings."""
    where, plain, names = [rules.visible], [], {one.key.removeprefix("e.") for one in filters}
    faults = []
    for index, one in enumerate(filters):
        key = one.key.removeprefix("e.")
        if key == "q":
            if one.comparator not in ("equal", "eq", "=", "contains") or not isinstance(one.value, str):
                faults.append(FieldError(f"filters.{index}", "not_allowed", "q takes equal and a text."))
            else:
                where += [repository.contains(one.value[:200]), rules.told]
            continue
        if key == "subType" and "type" not in names:
            faults.append(FieldError(f"filters.{index}.key", "not_allowed", "e.subType needs a filter e.type."))
        values = {"key": key}
        if key == "type":
            values |= {name: _as_stored(getattr(one, name)) for name in ("value", "values")}
        plain.append(one.model_copy(update=values))
    if faults:
        raise ValidationFailed(faults)
    return [*where, *conditions(plain, FIELDS, zone)]


def _as_stored(value: Any) -> Any:
    if isinstance(value, list):
        return [_as_stored(one) for one in value]
    return stored(value) if isinstance(value, str) else value


async def find_event(session: ReadSession, actor: Actor, event_id: int) -> dict[str, Any]:
    """One event with its traces. Raises `EventNotFound`."""
    settings = await get_settings(session)
    event = await repository.get_event(session, event_id, confidential.rules(actor, settings).visible)
    if event is None:
        raise EventNotFound(event_id)
    zone = settings.zone
    return (await _shown(session, actor, [event], zone, include_traces=True))[0]


async def _shown(
    session: ReadSession, actor: Actor, events: Sequence[Event], zone: ZoneInfo, *, include_traces: bool
) -> list[dict[str, Any]]:
    people = await load_profiles(session, {event.user_id for event in events if event.user_id is not None})
    traces = await repository.traces(session, [event.id for event in events]) if include_traces and events else {}
    masked = await confidential.masked_among(session, actor, await get_settings(session), events)
    return [
        _event_json(event, people.get(event.user_id or 0), traces.get(event.id, []), zone, actor.lang)
        | {"data": confidential.shown_data(event, masked)}
        for event in events
    ]


def _event_json(event: Event, user: Profile | None, traces: Sequence[Any], zone: ZoneInfo, lang: str) -> dict[str, Any]:
    duration = None if event.processed_at is None else event.processed_at - event.created_at
    milliseconds = None if duration is None else int(duration.total_seconds() * 1000)
    label = wording.STATES[event.status][lang == "de"]
    details = [("Event ID", str(event.id)), ("Event type", event.type), ("Trace-ID", event.tx_id)]
    return {
        "id": event.id,
        "type": event.type,
        "subType": event.sub_type,
        "status": event.status,
        "data": event.data,
        "user": None if user is None else _user_json(user),
        "createdAt": zoneless(event.created_at, zone),
        "activity": wording.activity(event.type, event.data, lang),
        "ticketId": event.ticket_id,
        "contractId": event.contract_id,
        "processedAt": iso_or_none(event.processed_at),
        "duration": milliseconds,
        "successLabel": label,
        "outcome": label,
        "details": [
            {"label": name, "value": value, "tooltip": None, "url": None, "type": "string"} for name, value in details
        ],
        "tabs": [],
        "showToUser": event.ticket_id is not None,
        "eventTraces": [_trace_json(row) for row in traces],
    }


def _user_json(user: Profile) -> dict[str, Any]:
    return {
        "id": user.id,
        "email": user.email,
        "gender": None,
        "firstName": user.first_name,
        "lastName": user.last_name,
        "companyIds": [],
        "image": None,
        "type": user.type,
    }


def _trace_json(row: Any) -> dict[str, Any]:
    attempt = row.EventAttempt
    is_last = attempt.attempt == row.attempts and row.state == State.WAITING
    return {
        "hookId": row.hook_id,
        "runId": attempt.id,
        "startedAt": iso(attempt.started_at),
        "durationMs": attempt.duration_ms,
        "ok": attempt.ok,
        "attempt": attempt.attempt,
        "nextAttemptAt": iso(row.next_attempt_at) if is_last and row.next_attempt_at is not None else None,
        "output": attempt.output,
        "stderr": attempt.error,
        "calls": [],
    }
