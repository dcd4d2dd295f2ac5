"""Sessions, API keys, one-time links, failed sign-ins (people.md 7 and 8)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class Session(Base):
    """One sign-in: a session token, and the cookie when a browser signed in. Both are stored hashed."""

    __tablename__ = "sessions"
    __table_args__ = (Index("ix_sessions_user_id", "user_id"), Index("ix_sessions_expires_at", "expires_at"))

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    jti_hash: Mapped[str] = mapped_column(String(64), unique=True)
    cookie_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    remembered: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    started_at: Mapped[datetime] = mapped_column(Timestamp)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(Timestamp)
    last_used_at: Mapped[datetime | None] = mapped_column(Timestamp)
    revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)
    ip: Mapped[str | None] = mapped_column(Text)
    user_agent: Mapped[str | None] = mapped_column(Text)


class ApiKey(Base):
    """A user or service-worker token, shown once."""

    __tablename__ = "api_keys"
    __table_args__ = (Index("ix_api_keys_user_id", "user_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(String(20))
    jti_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    expires_at: Mapped[datetime | None] = mapped_column(Timestamp)
    last_used_at: Mapped[datetime | None] = mapped_column(Timestamp)
    revoked_at: Mapped[datetime | None] = mapped_column(Timestamp)


class SigningKey(Base):
    """A key pair for tokens. Every token must also be found by its `jti`, so the key alone opens nothing."""

    __tablename__ = "signing_keys"

    kid: Mapped[str] = mapped_column(String(40), primary_key=True)
    private_jwk: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    retired_at: Mapped[datetime | None] = mapped_column(Timestamp)


class OneTimeLink(Base):
    """An invitation or a password reset. `mail_status` null: it was handed over by other means."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        Index("ix_one_time_links_mail", "id", postgresql_where=text("mail_status in ('queued', 'sending')")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    expires_at: Mapped[datetime] = mapped_column(Timestamp)
    used_at: Mapped[datetime | None] = mapped_column(Timestamp)
    mail_status: Mapped[str | None] = mapped_column(String(10))
    mail_tries: Mapped[int] = mapped_column(Integer, server_default="0")
    mail_next_try_at: Mapped[datetime | None] = mapped_column(Timestamp)
    mail_lease: Mapped[str | None] = mapped_column(String(40))
    mail_leased_until: Mapped[datetime | None] = mapped_column(Timestamp)


class FailedSignIn(Base):
    """Counts towards the rate limit; `subject` is an address or an IP, hashed."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Timestamp)
