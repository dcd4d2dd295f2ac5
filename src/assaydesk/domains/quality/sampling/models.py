"""Sampling plans, what was drawn by them, and independent second reviews."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class SamplingPlan(Base):
    """How much of each person's work is reviewed in a week. `seed` decides, with the week, what is drawn."""

    __tablename__ = "sampling_plans"
    __table_args__ = (Index("ix_sampling_plans_base_id", "scorecard_base_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    scorecard_base_id: Mapped[int] = mapped_column(ForeignKey("scorecard_families.base_id"))
    team_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    per_agent_week: Mapped[int] = mapped_column(Integer)
    random_percent: Mapped[float] = mapped_column()
    risks: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    new_agent_days: Mapped[int] = mapped_column(Integer)
    low_confidence: Mapped[float] = mapped_column()
    due_days: Mapped[int] = mapped_column(Integer)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    seed: Mapped[str] = mapped_column(String(32))
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class SamplingDraw(Base):
    """What a plan drew from one week. `plan` is a copy of its rules at that time, `people` the size of each stratum."""

    __tablename__ = "sampling_draws"
    __table_args__ = (Index("uq_sampling_draws_week", "plan_id", "week_start", unique=True),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("sampling_plans.id"))
    week_start: Mapped[date] = mapped_column(Date)
    seed: Mapped[str] = mapped_column(String(64))
    plan: Mapped[dict[str, Any]] = mapped_column(Json)
    population: Mapped[int] = mapped_column(Integer)
    people: Mapped[list[Any]] = mapped_column(Json)
    drawn_at: Mapped[datetime] = mapped_column(Timestamp)
    due_at: Mapped[datetime] = mapped_column(Timestamp)


class SamplingPick(Base):
    """One piece of work that was drawn, with the probability that it would be and why."""

    __tablename__ = "sampling_picks"
    __table_args__ = (
        CheckConstraint("share in ('random', 'risk')", name="share"),
        Index("ix_sampling_picks_assessment_id", "assessment_id"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("sampling_draws.id"), primary_key=True)
    worklog_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    assessment_id: Mapped[int | None] = mapped_column(ForeignKey("assessments.id"))
    user_id: Mapped[int] = mapped_column(BigInt)
    share: Mapped[str] = mapped_column(String(10))
    probability: Mapped[float] = mapped_column()
    risks: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))


class SecondReview(Base):
    """An independent second sheet of scores for a finished review; the first is not changed by it.

    `first` holds the first reviewer's own answers at the time of the request, `answers` those of the second.
    """

    __tablename__ = "second_reviews"
    __table_args__ = (
        CheckConstraint("state in ('asked', 'started', 'submitted')", name="state"),
        Index("uq_second_reviews_assessment_id", "assessment_id", unique=True),
        Index("ix_second_reviews_reviewer", "reviewer_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    first_reviewer_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    state: Mapped[str] = mapped_column(String(10), server_default="asked")
    first: Mapped[list[Any]] = mapped_column(Json)
    answers: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    comment: Mapped[str] = mapped_column(Text, server_default="")
    asked_by: Mapped[int | None] = mapped_column(BigInt)
    asked_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    submitted_at: Mapped[datetime | None] = mapped_column(Timestamp)
