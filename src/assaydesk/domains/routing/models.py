"""What was handed out to whom (ticket.md 2.7)."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, Timestamp


class Handout(Base):
    """A ticket that a person got from routing, until it was worked on or went back.

    `assigned`: the call made the person responsible, and going back undoes that. `left_at`: the person went on without
    working on it; such a row only remembers that, so that the ticket is not offered again at once.
    """

    __tablename__ = "routing_handouts"
    __table_args__ = (
        Index("ix_routing_handouts_held", "routed_at", postgresql_where=text("left_at is null")),
        Index("ix_routing_handouts_left_at", "left_at", postgresql_where=text("left_at is not null")),
        Index("ix_routing_handouts_ticket_id", "ticket_id"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("profiles.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    routed_at: Mapped[datetime] = mapped_column(Timestamp)
    assigned: Mapped[bool] = mapped_column(Boolean)
    left_at: Mapped[datetime | None] = mapped_column(Timestamp)
