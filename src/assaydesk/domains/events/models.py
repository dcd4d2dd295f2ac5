"""The event log, hooks, and what was delivered to them (platform.md 5, code.md 8)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Texts, Timestamp


class Event(Base):
    """One thing that happened. `type` begins with a small letter."""

    __tablename__ = "events"
    __table_args__ = (
        CheckConstraint("status in ('open', 'closed', 'failed')", name="status"),
        Index("ix_events_created_at", "created_at", "id"),
        Index("ix_events_ticket_id", "ticket_id", "id"),
        Index("ix_events_type", "type", "created_at"),
        Index("ix_events_unfinished", "status", "created_at", postgresql_where=text("status <> 'closed'")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    type: Mapped[str] = mapped_column(String(40))
    sub_type: Mapped[str | None] = mapped_column(String(40))
    ticket_id: Mapped[int | None] = mapped_column(BigInt)
    contract_id: Mapped[str | None] = mapped_column(String(50))
    user_id: Mapped[int | None] = mapped_column(BigInt)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(String(10), server_default="closed")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    processed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    tx_id: Mapped[str] = mapped_column(String(10), server_default="")


class EventHook(Base):
    """Who wants to know about which events. `events` begin with small letters; `executor` is an `apiCall`."""

    __tablename__ = "event_hooks"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    events: Mapped[list[str]] = mapped_column(Texts)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    executor: Mapped[dict[str, Any]] = mapped_column(Json)
    signing_secret: Mapped[str | None] = mapped_column(String(64))
    condition: Mapped[dict[str, Any] | None] = mapped_column(Json)
    order: Mapped[int] = mapped_column(Integer, server_default="0")
    last_at: Mapped[datetime | None] = mapped_column(Timestamp)
    last_ok: Mapped[bool | None] = mapped_column(Boolean)
    last_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class EventDelivery(Base):
    """An event on its way to a hook. `claimed_until`: a worker is at it; `key` is the same on every try."""

    __tablename__ = "event_deliveries"
    __table_args__ = (
        CheckConstraint("state in ('waiting', 'ok', 'failed')", name="state"),
        Index("uq_event_deliveries_event_hook", "event_id", "hook_id", unique=True),
        Index("ix_event_deliveries_hook_id", "hook_id", "id"),
        Index("ix_event_deliveries_due", "next_attempt_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "ix_event_deliveries_order", "hook_id", "ticket_id", "id", postgresql_where=text("state = 'waiting'")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("events.id", ondelete="CASCADE"))
    hook_id: Mapped[int] = mapped_column(ForeignKey("event_hooks.id"))
    ticket_id: Mapped[int | None] = mapped_column(BigInt)
    key: Mapped[str] = mapped_column(String(36), server_default=text("gen_random_uuid()"))
    state: Mapped[str] = mapped_column(String(10), server_default="waiting")
    attempt: Mapped[int] = mapped_column(Integer, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    next_attempt_at: Mapped[datetime | None] = mapped_column(Timestamp)
    claimed_until: Mapped[datetime | None] = mapped_column(Timestamp)


class EventAttempt(Base):
    """One try of a delivery: what came back, without the body of the request."""

    __tablename__ = "event_attempts"
    __table_args__ = (Index("ix_event_attempts_delivery_id", "delivery_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("event_deliveries.id", ondelete="CASCADE"))
    attempt: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Timestamp)
    duration_ms: Mapped[int] = mapped_column(Integer)
    ok: Mapped[bool] = mapped_column(Boolean)
    http_status: Mapped[int | None] = mapped_column(Integer)
    error: Mapped[str | None] = mapped_column(Text)
    output: Mapped[Any] = mapped_column(Json, nullable=True)
