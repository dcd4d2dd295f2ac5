"""Response templates and wrappers of mails (templates.md 2). `/intentTemplate` is an older name of `/template`."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Path, Query
from starlette.responses import Response, StreamingResponse

from assaydesk.domains.templates import service
from assaydesk.domains.templates.errors import (
    ContractNotFound,
    DefaultInUse,
    EmailTemplateNotFound,
    PlaceholderMissing,
    TemplateInUse,
    TemplateLimit,
    TemplateNotFound,
    TemplateSyntaxError,
    TicketNotFound,
    UnknownHelper,
)
from assaydesk.domains.templates.models import EmailTemplate, Template
from assaydesk.domains.templates.schemas import (
    EmailTemplateCreate,
    EmailTemplateDetail,
    EmailTemplateList,
    EmailTemplateMade,
    EmailTemplateUpdate,
    Preview,
    PreviewRequest,
    TemplateCreate,
    TemplateDetail,
    TemplateList,
    TemplateSaved,
    TemplateUpdate,
    VariableList,
)
from assaydesk.platform.errors import PermissionDenied, StaleObject, UnknownReference, ValidationFailed
from assaydesk.platform.files.store import StoredFile, stream_file
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.http.unmodified import UnmodifiedSince
from assaydesk.platform.paging import Page, Paging
from assaydesk.platform.schema import Boolean, Done, Id, OutsideId
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import refuse_stale

router = Router("intentTemplate", prefix="/api/mind")

TEXT_FAULTS = (TemplateSyntaxError, UnknownHelper, TemplateLimit)
CHANGE_FAULTS = (PermissionDenied, ValidationFailed, UnknownReference, *TEXT_FAULTS)

Reader = Annotated[Actor, Depends(Require(Permission.READ_TEMPLATES))]
Viewer = Annotated[Actor, Depends(Require(Permission.READ_TEMPLATES, Permission.MANAGE_TEMPLATES))]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_TEMPLATES))]
WrapperViewer = Annotated[Actor, Depends(Require(Permission.READ_TEMPLATES, Permission.MANAGE_EMAIL_TEMPLATES))]
WrapperManager = Annotated[Actor, Depends(Require(Permission.MANAGE_EMAIL_TEMPLATES))]
Caller = Annotated[Actor, Depends(Require())]
TemplateId = Annotated[Id, Path(alias="id")]


async def shown_template(actor: Caller, template_id: TemplateId) -> int:
    """Who may not see templates at all learns nothing about one (conventions.md 3)."""
    if not actor.has(Permission.READ_TEMPLATES, Permission.MANAGE_TEMPLATES):
        raise TemplateNotFound(templateId=template_id)
    return template_id


async def template_to_write(session: Writes, template_id: Annotated[int, Depends(shown_template)]) -> Template:
    return await service.lock_template(session, template_id)


async def template_to_restore(session: Writes, template_id: Annotated[int, Depends(shown_template)]) -> Template:
    return await service.lock_template(session, template_id, deleted=True)


async def shown_file(session: Reads, template_id: Annotated[int, Depends(shown_template)], name: str) -> StoredFile:
    return await service.file_of(session, template_id, name)


async def shown_wrapper(actor: Caller, wrapper_id: TemplateId) -> int:
    """The same for wrappers."""
    if not actor.has(Permission.READ_TEMPLATES, Permission.MANAGE_EMAIL_TEMPLATES):
        raise EmailTemplateNotFound(emailTemplateId=wrapper_id)
    return wrapper_id


async def wrapper_to_write(session: Writes, wrapper_id: Annotated[int, Depends(shown_wrapper)]) -> EmailTemplate:
    return await service.lock_wrapper(session, wrapper_id)


async def paging(
    limit: Annotated[int, Query(ge=1, le=500, description="Rows of one answer.")] = 100,
    offset: Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")] = 0,
) -> Page:
    return Page(limit, offset)


ToWrite = Annotated[Template, Depends(template_to_write)]
WrapperToWrite = Annotated[EmailTemplate, Depends(wrapper_to_write)]


@router.get(
    "/template",
    operation_id="listTemplates",
    response_model=TemplateList,
    responses=errors(PermissionDenied, ValidationFailed, TemplateNotFound),
)
@router.get("/intentTemplate", include_in_schema=False, response_model=TemplateList)
async def list_templates(
    session: Reads,
    actor: Viewer,
    page: Annotated[Page, Depends(paging)],
    q: Annotated[str, Query(max_length=200, description="Words in the description or the message.")] = "",
    ai_agent_id: Annotated[
        OutsideId | None, Query(alias="aiAgentId", description="Templates with the tag of this AI agent.")
    ] = None,
    tag_id: Annotated[Id | None, Query(alias="tagId")] = None,
    language: Annotated[str | None, Query(max_length=10)] = None,
    empty_as_list: Annotated[
        Boolean, Query(alias="emptyAsList", description="Answer an empty list in place of 404.")
    ] = False,
) -> Response:
    """List response templates by id. When none matches, the answer is 404 unless `emptyAsList` is set."""
    found = await service.list_templates(
        session, actor, page, q=q.strip(), tag_id=tag_id, language=language, ai_agent_id=ai_agent_id,
        empty_as_list=empty_as_list,
    )  # fmt: skip
    return json_answer(found)


@router.post("/template", operation_id="createTemplate", response_model=TemplateSaved, responses=errors(*CHANGE_FAULTS))
@router.post("/intentTemplate", include_in_schema=False, response_model=TemplateSaved)
async def create_template(session: Writes, actor: Manager, body: TemplateCreate) -> Response:
    """Create a response template: HTML with Handlebars. `warnings` names variables that no ticket can fill."""
    row, warnings = await service.create_template(session, actor, body)
    return json_answer({"success": True, **service.template_json(row), "warnings": warnings})


@router.get(
    "/template/variables",
    operation_id="getTemplateVariables",
    response_model=VariableList,
    responses=errors(PermissionDenied, ValidationFailed, TicketNotFound),
)
@router.get("/intentTemplate/variables", include_in_schema=False, response_model=VariableList)
async def get_template_variables(
    session: Reads,
    actor: Reader,
    ticket_id: Annotated[Id | None, Query(alias="ticketId", description="Show the values of this ticket.")] = None,
) -> Response:
    """The variables that templates may use, each with an example."""
    return json_answer(await service.list_variables(session, actor, ticket_id))


@router.post(
    "/template/preview",
    operation_id="previewTemplate",
    response_model=Preview,
    response_model_exclude_unset=True,
    responses=errors(
        PermissionDenied, ValidationFailed, UnknownReference, TicketNotFound, ContractNotFound, *TEXT_FAULTS
    ),
)
@router.post("/intentTemplate/preview", include_in_schema=False, response_model=Preview)
async def preview_template(session: Reads, actor: Reader, body: PreviewRequest) -> Response:
    """Render a text with the data of a ticket, a contract, or both. Nothing is stored; line breaks become `<br>`."""
    return json_answer(await service.preview(session, actor, body))


@router.get(
    "/template/{id}",
    operation_id="getTemplate",
    response_model=TemplateDetail,
    responses=errors(TemplateNotFound, ValidationFailed),
)
@router.get("/intentTemplate/{id}", include_in_schema=False, response_model=TemplateDetail)
async def get_template(session: Reads, template_id: Annotated[int, Depends(shown_template)], _: Viewer) -> Response:
    """One template, with its wrapper (`template`) and both together (`mergedTemplate`)."""
    return json_answer(await service.read_template(session, template_id))


@router.patch(
    "/template/{id}",
    operation_id="updateTemplate",
    response_model=TemplateSaved,
    responses=errors(*CHANGE_FAULTS, TemplateNotFound, StaleObject),
)
@router.put("/template/{id}", include_in_schema=False, response_model=TemplateSaved)
@router.patch("/intentTemplate/{id}", include_in_schema=False, response_model=TemplateSaved)
@router.put("/intentTemplate/{id}", include_in_schema=False, response_model=TemplateSaved)
async def update_template(
    session: Writes, row: ToWrite, actor: Manager, body: TemplateUpdate, unmodified_since: UnmodifiedSince = None
) -> Response:
    """Change what is sent. `attachments` replaces all files; those that are sent back with their `url` stay."""
    refuse_stale(unmodified_since, modified_at=row.modified_at)
    warnings = await service.update_template(session, actor, row, body)
    return json_answer({"success": True, **service.template_json(row), "warnings": warnings})


@router.delete(
    "/template/{id}",
    operation_id="deleteTemplate",
    response_model=Done,
    responses=errors(PermissionDenied, ValidationFailed, TemplateNotFound, TemplateInUse),
)
@router.delete("/intentTemplate/{id}", include_in_schema=False, response_model=Done)
async def delete_template(
    session: Writes,
    row: ToWrite,
    actor: Manager,
    force: Annotated[Boolean, Query(description="Delete it although AI agents use it.")] = False,
) -> Done:
    """Delete a template; it can be restored."""
    await service.delete_template(session, actor, row, force=force)
    return Done(success=True)


@router.post(
    "/template/{id}/restore",
    operation_id="restoreTemplate",
    response_model=Done,
    responses=errors(PermissionDenied, ValidationFailed, TemplateNotFound),
)
@router.post("/intentTemplate/{id}/restore", include_in_schema=False, response_model=Done)
async def restore_template(
    session: Writes, row: Annotated[Template, Depends(template_to_restore)], actor: Manager
) -> Done:
    """Bring a deleted template back."""
    await service.restore_template(session, actor, row)
    return Done(success=True)


@router.get("/template/{id}/attachment/{name}", include_in_schema=False)
async def download_file(context: Context, file: Annotated[StoredFile, Depends(shown_file)], _: Viewer) -> Response:
    """A file of a template; `attachments.url` points here."""
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Content-Length": str(file.size), "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }  # fmt: skip
    return StreamingResponse(stream_file(context.database, file.id), media_type=file.content_type, headers=headers)


@router.get(
    "/emailTemplate",
    operation_id="listEmailTemplates",
    response_model=EmailTemplateList,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def list_email_templates(session: Reads, _: WrapperViewer, page: Paging) -> Response:
    """List the wrappers of mails by id."""
    return json_answer(await service.list_wrappers(session, page))


@router.post("/emailTemplate", operation_id="createEmailTemplate", responses=errors(*CHANGE_FAULTS, PlaceholderMissing))
async def create_email_template(session: Writes, actor: WrapperManager, body: EmailTemplateCreate) -> EmailTemplateMade:
    """Create a wrapper: greeting and signature around `%MESSAGE%`. A new default takes the place of the old one."""
    return EmailTemplateMade(success=True, id=(await service.create_wrapper(session, actor, body)).id)


@router.get(
    "/emailTemplate/{id}",
    operation_id="getEmailTemplate",
    response_model=EmailTemplateDetail,
    responses=errors(EmailTemplateNotFound, ValidationFailed),
)
async def get_email_template(
    session: Reads, wrapper_id: Annotated[int, Depends(shown_wrapper)], _: WrapperViewer
) -> Response:
    """One wrapper."""
    return json_answer(await service.read_wrapper(session, wrapper_id))


@router.patch(
    "/emailTemplate/{id}",
    operation_id="updateEmailTemplate",
    response_model=Done,
    responses=errors(*CHANGE_FAULTS, PlaceholderMissing, EmailTemplateNotFound),
)
async def update_email_template(
    session: Writes, row: WrapperToWrite, actor: WrapperManager, body: EmailTemplateUpdate
) -> Done:
    """Change what is sent of a wrapper."""
    await service.update_wrapper(session, actor, row, body)
    return Done(success=True)


@router.delete(
    "/emailTemplate/{id}",
    operation_id="deleteEmailTemplate",
    response_model=Done,
    responses=errors(PermissionDenied, ValidationFailed, EmailTemplateNotFound, DefaultInUse),
)
async def delete_email_template(session: Writes, row: WrapperToWrite, actor: WrapperManager) -> Done:
    """Delete a wrapper. The default one stays; templates that name it take the default."""
    await service.delete_wrapper(session, actor, row)
    return Done(success=True)
