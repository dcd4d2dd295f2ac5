"""What templates may say: the values for one ticket, and the list of all names (templates.md 3)."""

from collections.abc import Mapping
from typing import Any

from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.templates.errors import ContractNotFound, TicketNotFound
from assaydesk.domains.templates.events import CONTRACT_VARIABLES, TEMPLATE_VARIABLES
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor


async def template_variables(
    session: ReadSession,
    actor: Actor,
    *,
    ticket_id: int | None = None,
    contract_id: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """All variables for a ticket, a contract, or neither. `data`: further values by path root, which go first.

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
    return found | dict(data or {})
