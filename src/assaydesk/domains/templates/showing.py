"""Templates and wrappers in their wire form, and the preview of a text (templates.md 2)."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.templates import repository
from assaydesk.domains.templates.errors import TemplateNotFound, refusal
from assaydesk.domains.templates.events import AI_AGENT_TAG
from assaydesk.domains.templates.models import EmailTemplate, Template
from assaydesk.domains.templates.names import VARIABLES, with_values
from assaydesk.domains.templates.render import fill_in, with_line_breaks, with_message, wrap_message
from assaydesk.domains.templates.schemas import PreviewRequest
from assaydesk.domains.templates.variables import locale_of, template_variables
from assaydesk.kit.clock import iso, iso_or_none
from assaydesk.kit.handlebars.nodes import TemplateError
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.paging import Page
from assaydesk.platform.security.actor import Actor


async def list_templates(
    session: ReadSession,
    actor: Actor,
    page: Page,
    *,
    q: str,
    tag_id: int | None,
    language: str | None,
    ai_agent_id: str | None,
    empty_as_list: bool,
) -> dict[str, Any]:
    """One page by id. Raises `TemplateNotFound` when nothing matches, unless `empty_as_list`."""
    wanted = repository.conditions(q=q, tag_id=tag_id, language=language)
    if ai_agent_id is not None:
        # A tag that no template has: an agent without one has no templates either.
        agent_tag = (await AI_AGENT_TAG.load(session, actor, [ai_agent_id])).get(ai_agent_id, 0)
        wanted.append(Template.tag_id == agent_tag)
    rows, total = await repository.page(session, wanted, page)
    if not total and not empty_as_list:
        raise TemplateNotFound("No template matches.")
    shown = [template_json(row) for row in rows]
    return {"success": True, "templates": shown, "total": total, "limit": page.limit, "offset": page.offset}


async def read_template(session: ReadSession, template_id: int) -> dict[str, Any]:
    """One template with its wrapper. Raises `TemplateNotFound`."""
    row = await repository.get(session, template_id)
    settings = await get_settings(session)
    wrapper = await repository.wrapper_for(
        session, own_id=row.email_template_id, subchannel_id=None, subchannel_wrapper_id=None, language=row.language,
        default_id=settings.email_template_default_id,
    )  # fmt: skip
    html = wrapper.html if wrapper is not None else None
    more = {"success": True, "template": html, "mergedTemplate": with_message(html, row.message)}
    return template_json(row) | more


async def preview(session: ReadSession, actor: Actor, body: PreviewRequest) -> dict[str, Any]:
    """Render a text as a message would be. Raises `TicketNotFound`, `ContractNotFound`, `UnknownReference`, and the
    faults of a template."""
    variables = await template_variables(session, actor, ticket_id=body.ticket_id, contract_id=body.contract_id)
    locale = await locale_of(session, None, variables)
    try:
        rendered = fill_in(body.template_text, variables, locale)
    except TemplateError as fault:
        raise refusal(fault, "templateText") from fault
    text = with_line_breaks(rendered.text)
    if body.email_template_id is not None:
        found = {row.id: row for row in await repository.wrappers(session)}.get(body.email_template_id)
        if found is None:
            raise UnknownReference("There is no such wrapper.", field="emailTemplateId", value=body.email_template_id)
        text = wrap_message(found.html, text, variables, locale, mark=secret_token(16))
    answer: dict[str, Any] = {"success": True, "preview": text, "missingVariables": list(rendered.missing)}
    if body.ticket_id is not None:
        answer["variables"] = {
            "intent": variables.get("intent") or {},
            "contract": variables.get("contract") or {},
        }
    return answer


async def list_variables(session: ReadSession, actor: Actor, ticket_id: int | None) -> dict[str, Any]:
    """The variables that templates may use, with the values of a ticket as examples. Raises `TicketNotFound`."""
    if ticket_id is None:
        found: Sequence[Any] = VARIABLES
    else:
        found = with_values(await template_variables(session, actor, ticket_id=ticket_id))
    return {"success": True, "variables": [one._asdict() for one in found]}


async def list_wrappers(session: ReadSession, page: Page) -> dict[str, Any]:
    rows = await repository.wrappers(session)
    shown = [wrapper_json(row) for row in rows[page.offset : page.offset + page.limit]]
    return {
        "success": True, "emailTemplates": shown, "total": len(rows), "limit": page.limit, "offset": page.offset,
    }  # fmt: skip


async def read_wrapper(session: ReadSession, wrapper_id: int) -> dict[str, Any]:
    """Raises `EmailTemplateNotFound`."""
    return wrapper_json(await repository.wrapper(session, wrapper_id)) | {"success": True}


def template_json(row: Template) -> dict[str, Any]:
    return {
        "id": row.id, "tagId": row.tag_id, "emailTemplateId": row.email_template_id, "description": row.description,
        "message": row.message, "subject": row.subject, "exampleTicketIds": row.example_ticket_ids,
        "attachments": [file_json(row.id, file) for file in row.attachments], "language": row.language,
        "channels": row.channels, "useCount": row.use_count, "revision": row.revision, "modifiedBy": row.modified_by,
        "modifiedAt": iso(row.modified_at), "deletedAt": iso_or_none(row.deleted_at),
    }  # fmt: skip


def file_json(template_id: int, file: Mapping[str, Any]) -> dict[str, Any]:
    """A file with the address where it lies: elsewhere, or here."""
    name = str(file["name"])
    return {"name": name, "url": file.get("url") or f"/api/mind/template/{template_id}/attachment/{quote(name)}"}


def wrapper_json(row: EmailTemplate) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "html": row.html, "language": row.language,
        "subchannelIds": row.subchannel_ids, "isDefault": row.is_default,
    }  # fmt: skip
