"""Making, changing and deleting wrappers of mails (templates.md 2)."""

from typing import Any

from assaydesk.domains.settings.subchannels import load_subchannels
from assaydesk.domains.templates import repository
from assaydesk.domains.templates.errors import DefaultInUse, PlaceholderMissing, refusal
from assaydesk.domains.templates.models import EmailTemplate
from assaydesk.domains.templates.render import PLACEHOLDER
from assaydesk.domains.templates.schemas import EmailTemplateCreate, EmailTemplateFields, EmailTemplateUpdate
from assaydesk.domains.templates.showing import wrapper_json
from assaydesk.kit.clock import utc_now
from assaydesk.kit.handlebars.functions import ARITIES
from assaydesk.kit.handlebars.nodes import TemplateError
from assaydesk.kit.handlebars.parser import parse
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import UnknownReference
from assaydesk.platform.security.actor import Actor


async def create_wrapper(session: WriteSession, actor: Actor, body: EmailTemplateCreate) -> EmailTemplate:
    """Raises `PlaceholderMissing`, `UnknownReference`, and the faults of a template."""
    row = EmailTemplate(subchannel_ids=[], is_default=False, modified_at=utc_now(), modified_by=actor.user_id)
    await _put(session, row, body)
    session.add(row)
    await session.flush()  # The answer names the id.
    changes = [Change(row.id, None, None, wrapper_json(row))]
    await write_audit(session, actor, "emailTemplate:create", "emailTemplate", changes)
    return row


async def update_wrapper(session: WriteSession, actor: Actor, row: EmailTemplate, body: EmailTemplateUpdate) -> None:
    """Change what was sent of a row that the caller has locked. Raises as `create_wrapper`."""
    before = wrapper_json(row)
    await _put(session, row, body)
    after = wrapper_json(row)
    changes = [Change(row.id, name, before[name], after[name]) for name in after if before[name] != after[name]]
    if changes:
        row.modified_at, row.modified_by = utc_now(), actor.user_id
        await session.flush()
        await write_audit(session, actor, "emailTemplate:change", "emailTemplate", changes)


async def delete_wrapper(session: WriteSession, actor: Actor, row: EmailTemplate) -> None:
    """Delete softly a row that the caller has locked; templates that name it take the default. Raises
    `DefaultInUse`."""
    if row.is_default:
        raise DefaultInUse(emailTemplateId=row.id)
    row.deleted_at = row.modified_at = utc_now()
    row.modified_by = actor.user_id
    await write_audit(session, actor, "emailTemplate:delete", "emailTemplate", [Change(row.id)])


async def lock_wrapper(session: WriteSession, wrapper_id: int) -> EmailTemplate:
    """Raises `EmailTemplateNotFound`."""
    await repository.hold_defaults(session)
    return await repository.wrapper_for_update(session, wrapper_id)


async def _put(session: WriteSession, row: EmailTemplate, body: EmailTemplateFields) -> None:
    sent: dict[str, Any] = {
        name: getattr(body, name) for name in type(body).model_fields if name in body.model_fields_set
    }
    if "html" in sent:
        _check(sent["html"])
    if "subchannel_ids" in sent:
        sent["subchannel_ids"] = list(dict.fromkeys(sent["subchannel_ids"]))
        known = await load_subchannels(session, sent["subchannel_ids"])
        for one in sent["subchannel_ids"]:
            if one not in known:
                raise UnknownReference(f"There is no sub-channel {one}.", field="subchannelIds", value=one)
    await repository.hold_defaults(session)
    if sent.get("is_default", row.is_default):
        await repository.clear_default(session, sent.get("language", row.language), row.id)
    for name, value in sent.items():
        setattr(row, name, value)


def _check(html: str) -> None:
    count = html.count(PLACEHOLDER)
    if count != 1:
        raise PlaceholderMissing(field="html", found=count)
    try:
        parse(html, ARITIES)
    except TemplateError as fault:
        raise refusal(fault, "html") from fault
