"""Signals, segments, worklogs, tool calls (worklog.md)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
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

    `kind`: `ping`, `action`, `run` (one run of an AI agent, from `at` to `until`), `stated` (a segment that a source
    states). `source`: `live` or `import`.
    """

    __tablename__ = "work_signals"
    __table_args__ = (
        CheckConstraint("kind in ('ping', 'action', 'run', 'stated')", name="kind"),
        Index("ix_work_signals_user_ticket_at", "user_id", "ticket_id", "at"),
        Index("ix_work_signals_ticket_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    until: Mapped[datetime | None] = mapped_column(Timestamp)
    kind: Mapped[str] = mapped_column(String(10))
    action: Mapped[str | None] = mapped_column(String(30))
    final: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    tracked: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    conversation_id: Mapped[int | None] = mapped_column(BigInt)
    detail: Mapped[dict[str, Any] | None] = mapped_column(Json)
    source: Mapped[str] = mapped_column(String(10), server_default="live")


class Worklog(Base):
    """One user's handling of one ticket on one day in one phase (worklog.md 1)."""

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
    re_opened: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    team_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class WorkSegment(Base):
    """A stretch of presence of one user on one ticket; `userTimeTrackingId` on the wire.

    `worklog_id` is null while the key has no counting action.
    """

    __tablename__ = "work_segments"
    __table_args__ = (
        Index("ix_work_segments_user_until", "user_id", "until"),
        Index("ix_work_segments_ticket_until", "ticket_id", "until"),
        Index("ix_work_segments_worklog_id", "worklog_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    since: Mapped[datetime] = mapped_column(Timestamp)
    until: Mapped[datetime] = mapped_column(Timestamp)
    date: Mapped[date] = mapped_column(Date)
    phase: Mapped[int] = mapped_column(Integer)
    shared: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    duration_ms: Mapped[int] = mapped_column(BigInteger, server_default="0")
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
