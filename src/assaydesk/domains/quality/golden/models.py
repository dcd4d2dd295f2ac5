"""Golden sets: frozen work with settled labels, and the runs of the judge over it (quality.md 18)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class GoldenSet(Base):
    """A set of one scorecard family. `min_kappa` null: that of the settings."""

    __tablename__ = "golden_sets"
    __table_args__ = (
        Index("ix_golden_sets_family", "scorecard_base_id", "id", postgresql_where=text("deleted_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    scorecard_base_id: Mapped[int] = mapped_column(ForeignKey("scorecard_families.base_id"))
    description: Mapped[str] = mapped_column(Text, server_default="")
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    min_kappa: Mapped[float | None] = mapped_column()
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class GoldenItem(Base):
    """One piece of work as it stood when it was taken in. `case` null: the customer's data was erased."""

    __tablename__ = "golden_items"
    __table_args__ = (
        Index(
            "uq_golden_items_worklog", "golden_set_id", "worklog_id", unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_golden_items_ticket", "ticket_id"),
        Index("ix_golden_items_customer", "customer_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    golden_set_id: Mapped[int] = mapped_column(ForeignKey("golden_sets.id"))
    worklog_id: Mapped[int] = mapped_column(BigInt)
    ticket_id: Mapped[int] = mapped_column(BigInt)
    customer_id: Mapped[str | None] = mapped_column(String(50))
    case: Mapped[dict[str, Any] | None] = mapped_column(Json)
    text_hash: Mapped[str] = mapped_column(String(71))
    labels: Mapped[list[Any]] = mapped_column(Json)
    assessment_id: Mapped[int | None] = mapped_column(BigInt)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    erased_at: Mapped[datetime | None] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class GoldenRun(Base):
    """One run of a judge over a set. `setup_hash`: content, judge, model and prompt that were asked for."""

    __tablename__ = "golden_runs"
    __table_args__ = (
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("trigger in ('manual', 'nightly')", name="trigger"),
        Index("ix_golden_runs_set", "golden_set_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    golden_set_id: Mapped[int] = mapped_column(ForeignKey("golden_sets.id"))
    state: Mapped[str] = mapped_column(String(10), server_default="queued")
    trigger: Mapped[str] = mapped_column(String(10))
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    content_hash: Mapped[str] = mapped_column(String(71))
    setup_hash: Mapped[str] = mapped_column(String(71))
    requested_model: Mapped[str | None] = mapped_column(Text)
    requested_prompt_version: Mapped[str | None] = mapped_column(String(50))
    provider: Mapped[str | None] = mapped_column(String(40))
    model: Mapped[str | None] = mapped_column(Text)
    prompt_version: Mapped[str | None] = mapped_column(String(50))
    input_tokens: Mapped[int | None] = mapped_column(Integer)
    output_tokens: Mapped[int | None] = mapped_column(Integer)
    cost: Mapped[Decimal | None] = mapped_column()
    currency: Mapped[str | None] = mapped_column(String(3))
    passed: Mapped[bool | None] = mapped_column(Boolean)
    min_kappa: Mapped[float | None] = mapped_column()
    previous_run_id: Mapped[int | None] = mapped_column(BigInt)
    figures: Mapped[list[Any] | None] = mapped_column(Json)
    flips: Mapped[list[Any] | None] = mapped_column(Json)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    started_at: Mapped[datetime | None] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)


class GoldenRunItem(Base):
    """The judge's answers to one item of a run: scores alone, no word of the conversation."""

    __tablename__ = "golden_run_items"

    run_id: Mapped[int] = mapped_column(ForeignKey("golden_runs.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("golden_items.id"), primary_key=True)
    answers: Mapped[list[Any]] = mapped_column(Json)
    judge: Mapped[dict[str, Any] | None] = mapped_column(Json)
    error: Mapped[str | None] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(Timestamp)
