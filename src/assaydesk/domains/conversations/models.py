"""Messages of tickets and their attachments (ticket.md 1.2 and 4)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Texts, Timestamp


class Conversation(Base):
    """One message: inbound, outbound, an internal note or a draft."""

    __tablename__ = "conversations"
    __table_args__ = (
        CheckConstraint("type in ('html', 'text')", name="type"),
        CheckConstraint("direction in ('in', 'out', 'internal')", name="direction"),
        CheckConstraint(
            "delivery_status in ('stored', 'queued', 'sending', 'sent', 'uncertain', 'failed', 'bounced')",
            name="delivery_status",
        ),
        Index("ix_conversations_ticket_id", "ticket_id", "created_at", "id"),
        Index(
            "uq_conversations_external_id", "ticket_id", "external_conversation_id", unique=True,
            postgresql_where=text("external_conversation_id is not null"),
        ),
        Index(
            "ix_conversations_undelivered", "id", postgresql_where=text("delivery_status in ('queued', 'sending')")
        ),
        Index(
            "ix_conversations_drafts", "ticket_id",
            postgresql_where=text("is_draft is true and deleted_at is null"),
        ),
        Index("ix_conversations_message_id", "message_id", postgresql_where=text("message_id is not null")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    type: Mapped[str] = mapped_column(String(5), server_default="html")
    direction: Mapped[str] = mapped_column(String(10))
    private: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_draft: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    from_email: Mapped[str | None] = mapped_column(Text)
    from_email_name: Mapped[str | None] = mapped_column(Text)
    reply_to: Mapped[str | None] = mapped_column(Text)
    agent_id: Mapped[int | None] = mapped_column(ForeignKey("profiles.id"))
    subchannel_id: Mapped[int | None] = mapped_column(ForeignKey("subchannels.id"))
    to_email: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    cc_emails: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    bcc_emails: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_plain: Mapped[str] = mapped_column(Text)
    body_clean: Mapped[str] = mapped_column(Text)
    intent_ids: Mapped[list[Any]] = mapped_column(Json, server_default=text("'[]'::jsonb"))
    cortex_request_id: Mapped[int | None] = mapped_column(BigInt)
    crm_notification_id: Mapped[Any] = mapped_column(Json, nullable=True)
    channel_id: Mapped[str | None] = mapped_column(Text)
    external_conversation_id: Mapped[str | None] = mapped_column(Text)
    message_id: Mapped[str | None] = mapped_column(Text)
    delivery_status: Mapped[str] = mapped_column(String(10), server_default="stored")
    delivery_error: Mapped[str | None] = mapped_column(Text)
    email_template_id: Mapped[int | None] = mapped_column(BigInt)
    request_survey: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    raw_data: Mapped[dict[str, Any] | None] = mapped_column(Json, deferred=True)
    created_at: Mapped[datetime] = mapped_column(Timestamp)
    stored_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    modified_at: Mapped[datetime | None] = mapped_column(Timestamp)
    edited_at: Mapped[datetime | None] = mapped_column(Timestamp)
    published_at: Mapped[datetime | None] = mapped_column(Timestamp)
    published_by: Mapped[int | None] = mapped_column(BigInt)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    deleted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class ConversationText(Base):
    """An earlier text of an edited note or draft."""

    __tablename__ = "conversation_texts"
    __table_args__ = (Index("ix_conversation_texts_conversation_id", "conversation_id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    body: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime] = mapped_column(Timestamp)
    edited_by: Mapped[int | None] = mapped_column(BigInt)


class Attachment(Base):
    """A file of a message: stored here (`file_id`), or a reference. Without a message: an upload that waits for one.

    `content_id`: how the HTML of a mail names an image inside it.
    """

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_conversation_id", "conversation_id"),
        Index("ix_attachments_file_id", "file_id", postgresql_where=text("file_id is not null")),
        Index("ix_attachments_pending", "created_at", postgresql_where=text("extraction_status = 'pending'")),
        Index("ix_attachments_unused", "created_at", postgresql_where=text("conversation_id is null")),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    file_id: Mapped[str | None] = mapped_column(ForeignKey("files.id"))
    content_id: Mapped[str | None] = mapped_column(Text)
    uploaded_by: Mapped[int | None] = mapped_column(BigInt)
    position: Mapped[int] = mapped_column(Integer, server_default="0")
    url: Mapped[str | None] = mapped_column(Text)
    original_url: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInt)
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    inline: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    content_type: Mapped[str | None] = mapped_column(Text)
    risk_class: Mapped[str] = mapped_column(String(10), server_default="risky")
    extraction_status: Mapped[str] = mapped_column(String(10), server_default="skipped")
    extraction_data: Mapped[dict[str, Any] | None] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class TicketMerge(Base):
    """A ticket that was merged into another one and not taken out again (ticket.md 12).

    `status` and `due_by` are those that the source had before, for taking it out again.
    """

    __tablename__ = "ticket_merges"
    __table_args__ = (Index("ix_ticket_merges_target_id", "target_id"),)

    source_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    target_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    status: Mapped[str] = mapped_column(String(10))
    merged_at: Mapped[datetime] = mapped_column(Timestamp)
    merged_by: Mapped[int | None] = mapped_column(BigInt)


class ConversationMove(Base):
    """A message that went from one ticket to another by a merge or a split.

    `external_conversation_id`: the outside id that it had, when the other ticket has a message of the same id.
    """

    __tablename__ = "conversation_moves"
    __table_args__ = (
        CheckConstraint("kind in ('merge', 'split')", name="kind"),
        Index("ix_conversation_moves_from_ticket_id", "from_ticket_id", "to_ticket_id"),
        Index("ix_conversation_moves_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    from_ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    to_ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"))
    kind: Mapped[str] = mapped_column(String(5))
    external_conversation_id: Mapped[str | None] = mapped_column(Text)
    moved_at: Mapped[datetime] = mapped_column(Timestamp)


class Delivery(Base):
    """How a message leaves by mail (settings.md 4.3); its state stands in the message.

    `lease`: the sender that works on it, believed to live until `leased_until`. `quoted`: HTML of earlier messages
    that stands beneath the text in the mail. `automatic`: written by a program. `mailbox_id`: what sent it, null for
    the instance's server.
    """

    __tablename__ = "deliveries"
    __table_args__ = (Index("ix_deliveries_accepted", "mailbox_id", "accepted_at"),)

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True, autoincrement=False)
    in_reply_to: Mapped[str | None] = mapped_column(Text)
    reference_ids: Mapped[list[str]] = mapped_column(Texts, server_default=text("'{}'"))
    quoted: Mapped[str | None] = mapped_column(Text)
    automatic: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    mailbox_id: Mapped[int | None] = mapped_column(BigInt)
    tries: Mapped[int] = mapped_column(Integer, server_default="0")
    queued_at: Mapped[datetime] = mapped_column(Timestamp)
    next_try_at: Mapped[datetime] = mapped_column(Timestamp)
    lease: Mapped[str | None] = mapped_column(String(40))
    leased_until: Mapped[datetime | None] = mapped_column(Timestamp)
    warned_at: Mapped[datetime | None] = mapped_column(Timestamp)
    accepted_at: Mapped[datetime | None] = mapped_column(Timestamp)


class RemoteImage(Base):
    """A picture from elsewhere that somebody wanted to see in a message; kept for a day."""

    __tablename__ = "remote_images"
    __table_args__ = (Index("ix_remote_images_fetched_at", "fetched_at"),)

    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    file_id: Mapped[str] = mapped_column(ForeignKey("files.id"))
    fetched_at: Mapped[datetime] = mapped_column(Timestamp)
