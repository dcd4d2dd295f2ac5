"""Periodic jobs: what an administrator changed about them, when they were last due, and their last runs."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class CronJob(Base):
    """One periodic job of the code. `schedule` null: the one it is declared with.

    `last_tick` is the last time that was handed out; whoever moves it on queues the run, in the same transaction.
    """

    __tablename__ = "cron_jobs"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    schedule: Mapped[str | None] = mapped_column(String(100))
    last_tick: Mapped[datetime] = mapped_column(Timestamp)


class CronRun(Base):
    """One run. `ok` is null while it is at work."""

    __tablename__ = "cron_runs"
    __table_args__ = (Index("ix_cron_runs_name", "name", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(ForeignKey("cron_jobs.name"))
    job_id: Mapped[int | None] = mapped_column(BigInt)
    started_at: Mapped[datetime] = mapped_column(Timestamp)
    finished_at: Mapped[datetime | None] = mapped_column(Timestamp)
    ok: Mapped[bool | None] = mapped_column(Boolean)
    error: Mapped[str | None] = mapped_column(Text)
    result: Mapped[dict[str, Any] | None] = mapped_column(Json)


class JobFailure(Base):
    """Why the last try of a job of the queue failed."""

    __tablename__ = "job_failures"

    job_id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Timestamp)
    error: Mapped[str] = mapped_column(Text)
