"""Assessments, their criteria, their history, the judge's runs (quality.md 4 and 7)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, PointsColumn, Timestamp

STATES = (
    "unprocessed", "aiInProgress", "aiReady", "reviewOngoing", "reviewedBySupervisor", "discussedWithAssessee",
    "error", "deleted",
)  # fmt: skip


class Assessment(Base):
    """One worklog scored with one scorecard revision. The points are kept for lists; scoring can redo them any time.

    `state_before`: what a claim or a deletion left. `claim` is the token of the process that judges it, `judged_until`
    the end of the worklog as the judge saw it. `next_try_at`: when the job takes it again (null in `unprocessed`: at
    once). `refresh_request`: a renewed run that a person asked for, until it is done. `review_due_at`: until when a
    sample wants it reviewed. `second_reviewer` scores it independently at the moment and does not see it meanwhile.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", name="state"),
        Index(
            "uq_assessments_live", "worklog_id", "scorecard_base_id", unique=True,
            postgresql_where=text("state <> 'deleted'"),
        ),
        Index("ix_assessments_worklog_id", "worklog_id", "scorecard_base_id"),
        Index("ix_assessments_ticket_id", "ticket_id"),
        Index("ix_assessments_user_created", "assessed_user", "created_at", "id"),
        Index("ix_assessments_created", "created_at", "id"),
        Index(
            "ix_assessments_reviewed", "assessment_date",
            postgresql_where=text("state in ('reviewedBySupervisor', 'discussedWithAssessee')"),
        ),
        Index(
            "ix_assessments_to_review", "id",
            postgresql_where=text("state in ('aiReady', 'reviewOngoing', 'error')"),
        ),
        Index(
            "ix_assessments_waiting", "id",
            postgresql_where=text("state in ('unprocessed', 'aiInProgress') or next_try_at is not null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    worklog_id: Mapped[int | None] = mapped_column(ForeignKey("worklogs.id", ondelete="SET NULL"))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    scorecard_base_id: Mapped[int] = mapped_column(BigInt)
    content_id: Mapped[int] = mapped_column(ForeignKey("scorecard_contents.id"))
    state: Mapped[str] = mapped_column(String(25))
    state_before: Mapped[str | None] = mapped_column(String(25))
    assessed_user: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    assessed_by_user: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    ai_summary: Mapped[str] = mapped_column(Text, server_default="")
    ai_summary_generated: Mapped[str | None] = mapped_column(Text)
    supervisor_assessment: Mapped[str] = mapped_column(Text, server_default="")
    assessment_date: Mapped[datetime | None] = mapped_column(Timestamp)
    discussion_date: Mapped[datetime | None] = mapped_column(Timestamp)
    scored_points: Mapped[Decimal] = mapped_column(PointsColumn, server_default="0")
    used_max_points: Mapped[Decimal] = mapped_column(PointsColumn, server_default="0")
    total_max_points: Mapped[Decimal] = mapped_column(PointsColumn, server_default="0")
    knocked_out: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    knocked_out_categories: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    unscored_criteria: Mapped[int] = mapped_column(Integer, server_default="0")
    needs_human_criteria: Mapped[int] = mapped_column(Integer, server_default="0")
    not_applicable_criteria: Mapped[int] = mapped_column(Integer, server_default="0")
    touched_by_human: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    worklog_changed: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    blind_review: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(Timestamp)
    acknowledgement_comment: Mapped[str | None] = mapped_column(Text)
    appeal_state: Mapped[str | None] = mapped_column(String(20))
    review_due_at: Mapped[datetime | None] = mapped_column(Timestamp)
    second_reviewer: Mapped[int | None] = mapped_column(BigInt)
    tries: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    next_try_at: Mapped[datetime | None] = mapped_column(Timestamp)
    failing_since: Mapped[datetime | None] = mapped_column(Timestamp)
    error: Mapped[dict[str, Any] | None] = mapped_column(Json)
    claim: Mapped[str | None] = mapped_column(String(40))
    heartbeat_at: Mapped[datetime | None] = mapped_column(Timestamp)
    trigger: Mapped[str] = mapped_column(String(20), server_default="job")
    refresh_request: Mapped[dict[str, Any] | None] = mapped_column(Json)
    run_id: Mapped[int | None] = mapped_column(BigInt)
    judged_until: Mapped[datetime | None] = mapped_column(Timestamp)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class AssessmentCriterion(Base):
    """The present answer to one criterion, and the judge's own last one beside it."""

    __tablename__ = "assessment_criteria"
    __table_args__ = (
        CheckConstraint(
            "state in ('unscored', 'aiScored', 'needsHuman', 'humanVerified', 'notApplicable')", name="state"
        ),
        CheckConstraint("origin in ('ai', 'human', 'rule')", name="origin"),
        CheckConstraint(
            "override_reason in ('scoreWrong', 'evidenceWrong', 'evidenceMissing', 'notApplicable', 'other')",
            name="override_reason",
        ),
    )

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    category_id: Mapped[int] = mapped_column(BigInt)
    score: Mapped[Decimal | None] = mapped_column(PointsColumn)
    applicable: Mapped[bool | None] = mapped_column(Boolean)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    confidence: Mapped[float | None] = mapped_column()
    evidence: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    searched_conversation_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    tool_call_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    origin: Mapped[str | None] = mapped_column(String(10))
    ai_score: Mapped[Decimal | None] = mapped_column(PointsColumn)
    ai_applicable: Mapped[bool | None] = mapped_column(Boolean)
    ai_reason: Mapped[str | None] = mapped_column(Text)
    override_reason: Mapped[str | None] = mapped_column(String(20))
    last_edited_by_user_id: Mapped[int | None] = mapped_column(BigInt)
    last_edited_at: Mapped[datetime | None] = mapped_column(Timestamp)


class AssessmentEdit(Base):
    """One changed field (`editingHistory`); `user_id` null = the system."""

    __tablename__ = "assessment_edits"
    __table_args__ = (Index("ix_assessment_edits_assessment_id", "assessment_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    user_id: Mapped[int | None] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(Timestamp)
    field: Mapped[str] = mapped_column(Text)
    old_value: Mapped[Any] = mapped_column(Json, nullable=True)
    new_value: Mapped[Any] = mapped_column(Json, nullable=True)


class JudgeRun(Base):
    """One run of the judge, stored and never changed (quality.md 7.4). `criteria` are its own answers."""

    __tablename__ = "judge_runs"
    __table_args__ = (
        CheckConstraint("outcome in ('ok', 'failed')", name="outcome"),
        Index("ix_judge_runs_assessment_id", "assessment_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessments.id"))
    trigger: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[int | None] = mapped_column(BigInt)
    outcome: Mapped[str] = mapped_column(String(10))
    error_code: Mapped[str | None] = mapped_column(String(40))
    provider: Mapped[str] = mapped_column(String(40))
    model: Mapped[str | None] = mapped_column(Text)
    prompt_version: Mapped[str | None] = mapped_column(String(40))
    scorecard_id: Mapped[int] = mapped_column(BigInt)
    content_hash: Mapped[str] = mapped_column(String(71))
    input_hash: Mapped[str] = mapped_column(String(71))
    input_parts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    temperature: Mapped[float] = mapped_column(server_default="0")
    repeats: Mapped[int] = mapped_column(Integer, server_default="1")
    input_tokens: Mapped[int | None] = mapped_column(Integer)
    output_tokens: Mapped[int | None] = mapped_column(Integer)
    cost: Mapped[Decimal | None] = mapped_column()
    currency: Mapped[str | None] = mapped_column(String(3))
    duration_ms: Mapped[int] = mapped_column(Integer)
    ai_summary: Mapped[str] = mapped_column(Text, server_default="")
    criteria: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    started_at: Mapped[datetime] = mapped_column(Timestamp)
    finished_at: Mapped[datetime] = mapped_column(Timestamp)
