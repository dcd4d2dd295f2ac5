"""Messages of tickets, and the ticket that is opened with its first message (ticket.md 2.3, 3)."""

from typing import Annotated, Any

from fastapi import Body, Query
from starlette.responses import Response

from assaydesk.domains.conversations import attachment_endpoints, mail_endpoints, moving_endpoints, service
from assaydesk.domains.conversations.deps import (
    Creator,
    IncludeDeleted,
    IncludeRawData,
    MessageToWrite,
    Reader,
    Reason,
    Shown,
    ToWrite,
    UnmodifiedSince,
    Writer,
)
from assaydesk.domains.conversations.errors import (
    AttachmentRefused,
    ChannelCannotReply,
    ChannelCannotSend,
    ConversationNotEditable,
    ConversationNotFound,
    DraftAlreadyPublished,
    RecipientRequired,
)
from assaydesk.domains.conversations.events import REPLY_SURVEY
from assaydesk.domains.conversations.schemas import (
    ConversationDone,
    ConversationList,
    ConversationUpdate,
    ProcessWord,
    Replied,
    ReplyCreate,
    StoreCreate,
    Stored,
    TicketCreate,
)
from assaydesk.domains.templates.errors import TemplateLimit
from assaydesk.domains.tickets.schemas import TicketRead
from assaydesk.domains.tickets.service import (
    PendingRequiresDueBy,
    TicketMerged,
    TicketNotFound,
    read_ticket,
    with_sight,
)
from assaydesk.platform.errors import PayloadTooLarge, PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.schema import DocumentedAs, Done
from assaydesk.platform.security.require import note_ignored

router = Router("conversation")
messages = Router("conversation", prefix="/api/mind/ticket")

TICKET_ERRORS = (
    PermissionDenied,
    TicketNotFound,
    TicketMerged,
    ValidationFailed,
    UnknownReference,
    PayloadTooLarge,
)
SENDING_ERRORS = (RecipientRequired, AttachmentRefused, ChannelCannotReply, ChannelCannotSend)


@messages.post(
    "",
    operation_id="createTicket",
    tags=["ticket"],
    response_model=TicketRead,
    responses=errors(*TICKET_ERRORS, AttachmentRefused, PendingRequiresDueBy, TemplateLimit),
)
async def create_ticket(
    session: Writes,
    actor: Creator,
    body: TicketCreate,
    process: Annotated[ProcessWord | None, Query(description="batch, realtime or false; also in the body.")] = None,
) -> Response:
    """Open a ticket with its first message.

    A known `externalTicketId` updates that ticket instead: what was sent is set, and the text becomes another
    message unless the newest one says the same. With `direction` `out` the message is sent to `to` like an answer.
    Attachments are uploads, `base64` or addresses. The answer comes as soon as the ticket is stored; with `process`
    false it goes to people at once.
    """
    ticket_id = await service.open_ticket(session, actor, body, process=process)
    return json_answer(await read_ticket(session, with_sight(actor), ticket_id))


@messages.get(
    "/{ticketId}/conversation",
    operation_id="getConversations",
    response_model=ConversationList,
    responses=errors(PermissionDenied, TicketNotFound, ValidationFailed),
)
async def get_conversations(
    session: Reads, ticket_id: Shown, _: Reader, include_deleted: IncludeDeleted, include_raw_data: IncludeRawData
) -> Response:
    """The messages of a ticket, oldest first: from and to the customer, internal notes, drafts.

    `body` is cleaned: no scripts and forms, remote images as `data-remote-image`.
    """
    rows = await service.list_messages(
        session, ticket_id, include_deleted=include_deleted, include_raw_data=include_raw_data
    )
    return json_answer({"conversations": rows, "success": True})


@messages.post(
    "/{ticketId}/conversation/reply",
    operation_id="replyToTicket",
    response_model=Replied,
    responses=errors(*TICKET_ERRORS, *SENDING_ERRORS, PendingRequiresDueBy, TemplateLimit),
)
async def reply_to_ticket(
    session: Writes, context: Context, ticket_id: ToWrite, actor: Writer, body: ReplyCreate
) -> Response:
    """Answer the customer, write an internal note (`private`) or a draft (`isDraft`).

    Without `sendWithoutApproval` every answer becomes a draft. Recipients that are missing are the recommended ones.
    `status` and `dueBy` close or defer the ticket in the same step, for a draft too. An answer by
    e-mail is stored as `queued` with its `Message-ID` and leaves at once; in a chat it counts as `sent`. While nobody
    has set up a mailbox that sends, it stays `stored`, and `deliveryError` says so. `includeHistory` quotes the
    message that is answered; `mentions` tells users of a note. Attachments are uploads, `base64` or addresses.

    `templateId` gives the text, unless the body has its own, the subject and the files of a response template.
    `requestSurvey` adds the link to a survey; `survey` of the answer has it.
    """
    row = await service.reply_to_ticket(session, actor, ticket_id, body)
    answer = {"success": True, "id": row.id, "conversation": await service.read_message(session, row.id)}
    survey = (await REPLY_SURVEY.load(session, actor, [row.id])).get(row.id)
    if survey is not None:
        url = f"{context.config.base_url}{survey['path']}"
        answer["survey"] = {"reference": survey["reference"], "url": url}
    return json_answer(answer)


@messages.post(
    "/{ticketId}/conversation/store",
    operation_id="storeConversation",
    response_model=Stored,
    responses=errors(*TICKET_ERRORS, PendingRequiresDueBy),
)
async def store_conversation(session: Writes, ticket_id: ToWrite, actor: Writer, body: StoreCreate) -> Response:
    """Keep a message that was sent or received elsewhere. Nothing is sent.

    The same `externalConversationId` again updates the message. An inbound one opens a pending or closed ticket,
    unless `status` is given; a ticket that was closed too long ago is continued by another one, whose id is
    `ticketId` of the answer.
    """
    row = (await service.store_message(session, actor, ticket_id, body)).conversation
    shown = await service.read_message(session, row.id)
    return json_answer({"success": True, "conversationId": row.id, "ticketId": row.ticket_id, "conversation": shown})


@messages.patch(
    "/{ticketId}/conversation/{conversationId}",
    operation_id="updateConversation",
    response_model=ConversationDone,
    responses=errors(
        *TICKET_ERRORS,
        *SENDING_ERRORS,
        ConversationNotFound,
        ConversationNotEditable,
        DraftAlreadyPublished,
        StaleObject,
    ),
)
async def update_conversation(
    session: Writes,
    ticket_id: ToWrite,
    conversation_id: MessageToWrite,
    actor: Reader,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(ConversationUpdate)],
    unmodified_since: UnmodifiedSince = None,
) -> Response:
    """Change an internal note or a draft; `isDraft: false` publishes a draft in the name of its author.

    Authors change what they wrote; others need `editAnyConversation`. Publishing needs `approveDrafts` for somebody
    else's draft and `sendWithoutApproval` for one's own. Earlier texts are kept.
    """
    row, ignored = await service.update_message(
        session, actor, ticket_id, conversation_id, body, unmodified_since=unmodified_since
    )
    note_ignored(ignored)
    return json_answer({"success": True, "conversation": await service.read_message(session, row.id)})


@messages.delete(
    "/{ticketId}/conversation/{conversationId}",
    operation_id="deleteConversation",
    response_model=Done,
    responses=errors(PermissionDenied, TicketNotFound, ConversationNotFound, ConversationNotEditable, TicketMerged),
)
async def delete_conversation(
    session: Writes, ticket_id: ToWrite, conversation_id: MessageToWrite, actor: Reader, reason: Reason = None
) -> Done:
    """Delete a message. Authors delete their notes and drafts; everything else needs `editAnyConversation`."""
    await service.delete_message(session, actor, ticket_id, conversation_id, reason=reason)
    return Done(success=True)


messages.include_router(moving_endpoints.router)
messages.include_router(mail_endpoints.router)
router.include_router(messages)
router.include_router(attachment_endpoints.router)
