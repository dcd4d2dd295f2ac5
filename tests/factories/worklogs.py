"""Tickets with messages, and work on them, as time tracking meets them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, text

from assaydesk.domains.conversations.events import ConversationAdded
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.settings.models import Setting
from assaydesk.domains.worklogs.models import Worklog, WorkSegment
from assaydesk.domains.worklogs.recording import take_message
from assaydesk.domains.worklogs.types import Action, Signal, SignalKind
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import ActorKind

START = datetime(2024, 6, 12, 9, tzinfo=UTC)


async def make_message(session: WriteSession, ticket_id: int, at: datetime = START, **values: Any) -> Conversation:
    """A stored message, inbound by default; nobody is told."""
    body = values.pop("text", "Where is my meter reading?")
    defaults = {"direction": "in", "body": body, "body_plain": body, "body_clean": body, "stored_at": at}
    message = Conversation(ticket_id=ticket_id, created_at=at, **(defaults | values))
    session.add(message)
    await session.flush()
    return message


async def customer_writes(
    session: WriteSession, ticket_id: int, at: datetime, *, stored_at: datetime | None = None
) -> int:
    """An inbound message, told to time tracking."""
    message = await make_message(session, ticket_id, at)
    await take_message(
        session,
        ConversationAdded(
            ticket_id=ticket_id,
            conversation_id=message.id,
            direction="in",
            private=False,
            is_draft=False,
            agent_id=None,
            at=at,
            stored_at=stored_at or at,
            is_customer_message=True,
            actor_kind=ActorKind.SYSTEM,
        ),
    )
    return message.id


def pings(first: datetime, last: datetime, every: float = 30) -> Iterator[Signal]:
    """Pings from first to last, both included."""
    moment = first
    while moment <= last:
        yield Signal(moment, SignalKind.PING)
        moment += timedelta(seconds=every)


def act(at: datetime, action: str, conversation_id: int | None = None) -> Signal:
    return Signal(at, SignalKind.ACTION, Action(action), conversation_id)


async def set_settings(session: WriteSession, **values: Any) -> None:
    """Instance settings by wire name."""
    for name, value in values.items():
        await session.merge(Setting(name=name, value=value, modified_at=START))
    await session.flush()


async def snapshot(session: WriteSession, user_ids: Sequence[int]) -> list[dict[str, Any]]:
    """Everything that follows from the events of these users, without ids and times of writing."""
    await session.flush()
    found: list[dict[str, Any]] = []
    worklogs = await session.execute(
        select(*(c for c in Worklog.__table__.c if c.name not in {"id", "modified_at"}))
        .where(Worklog.user_id.in_(user_ids))
        .order_by(Worklog.user_id, Worklog.ticket_id, Worklog.started_at)
    )
    found += [dict(row._mapping) for row in worklogs]
    segments = await session.execute(
        select(*(c for c in WorkSegment.__table__.c if c.name not in {"id", "worklog_id", "messages_seen"}))
        .add_columns(WorkSegment.worklog_id.is_not(None).label("in_worklog"))
        .where(WorkSegment.user_id.in_(user_ids))
        .order_by(WorkSegment.user_id, WorkSegment.ticket_id, WorkSegment.since)
    )
    found += [dict(row._mapping) for row in segments]
    return found


async def forget_everything(session: WriteSession) -> None:
    """Remove what follows from the events, so that a rebuild starts from nothing."""
    for table in ("work_segments", "worklogs"):
        await session.execute(text(f"delete from {table}"))
