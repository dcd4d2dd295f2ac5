"""Messages and attachments in their wire form (ticket.md 1.2, 4.1)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from assaydesk.domains.conversations.attachments import file_ending, storage_path
from assaydesk.domains.conversations.bodies import ImageLinks, shown_body
from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.conversations.rows import ConversationRow, SenderRow
from assaydesk.domains.profiles.models import Profile
from assaydesk.kit.clock import unix


def attachment_json(file: Attachment) -> dict[str, Any]:
    """A file, with all documented keys."""
    return {
        "id": file.id,
        "url": storage_path(file.id, file.name) if file.file_id is not None else file.url,
        "name": file.name,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "inline": file.inline,
        "fileEnding": file_ending(file.name),
        "contentType": file.content_type,
        "originalUrl": file.original_url,
        "extractedData": None,
        "extractionStatus": file.extraction_status,
        "extractionData": file.extraction_data,
        "riskClass": file.risk_class,
    }


def conversation_row(
    row: Mapping[str, Any],
    author: Profile | None,
    files: Sequence[Attachment],
    *,
    links: ImageLinks | None = None,
    with_raw_data: bool = False,
) -> ConversationRow:
    """One message; `row` has the columns of `conversations`."""
    return ConversationRow(
        id=row["id"],
        ticket_id=row["ticket_id"],
        type=row["type"],
        direction=row["direction"],
        private=row["private"],
        is_draft=row["is_draft"],
        from_email=row["from_email"],
        from_email_name=row["from_email_name"],
        agent_id=row["agent_id"],
        sender=_sender(row, author),
        to_email=row["to_email"],
        cc_emails=row["cc_emails"],
        bcc_emails=row["bcc_emails"],
        subject=row["subject"],
        body=shown_body(row["body"], row["type"], links),
        body_plain=row["body_plain"],
        body_clean=row["body_clean"],
        content={"message": row["body_plain"]},
        intent_ids=[str(code) for code in row["intent_ids"]],
        cortex_request_id=row["cortex_request_id"],
        attachments=[attachment_json(file) for file in files],
        crm_notification_id=row["crm_notification_id"],
        external_conversation_id=row["external_conversation_id"],
        delivery_status=row["delivery_status"],
        delivery_error=row["delivery_error"],
        message_id=row["message_id"],
        created_at=unix(row["created_at"]),
        modified_at=_seconds(row["modified_at"]),
        edited_at=_seconds(row["edited_at"]),
        deleted_at=_seconds(row["deleted_at"]),
        version=row["version"],
        raw_data=row["raw_data"] if with_raw_data else msgspec.UNSET,
    )


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else unix(moment)


def _sender(row: Mapping[str, Any], author: Profile | None) -> SenderRow:
    if author is None or row["direction"] == "in":
        return SenderRow(id=None, name=row["from_email_name"], email=row["from_email"])
    name = f"{author.first_name} {author.last_name}".strip()
    return SenderRow(id=author.id, name=name, email=author.email)
