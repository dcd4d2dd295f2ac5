"""Tags (tags.md 1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class Tag(Base):
    __tablename__ = "tags"
    __table_args__ = (
        CheckConstraint("reference in ('ticket', 'contract', 'customer')", name="reference"),
        CheckConstraint(
            "type in ('skill', 'product', 'brand', 'customerProperty', 'contractProperty', 'other')", name="type"
        ),
        CheckConstraint("visibility in ('public', 'private', 'disabled')", name="visibility"),
        CheckConstraint("complexity in ('simple', 'moderate', 'complex')", name="complexity"),
        CheckConstraint("priority in ('do-not-change', 'low', 'medium', 'high', 'urgent')", name="priority"),
        Index(
            "uq_tags_sibling_name", text("coalesce(parent_id, 0)"), text("lower(name)"), unique=True,
            postgresql_where=text("deleted_at is null"),
        ),
        Index("ix_tags_parent_id", "parent_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    reference: Mapped[str] = mapped_column(String(10), server_default="ticket")
    type: Mapped[str] = mapped_column(String(20), server_default="skill")
    visibility: Mapped[str] = mapped_column(String(10), server_default="public")
    color: Mapped[str] = mapped_column(String(10), server_default="grey")
    properties: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    complexity: Mapped[str] = mapped_column(String(10), server_default="moderate")
    sla_hours: Mapped[int | None] = mapped_column(Integer)
    priority: Mapped[str] = mapped_column(String(15), server_default="do-not-change")
    channels: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    subchannels: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    assignment: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    detection_details: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    test_case: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    tag_routing: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_by: Mapped[int | None] = mapped_column(BigInt)
    modified_by_name: Mapped[str | None] = mapped_column(Text)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
