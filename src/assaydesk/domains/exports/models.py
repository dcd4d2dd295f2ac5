"""Exports that were too large to be answered at once (ticket.md 10)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class Export(Base):
    """A queued export. `query` is what was asked for; `attempt` grows with each try, so that only the last one counts.

    `file_id` names a file of the store. It is set in the transaction that makes the export `done`.
    """

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled', 'expired')", name="state"),
        CheckConstraint("format in ('xlsx', 'csv', 'json')", name="format"),
        Index("ix_exports_user_id", "user_id", "id"),
        Index("ix_exports_expires_at", "expires_at", postgresql_where=text("file_id is not null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    path: Mapped[str] = mapped_column(String(60))
    format: Mapped[str] = mapped_column(String(4))
    query: Mapped[dict[str, Any]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(10), server_default="queued")
    attempt: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_done: Mapped[int] = mapped_column(Integer, server_default="0")
    rows_total: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[str | None] = mapped_column(String(40))
    file_name: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(String(100))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)
    expires_at: Mapped[datetime | None] = mapped_column(Timestamp)
