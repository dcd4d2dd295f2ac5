"""Messages as lists are encoded, field for field `ConversationRead`."""

from typing import Any

import msgspec

from assaydesk.platform.http.encode import Row


class SenderRow(Row, frozen=True):
    id: int | None
    name: str | None
    email: str | None


class ConversationRow(Row, frozen=True):
    id: int
    ticket_id: int
    type: str
    direction: str
    private: bool
    is_draft: bool
    from_email: str | None
    from_email_name: str | None
    agent_id: int | None
    sender: SenderRow
    to_email: list[str]
    cc_emails: list[str]
    bcc_emails: list[str]
    subject: str | None
    body: str
    body_plain: str
    body_clean: str
    content: dict[str, str]
    intent_ids: list[str]
    cortex_request_id: int | None
    attachments: list[dict[str, Any]]
    crm_notification_id: Any
    external_conversation_id: str | None
    delivery_status: str
    delivery_error: str | None
    message_id: str | None
    created_at: int
    modified_at: int | None
    edited_at: int | None
    deleted_at: int | None
    version: int
    raw_data: dict[str, Any] | msgspec.UnsetType | None = msgspec.UNSET
