"""Appeals (quality.md 13)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Timestamp

STATES = ("open", "underReview", "accepted", "partiallyAccepted", "rejected", "withdrawn")


class Appeal(Base):
    """One appeal of the assessed person.

    `points_before` and `points_after` are scored, used and total points: the percentage follows from them and from the
    base that is set when they are read.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        Index(
            "uq_appeals_open", "assessment_id", unique=True,
            postgresql_where=text("state in ('open', 'underReview')"),
        ),
        Index("ix_appeals_assessment_id", "assessment_id", "id"),
        Index("ix_appeals_created_at", "created_at", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    state: Mapped[str] = mapped_column(String(20))
    created_by: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    reason: Mapped[str] = mapped_column(Text)
    criteria: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    criterion_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    points_before: Mapped[list[Any]] = mapped_column(Json)
    points_after: Mapped[list[Any] | None] = mapped_column(Json)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Timestamp)
    decision_reason: Mapped[str | None] = mapped_column(Text)
