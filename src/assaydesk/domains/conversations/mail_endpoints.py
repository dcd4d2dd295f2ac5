"""Forwarding a ticket, and sending a message again (ticket.md 2.9, 3.7)."""

from typing import Annotated

from fastapi import Body
from starlette.responses import Response

from assaydesk.domains.conversations import service
from assaydesk.domains.conversations.deps import Forwarder, MessageToWrite, ToWrite, Writer
from assaydesk.domains.conversations.errors import AttachmentRefused, ConversationNotFound, NotResendable
from assaydesk.domains.conversations.mail_schemas import Forwarded, Resend, TicketForward
from assaydesk.domains.conversations.schemas import ConversationDone
from assaydesk.domains.tickets.service import PendingRequiresDueBy, TicketMerged, TicketNotFound
from assaydesk.platform.errors import PayloadTooLarge, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Writes

router = Router("conversation")


@router.post(
    "/{ticketId}/forward",
    operation_id="forwardTicket",
    tags=["ticket"],
    response_model=Forwarded,
    responses=errors(
        PermissionDenied, TicketNotFound, TicketMerged, ValidationFailed, UnknownReference, PendingRequiresDueBy,
        AttachmentRefused, PayloadTooLarge,
    ),
)  # fmt: skip
async def forward_ticket(session: Writes, ticket_id: ToWrite, actor: Forwarder, body: TicketForward) -> Response:
    """Forward a ticket to addresses (`toEmail`), to another sub-channel (`toSubchannelId`), or both.

    The mail is kept as a private outgoing message with the earlier messages beneath it (`includeHistory`) and their
    files (`includeAttachments`); internal notes are never in it. Answers to it come back as private notes. A ticket
    that moves gets the tags of the sub-channel and loses its assignment; then `body` becomes an internal note, and
    without one `id` is null.
    """
    row = await service.forward_ticket(session, actor, ticket_id, body)
    shown = None if row is None else await service.read_message(session, row.id)
    return json_answer({"success": True, "id": None if row is None else row.id, "conversation": shown})


@router.post(
    "/{ticketId}/conversation/{conversationId}/resend",
    operation_id="resendConversation",
    response_model=ConversationDone,
    responses=errors(
        PermissionDenied, TicketNotFound, ConversationNotFound, ValidationFailed, TicketMerged, NotResendable
    ),
)
async def resend_conversation(
    session: Writes,
    ticket_id: ToWrite,
    conversation_id: MessageToWrite,
    actor: Writer,
    body: Annotated[Resend | None, Body()] = None,
) -> Response:
    """Send an outgoing message again that is `failed`, `bounced` or `uncertain`, with the same `Message-ID`.

    `to`, `cc` and `bcc` replace its recipients. The history of the ticket says that it was sent again, and by whom.
    """
    row = await service.resend_message(session, actor, ticket_id, conversation_id, body or Resend())
    return json_answer({"success": True, "conversation": await service.read_message(session, row.id)})
