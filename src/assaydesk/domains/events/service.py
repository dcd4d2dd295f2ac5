"""The event log and its hooks: the public face of the domain (platform.md 5, code.md 8)."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from assaydesk.domains.events import repository
from assaydesk.domains.events.delivery import deliver
from assaydesk.domains.events.errors import EventHookNotFound, EventNotFound
from assaydesk.domains.events.events import DeliveriesWaiting
from assaydesk.domains.events.hooks import (
    create_hook,
    delete_hook,
    find_hook,
    hook_json,
    list_deliveries,
    list_hooks,
    secret_uses,
    try_hook,
    update_hook,
)
from assaydesk.domains.events.search import find_event, search_events
from assaydesk.domains.events.types import Emitted, stored
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tickets.service import load_tickets
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.logging import current_transaction

__all__ = [
    "Emitted",
    "EventHookNotFound",
    "EventNotFound",
    "create_hook",
    "delete_hook",
    "delete_old",
    "deliver",
    "deliver_again",
    "emit",
    "emit_many",
    "emit_ticket_created",
    "find_event",
    "find_hook",
    "hook_json",
    "hooks_with_due",
    "is_answer",
    "list_deliveries",
    "list_hooks",
    "require_event",
    "search_events",
    "secret_uses",
    "try_hook",
    "update_hook",
]  # fmt: skip


async def emit(
    session: WriteSession,
    event_type: str,
    *,
    ticket_id: int | None = None,
    user_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one event into the log and tell the hooks that want it, in the caller's transaction."""
    await emit_many(session, [Emitted(event_type, ticket_id, user_id, data=data or {})])


async def emit_many(session: WriteSession, events: Sequence[Emitted]) -> None:
    """The same for many, in one statement. Ids that are known are part of the payload."""
    if not events:
        return
    rows = [
        {
            "type": stored(event.type),
            "ticket_id": event.ticket_id,
            "contract_id": event.contract_id,
            "user_id": event.user_id,
            "data": ({"ticketId": event.ticket_id} if event.ticket_id is not None else {}) | dict(event.data),
        }
        for event in events
    ]
    hooks = await repository.emit(session, rows, at=utc_now(), tx_id=current_transaction())
    if hooks:
        await publish(session, DeliveriesWaiting(tuple(hooks)))


async def emit_ticket_created(session: WriteSession, ticket_id: int, status: str) -> None:
    """A new ticket has been read by rules and model."""
    ticket = (await load_tickets(session, [ticket_id])).get(ticket_id)
    channel = None if ticket is None else ticket.channel
    await emit(session, "TicketCreated", ticket_id=ticket_id, data={"channel": channel, "aiStatus": status})


async def is_answer(session: ReadSession, ticket_id: int, conversation_id: int) -> bool:
    """Whether the ticket had messages before this one."""
    return await repository.has_earlier_message(session, ticket_id, conversation_id)


async def require_event(session: ReadSession, event_id: int) -> None:
    """Raises `EventNotFound`."""
    if await repository.get_event(session, event_id) is None:
        raise EventNotFound(event_id)


async def deliver_again(session: WriteSession, event_id: int) -> int:
    """Let the failed deliveries of an event be tried anew; answers how many."""
    hooks = await repository.revive(session, event_id, utc_now())
    if hooks:
        await publish(session, DeliveriesWaiting(tuple(hooks)))
    return len(hooks)


async def hooks_with_due(session: ReadSession) -> Collection[int]:
    """Hooks that have something to be told now."""
    return await repository.hooks_with_due(session, utc_now())


async def delete_old(session: WriteSession, *, limit: int = 5000) -> int:
    """Remove finished events that are older than `eventRetentionDays`; answers how many."""
    days = (await get_settings(session)).event_retention_days
    return await repository.delete_old(session, utc_now() - timedelta(days=days), limit)
