"""Teams (people.md 4). Who is a member is known by profiles."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Timestamp


class Team(Base):
    __tablename__ = "teams"
    __table_args__ = (
        CheckConstraint("state in ('active', 'inactive')", name="state"),
        Index("uq_teams_name", text("lower(name)"), unique=True, postgresql_where=text("deleted_at is null")),
        Index("uq_teams_external_id", "external_id", unique=True, postgresql_where=text("deleted_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="")
    color: Mapped[str | None] = mapped_column(String(20))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    state: Mapped[str] = mapped_column(String(10), server_default="active")
    leader_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    settings: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    external_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
