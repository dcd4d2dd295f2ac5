"""People, service workers, AI agents, and their roles (people.md 1 to 6)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Texts, Timestamp


class Role(Base):
    """A named set of permissions, derived from Admin (1) or Agent (2)."""

    __tablename__ = "roles"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, server_default="")
    base_role_id: Mapped[int | None] = mapped_column(ForeignKey("roles.id"))
    permissions: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    is_system: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class Profile(Base):
    """One person, service worker or AI agent. `settings` holds the keys of people.md 1.2 with their own values."""

    __tablename__ = "profiles"
    __table_args__ = (
        CheckConstraint("type in ('user', 'enneo', 'serviceWorker', 'aiAgent')", name="type"),
        CheckConstraint("state in ('active', 'inactive', 'deleted')", name="state"),
        CheckConstraint("work_status in ('ticketProcessing', 'break', 'support', 'longAbsence')", name="work_status"),
        Index("uq_profiles_email", text("lower(email)"), unique=True, postgresql_where=text("state <> 'deleted'")),
        Index("uq_profiles_external_id", "external_id", unique=True, postgresql_where=text("state <> 'deleted'")),
        Index("uq_profiles_name_reports", text("lower(name_reports)"), unique=True),
        Index("ix_profiles_role_id", "role_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    type: Mapped[str] = mapped_column(String(20), server_default="user")
    first_name: Mapped[str] = mapped_column(Text)
    last_name: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    image: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    password_hash: Mapped[str | None] = mapped_column(Text)
    last_seen: Mapped[datetime | None] = mapped_column(Timestamp)
    is_sso_only: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    lang: Mapped[str] = mapped_column(String(10), server_default="en")
    timezone: Mapped[str | None] = mapped_column(Text)
    name_alias: Mapped[str | None] = mapped_column(Text)
    external_id: Mapped[str | None] = mapped_column(Text)
    name_reports: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), server_default="active")
    role_id: Mapped[int | None] = mapped_column(ForeignKey("roles.id"))
    work_status: Mapped[str] = mapped_column(String(20), server_default="ticketProcessing")
    settings: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    open_tickets: Mapped[list[dict[str, Any]]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    allowed_ips: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class ProfileTeam(Base):
    """Membership. Only active teams count as effective (people.md 1.3)."""

    __tablename__ = "profile_teams"
    __table_args__ = (Index("ix_profile_teams_team_id", "team_id"),)

    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), primary_key=True)


class StatusChange(Base):
    """A working status and from when it held (people.md 3.1)."""

    __tablename__ = "profile_status_changes"
    __table_args__ = (Index("ix_profile_status_changes_profile_at", "profile_id", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    work_status: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Timestamp)


class Absence(Base):
    """A longer absence (people.md 3.2), from `since` until `until`; null is open. Those of a person never overlap.

    `handed_over_at`: when the person's unfinished tickets went to the substitute.
    """

    __tablename__ = "profile_absences"
    __table_args__ = (
        CheckConstraint("reason in ('vacation', 'illness', 'training', 'other')", name="reason"),
        CheckConstraint("until is null or until > since", name="ends_after_it_begins"),
        Index("ix_profile_absences_profile_id", "profile_id", "since"),
        Index("ix_profile_absences_since", "since"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"))
    since: Mapped[datetime] = mapped_column(Timestamp)
    until: Mapped[datetime | None] = mapped_column(Timestamp)
    reason: Mapped[str] = mapped_column(String(10), server_default="other")
    note: Mapped[str | None] = mapped_column(Text)
    substitute_user_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    created_by: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    handed_over_at: Mapped[datetime | None] = mapped_column(Timestamp)
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
