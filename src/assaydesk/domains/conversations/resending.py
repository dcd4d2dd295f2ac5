"""POST resend: a message that did not arrive, or nobody knows, leaves once more (ticket.md 3.7)."""

from assaydesk.domains.conversations.delivery import queue_again
from assaydesk.domains.conversations.delivery_repository import lock_message
from assaydesk.domains.conversations.editing import find_message
from assaydesk.domains.conversations.errors import NotResendable
from assaydesk.domains.conversations.lifecycle import Command, State, move
from assaydesk.domains.conversations.mail_schemas import Resend
from assaydesk.domains.conversations.models import Conversation
from assaydesk.domains.conversations.writing import read_addresses
from assaydesk.domains.tickets import service as tickets
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.security.actor import Actor


async def resend_message(
    session: WriteSession, actor: Actor, ticket_id: int, conversation_id: int, body: Resend
) -> Conversation:
    """Send it again under the same Message-ID. Raises `ConversationNotFound`, `NotResendable`, `ValidationFailed`."""
    ticket = await tickets.lock_visible(session, actor, ticket_id)
    row = await find_message(session, ticket_id, conversation_id)
    faults: list[FieldError] = []
    for name in ("to", "cc", "bcc"):
        read_addresses(name, getattr(body, name), faults)
    if faults:
        raise ValidationFailed(faults)
    await lock_message(session, row)
    tickets.refuse_merged([ticket])
    before = State(row.delivery_status)
    if row.direction != "out" or row.is_draft or move(before, Command.RESEND) is None:
        raise NotResendable(conversationId=row.id, deliveryStatus=str(before))
    changes = [Change(row.id, "deliveryStatus", str(before), str(State.QUEUED))]
    for name, column in (("to", "to_email"), ("cc", "cc_emails"), ("bcc", "bcc_emails")):
        addresses = getattr(body, name)
        if name in body.model_fields_set and (addresses or name != "to") and addresses != getattr(row, column):
            changes.append(Change(row.id, name, getattr(row, column), addresses))
            setattr(row, column, addresses)
    at = utc_now()
    await queue_again(session, row, at)
    await write_audit(session, actor, "conversation:row:resend", "conversation", changes)
    details = {"conversationId": row.id, "before": str(before), "to": row.to_email}
    await tickets.log_activity(session, ticket_id, "resent", at=at, user_id=actor.user_id, details=details)
    return row
