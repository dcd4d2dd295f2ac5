"""Wire shapes of messages (ticket.md 1.2, 2.3, 3)."""

from email.utils import parseaddr
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from assaydesk.domains.conversations.bodies import MOST_CHARACTERS
from assaydesk.domains.tickets.schemas import (
    AttachmentRead,
    ChannelWord,
    DirectionWord,
    Line,
    PriorityWord,
    Sender,
    Short,
    StatusWord,
    TagIds,
    When,
)
from assaydesk.platform.schema import Boolean, Done, Id, OutsideId, RequestSchema, Schema, unset


def _list(value: object) -> object:
    """One address may be sent without brackets; null means none."""
    if value is None or value == "":
        return []
    return [value] if isinstance(value, str) else value


def _intent(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | str) or (isinstance(value, str) and len(value) > 200):
        raise ValueError("send the id or the code of an AI agent")
    return value


BodyText = Annotated[str, StringConstraints(strip_whitespace=False, max_length=MOST_CHARACTERS)]
Addresses = Annotated[list[Annotated[str, Field(max_length=700)]], BeforeValidator(_list), Field(max_length=200)]
Intents = Annotated[list[Annotated[Any, AfterValidator(_intent)]], BeforeValidator(_list), Field(max_length=100)]
Files = Annotated[list[dict[str, Any]], BeforeValidator(_list), Field(max_length=100)]
MessageType = Literal["html", "text"]
Process = Literal["batch", "realtime", "false", "true"]


def _process(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


ProcessWord = Annotated[Process, BeforeValidator(_process)]


class Content(RequestSchema):
    message: BodyText | None = None


class ReplyCreate(RequestSchema):
    """A message to the customer, an internal note, or a draft."""

    content: Content | None = None
    body: BodyText | None = Field(None, description="The same as content.message.")
    type: MessageType = "html"
    direction: Literal["out", "internal"] | None = None
    private: Boolean = False
    is_draft: Boolean = False
    subject: Line | None = None
    to: Addresses = Field(default_factory=list)
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
    intent_ids: Intents = Field(default_factory=list)
    attachments: Files = Field(default_factory=list)
    channel_id: Short | None = None
    subchannel_id: Id | None = None
    status: StatusWord | None = None
    due_by: When | None = None
    template_id: Id | None = None
    cortex_request_id: Id | None = None
    request_survey: Boolean | None = Field(None, description="Ask how satisfied the customer is; default by setting.")
    include_history: Boolean = Field(False, description="Quote the message that is answered beneath the mail.")
    mentions: Annotated[list[Id], BeforeValidator(_list), Field(max_length=100)] = Field(
        default_factory=list, description="In an internal note: ids of users who are told of it."
    )


class _FromSomebody(RequestSchema):
    """A sender may be written `Name <address>`: the customer is looked for by the address alone."""

    from_: Short | None = Field(None, alias="from")
    from_name: Short | None = None

    @model_validator(mode="after")
    def _split_sender(self) -> Self:
        if self.from_ is not None and self.from_.endswith(">"):
            name, address = parseaddr(self.from_)
            if "@" in address:
                self.from_, self.from_name = address, self.from_name or name or None
        return self


class StoreCreate(_FromSomebody):
    """A message that was sent or received elsewhere."""

    process: ProcessWord | None = None
    direction: DirectionWord = "in"
    to: Addresses = Field(default_factory=list)
    cc_emails: Addresses = Field(default_factory=list)
    bcc_emails: Addresses = Field(default_factory=list)
    subject: Line | None = None
    body: BodyText | None = None
    body_plain: BodyText | None = None
    body_clean: BodyText | None = None
    content: Content | None = None
    type: MessageType = "html"
    private: Boolean = False
    subchannel_id: Id | None = None
    status: StatusWord | None = None
    created_at: When | None = None
    first_response_due_by: When | None = None
    due_by: When | None = None
    attachments: Files = Field(default_factory=list)
    external_conversation_id: Short | None = None
    raw_data: dict[str, Any] | None = None
    intent_ids: Intents = Field(default_factory=list)
    crm_notification_id: int | str | None = None
    contract_id: OutsideId | None = None
    customer_id: OutsideId | None = None
    agent_id: Id | None = None
    priority: PriorityWord | None = None
    channel_id: Short | None = None


class ConversationUpdate(RequestSchema):
    """Changes of a note or draft; `isDraft: false` publishes a draft."""

    content: Content | None = None
    body: BodyText | None = None
    is_draft: Boolean | None = None
    subject: Line | None = None
    to: Addresses = Field(default_factory=list)
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
    attachments: Files = Field(default_factory=list)


class TicketCreate(_FromSomebody):
    """A ticket with its first message."""

    channel: ChannelWord
    process: ProcessWord | None = None
    direction: DirectionWord = "in"
    to: Addresses = Field(default_factory=list)
    cc: Addresses = Field(default_factory=list)
    bcc: Addresses = Field(default_factory=list)
    subchannel_id: Id | None = None
    priority: PriorityWord | None = None
    status: StatusWord | None = None
    subject: Line | None = None
    body: BodyText | None = None
    body_plain: BodyText | None = None
    created_at: When | None = None
    first_response_due_by: When | None = None
    due_by: When | None = None
    attachments: Files = Field(default_factory=list)
    tags: Annotated[TagIds, BeforeValidator(_list)] = Field(default_factory=list)
    contract_id: OutsideId | None = None
    customer_id: OutsideId | None = None
    external_ticket_id: Short | None = None
    channel_id: Short | None = None
    language: Short | None = None
    additional_data: dict[str, Any] | None = None
    raw_data: dict[str, Any] | None = None
    template_id: Id | None = None
    template_data: dict[str, Any] | None = None


class ConversationRead(Schema):
    id: int
    ticket_id: int
    type: MessageType
    direction: DirectionWord
    private: bool
    is_draft: bool
    from_email: str | None
    from_email_name: str | None
    agent_id: int | None
    sender: Sender
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
    attachments: list[AttachmentRead]
    crm_notification_id: int | str | None
    external_conversation_id: str | None
    delivery_status: Literal["stored", "queued", "sending", "sent", "uncertain", "failed", "bounced"]
    delivery_error: str | None
    message_id: str | None
    created_at: int
    modified_at: int | None
    edited_at: int | None
    deleted_at: int | None
    version: int


class ConversationList(Schema):
    conversations: list[ConversationRead]
    success: bool


class ConversationDone(Done):
    conversation: ConversationRead


class SurveyAsked(Schema):
    reference: str
    url: str


class Replied(ConversationDone):
    """`survey` only when the customer is asked."""

    id: int
    survey: SurveyAsked = unset()


class Stored(ConversationDone):
    conversation_id: int
    ticket_id: int


class TicketMergeBody(RequestSchema):
    """Tickets to be merged into the one of the address."""

    source_ticket_ids: list[Id] = Field(min_length=1, max_length=20)
    force: Boolean = Field(False, description="Merge tickets of different customers.")


class TicketUnmergeBody(RequestSchema):
    source_ticket_id: Id


class TicketSplitBody(RequestSchema):
    """Messages to be moved to a new ticket, and what differs there."""

    conversation_ids: list[Id] = Field(min_length=1, max_length=500)
    subject: Line | None = None
    tag_ids: TagIds | None = None
    subchannel_id: Id | None = None
    copy_customer: Boolean = True
