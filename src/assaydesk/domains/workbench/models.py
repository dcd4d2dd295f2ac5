"""Saved views of the ticket list, and who reviews what at the moment (platform.md 13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class TicketView(Base):
    """A stored search. `team_ids`: who may use it when `visibility` is `team`."""

    __tablename__ = "ticket_views"
    __table_args__ = (
        CheckConstraint("visibility in ('private', 'team', 'all')", name="visibility"),
        CheckConstraint("ticket_scope in ('all', 'skills')", name="ticket_scope"),
        Index("ix_ticket_views_owner_id", "owner_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    name: Mapped[str] = mapped_column(Text)
    filters: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    order_by_field: Mapped[str] = mapped_column(String(100), server_default="id")
    order_by_direction: Mapped[str] = mapped_column(String(4), server_default="asc")
    ticket_scope: Mapped[str] = mapped_column(String(10), server_default="all")
    columns: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    icon: Mapped[str | None] = mapped_column(String(40))
    visibility: Mapped[str] = mapped_column(String(10), server_default="private")
    team_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class TicketViewPosition(Base):
    """Where a person keeps a view; those without a place come after, by their ids."""

    __tablename__ = "ticket_view_positions"

    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"), primary_key=True, autoincrement=False)
    view_id: Mapped[int] = mapped_column(ForeignKey("ticket_views.id"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(Integer)


class ReviewReservation(Base):
    """Who got an assessment handed out for review, and until when nobody else gets it. It forbids nothing."""

    __tablename__ = "review_reservations"

    assessment_id: Mapped[int] = mapped_column(
        ForeignKey("assessments.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    until: Mapped[datetime] = mapped_column(Timestamp)
