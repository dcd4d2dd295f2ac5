"""Backtests, and what each made of each piece of past work (quality.md 12)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class Backtest(Base):
    """A dry run. `body` is the content that is tried, `compare_body` the one beside it; neither ever changes.

    `claim` is the token of the process that works on it, `heartbeat_at` its last sign of life.
    """

    __tablename__ = "backtests"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'stopped', 'failed', 'cancelled')", name="state"),
        CheckConstraint("compare_with in ('assessed', 'revision', 'none')", name="compare_with"),
        Index("ix_backtests_scorecard_id", "scorecard_id", "id"),
        Index("ix_backtests_created_by", "created_by", "id"),
        Index("ix_backtests_content_hash", "content_hash", "id"),
        Index("ix_backtests_open", "id", postgresql_where=text("state in ('queued', 'running')")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    scorecard_base_id: Mapped[int] = mapped_column(BigInt)
    state: Mapped[str] = mapped_column(String(10))
    compare_with: Mapped[str] = mapped_column(String(10))
    compare_scorecard_id: Mapped[int | None] = mapped_column(BigInt)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(71))
    compare_body: Mapped[dict[str, Any] | None] = mapped_column(Json)
    request: Mapped[dict[str, Any]] = mapped_column(Json)
    max_cost: Mapped[Decimal | None] = mapped_column()
    candidates: Mapped[int] = mapped_column(Integer)
    excluded: Mapped[int] = mapped_column(Integer)
    sampled: Mapped[int] = mapped_column(Integer)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    summary: Mapped[dict[str, Any] | None] = mapped_column(Json)
    claim: Mapped[str | None] = mapped_column(String(40))
    heartbeat_at: Mapped[datetime | None] = mapped_column(Timestamp)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    started_at: Mapped[datetime | None] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class BacktestItem(Base):
    """One piece of work of a sample. `after` and `before` are filled once each, so that a run that was killed goes on.

    `labels` are what people decided on it, by criterion.
    """

    __tablename__ = "backtest_items"
    __table_args__ = (Index("ix_backtest_items_worklog_id", "worklog_id"),)

    backtest_id: Mapped[int] = mapped_column(ForeignKey("backtests.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True)
    worklog_id: Mapped[int | None] = mapped_column(ForeignKey("worklogs.id", ondelete="SET NULL"))
    ticket_id: Mapped[int] = mapped_column(BigInt)
    user_id: Mapped[int] = mapped_column(BigInt)
    assessment_id: Mapped[int | None] = mapped_column(BigInt)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    labels: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error_code: Mapped[str | None] = mapped_column(Text)
    input_tokens: Mapped[int] = mapped_column(Integer, server_default="0")
    output_tokens: Mapped[int] = mapped_column(Integer, server_default="0")
    cost: Mapped[Decimal] = mapped_column(server_default="0")
    currency: Mapped[str | None] = mapped_column(String(3))
    duration_ms: Mapped[int] = mapped_column(Integer, server_default="0")
