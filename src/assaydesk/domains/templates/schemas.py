"""Wire shapes of templates and wrappers (templates.md 1, 2)."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from assaydesk.platform.schema import Boolean, Done, Id, IsoTime, OutsideId, RequestSchema, Schema, unset

Channel = Literal["email", "portal", "phone", "letter", "system", "chat", "walkIn"]
LanguageCode = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,4})?$")]
Markup = Annotated[str, StringConstraints(strip_whitespace=False, min_length=1, max_length=1_000_000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class TemplateFile(RequestSchema):
    """A file as `{base64, name}`, or as `{name, url}`."""

    name: Annotated[str, Field(max_length=1000)] | None = None
    url: Annotated[str, Field(max_length=4000)] | None = None
    base64: str | None = None


class TemplateFields(RequestSchema):
    tag_id: Id | None = unset()
    email_template_id: Id | None = unset()
    description: Annotated[str, Field(max_length=2000)] = unset()
    subject: Annotated[str, Field(max_length=1000)] | None = unset()
    example_ticket_ids: Annotated[list[Id], Field(max_length=100)] = unset()
    attachments: Annotated[list[TemplateFile], Field(max_length=10)] = unset()
    language: LanguageCode | None = unset()
    channels: Annotated[list[Channel], Field(max_length=20)] = unset()


class TemplateCreate(TemplateFields):
    message: Markup


class TemplateUpdate(TemplateFields):
    message: Markup = unset()


class FileRead(Schema):
    name: str
    url: str


class TemplateRead(Schema):
    id: int
    tag_id: int | None
    email_template_id: int | None
    description: str
    message: str
    subject: str | None
    example_ticket_ids: list[int]
    attachments: list[FileRead]
    language: str | None
    channels: list[str]
    use_count: int
    revision: int
    modified_by: int | None
    modified_at: IsoTime
    deleted_at: IsoTime | None


class TemplateSaved(TemplateRead):
    """`warnings`: variables that no ticket can fill."""

    success: bool
    warnings: list[str]


class TemplateDetail(TemplateRead):
    success: bool
    template: str | None
    merged_template: str


class TemplateList(Schema):
    success: bool
    templates: list[TemplateRead]
    total: int
    limit: int
    offset: int


class PreviewRequest(RequestSchema):
    template_text: Annotated[str, StringConstraints(strip_whitespace=False, max_length=1_000_000)]
    ticket_id: Id | None = None
    contract_id: OutsideId | None = None
    email_template_id: Id | None = None


class PreviewVariables(Schema):
    intent: dict[str, Any]
    contract: dict[str, Any]


class Preview(Schema):
    """`variables` only with a ticket."""

    success: bool
    preview: str
    variables: PreviewVariables = unset()
    missing_variables: list[str]


class VariableRead(Schema):
    path: str
    type: str
    example: Any


class VariableList(Schema):
    success: bool
    variables: list[VariableRead]


class EmailTemplateFields(RequestSchema):
    language: LanguageCode | None = unset()
    subchannel_ids: Annotated[list[Id], Field(max_length=1000)] = unset()
    is_default: Boolean = unset()


class EmailTemplateCreate(EmailTemplateFields):
    name: Name
    html: Markup


class EmailTemplateUpdate(EmailTemplateFields):
    name: Name = unset()
    html: Markup = unset()


class EmailTemplateRead(Schema):
    id: int
    name: str
    html: str
    language: str | None
    subchannel_ids: list[int]
    is_default: bool


class EmailTemplateDetail(EmailTemplateRead):
    success: bool


class EmailTemplateList(Schema):
    success: bool
    email_templates: list[EmailTemplateRead]
    total: int
    limit: int
    offset: int


class EmailTemplateMade(Done):
    id: int
