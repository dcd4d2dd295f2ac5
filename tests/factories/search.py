"""Tickets that the search knows."""

from typing import Any

from assaydesk.domains.tickets.search.index import SearchedMessage, index_messages, index_tickets
from assaydesk.platform.db.session import WriteSession
from tests.factories.tickets import make_ticket


async def make_found(session: WriteSession, *texts: str, **values: Any) -> int:
    """A ticket with a message for each text; answers its id."""
    ticket = await make_ticket(session, **{"from_address": None, "from_name": None} | values)
    await index_tickets(session, [ticket.id])
    await index_messages(session, [SearchedMessage(ticket_id=ticket.id, body_clean=text) for text in texts])
    return ticket.id
