"""What templates may say: the values for one ticket, and the list of all names (templates.md 3)."""

from collections.abc import Mapping
from typing import Any

from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.templates.errors import ContractNotFound, TicketNotFound
from assaydesk.domains.templates.events import CONTRACT_VARIABLES, TEMPLATE_VARIABLES
from assaydesk.kit.clock import iso, utc_now
from assaydesk.kit.handlebars.functions import Locale
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def template_variables(
    session: ReadSession,
    actor: Actor,
    *,
    ticket_id: int | None = None,
    contract_id: str | None = None,
    agent_id: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All variables for a ticket, a contract, or neither. `agent_id`: who writes, where that is not the
    caller. `data`: further values by path root, which go first.

    Raises `TicketNotFound`, `ContractNotFound`.
    """
    now = utc_now()
    settings = await get_settings(session)
    found: dict[str, Any] = {"today": now.astimezone(settings.zone).date().isoformat(), "now": iso(now)}
    if ticket_id is not None:
        known = await TEMPLATE_VARIABLES.load(session, actor, [ticket_id])
        if ticket_id not in known:
            raise TicketNotFound(ticketId=ticket_id)
        found = known[ticket_id] | found
    if contract_id is not None:
        contracts = await CONTRACT_VARIABLES.load(session, actor, [contract_id])
        if contract_id not in contracts:
            raise ContractNotFound(contractId=contract_id)
        found["contract"] = contracts[contract_id]
    if agent_id is not None:
        person = (await load_profiles(session, [agent_id])).get(agent_id)
        if person is not None:
            names = {"firstName": person.first_name, "lastName": person.last_name, "nameAlias": person.name_alias}
            found["agent"] = names
    return found | dict(data or {})


async def locale_of(session: ReadSession, language: str | None, variables: Mapping[str, Any]) -> Locale:
    """Where and in which language a text is written: its own language, the ticket's, the instance's."""
    settings = await get_settings(session)
    ticket = variables.get("ticket")
    spoken = ticket.get("languageCode") or ticket.get("language") if isinstance(ticket, Mapping) else None
    return Locale(settings.zone, language or (spoken if isinstance(spoken, str) else None) or settings.default_language)
