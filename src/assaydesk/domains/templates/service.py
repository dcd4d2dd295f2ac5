"""Response templates: the public face of the domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.settings.subchannels import load_subchannels
from assaydesk.domains.templates import repository
from assaydesk.domains.templates.editing import (
    create_template,
    delete_template,
    file_of,
    lock_template,
    replace_tag,
    restore_template,
    update_template,
    using_tags,
)
from assaydesk.domains.templates.errors import TemplateNotFound, refusal
from assaydesk.domains.templates.render import fill_in, wrap_message
from assaydesk.domains.templates.showing import (
    list_templates,
    list_variables,
    list_wrappers,
    preview,
    read_template,
    read_wrapper,
    template_json,
)
from assaydesk.domains.templates.variables import locale_of, template_variables
from assaydesk.domains.templates.wrappers import create_wrapper, delete_wrapper, lock_wrapper, update_wrapper
from assaydesk.kit.handlebars.nodes import TemplateError
from assaydesk.kit.html import to_plain_text
from assaydesk.kit.ids import secret_token
from assaydesk.platform.db.session import ReadSession, WriteSession

__all__ = [
    "Rendered", "TemplateNotFound", "count_use", "create_template", "create_wrapper", "delete_template",
    "delete_wrapper", "file_of", "list_templates", "list_variables", "list_wrappers", "lock_template", "lock_wrapper",
    "preview", "read_template", "read_wrapper", "render", "replace_tag", "restore_template", "template_json",
    "template_variables", "update_template", "update_wrapper", "using_tags", "wrap",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rendered:
    """A template with its variables filled in. `files`: `{name, url}` or `{name, fileId}`."""

    subject: str | None
    html: str
    plain: str
    email_template_id: int | None
    files: tuple[Mapping[str, Any], ...]
    missing: tuple[str, ...]


async def render(session: ReadSession, template_id: int, variables: Mapping[str, Any]) -> Rendered:
    """Fill in a template. `variables`: see `template_variables`.

    Raises `TemplateNotFound`, and `TemplateLimit` when the values make it too long or too slow.
    """
    row = await repository.get(session, template_id)
    locale = await locale_of(session, row.language, variables)
    try:
        message = fill_in(row.message, variables, locale)
        subject = fill_in(row.subject, variables, locale, html=False).text if row.subject else None
    except TemplateError as fault:
        raise refusal(fault, "templateId") from fault
    return Rendered(
        subject=" ".join(subject.split()) if subject else None,
        html=message.text,
        plain=to_plain_text(message.text),
        email_template_id=row.email_template_id,
        files=tuple(row.attachments),
        missing=message.missing,
    )


async def count_use(session: WriteSession, template_id: int) -> None:
    """A template was used in a message."""
    await repository.count_use(session, template_id)


async def wrap(
    session: ReadSession,
    html: str,
    *,
    email_template_id: int | None = None,
    subchannel_id: int | None = None,
    language: str | None = None,
    variables: Mapping[str, Any] | None = None,
    ticket_wrapper: str | None = None,
) -> str:
    """The message with greeting and signature around it; the message as it is when there is no wrapper.

    `ticket_wrapper`: the ticket's own one (its field `template`), which goes first. Then: `email_template_id`, that of
    the sub-channel, the default in the language, the default. A faulty wrapper never costs the message.
    """
    source = ticket_wrapper
    if not source:
        settings = await get_settings(session)
        row = await repository.wrapper_for(
            session,
            own_id=email_template_id,
            subchannel_id=subchannel_id,
            subchannel_wrapper_id=await _wrapper_of(session, subchannel_id),
            language=language,
            default_id=settings.email_template_default_id,
        )
        if row is None:
            return html
        source, language = row.html, row.language or language
    locale = await locale_of(session, language, variables or {})
    return wrap_message(source, html, variables or {}, locale, mark=secret_token(16))


async def _wrapper_of(session: ReadSession, subchannel_id: int | None) -> int | None:
    if subchannel_id is None:
        return None
    row = (await load_subchannels(session, [subchannel_id])).get(subchannel_id)
    named = row.data.get("emailTemplateId") if row is not None and row.data else None
    return named if isinstance(named, int) and not isinstance(named, bool) and 0 < named < 2**63 else None
