"""The audit log: who changed what, append-only (conventions.md 10)."""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Index, String, Table, insert
from sqlalchemy.dialects.postgresql import JSONB

from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.base import metadata
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.logging import current_transaction
from assaydesk.platform.security.actor import Actor

caller_address: ContextVar[str | None] = ContextVar("assaydesk_caller_address", default=None)
"""Where the request came from; None in jobs and commands."""

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("user_id", BigInteger),
    Column("action", String(60), nullable=False),
    Column("object_type", String(40), nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("field", String(200)),
    Column("old_value", JSONB(none_as_null=True)),
    Column("new_value", JSONB(none_as_null=True)),
    Column("tx_id", String(10), nullable=False),
    Column("ip", String(64)),
    Index("ix_audit_entries_object", "object_type", "object_id", "id"),
    Index("ix_audit_entries_user_id", "user_id", "id"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One changed field of one object. Values are JSON-ready; secrets and message texts never come here."""

    object_id: int
    field: str | None = None
    old: Any = None
    new: Any = None


async def write_audit(
    session: WriteSession, actor: Actor, action: str, object_type: str, changes: Sequence[Change]
) -> None:
    """Append one row for each change. `action` is a tag such as `role:permissions:change`."""
    if not changes:
        return
    now = utc_now()
    await session.execute(
        insert(audit_entries),
        [
            {
                "at": now, "user_id": actor.user_id, "action": action, "object_type": object_type,
                "object_id": change.object_id, "field": change.field, "old_value": change.old,
                "new_value": change.new, "tx_id": current_transaction(), "ip": caller_address.get(),
            }
            for change in changes
        ],
    )  # fmt: skip
