"""Customers as the desk knows them: a copy of the master data, by their outside id (ticket.md 1.3)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Timestamp


class Customer(Base):
    __tablename__ = "customers"
    __table_args__ = (
        Index("uq_customers_customer_id", "customer_id", unique=True, postgresql_where=text("deleted_at is null")),
        Index("ix_customers_email", text("lower(email)")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    customer_id: Mapped[str] = mapped_column(String(50))
    business: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    company: Mapped[str | None] = mapped_column(Text)
    firstname: Mapped[str | None] = mapped_column(Text)
    lastname: Mapped[str | None] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    tag_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    contracts: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    additional_data: Mapped[dict[str, Any]] = mapped_column(Json, server_default=text("'{}'::jsonb"))
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)
