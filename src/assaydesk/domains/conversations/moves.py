"""Where messages stood before they were carried to another ticket: work is judged by what its worker saw."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, func, or_, select

from assaydesk.domains.conversations.models import Conversation, ConversationMove


def ever_stood_in(ticket_id: Any) -> ColumnElement[bool]:
    """Messages that stand in a ticket, and those that were carried away from it. `ticket_id`: a value or a column."""
    gone = select(ConversationMove.conversation_id).where(ConversationMove.from_ticket_id == ticket_id)
    return or_(Conversation.ticket_id == ticket_id, Conversation.id.in_(gone))


def stood_in(ticket_id: Any, at: Any) -> ColumnElement[bool]:
    """Messages that stood in a ticket at a moment."""
    before = (
        select(ConversationMove.from_ticket_id)
        .where(ConversationMove.conversation_id == Conversation.id, ConversationMove.moved_at > at)
        .order_by(ConversationMove.moved_at, ConversationMove.id)
        .limit(1)
        .scalar_subquery()
    )
    return and_(ever_stood_in(ticket_id), func.coalesce(before, Conversation.ticket_id) == ticket_id)


def moves_column() -> ColumnElement[Any]:
    """The moves of a message as `[[ticket it left, seconds since 1970], ...]`, in any order; null for most."""
    move = func.jsonb_build_array(ConversationMove.from_ticket_id, func.extract("epoch", ConversationMove.moved_at))
    query = select(func.jsonb_agg(move)).where(ConversationMove.conversation_id == Conversation.id)
    return cast(ColumnElement[Any], query.scalar_subquery())


def ticket_at(ticket_id: int, moves: Sequence[tuple[int, float]] | None, at: datetime) -> int:
    """The ticket of a message at a moment, by its ticket now and by `moves_column`."""
    for left, moved_at in sorted(moves or (), key=lambda move: move[1]):
        if moved_at > at.timestamp():
            return left
    return ticket_id
