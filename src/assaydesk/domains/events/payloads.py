"""Payloads of the events of tickets (platform.md 5.1). Pure."""

from datetime import datetime
from typing import Any, Final

from assaydesk.domains.events.types import Emitted
from assaydesk.domains.tickets.events import TicketsChanged
from assaydesk.kit.clock import iso
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import ActorKind

SHOWN: Final = {name: camel(name) for name in (
    "subchannel_id", "external_ticket_id", "sentiment", "language", "language_code", "ai_support_level", "spam_status",
    "is_customer_active", "priority", "status", "summary", "subject", "is_escalated", "first_response_due_by", "due_by",
    "customer_id", "contract_id", "partner_id", "customer_legitimation", "agent_id", "assigned_agent_ids",
    "auto_execute_at", "additional_data", "template", "tag_ids", "merged_into_ticket_id",
)}  # fmt: skip
"""The writable fields, with their names on the wire; what the desk keeps for itself is nobody's news."""


def ticket_updates(event: TicketsChanged) -> list[Emitted]:
    """One event a ticket with all its changed properties: what somebody asked for, and every change of the status.

    What the desk itself sets is told only where it is the status.
    """
    by_somebody = event.actor_kind is not ActorKind.SYSTEM
    changes: dict[int, dict[str, Any]] = {}
    for change in event.changes:
        told = {
            SHOWN[name]: _plain(value[1])
            for name, value in change.fields.items()
            if name in SHOWN and (name == "status" or (by_somebody and name in change.by_hand))
        }
        if told:
            changes.setdefault(change.ticket_id, {}).update(told)
    extra = {"autoOpenedDueToDueDate": True} if event.fell_due else {}
    return [
        Emitted(
            "TicketUpdated",
            ticket_id,
            event.actor_id,
            data={"userId": event.actor_id, "changes": told, **extra},
        )
        for ticket_id, told in changes.items()
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return list(value) if isinstance(value, tuple) else value
