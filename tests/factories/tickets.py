"""Rows of tickets."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)
CREATED = datetime(2024, 6, 12, 7, 0, tzinfo=UTC)


async def make_ticket(session: WriteSession, *, tags: Sequence[int] = (), **values: Any) -> Ticket:
    """An open e-mail ticket from Tom; `created_at` 2024-06-12 07:00 UTC."""
    number = next(_numbers)
    created_at = values.get("created_at", CREATED)
    ticket = Ticket(
        **{
            "channel": "email",
            "subject": f"Question {number}",
            "from_address": "tom@example.com",
            "from_name": "Tom Mustermann",
            "to_addresses": ["service@lumen.example"],
            "created_at": created_at,
            "sla_started_at": created_at,
        }
        | values
    )
    session.add(ticket)
    await session.flush()
    session.add_all(TicketTag(ticket_id=ticket.id, tag_id=tag) for tag in tags)
    await session.flush()
    return ticket
