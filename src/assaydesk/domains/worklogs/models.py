"""Signals, segments, worklogs, tool calls (worklog.md)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class WorkSignal(Base):
    """What a user did on a ticket and when: the events from which worklogs can be made again.

    `kind` is a `SignalKind`, or `run` for one run of an AI agent from `at` to `until`. `ai`: an `AiUse`.
    """

    __tablename__ = "work_signals"
    __table_args__ = (
        CheckConstraint("kind in ('action', 'untracked', 'credit', 'ping', 'final', 'run')", name="kind"),
        Index(
            "uq_work_signals_event", "user_id", "ticket_id", "at", "kind", "action", "conversation_id",
            unique=True, postgresql_nulls_not_distinct=True,
        ),
        Index("ix_work_signals_ticket_id", "ticket_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    until: Mapped[datetime | None] = mapped_column(Timestamp)
    kind: Mapped[str] = mapped_column(String(10))
    action: Mapped[str | None] = mapped_column(String(30))
    conversation_id: Mapped[int | None] = mapped_column(BigInt)
    ai: Mapped[dict[str, Any] | None] = mapped_column(Json)


class WorkMessage(Base):
    """An inbound message that can start a phase: neither a note nor, when it came, on a ticket marked as spam."""

    __tablename__ = "work_messages"
    __table_args__ = (Index("ix_work_messages_ticket_at", "ticket_id", "at"),)

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    stored_at: Mapped[datetime] = mapped_column(Timestamp)


class Presence(Base):
    """The last ping of a user on a ticket, also of one that is no signal (window in the background, tracking off)."""

    __tablename__ = "ticket_presence"
    __table_args__ = (Index("ix_ticket_presence_at", "at"),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Timestamp)


class Worklog(Base):
    """One user's handling of one ticket on one day in one phase (worklog.md 1).

    `worked_at` is the work point, `closings` are the times when this user closed the ticket in it, `closing_at` is the
    first time anybody closed it from the start of the worklog on. `csat` is told by the domain of the surveys.
    """

    __tablename__ = "worklogs"
    __table_args__ = (
        CheckConstraint("action in ('autoProcessAction', 'closeAction', 'writeAction', 'statusAction')", name="action"),
        CheckConstraint("context in ('automated', 'reply', 'closeWithoutReply', 'status')", name="context"),
        Index("uq_worklogs_key", "user_id", "ticket_id", "date", "phase", unique=True),
        Index("ix_worklogs_ticket_id", "ticket_id"),
        Index("ix_worklogs_latest_interaction", "latest_interaction", "id"),
        Index("ix_worklogs_user_id_latest", "user_id", "latest_interaction"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    date: Mapped[date] = mapped_column(Date)
    phase: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(Timestamp)
    latest_interaction: Mapped[datetime] = mapped_column(Timestamp)
    worked_at: Mapped[datetime] = mapped_column(Timestamp)
    action: Mapped[str] = mapped_column(String(20))
    context: Mapped[str] = mapped_column(String(20))
    action_list: Mapped[list[str]] = mapped_column(Texts)
    conversation_id: Mapped[int | None] = mapped_column(BigInt)
    duration_ms: Mapped[int] = mapped_column(BigInteger)
    after_work_ms: Mapped[int] = mapped_column(BigInteger)
    automation_level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    ai_agents: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    text_assistance_accuracy: Mapped[float | None] = mapped_column()
    sla_due_at: Mapped[datetime | None] = mapped_column(Timestamp)
    closings: Mapped[list[datetime]] = mapped_column(ARRAY(Timestamp), server_default=text("'{}'"))
    closing_at: Mapped[datetime | None] = mapped_column(Timestamp)
    net_seconds_after_sla: Mapped[int | None] = mapped_column(BigInteger)
    re_opened: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    csat: Mapped[dict[str, Any] | None] = mapped_column(Json)
    team_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class WorkSegment(Base):
    """A stretch of presence of one user on one ticket; `userTimeTrackingId` on the wire.

    `worklog_id` is null while the key has no counting action. `share_us` and `after_work_us`: what of it counts, in
    microseconds, after division among parallel windows; `shared` is false for runs of AI agents, which are not divided.
    `opened_at`, `last_signal_at`, `last_kind` are where the next signal goes on; `messages_seen`: how many customer
    messages up to the last signal were taken into account, so that one stored meanwhile is noticed.
    """

    __tablename__ = "work_segments"
    __table_args__ = (
        Index("uq_work_segments_since", "user_id", "ticket_id", "since", unique=True),
        Index("ix_work_segments_user_until", "user_id", "until"),
        Index("ix_work_segments_ticket_until", "ticket_id", "until"),
        Index("ix_work_segments_worklog_id", "worklog_id"),
        Index("ix_work_segments_until", "until", postgresql_where=text("shared")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    since: Mapped[datetime] = mapped_column(Timestamp)
    until: Mapped[datetime] = mapped_column(Timestamp)
    opened_at: Mapped[datetime] = mapped_column(Timestamp)
    last_signal_at: Mapped[datetime] = mapped_column(Timestamp)
    last_kind: Mapped[str] = mapped_column(String(10))
    messages_seen: Mapped[int] = mapped_column(Integer, server_default="0")
    date: Mapped[date] = mapped_column(Date)
    phase: Mapped[int] = mapped_column(Integer)
    shared: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    share_us: Mapped[int] = mapped_column(BigInteger, server_default="0")
    after_work_us: Mapped[int] = mapped_column(BigInteger, server_default="0")
    actions: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    worklog_id: Mapped[int | None] = mapped_column(ForeignKey("worklogs.id"))


class ToolCall(Base):
    """What an AI agent called, or a system action of a person that a source records (worklog.md 2.8)."""

    __tablename__ = "tool_calls"
    __table_args__ = (
        Index("ix_tool_calls_ticket_id", "ticket_id", "at", "id"),
        Index("ix_tool_calls_worklog_id", "worklog_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    worklog_id: Mapped[int | None] = mapped_column(ForeignKey("worklogs.id"))
    name: Mapped[str] = mapped_column(Text)
    arguments: Mapped[Any] = mapped_column(Json, nullable=True)
    result: Mapped[Any] = mapped_column(Json, nullable=True)
    at: Mapped[datetime] = mapped_column(Timestamp)
    conversation_id: Mapped[int | None] = mapped_column(BigInt)
