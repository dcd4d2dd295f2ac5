"""Response templates and the wrappers around every mail (templates.md 1)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp


class EmailTemplate(Base):
    """Greeting and signature; `%MESSAGE%` stands once in `html`. One default for each language, and one for all."""

    __tablename__ = "email_templates"
    __table_args__ = (
        Index(
            "uq_email_templates_default", text("lower(coalesce(language, ''))"), unique=True,
            postgresql_where=text("is_default and deleted_at is null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(10))
    subchannel_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_by: Mapped[int | None] = mapped_column(BigInt)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class Template(Base):
    """A text with variables for answers. `attachments`: `{name, url}` or `{name, fileId}`."""

    __tablename__ = "templates"
    __table_args__ = (
        Index("ix_templates_tag_id", "tag_id"),
        Index("ix_templates_email_template_id", "email_template_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    tag_id: Mapped[int | None] = mapped_column(ForeignKey("tags.id"))
    email_template_id: Mapped[int | None] = mapped_column(ForeignKey("email_templates.id"))
    description: Mapped[str] = mapped_column(Text, server_default="")
    message: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    example_ticket_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    language: Mapped[str | None] = mapped_column(String(10))
    channels: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    use_count: Mapped[int] = mapped_column(Integer, server_default="0")
    revision: Mapped[int] = mapped_column(Integer, server_default="1")
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_by: Mapped[int | None] = mapped_column(BigInt)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
