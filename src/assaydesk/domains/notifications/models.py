"""What people are told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class Notification(Base):
    """One notice to one person. `text` is language -> words; English is always there."""

    __tablename__ = "notifications"
    __table_args__ = (
        Index("ix_notifications_user_id", "user_id", "id"),
        Index("ix_notifications_url", "kind", "url", "created_at", postgresql_where=text("url is not null")),
        Index("ix_notifications_unread", "user_id", postgresql_where=text("read_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[dict[str, str]] = mapped_column(Json)
    ticket_id: Mapped[int | None] = mapped_column(BigInt)
    url: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    read_at: Mapped[datetime | None] = mapped_column(Timestamp)
