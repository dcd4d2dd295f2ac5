"""Surveys and their answers (ticket.md 9)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Timestamp


class Survey(Base):
    """A question put with a reply, and its present answer.

    `reference` is handed out with the reply; without one, the survey stands for the ticket as a whole (one a ticket).
    `user_id`: who wrote the reply.
    """

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint("answer_stars between 1 and scale", name="answer_stars"),
        Index("uq_surveys_reference", "reference", unique=True),
        Index("uq_surveys_conversation_id", "conversation_id", unique=True),
        Index("uq_surveys_of_ticket", "ticket_id", unique=True, postgresql_where=text("reference is null")),
        Index("ix_surveys_ticket_id", "ticket_id"),
        Index("ix_surveys_answered_at", "answered_at", postgresql_where=text("answered_at is not null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(20))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    scale: Mapped[int] = mapped_column(Integer)
    answer_stars: Mapped[int | None] = mapped_column(Integer)
    answer_text: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Timestamp)
    first_answered_at: Mapped[datetime | None] = mapped_column(Timestamp)
    worklog_id: Mapped[int | None] = mapped_column(BigInt)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class SurveyAnswer(Base):
    """Every answer that was given, the present one included; nothing is overwritten."""

    __tablename__ = "survey_answers"
    __table_args__ = (Index("ix_survey_answers_survey_id", "survey_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"))
    stars: Mapped[int] = mapped_column(Integer)
    text: Mapped[str | None] = mapped_column(Text)
    answered_by: Mapped[int | None] = mapped_column(BigInt)
    at: Mapped[datetime] = mapped_column(Timestamp)


class SurveyCall(Base):
    """A call to a public address within the last minute, for the limit of calls."""

    __tablename__ = "survey_calls"
    __table_args__ = (Index("ix_survey_calls_address", "address", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Timestamp)
