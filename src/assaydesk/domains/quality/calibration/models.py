"""Calibration sessions, their pieces of work, and the sheets of the reviewers (quality.md 15)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Timestamp


class Calibration(Base):
    """Several people score the same work with one content, which stays as it was when the session was made.

    `result` is computed when the session is closed, and again when the judge answers after that.
    """

    __tablename__ = "calibrations"
    __table_args__ = (
        CheckConstraint("state in ('open', 'closed', 'cancelled')", name="state"),
        Index("ix_calibrations_reviewers", "reviewers", postgresql_using="gin"),
        Index("ix_calibrations_family", "scorecard_base_id", "closed_at", postgresql_where=text("state = 'closed'")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    scorecard_base_id: Mapped[int] = mapped_column(BigInt)
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    state: Mapped[str] = mapped_column(String(10), server_default="open")
    blind: Mapped[bool] = mapped_column(Boolean)
    include_ai: Mapped[bool] = mapped_column(Boolean)
    reviewers: Mapped[list[int]] = mapped_column(BigInts)
    reference_user_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    due_by: Mapped[datetime | None] = mapped_column(Timestamp)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    closed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class CalibrationItem(Base):
    """One piece of work of a session. It stays, with its scores, when the worklog is removed.

    `ai_answers` are the judge's, without evidence; `ai_error` is the code of its last failure.
    """

    __tablename__ = "calibration_items"
    __table_args__ = (CheckConstraint("ai_state in ('off', 'waiting', 'done', 'failed')", name="ai_state"),)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(BigInt)
    assessed_user: Mapped[int] = mapped_column(BigInt)
    position: Mapped[int] = mapped_column(SmallInteger)
    ai_state: Mapped[str] = mapped_column(String(10))
    ai_answers: Mapped[list[Any] | None] = mapped_column(Json)
    ai_run: Mapped[dict[str, Any] | None] = mapped_column(Json)
    ai_error: Mapped[str | None] = mapped_column(String(40))


class CalibrationSheet(Base):
    """What one reviewer made of one piece of work; there is no row before the first word."""

    __tablename__ = "calibration_sheets"
    __table_args__ = (CheckConstraint("state in ('draft', 'submitted')", name="state"),)

    calibration_id: Mapped[int] = mapped_column(ForeignKey("calibrations.id"), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), server_default="draft")
    answers: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    comment: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    submitted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
