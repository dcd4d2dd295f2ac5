"""Guards, row loaders and parameters of the endpoints of messages."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.conversations import service
from assaydesk.domains.tickets.service import get_visible
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Boolean, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts
from assaydesk.platform.versions import HEADER

Reader = Annotated[
    Actor, Depends(Require(Permission.READ_TICKET, Permission.UPDATE_TICKET, Permission.REPLY_TO_TICKET))
]
Writer = Annotated[Actor, Depends(Require(Permission.REPLY_TO_TICKET))]
Creator = Annotated[Actor, Depends(Require(Permission.CREATE_TICKET))]
Merger = Annotated[Actor, Depends(Require(Permission.MERGE_TICKETS))]
Forwarder = Annotated[Actor, Depends(Require(Permission.FORWARD_TICKET))]
TicketId = Annotated[Id, Path(alias="ticketId")]
ConversationId = Annotated[Id, Path(alias="conversationId")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]
Reason = Annotated[str | None, Query(max_length=1000, description="Shown to the author.")]


async def shown_ticket(session: Reads, actor: Reader, ticket_id: TicketId) -> int:
    """The id of a ticket that the caller may see; else 404."""
    await get_visible(session, actor, ticket_id)
    return ticket_id


async def ticket_to_write(session: Writes, actor: Reader, ticket_id: TicketId) -> int:
    """The same for writes."""
    await get_visible(session, actor, ticket_id)
    return ticket_id


Shown = Annotated[int, Depends(shown_ticket)]
ToWrite = Annotated[int, Depends(ticket_to_write)]


async def message_to_write(session: Writes, ticket_id: ToWrite, conversation_id: ConversationId) -> int:
    """The id of a message of the ticket; else 404."""
    await service.find_message(session, ticket_id, conversation_id)
    return conversation_id


MessageToWrite = Annotated[int, Depends(message_to_write)]


async def include_raw_data(
    actor: Reader, wanted: Annotated[Boolean, Query(alias="includeRawData", description="Needs readRawData.")] = False
) -> bool:
    return _allowed(actor, Permission.READ_RAW_DATA, wanted)


async def include_deleted(
    actor: Reader,
    wanted: Annotated[Boolean, Query(alias="includeDeleted", description="Only with editAnyConversation.")] = False,
) -> bool:
    return wanted and actor.has(Permission.EDIT_ANY_CONVERSATION)


IncludeRawData = Annotated[bool, Depends(include_raw_data)]
IncludeDeleted = Annotated[bool, Depends(include_deleted)]


def _allowed(actor: Actor, right: Permission, wanted: bool) -> bool:
    """A right that only this parameter needs; answered after the row was found."""
    if wanted and not actor.has(right):
        current = verdicts.get()
        if current is not None and current.denied is None:
            current.denied = PermissionDenied(right)
    return wanted
