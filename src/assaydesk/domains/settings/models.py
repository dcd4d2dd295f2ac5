"""Instance settings and sub-channels (settings.md)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp

CHANNELS = ("email", "portal", "phone", "letter", "system", "chat", "walkIn")


class Setting(Base):
    """A value that differs from the default."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_by: Mapped[int | None] = mapped_column(BigInt)


class Subchannel(Base):
    """A mailbox, chat bot or phone line."""

    __tablename__ = "subchannels"
    __table_args__ = (
        CheckConstraint(f"channel in {CHANNELS}", name="channel"),
        Index(
            "uq_subchannels_default", "channel", unique=True, postgresql_where=text("is_default and deleted_at is null")
        ),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    channel: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(Text)
    is_default: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    interface: Mapped[str] = mapped_column(String(20), server_default="internal")
    enabled: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    data: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
