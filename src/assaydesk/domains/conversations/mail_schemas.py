"""Wire shapes of forwarding and sending again (ticket.md 2.9, 3.7)."""

from pydantic import Field

from assaydesk.domains.conversations.schemas import Addresses, BodyText, ConversationRead, Files
from assaydesk.domains.tickets.schemas import Line, StatusWord, When
from assaydesk.platform.schema import Boolean, Done, Id, RequestSchema


class TicketForward(RequestSchema):
    """To whom a ticket goes: addresses, a sub-channel, or both."""

    body: BodyText | None = None
    to_email: Addresses = Field(default_factory=list)
    to_subchannel_id: Id | None = None
    subject: Line | None = None
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
    include_history: Boolean = True
    include_attachments: Boolean = True
    attachments: Files = Field(default_factory=list)
    status: StatusWord | None = None
    due_by: When | None = None


class Forwarded(Done):
    id: int | None
    conversation: ConversationRead | None


class Resend(RequestSchema):
    """Other recipients for the message; those that are not sent stay."""

    to: Addresses = Field(default_factory=list)
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
