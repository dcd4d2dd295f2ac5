"""Tickets, their tags and their history (ticket.md 1.1)."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, SmallInteger, String, Text, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, BigInts, Json, Texts, Timestamp

ROUTABLE: Final = (
    "status = 'open' and deleted_at is null and merged_into_ticket_id is null "
    "and ai_support_level in ('human', 'unprocessed') "
    "and (spam_status is null or spam_status in ('auto_clean', 'manual_clean'))"
)
"""Tickets that may be handed out to somebody (ticket.md 6.2)."""

WAITING: Final = f"{ROUTABLE} and agent_id is null and assigned_agent_ids = '{{}}'"
"""Those that nobody has: the condition of the indexes of the routing orders."""

_DUE: Final = "coalesce(due_by, '2099-12-31 00:00:00+00'::timestamptz)"
_RANK: Final = "array_position('{urgent,high,medium,low}'::text[], priority::text)"
_MESSAGE: Final = "coalesce(last_customer_message_at, created_at)"

ROUTING_ORDERS: Final = {
    1: (_DUE, "created_at", "id"),
    2: (_RANK, _DUE, "created_at", "id"),
    3: (_RANK, f"{_MESSAGE} desc", "created_at", "id"),
    4: (_RANK, _MESSAGE, "created_at", "id"),
}
"""What each `routingMode` sorts by (ticket.md 6.3). Each has an index over the tickets that wait."""


KIND: Final = "hash_array_extended(carried_tag_ids, 0)"
"""Tickets with the same tags have the same one. With the channel it says whom a waiting ticket fits."""


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (
        CheckConstraint("status in ('open', 'pending', 'closed')", name="status"),
        CheckConstraint("direction in ('in', 'out', 'internal')", name="direction"),
        CheckConstraint("priority in ('low', 'medium', 'high', 'urgent')", name="priority"),
        CheckConstraint(
            "channel in ('email', 'portal', 'phone', 'letter', 'system', 'chat', 'walkIn')", name="channel"
        ),
        CheckConstraint("ai_support_level in ('unprocessed', 'human', 'bot', 'automated')", name="ai_support_level"),
        CheckConstraint(
            "spam_status in ('auto_clean', 'manual_clean', 'auto_spam', 'auto_programmatic', 'manual_spam')",
            name="spam_status",
        ),
        Index("uq_tickets_external_ticket_id", "external_ticket_id", unique=True),
        Index("ix_tickets_customer_id", "customer_id"),
        Index("ix_tickets_contract_id", "contract_id"),
        Index("ix_tickets_agent_id", "agent_id"),
        Index("ix_tickets_sender", text("lower(from_address)"), "created_at"),
        Index("ix_tickets_status_due_by", "status", "due_by"),
        Index("ix_tickets_created_at", "created_at", "id"),
        Index("ix_tickets_modified_at", "modified_at", "id"),
        Index("ix_tickets_due_by", "due_by", "id"),
        Index("ix_tickets_status_created_at", "status", "created_at", "id"),
        Index("ix_tickets_agent_id_open", "agent_id", postgresql_where=text("status = 'open'")),
        Index(
            "ix_tickets_assigned_agent_ids", "assigned_agent_ids",
            postgresql_using="gin", postgresql_where=text("status <> 'closed'"),
        ),
        Index("ix_tickets_escalation", "due_by", postgresql_where=text("status = 'open' and not is_escalated")),
        Index(
            "ix_tickets_escalation_deferred", "sla_due_at",
            postgresql_where=text("status = 'open' and not is_escalated and due_by_defers"),
        ),
        *(
            Index(f"ix_tickets_routing_{mode}", *map(text, keys), postgresql_where=text(WAITING))
            for mode, keys in ROUTING_ORDERS.items()
        ),
        Index("ix_tickets_waiting_kinds", text(KIND), "channel", postgresql_where=text(WAITING)),
        Index(
            "ix_tickets_previous_ticket_id", "previous_ticket_id",
            postgresql_where=text("previous_ticket_id is not null"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), server_default="in")
    from_address: Mapped[str | None] = mapped_column(Text)
    from_name: Mapped[str | None] = mapped_column(Text)
    to_addresses: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    cc_emails: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    bcc_emails: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    reply_cc_emails: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    subchannel_id: Mapped[int | None] = mapped_column(ForeignKey("subchannels.id"))
    external_ticket_id: Mapped[str | None] = mapped_column(Text)
    sentiment: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    language_code: Mapped[str | None] = mapped_column(Text)
    auto_execute_at: Mapped[datetime | None] = mapped_column(Timestamp)
    ai_support_level: Mapped[str] = mapped_column(String(12), server_default="unprocessed")
    spam_status: Mapped[str | None] = mapped_column(String(20))
    is_customer_active: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    priority: Mapped[str] = mapped_column(String(10), server_default="medium")
    priority_was_set_manually: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    channel: Mapped[str] = mapped_column(String(10))
    channel_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(10), server_default="open")
    summary: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    is_escalated: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    sla_started_at: Mapped[datetime] = mapped_column(Timestamp)
    sla_due_at: Mapped[datetime | None] = mapped_column(Timestamp)
    sla_paused_seconds: Mapped[int] = mapped_column(BigInt, server_default="0")
    first_response_due_by: Mapped[datetime | None] = mapped_column(Timestamp)
    first_response_was_set_manually: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    first_response_at: Mapped[datetime | None] = mapped_column(Timestamp)
    due_by: Mapped[datetime | None] = mapped_column(Timestamp)
    due_by_was_set_manually: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    pending_since: Mapped[datetime | None] = mapped_column(Timestamp)
    due_by_before_pending: Mapped[datetime | None] = mapped_column(Timestamp)
    due_by_before_pending_was_manual: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    due_by_defers: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    due_by_before_pending_defers: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    escalated_for: Mapped[datetime | None] = mapped_column(Timestamp)
    processing: Mapped[str] = mapped_column(String(10), server_default="batch")
    carried_tag_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    customer_id: Mapped[str | None] = mapped_column(String(50))
    contract_id: Mapped[str | None] = mapped_column(String(50))
    partner_id: Mapped[int | None] = mapped_column(BigInt)
    customer_legitimation: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    responder_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    assigned_agent_ids: Mapped[list[int]] = mapped_column(BigInts, server_default=text("'{}'"))
    additional_data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    template: Mapped[str | None] = mapped_column(Text)
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    merged_into_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    previous_ticket_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"))
    last_customer_message_at: Mapped[datetime | None] = mapped_column(Timestamp)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    modified_at: Mapped[datetime | None] = mapped_column(Timestamp)
    closed_at: Mapped[datetime | None] = mapped_column(Timestamp)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class TicketTag(Base):
    """Who or what put a tag on a ticket (tags.md 3).

    Triggers keep `Ticket.carried_tag_ids` equal to these rows, whoever writes them.
    """

    __tablename__ = "ticket_tags"
    __table_args__ = (
        CheckConstraint("set_by in ('user', 'ai', 'rule', 'channel', 'executor', 'import')", name="set_by"),
        Index("ix_ticket_tags_tag_id", "tag_id"),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)
    set_by: Mapped[str] = mapped_column(String(10), server_default="user")
    set_by_user_id: Mapped[int | None] = mapped_column(BigInt)
    set_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class TicketChange(Base):
    """One line of a ticket's history: what one request changed, or a step that changed no field of the ticket.

    `changes` is `{field: {"old", "new"}}`; `details` are facts of a step, such as the address of a forwarded mail.
    `version` is the one that the ticket had afterwards.
    """

    __tablename__ = "ticket_changes"
    __table_args__ = (Index("ix_ticket_changes_ticket_id", "ticket_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    user_id: Mapped[int | None] = mapped_column(BigInt)
    kind: Mapped[str] = mapped_column(String(40), server_default="changed")
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    tx_id: Mapped[str] = mapped_column(String(10), server_default="")


class TicketSearch(Base):
    """What a ticket is found by: one row for the ticket and all its messages, so that words are combined across them.

    Words of the ticket's own columns have the weight A, those of messages D. Messages are told by their domain
    (ADR 0012). `created_at` is the ticket's, so that pages can be cut without its row.
    """

    __tablename__ = "ticket_search"
    __table_args__ = (
        Index("ix_ticket_search_created_at", "created_at", "ticket_id"),
        Index("ix_ticket_search_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    words: Mapped[Any] = mapped_column(TSVECTOR)


class SearchWord(Base):
    """A word that stands in some ticket: parts, spellings and inflections are looked up here (ADR 0012).

    A word may be there twice: two requests learned it at once, and neither had to wait for the other.
    """

    __tablename__ = "search_words"
    __table_args__ = (
        Index("ix_search_words_word", "word"),
        Index("ix_search_words_folded", "folded"),
        Index("ix_search_words_stem_en", "stem_en"),
        Index(
            "ix_search_words_parts", "folded", "stem_de", postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
            postgresql_ops={"folded": "gin_trgm_ops", "stem_de": "gin_trgm_ops"},
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    word: Mapped[str] = mapped_column(Text)
    folded: Mapped[str] = mapped_column(Text)
    stem_de: Mapped[str] = mapped_column(Text)
    stem_en: Mapped[str] = mapped_column(Text)
