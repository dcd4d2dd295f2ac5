"""Files in the database (ADR 0014): what a file is, and its bytes in pieces that several files may share."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from assaydesk.platform.db.base import Base, BigInt, Timestamp


class FileContent(Base):
    """Bytes that are stored once, however many files have them. Without a file they are removed."""

    __tablename__ = "file_contents"
    __table_args__ = (Index("ix_file_contents_sha256", "sha256"),)

    id: Mapped[int] = mapped_column(BigInt, primary_key=True)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    size: Mapped[int] = mapped_column(BigInt, server_default="0")
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class FileChunk(Base):
    """A piece of a content; all but the last have the same length."""

    __tablename__ = "file_chunks"

    content_id: Mapped[int] = mapped_column(ForeignKey("file_contents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class StoredFile(Base):
    """One file: a name, what it really is, and where its bytes are. Sizes in bytes and pixels."""

    __tablename__ = "files"
    __table_args__ = (
        CheckConstraint("risk_class in ('safe', 'risky', 'dangerous')", name="risk_class"),
        Index("ix_files_bytes_id", "bytes_id"),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    bytes_id: Mapped[int] = mapped_column(ForeignKey("file_contents.id"))
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInt)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content_type: Mapped[str] = mapped_column(Text)
    risk_class: Mapped[str] = mapped_column(String(10))
    width: Mapped[int | None] = mapped_column(Integer)
    height: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(Timestamp, server_default=text("now()"))


class LinkKey(Base):
    """The secret of this instance's signed links. One row, made by the migration; it moves with the files it opens."""

    __tablename__ = "file_link_keys"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(Text, server_default=text("gen_random_uuid()::text || gen_random_uuid()::text"))
