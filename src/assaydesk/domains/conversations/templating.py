"""Messages that are made from a response template (ticket.md 2.3, 3.2; templates.md 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assaydesk.domains.conversations.attachments import Reference, read_references
from assaydesk.domains.templates import service as templates
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import DomainError, UnknownReference
from assaydesk.platform.files.store import find_files
from assaydesk.platform.security.actor import SYSTEM, Actor


@dataclass(frozen=True, slots=True)
class Filled:
    """What a template gives to a message. An own text or subject goes before it."""

    html: str
    subject: str | None
    email_template_id: int | None
    files: list[Reference]


async def fill_for_ticket(session: WriteSession, actor: Actor, ticket_id: int, template_id: int) -> Filled:
    """The template for an answer to a ticket. Raises `UnknownReference`, `TemplateLimit`."""
    variables = await templates.template_variables(session, actor, ticket_id=ticket_id, agent_id=actor.user_id)
    return await _fill(session, template_id, variables)


async def fill_for_opening(
    session: WriteSession,
    actor: Actor,
    template_id: int,
    *,
    contract_id: str | None,
    ticket: Mapping[str, Any],
    data: Mapping[str, Any],
) -> Filled:
    """The template for the first message of a ticket to be. `data` gives variables by name, or those of `intent.data`.

    Raises as above. A contract that is not known here fills nothing.
    """
    more: dict[str, Any] = {"ticket": ticket, "in": ticket, "intent": {"data": data}, **data}
    try:
        variables = await templates.template_variables(
            session, SYSTEM, contract_id=contract_id, agent_id=actor.user_id, data=more
        )
    except DomainError:
        variables = await templates.template_variables(session, SYSTEM, agent_id=actor.user_id, data=more)
    return await _fill(session, template_id, variables)


async def _fill(session: WriteSession, template_id: int, variables: Mapping[str, Any]) -> Filled:
    try:
        done = await templates.render(session, template_id, variables)
    except templates.TemplateNotFound as failure:
        raise UnknownReference("There is no such template.", field="templateId", value=template_id) from failure
    await templates.count_use(session, template_id)
    files = read_references([file for file in done.files if "fileId" not in file], [])
    stored = await find_files(session, [file["fileId"] for file in done.files if "fileId" in file])
    files += [
        Reference(
            one.name, None, one.content_type, "risky" if one.risk_class != "safe" else "safe", one.size, one.width,
            one.height, file_id=one.id,
        )
        for one in stored.values()
    ]  # fmt: skip
    return Filled(done.html, done.subject, done.email_template_id, files)
