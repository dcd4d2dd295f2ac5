"""Secrets of executors (code.md 7)."""

from datetime import datetime

from sqlalchemy import String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Texts, Timestamp


class Secret(Base):
    """`sealed`: the value under the key of the instance. `hosts`: where it may be sent, everywhere when empty."""

    __tablename__ = "secrets"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)
    hosts: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_by: Mapped[int | None] = mapped_column(BigInt)
    last_used_at: Mapped[datetime | None] = mapped_column(Timestamp)
