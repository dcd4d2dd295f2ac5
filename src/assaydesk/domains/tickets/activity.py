"""Steps in the life of a ticket that change none of its fields, kept in its history (ticket.md 2.13)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select

from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.platform.db.base import Json
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.logging import current_transaction


async def log_activity(
    session: WriteSession,
    ticket_id: int,
    kind: str,
    *,
    at: datetime,
    user_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one step into the history of a ticket. `kind` names it, `details` are its facts as plain JSON.

    `user_id` None: the system did it. The words that people read are made when the history is read.
    """
    columns = TicketChange.__table__.c
    values: dict[str, Any] = {"at": at, "user_id": user_id, "kind": kind, "changes": {}, "tx_id": current_transaction()}
    source = select(
        Ticket.id, Ticket.version, literal(dict(details) if details else None, Json),
        *(literal(value, columns[name].type) for name, value in values.items()),
    ).where(Ticket.id == ticket_id)  # fmt: skip
    await session.execute(insert(TicketChange).from_select(["ticket_id", "version", "details", *values], source))
