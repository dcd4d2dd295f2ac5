"""Event hooks: making, changing, trying them, and what they were told (code.md 8)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement

from assaydesk.domains.code.request import BadExecutor, api_request
from assaydesk.domains.code.secrets import SIGNING_KEY, Known, keys_in
from assaydesk.domains.events import repository
from assaydesk.domains.events.delivery import signed_request, target_of
from assaydesk.domains.events.errors import EventHookNotFound
from assaydesk.domains.events.models import EventDelivery, EventHook
from assaydesk.domains.events.types import STORED, stored
from assaydesk.domains.settings.service import get_settings
from assaydesk.kit.clock import iso, iso_or_none, parse_instant, utc_now
from assaydesk.kit.conditions import check_condition, holds
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor

MASK: Final = "********"
_COLUMNS: Final = ("name", "events", "enabled", "executor", "signing_secret", "condition", "order")


def hook_json(hook: EventHook) -> dict[str, Any]:
    """A hook in its wire form. Header values are masked unless they only name a secret."""
    return {
        "id": hook.id,
        "name": hook.name,
        "events": [STORED.get(name, name) for name in hook.events],
        "enabled": hook.enabled,
        "executor": _masked(hook.executor),
        "udf": None,
        "condition": hook.condition,
        "order": hook.order,
        "signingSecret": hook.signing_secret,
        "createdAt": iso(hook.created_at),
        "lastRun": None
        if hook.last_at is None
        else {"at": iso(hook.last_at), "ok": hook.last_ok, "error": hook.last_error},
    }


def _masked(executor: Mapping[str, Any]) -> dict[str, Any]:
    request = executor.get("request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    if not isinstance(request, Mapping) or not isinstance(headers, Mapping):
        return dict(executor)
    shown = {name: text if _is_harmless(str(name), str(text)) else MASK for name, text in headers.items()}
    return {**executor, "request": {**request, "headers": shown}}


def _is_harmless(name: str, text: str) -> bool:
    return "{{" in text or name.lower() in {"content-type", "accept", "user-agent"}


async def list_hooks(session: ReadSession) -> list[dict[str, Any]]:
    return [hook_json(hook) for hook in await repository.hooks(session)]


async def find_hook(session: ReadSession, hook_id: int) -> EventHook:
    """Raises `EventHookNotFound`."""
    hook = await repository.get_hook(session, hook_id)
    if hook is None:
        raise EventHookNotFound(hook_id)
    return hook


async def create_hook(session: WriteSession, actor: Actor, values: Mapping[str, Any]) -> EventHook:
    """`values`: the fields of `EventHookCreate`. Raises `ValidationFailed`."""
    columns = _checked(values, None)
    hook = EventHook(**{name: value for name, value in columns.items() if value is not None})
    session.add(hook)
    await session.flush()  # The id is part of the answer.
    await write_audit(session, actor, "eventHook:row:create", "eventHook", [Change(hook.id, "name", None, hook.name)])
    return hook


async def update_hook(session: WriteSession, actor: Actor, hook: EventHook, values: Mapping[str, Any]) -> None:
    """Set the fields that were sent. Raises `ValidationFailed`."""
    changes = []
    for name, value in _checked(values, hook).items():
        old = getattr(hook, name)
        if old != value:
            changes.append(
                Change(hook.id, name, None if name == "executor" else old, None if name == "executor" else value)
            )
            setattr(hook, name, value)
    if changes:
        hook.modified_at = utc_now()
        await write_audit(session, actor, "eventHook:row:change", "eventHook", changes)


async def delete_hook(session: WriteSession, actor: Actor, hook: EventHook) -> None:
    """End a hook. What still waits for it has failed."""
    hook.deleted_at, hook.enabled = utc_now(), False
    await session.flush()
    await repository.close_events(session, await repository.give_up(session, hook.id), utc_now())
    await write_audit(session, actor, "eventHook:row:delete", "eventHook", [Change(hook.id, "name", hook.name, None)])


def _checked(values: Mapping[str, Any], hook: EventHook | None) -> dict[str, Any]:
    faults: list[FieldError] = []
    columns = {name: values[name] for name in _COLUMNS if name in values}
    if "events" in columns:
        columns["events"] = [stored(name) for name in dict.fromkeys(columns["events"])]
        for index, name in enumerate(columns["events"]):
            if name not in STORED:
                faults.append(FieldError(f"events.{index}", "unknown", "There is no such event."))
    if "executor" in columns:
        columns["executor"] = _with_old_headers(columns["executor"], hook)
        try:
            api_request(columns["executor"], {})
        except BadExecutor as failure:
            faults.append(FieldError("executor", "bad_format", str(failure)))
    condition = columns.get("condition")
    if condition:
        faults += [
            FieldError(f"condition.{one.path}".rstrip("."), "bad_format", one.message)
            for one in check_condition(condition)
        ]
    elif "condition" in columns:
        columns["condition"] = None
    if faults:
        raise ValidationFailed(faults)
    return columns


def _with_old_headers(executor: Mapping[str, Any], hook: EventHook | None) -> dict[str, Any]:
    """The mask keeps a header value."""
    request = executor.get("request")
    headers = request.get("headers") if isinstance(request, Mapping) else None
    if hook is None or not isinstance(request, Mapping) or not isinstance(headers, Mapping):
        return dict(executor)
    old = hook.executor.get("request", {}).get("headers") or {}
    kept = {name: old.get(name, text) if text == MASK else text for name, text in headers.items()}
    return {**executor, "request": {**request, "headers": kept}}


async def try_hook(session: ReadSession, hook: EventHook, event: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What the hook would be told; nothing is sent. Secrets are masked."""
    settings = await get_settings(session)
    known = {key: Known(MASK) for key in keys_in(hook.executor) | {hook.signing_secret or SIGNING_KEY}}
    target = target_of(hook, known, (), settings.zone)
    now = utc_now()
    sent = {**payload, "event": STORED.get(stored(event), event), "eventId": 0, "createdAt": iso(now)}
    wanted = stored(event) in hook.events and (not hook.condition or holds(hook.condition, sent, settings.zone))
    calls = []
    error = None
    try:
        request = signed_request(target, sent, delivery=str(uuid4()), timestamp=int(now.timestamp()))
    except BadExecutor as failure:
        error = str(failure)
    else:
        headers = {
            name: MASK if "signature" in name or MASK in text else text for name, text in request.headers.items()
        }
        body = None if request.body is None else request.body.decode("utf-8", "replace")
        calls.append({"method": request.method, "url": request.url, "headers": headers, "body": body})
    return {"success": True, "wanted": wanted, "calls": calls if wanted else [], "error": error}


async def list_deliveries(
    session: ReadSession, hook: EventHook, page: Page, *, state: str | None, start: Any, end: Any
) -> dict[str, Any]:
    """Newest first. Raises `ValidationFailed` for dates that are none."""
    zone = (await get_settings(session)).zone
    where: list[ColumnElement[bool]] = []
    faults = []
    if state is not None:
        where.append(EventDelivery.state == state)
    for name, value in (("from", start), ("to", end)):
        if value is None:
            continue
        try:
            moment: datetime = parse_instant(value, zone, upper_end=name == "to")
        except (ValueError, OverflowError):
            faults.append(FieldError(name, "bad_format", "This is not a date."))
            continue
        where.append(EventDelivery.created_at >= moment if name == "from" else EventDelivery.created_at <= moment)
    if faults:
        raise ValidationFailed(faults)
    rows, total = await repository.deliveries(session, hook.id, where, limit=page.limit, offset=page.offset)
    shown = [
        {
            "id": row.EventDelivery.id,
            "eventId": row.EventDelivery.event_id,
            "event": STORED.get(row.type, row.type),
            "ticketId": row.EventDelivery.ticket_id,
            "state": row.EventDelivery.state,
            "attempt": row.EventDelivery.attempt,
            "startedAt": iso_or_none(row.started_at),
            "durationMs": row.duration_ms,
            "httpStatus": row.http_status,
            "error": row.error,
            "nextAttemptAt": iso_or_none(row.EventDelivery.next_attempt_at),
        }
        for row in rows
    ]
    return {"success": True, "deliveries": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def secret_uses(session: ReadSession, _: Any, keys: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """Which hooks name each secret."""
    found: dict[str, list[dict[str, Any]]] = {}
    for hook in await repository.hooks(session):
        for key in (keys_in(hook.executor) | {hook.signing_secret or SIGNING_KEY}) & set(keys):
            found.setdefault(key, []).append({"type": "eventHook", "id": hook.id, "name": hook.name})
    return found
