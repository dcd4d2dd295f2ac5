"""Rows of tickets."""

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any

from assaydesk.domains.tickets.models import Ticket, TicketTag
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)
CREATED = datetime(2024, 6, 12, 7, 0, tzinfo=UTC)


def new_ticket(**values: Any) -> Ticket:
    """An open e-mail ticket from Tom, not added to anything; `created_at` 2024-06-12 07:00 UTC."""
    number = next(_numbers)
    created_at = values.get("created_at", CREATED)
    return Ticket(
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


async def make_tickets(session: WriteSession, number: int, **values: Any) -> list[int]:
    """Many of them at once; answers the ids."""
    tickets = [new_ticket(**values) for _ in range(number)]
    session.add_all(tickets)
    await session.flush()
    return [ticket.id for ticket in tickets]


async def make_ticket(session: WriteSession, *, tags: Sequence[int] = (), **values: Any) -> Ticket:
    """One of them, with tags."""
    ticket = new_ticket(**values)
    session.add(ticket)
    await session.flush()
    session.add_all(TicketTag(ticket_id=ticket.id, tag_id=tag) for tag in tags)
    await session.flush()
    return ticket
