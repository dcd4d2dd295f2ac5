"""What templates and prompts may say about a ticket (ticket.md 2.12, templates.md 3)."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from assaydesk.domains.customers import service as customers
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.profiles.service import load_profiles
from assaydesk.domains.settings.subchannels import load_subchannels
from assaydesk.domains.tickets import repository, service
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor, ActorKind
from assaydesk.platform.security.permissions import Permission

_LEFT_OUT: Final = frozenset({"customer", "agent", "assignedAgents", "workedOnBy", "template", "workitem", "rawData"})
_SPELLINGS: Final = {"firstname": "firstName", "lastname": "lastName"}


async def ticket_variables(
    session: ReadSession, actor: Actor, ticket_ids: Collection[int]
) -> dict[int, dict[str, Any]]:
    """By ticket that the caller may see: `ticket`, `in`, `customer`, `contract`, `intent`, `agent`, `subchannel`.

    `agent` is the caller; for programs it is the person who is responsible for the ticket.
    """
    rows = await repository.get(session, actor, list(ticket_ids))
    shown = await service.tickets_as_json(session, actor, rows)
    subchannels = await load_subchannels(
        session, {row["subchannel_id"] for row in rows.values() if row["subchannel_id"] is not None}
    )
    wanted = {row["agent_id"] for row in rows.values() if row["agent_id"] is not None}
    people = await load_profiles(session, wanted | ({actor.id} if actor.user_id is not None else set()))
    contracts = await _contracts(session, {row["contract_id"] for row in rows.values() if row["contract_id"]})
    found: dict[int, dict[str, Any]] = {}
    for ticket_id, row in rows.items():
        ticket = {name: value for name, value in shown[ticket_id].items() if name not in _LEFT_OUT}
        person = people.get(actor.id) if actor.kind is ActorKind.PERSON else people.get(row["agent_id"])
        subchannel = subchannels.get(row["subchannel_id"])
        found[ticket_id] = {
            "ticket": ticket,
            "in": ticket,
            "customer": _with_spellings(shown[ticket_id]["customer"] or {}),
            "contract": contracts.get(row["contract_id"], {}),
            "intent": {"data": {}},
            "agent": _agent(person),
            "subchannel": {"name": subchannel.name if subchannel is not None else None},
        }
    return found


async def contract_variables(
    session: ReadSession, actor: Actor, contract_ids: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Contracts by id, for those who may look for customers. Whoever sees a ticket sees its contract anyway."""
    return await _contracts(session, contract_ids) if actor.has(Permission.READ_CUSTOMERS) else {}


async def _contracts(session: ReadSession, contract_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    known = await customers.load_contracts(session, contract_ids)
    return {key: _with_spellings(await customers.read_contract(session, key)) for key in known}


def _with_spellings(shown: Mapping[str, Any]) -> dict[str, Any]:
    """`firstName` beside `firstname`: templates have both."""
    return {**shown, **{other: shown[name] for name, other in _SPELLINGS.items() if name in shown}}


def _agent(person: Profile | None) -> dict[str, Any]:
    if person is None:
        return {"firstName": None, "lastName": None, "nameAlias": None}
    return {"firstName": person.first_name, "lastName": person.last_name, "nameAlias": person.name_alias}
