"""Wire shapes of tickets (ticket.md 1.1)."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from assaydesk.domains.customers.schemas import CustomerRead
from assaydesk.domains.tags.schemas import TagRead
from assaydesk.platform.schema import Boolean, Done, Id, Integer, OutsideId, RequestSchema, Schema

StatusWord = Literal["open", "pending", "closed", "resolved", "waitingOnCustomer", "waitingOnThirdParty"]
PriorityWord = Literal["low", "medium", "high", "urgent"]
ChannelWord = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
DirectionWord = Literal["in", "out", "internal"]
SpamWord = Literal["auto_clean", "manual_clean", "auto_spam", "auto_programmatic", "manual_spam"]
SupportLevel = Literal["unprocessed", "human", "bot", "automated"]


def _date_like(value: Any) -> Any:
    """One fault in place of one for each accepted form; the text is read where the time zone is known."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError("send a date as text or Unix seconds")
    return value


When = Annotated[
    Any, AfterValidator(_date_like), WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}]})
]  # fmt: skip
Short = Annotated[str, Field(max_length=255)]
Line = Annotated[str, Field(max_length=10_000)]
Long = Annotated[str, Field(max_length=1_000_000)]
UserIds = Annotated[list[Id], Field(max_length=1000)]
TagIds = Annotated[list[Id], Field(max_length=1000)]


class TicketUpdate(RequestSchema):
    """What may be changed. What is not sent stays; whole tickets may be sent back."""

    subchannel_id: Id | None = None
    external_ticket_id: Short | None = None
    sentiment: Short | None = None
    language: Short | None = None
    language_code: Short | None = None
    auto_execute_at: When | None = None
    ai_support_level: SupportLevel = "unprocessed"
    spam_status: SpamWord | None = None
    is_customer_active: Boolean = False
    priority: PriorityWord = "medium"
    status: StatusWord = "open"
    summary: Long | None = None
    subject: Line | None = None
    is_escalated: Boolean = False
    first_response_due_by: When | None = None
    due_by: When | None = Field(None, description="null gives it back to the tags.")
    customer_id: OutsideId | None = None
    contract_id: OutsideId | None = None
    partner_id: Integer | None = None
    customer_legitimation: Annotated[Integer, Field(ge=0, le=30)] = 0
    responder_id: Id | None = None
    agent_id: Id | None = None
    assigned_agent_ids: UserIds = Field(default_factory=list)
    worked_on_by: Any = Field(None, description="Only null counts: it ends the caller's own presence.")
    additional_data: dict[str, Any] | None = Field(None, description="Merged on the first level; null removes a key.")
    template: Long | None = None
    tag_ids: TagIds = Field(default_factory=list, description="The whole set.")
    tags: Any = Field(None, description="Counts as tagIds when it is an array of integers.")
    add_tag_ids: TagIds = Field(default_factory=list, description="Not together with tagIds.")
    remove_tag_ids: TagIds = Field(default_factory=list, description="Not together with tagIds.")
    raw_data: dict[str, Any] | None = None


class TicketUpdateItem(TicketUpdate):
    id: Id


class UserInTicket(Schema):
    """A user without password and settings."""

    id: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    last_seen: str | None
    type: str
    is_sso_only: bool
    lang: str
    name_alias: str | None
    external_id: str | None


class Recipients(Schema):
    to: list[str]
    cc: list[str]
    bcc: list[str]


class Sender(Schema):
    id: int | None
    name: str | None
    email: str | None


class AttachmentRead(Schema):
    id: str
    url: str | None
    name: str
    size: int | None
    width: int | None
    height: int | None
    inline: bool
    file_ending: str | None
    content_type: str | None
    original_url: str | None
    extracted_data: Any
    extraction_status: Literal["success", "pending", "failed", "skipped"]
    extraction_data: dict[str, Any] | None
    risk_class: Literal["safe", "risky", "dangerous"]


class CustomerTags(Schema):
    tag_ids: list[int]
    tags: list[TagRead]


class _TicketFields(Schema):
    id: int
    direction: DirectionWord
    from_: str | None = Field(alias="from")
    from_name: str | None
    to: list[str]
    cc_emails: list[str]
    bcc_emails: list[str]
    reply_cc_emails: list[str]
    reply_recipients: Recipients | None
    subchannel_id: int | None
    external_ticket_id: str | None
    sentiment: str | None
    language: str | None
    language_code: str | None
    auto_execute_at: str | None
    ai_support_level: SupportLevel
    spam_status: SpamWord | None
    is_customer_active: bool
    interface: Literal["internal"]
    priority: PriorityWord
    channel: ChannelWord
    channel_id: str | None
    status: Literal["open", "pending", "closed"]
    summary: str | None
    subject: str | None
    is_escalated: bool
    created_at: str
    modified_at: str | None
    closed_at: str | None
    first_response_due_by: str | None
    due_by: str | None
    due_by_was_set_manually: bool
    customer_id: str | None
    contract_id: str | None
    partner_id: int | None
    customer_legitimation: int
    responder_id: int | None
    agent_id: int | None
    agent: UserInTicket | None
    assigned_agent_ids: list[int]
    assigned_agents: list[UserInTicket]
    worked_on_by_ids: list[int]
    worked_on_by: list[UserInTicket]
    additional_data: dict[str, Any] | None
    tags: list[TagRead]
    tag_ids: list[int]
    agent_skills_match: bool
    sender: Sender
    merged_into_ticket_id: int | None
    previous_ticket_id: int | None
    customer_name: str | None
    version: int


class TicketListed(_TicketFields):
    """A ticket as lists show it: without texts and attachments, and of its customer only the tags."""

    customer: CustomerTags


class TicketRead(_TicketFields):
    customer: CustomerRead | None
    body: str | None
    body_plain: str | None
    body_clean: str | None
    attachments: list[AttachmentRead]
    template: str | None
    workitem: dict[str, Any] | None


class TicketUpdated(Done):
    ticket: TicketRead


class HistoryEntry(Schema):
    id: int | None
    type: str
    channel: str | None
    sub_channel: str | None
    status: str | None
    subject: str | None
    url: str | None
    created_at: int = Field(description="Unix seconds.")


class HistoryPage(Done):
    total: int
    total_opened_tickets: int
    history: list[HistoryEntry]
    limit: int
    offset: int


class LabelledValue(Schema):
    label: str
    value: str


class Activity(Schema):
    id: int
    type: str
    created_at: str
    user_id: int | None
    user_name: str | None
    text: str
    changes: dict[str, Any]
    details: list[LabelledValue]


class ActivityPage(Done):
    activities: list[Activity]
    total: int
    limit: int
    offset: int


class AutoexecuteBody(RequestSchema):
    """The same values as in the query."""

    execute_agent_id: Id | None = None
    allow_multiple_intents: Boolean = False
    allow_with_replies: Boolean = False
    dry_run: Boolean = False
    option: Short | None = None
