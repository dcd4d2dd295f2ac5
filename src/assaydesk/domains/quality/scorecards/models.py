"""Scorecard families, their revisions, and immutable contents (quality.md 2)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class ScorecardContent(Base):
    """What a revision said at one time. Never changed: past assessments refer to it.

    `fingerprint` is over the whole content with the name; `content_hash` leaves the name out.
    """

    __tablename__ = "scorecard_contents"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(71), unique=True)
    content_hash: Mapped[str] = mapped_column(String(71), index=True)
    body: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class ScorecardFamily(Base):
    """All revisions with one `baseId`; its row is the lock for changes of the family."""

    __tablename__ = "scorecard_families"

    base_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    highest_criterion_id: Mapped[int] = mapped_column(BigInt, server_default="0")
    highest_category_id: Mapped[int] = mapped_column(BigInt, server_default="0")
    activated_at: Mapped[datetime | None] = mapped_column(Timestamp)


class Scorecard(Base):
    """One revision."""

    __tablename__ = "scorecards"
    __table_args__ = (
        CheckConstraint("state in ('draft', 'active', 'retired', 'deleted')", name="state"),
        Index("uq_scorecards_revision", "base_id", "revision", unique=True),
        Index("uq_scorecards_active", "base_id", unique=True, postgresql_where=text("state = 'active'")),
        Index("uq_scorecards_draft", "base_id", unique=True, postgresql_where=text("state = 'draft'")),
        Index("ix_scorecards_state", "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("scorecard_families.base_id"))
    revision: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    modified_by: Mapped[int | None] = mapped_column(BigInt)
