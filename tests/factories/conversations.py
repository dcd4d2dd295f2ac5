"""Rows of messages."""

from datetime import UTC, datetime
from typing import Any

from assaydesk.domains.conversations.models import Conversation
from assaydesk.platform.db.session import WriteSession

WRITTEN = datetime(2024, 6, 12, 7, 0, tzinfo=UTC)


async def make_message(
    session: WriteSession, ticket_id: int, text: str = "When will you come?", **values: Any
) -> Conversation:
    """An inbound text of Tom, 2024-06-12 07:00 UTC; `direction="out"`, `private=True`, `is_draft=True` for others."""
    direction = values.get("direction", "in")
    sender = {"from_email": "tom@example.com", "from_email_name": "Tom Mustermann"} if direction == "in" else {}
    message = Conversation(
        **{"ticket_id": ticket_id, "type": "text", "direction": direction, "body": text, "body_plain": text}
        | {"body_clean": text, "created_at": WRITTEN, "stored_at": WRITTEN, "intent_ids": []}
        | sender
        | values
    )
    session.add(message)
    await session.flush()
    return message


async def make_note(
    session: WriteSession, ticket_id: int, agent_id: int, text: str = "Call back", **values: Any
) -> Conversation:
    """An internal note of a user."""
    return await make_message(session, ticket_id, text, direction="internal", private=True, agent_id=agent_id, **values)


async def make_draft(
    session: WriteSession, ticket_id: int, agent_id: int, text: str = "Soon.", **values: Any
) -> Conversation:
    """A draft of a user, to Tom."""
    to = {"to_email": ["tom@example.com"]}
    return await make_message(
        session, ticket_id, text, **{"direction": "out", "is_draft": True, "agent_id": agent_id} | to | values
    )
