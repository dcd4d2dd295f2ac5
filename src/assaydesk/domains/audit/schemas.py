"""Wire shapes of the audit log (platform.md 9)."""

from typing import Any

from pydantic import Field

from assaydesk.platform.schema import IsoTime, Schema


class AuditEntry(Schema):
    id: int
    at: IsoTime
    user_id: int | None = Field(description="null for the system.")
    user_name: str | None
    action: str = Field(description="Such as `role:change`.")
    object_type: str
    object_id: int
    field: str | None
    old_value: Any
    new_value: Any
    tx_id: str = Field(description="What was done by one request or job has one value.")
    ip: str | None


class AuditList(Schema):
    success: bool
    entries: list[AuditEntry]
    total: int
    limit: int
    offset: int
