"""Mail that came in, how far each mailbox is read, and what each sub-channel did (ADR 0015)."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Json, Timestamp


class MailMessage(Base):
    """One mail, however many mailboxes received it. `identity` is SHA-256 in hexadecimal."""

    __tablename__ = "mail_messages"
    __table_args__ = (
        Index("uq_mail_messages_identity", "identity", unique=True),
        Index("ix_mail_messages_conversation_id", "conversation_id"),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    identity: Mapped[str] = mapped_column(String(64))
    message_id: Mapped[str | None] = mapped_column(Text)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    file_id: Mapped[str | None] = mapped_column(String(40))
    stored_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class MailReceipt(Base):
    """A mail was taken from a folder. `source` names account and folder; `settled_at` is set once it is marked, moved
    or deleted there."""

    __tablename__ = "mail_receipts"
    __table_args__ = (
        Index("uq_mail_receipts_uid", "subchannel_id", "source", "uidvalidity", "uid", unique=True),
        Index("ix_mail_receipts_sender", "subchannel_id", "sender", "received_at"),
        Index("ix_mail_receipts_mail_message_id", "mail_message_id"),
        Index("ix_mail_receipts_unsettled", "subchannel_id", "uid", postgresql_where=text("settled_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    subchannel_id: Mapped[int] = mapped_column(ForeignKey("subchannels.id"))
    source: Mapped[str] = mapped_column(Text)
    uidvalidity: Mapped[int] = mapped_column(BigInt)
    uid: Mapped[int] = mapped_column(BigInt)
    mail_message_id: Mapped[int | None] = mapped_column(ForeignKey("mail_messages.id"))
    sender: Mapped[str] = mapped_column(Text, server_default="")
    received_at: Mapped[datetime] = mapped_column(Timestamp)
    stored_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))
    settled_at: Mapped[datetime | None] = mapped_column(Timestamp)
    keep: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class MailboxState(Base):
    """How far a mailbox is read, when it is due, and who reads it at this moment.

    Mails up to `last_uid` of this `source` and `uidvalidity` are done, those that came before `start_from` left out.
    `failures` in a row delay the next try.
    """

    __tablename__ = "mailbox_states"

    subchannel_id: Mapped[int] = mapped_column(ForeignKey("subchannels.id"), primary_key=True)
    source: Mapped[str] = mapped_column(Text, server_default="")
    uidvalidity: Mapped[int] = mapped_column(BigInt, server_default="0")
    last_uid: Mapped[int] = mapped_column(BigInt, server_default="0")
    start_from: Mapped[datetime | None] = mapped_column(Timestamp)
    due_at: Mapped[datetime | None] = mapped_column(Timestamp)
    fetched_at: Mapped[datetime | None] = mapped_column(Timestamp)
    failures: Mapped[int] = mapped_column(Integer, server_default="0")
    error: Mapped[str | None] = mapped_column(Text)
    reader: Mapped[str | None] = mapped_column(String(40))
    reader_until: Mapped[datetime | None] = mapped_column(Timestamp)


class SubchannelLog(Base):
    """What a sub-channel did: `fetch`, `send` or `test`."""

    __tablename__ = "subchannel_log"
    __table_args__ = (Index("ix_subchannel_log_subchannel_id", "subchannel_id", "id"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    subchannel_id: Mapped[int] = mapped_column(ForeignKey("subchannels.id"))
    at: Mapped[datetime] = mapped_column(Timestamp)
    kind: Mapped[str] = mapped_column(String(10))
    ok: Mapped[bool] = mapped_column(Boolean)
    message: Mapped[str] = mapped_column(Text, server_default="")
    details: Mapped[dict[str, Any] | None] = mapped_column(Json)
    ticket_id: Mapped[int | None] = mapped_column(BigInt)
    conversation_id: Mapped[int | None] = mapped_column(BigInt)


class AutoReceipt(Base):
    """An automatic receipt that was sent to an address, in lower case."""

    __tablename__ = "auto_receipts"
    __table_args__ = (Index("ix_auto_receipts_address", "address", "at"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Timestamp)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
