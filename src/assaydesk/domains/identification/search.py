"""From what a message says to one customer: deterministic steps first, then the operator's own search (ticket.md 8.2).

No session is open while the operator's system is asked.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Final

from assaydesk.domains.customers import service as customers
from assaydesk.domains.customers.service import Doors, ErpFailed
from assaydesk.domains.identification.evidence import (
    Evidence,
    Hit,
    choose,
    find_evidence,
    is_internal_sender,
)
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.platform.db.session import ReadSession

MOST_ASKED: Final = 5
"""Numbers of one message that the operator's system is asked for."""


@dataclass(frozen=True, slots=True)
class Case:
    """A ticket as it is when the search begins."""

    ticket_id: int
    channel: str
    version: int
    sender: str | None
    texts: tuple[str, ...]
    own_addresses: tuple[str, ...]
    settings: InstanceSettings
    before: tuple[str | None, str | None, int]
    """Customer, contract and level."""


@dataclass(slots=True)
class Findings:
    """`steps`: what each step said, for the history of the ticket. `level`, `message`: of the operator's search."""

    steps: dict[str, str] = field(default_factory=dict)
    hit: Hit | None = None
    level: int | None = None
    message: str | None = None
    erp_failed: bool = False


async def search(doors: Doors, case: Case) -> Findings:
    """Find the customer of a ticket."""
    findings = Findings()
    words = sum(len(text) for text in case.texts)
    findings.steps["text"] = f"{len(case.texts)} texts, {words} characters"
    rules = case.settings.customer_deterministic_search
    evidence = find_evidence(case.texts, case.sender, rules, case.own_addresses)
    if rules["enabled"]:
        steps = [("contractNumber", _by_contract_number), ("customerNumber", _by_customer_number)]
        if rules["senderLookup"] and not is_internal_sender(case.sender, rules):
            steps.append(("sender", _by_sender))
        steps.append(("addresses", _by_addresses))
        for name, step in steps:
            hits = await step(doors, case, evidence, findings)
            findings.hit = choose(hits)
            findings.steps[name] = _told(hits, findings.hit)
            if findings.hit is not None:
                return findings
    if case.settings.search_contract_by_fields_executor is not None:
        await _by_features(doors, case, evidence, findings)
    return findings


async def load(doors: Doors, findings: Findings) -> None:
    """Bring the copies of what was found up to date; a contract that nobody knows is no contract."""
    hit = findings.hit
    assert hit is not None
    try:
        if hit.contract_id is not None:
            await customers.freshen_contract(doors, hit.contract_id)
        await customers.freshen_customer(doors, hit.customer_id)
    except ErpFailed as failure:
        _note_failure(findings, "contract", failure)


async def _by_contract_number(doors: Doors, case: Case, evidence: Evidence, findings: Findings) -> list[Hit]:
    async with doors.database.read() as session:
        known = await customers.customers_of_contracts(session, {*evidence.contract_ids, *evidence.numbers})
    asked = [one for one in evidence.contract_ids if one not in known][:MOST_ASKED]
    if asked and case.settings.search_contract_by_id_executor is not None:
        for contract_id in asked:
            try:
                await customers.freshen_contract(doors, contract_id)
            except ErpFailed as failure:
                _note_failure(findings, "contractNumber", failure)
                break
        async with doors.database.read() as session:
            known |= await customers.customers_of_contracts(session, asked)
    return [Hit(customer_id, contract_id) for contract_id, customer_id in known.items()]


async def _by_customer_number(doors: Doors, case: Case, evidence: Evidence, findings: Findings) -> list[Hit]:
    wanted = {*evidence.customer_ids, *evidence.numbers}
    async with doors.database.read() as session:
        known = await _ids_of(session, wanted)
    asked = [one for one in evidence.customer_ids if one not in known][:MOST_ASKED]
    if asked and case.settings.search_customer_by_id_executor is not None:
        for customer_id in asked:
            try:
                await customers.freshen_customer(doors, customer_id)
            except ErpFailed as failure:
                _note_failure(findings, "customerNumber", failure)
                break
        async with doors.database.read() as session:
            known |= await _ids_of(session, asked)
    return await _with_only_contract(doors, [Hit(customer_id, None) for customer_id in known.values()])


async def _ids_of(session: ReadSession, customer_ids: Collection[str]) -> dict[str, str]:
    """Those of the ids that name a customer -> the one they lead to."""
    return {key: row.customer_id for key, row in (await customers.load_customers(session, customer_ids)).items()}


async def _by_sender(doors: Doors, case: Case, evidence: Evidence, findings: Findings) -> list[Hit]:
    async with doors.database.read() as session:
        if evidence.phone is not None:
            found: list[tuple[str, str | None]] = [
                (one, None) for one in await customers.customers_by_phone(session, evidence.phone)
            ]
        else:
            found = await customers.customers_by_email(session, [case.sender] if case.sender else [])
    return await _with_only_contract(doors, [Hit(*one) for one in found])


async def _by_addresses(doors: Doors, case: Case, evidence: Evidence, findings: Findings) -> list[Hit]:
    async with doors.database.read() as session:
        found = await customers.customers_by_email(session, evidence.addresses)
    return await _with_only_contract(doors, [Hit(*one) for one in found])


async def _with_only_contract(doors: Doors, hits: list[Hit]) -> list[Hit]:
    """A customer with one contract writes about that one; with several, nobody knows which."""
    people = sorted({hit.customer_id for hit in hits})
    async with doors.database.read() as session:
        owned = await customers.contracts_of_customers(session, people)
    return [Hit(one, owned[one][0] if len(owned[one]) == 1 else None) for one in people]


async def _by_features(doors: Doors, case: Case, evidence: Evidence, findings: Findings) -> None:
    found: dict[str, Any] = {
        "contractId": next(iter(evidence.contract_ids), None),
        "customerId": next(iter(evidence.customer_ids), None),
        "email": case.sender if case.sender and "@" in case.sender else None,
        "phone": case.sender if evidence.phone else None,
    }
    names = {one["name"] for one in case.settings.customer_search_parameters}
    attributes = {name: value for name, value in found.items() if value is not None and name in names}
    if not attributes:
        findings.steps["searchCode"] = "no attributes"
        return
    try:
        match = await customers.look_up_by_fields(doors, attributes, case.ticket_id)
    except ErpFailed as failure:
        _note_failure(findings, "searchCode", failure)
        return
    if match is None or (match.contract_id is None and match.customer_id is None):
        findings.steps["searchCode"] = "nothing found"
        return
    customer_id = match.customer_id
    if match.contract_id is not None:
        try:
            await customers.freshen_contract(doors, match.contract_id)
        except ErpFailed as failure:
            _note_failure(findings, "contract", failure)
        async with doors.database.read() as session:
            owners = await customers.customers_of_contracts(session, [match.contract_id])
        customer_id = owners.get(match.contract_id, customer_id)
    if customer_id is None:
        findings.steps["searchCode"] = f"contract {match.contract_id} is not known"
        return
    findings.hit = Hit(customer_id, match.contract_id)
    findings.level, findings.message = match.level, match.message
    findings.steps["searchCode"] = _told([findings.hit], findings.hit)


def _told(hits: list[Hit], hit: Hit | None) -> str:
    if not hits:
        return "nothing found"
    if hit is None:
        people = len({one.customer_id for one in hits})
        return f"{people} customers, so none of them"
    return f"customer {hit.customer_id}" + (f", contract {hit.contract_id}" if hit.contract_id else "")


def _note_failure(findings: Findings, step: str, failure: ErpFailed) -> None:
    findings.erp_failed = True
    findings.steps[f"{step}Failed"] = str(failure.details.get("reason", failure.message))
