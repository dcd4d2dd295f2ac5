"""What was learned from verified scores, by scorecard family, and the sentence vectors it was learned from."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class QualityTrust(Base):
    """A family's target and what it uses of what was learned.

    `current_version` null: nothing is used. `last_version` never falls, so that a version names the same thing for
    ever. Answers that people gave before `forgotten_at` teach no more.
    """

    __tablename__ = "quality_trusts"
    __table_args__ = (CheckConstraint("target_agreement > 0 and target_agreement < 1", name="target_agreement"),)

    base_id: Mapped[int] = mapped_column(ForeignKey("scorecard_families.base_id"), primary_key=True)
    target_agreement: Mapped[float | None] = mapped_column()
    last_version: Mapped[int] = mapped_column(Integer, server_default="0")
    current_version: Mapped[int | None] = mapped_column(Integer)
    trained_at: Mapped[datetime | None] = mapped_column(Timestamp)
    forgotten_at: Mapped[datetime | None] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class QualityLearned(Base):
    """One version: heads, curves and what stands behind them, as bytes that the same labels give again.

    `learned_from` is a hash of everything that went in, `body_hash` one of what came out; `facts` are for people.
    """

    __tablename__ = "quality_learned"
    __table_args__ = (Index("uq_quality_learned_version", "base_id", "version", unique=True),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("scorecard_families.base_id"))
    version: Mapped[int] = mapped_column(Integer)
    embedder: Mapped[str] = mapped_column(Text)
    learned_from: Mapped[str] = mapped_column(String(71))
    body_hash: Mapped[str] = mapped_column(String(71))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
    labels: Mapped[int] = mapped_column(Integer)
    duration_ms: Mapped[int] = mapped_column(Integer)
    trained_at: Mapped[datetime] = mapped_column(Timestamp)


class WorklogVectors(Base):
    """Sentence vectors of one piece of work, so that learning again takes seconds: half-precision rows of `size`.

    `texts_hash` covers the sentences and the embedder; another hash makes them void. They go with the worklog.
    """

    __tablename__ = "worklog_vectors"

    worklog_id: Mapped[int] = mapped_column(ForeignKey("worklogs.id", ondelete="CASCADE"), primary_key=True)
    texts_hash: Mapped[str] = mapped_column(String(71))
    size: Mapped[int] = mapped_column(Integer)
    passages: Mapped[int] = mapped_column(Integer)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
