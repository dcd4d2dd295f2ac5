"""Reminders (platform.md 6)."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Timestamp


class Reminder(Base):
    """Somebody wants to hear of a ticket again. A deferral follows the ticket: at most one is open for each."""

    __tablename__ = "reminders"
    __table_args__ = (
        CheckConstraint("kind in ('manual', 'deferral')", name="kind"),
        CheckConstraint("state in ('open', 'fired', 'done', 'cancelled')", name="state"),
        Index("ix_reminders_due", "remind_at", postgresql_where=sql("state = 'open'")),
        Index("ix_reminders_ticket_id", "ticket_id"),
        Index("ix_reminders_user_id", "user_id", "state", "remind_at"),
        Index(
            "uq_reminders_deferral", "ticket_id", unique=True,
            postgresql_where=sql("kind = 'deferral' and state = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    merged_from_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    created_by: Mapped[int | None] = mapped_column(BigInt)
    remind_at: Mapped[datetime] = mapped_column(Timestamp)
    text: Mapped[str] = mapped_column(Text, server_default="")
    kind: Mapped[str] = mapped_column(String(10), server_default="manual")
    reopen_ticket: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    assign_on_reopen: Mapped[bool] = mapped_column(Boolean, server_default=sql("false"))
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    fired_at: Mapped[datetime | None] = mapped_column(Timestamp)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=sql("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=sql("now()"))
