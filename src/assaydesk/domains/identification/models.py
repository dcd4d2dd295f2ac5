"""What was found out about who wrote a ticket, and when to try again (ticket.md 8.2)."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, Timestamp


class Identification(Base):
    """The last result for a ticket. `due_at`: a try that failed is repeated then; `corrected`: a person knew better."""

    __tablename__ = "identifications"
    __table_args__ = (Index("ix_identifications_due_at", "due_at", postgresql_where=text("due_at is not null")),)

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(String(50))
    contract_id: Mapped[str | None] = mapped_column(String(50))
    level: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failures: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    due_at: Mapped[datetime | None] = mapped_column(Timestamp)
    corrected: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    at: Mapped[datetime] = mapped_column(Timestamp)
