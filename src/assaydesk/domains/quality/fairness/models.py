"""Fairness probes: whether the judge scores the same work otherwise when only the people in it change."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class FairnessProbe(Base):
    """One probe. `result` has figures over all pieces of work alone."""

    __tablename__ = "fairness_probes"
    __table_args__ = (CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), server_default="queued")
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    worklog_ids: Mapped[list[int]] = mapped_column(BigInts)
    excluded: Mapped[int] = mapped_column(Integer, server_default="0")
    kinds: Mapped[list[str]] = mapped_column(Texts)
    seed: Mapped[int] = mapped_column(BigInt)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    started_at: Mapped[datetime | None] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)


class FairnessTally(Base):
    """What one piece of work showed while the probe runs: differences alone, never a score. Removed with the result."""

    __tablename__ = "fairness_tallies"

    probe_id: Mapped[int] = mapped_column(ForeignKey("fairness_probes.id"), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    outcomes: Mapped[dict[str, Any]] = mapped_column(Json)
