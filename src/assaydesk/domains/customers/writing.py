"""Pushing customers and contracts: create or replace, change, delete softly (ticket.md 8.1)."""

from collections.abc import Mapping
from typing import Any

from assaydesk.domains.customers import repository
from assaydesk.domains.customers.checks import needs_name, read_contract, read_customer
from assaydesk.domains.customers.errors import ContractNotFound, CustomerHasContracts, CustomerMerged, CustomerNotFound
from assaydesk.domains.customers.events import ContractChanged, CustomerChanged
from assaydesk.domains.customers.keeping import keep_contract, keep_customer
from assaydesk.domains.customers.models import Customer
from assaydesk.domains.customers.types import ContractCopy, Origin
from assaydesk.domains.settings.service import get_settings
from assaydesk.domains.tags.service import load_tags
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, UnknownReference, ValidationFailed
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor


async def push_customer(
    session: WriteSession, actor: Actor, customer_id: str, body: Mapping[str, Any], *, replace: bool
) -> None:
    """Create or replace the copy, or change what was sent. Contracts that are sent along are kept with it.

    Raises `ValidationFailed`, `UnknownReference`, `CustomerMerged`, and without `replace` `CustomerNotFound`.
    """
    faults: list[FieldError] = []
    copy = read_customer(body, customer_id, faults)
    contracts = await _contracts_in(session, customer_id, body, faults)
    row = (await repository.lock_customers(session, [customer_id])).get(customer_id)
    if row is None and not replace:
        raise CustomerNotFound(customerId=customer_id)
    columns = copy.columns if replace or row is None else {**_names(row), **copy.columns}
    if not faults or replace:
        needs_name(bool(columns.get("business")), columns.get("company"), columns.get("lastname"), faults)
    if faults:
        raise ValidationFailed(faults)
    await _refuse_unknown_tags(session, copy.columns.get("tag_ids", ()), row)
    await _refuse_merged(session, customer_id)
    now = utc_now()
    row, fields = await keep_customer(session, copy, Origin.PUSH, now, replace=replace, actor_id=actor.user_id)
    for contract in contracts:
        await keep_contract(session, contract, Origin.PUSH, now, actor_id=actor.user_id)
    # Field names only: the audit log is forever, and what it says of a person could not be erased.
    await write_audit(session, actor, "customer:copy:push", "customer", [Change(row.id, field) for field in fields])


async def push_contract(
    session: WriteSession, actor: Actor, contract_id: str, body: Mapping[str, Any], *, replace: bool
) -> None:
    """Create or replace the copy, or change what was sent; null clears.

    Raises `ValidationFailed`, `CustomerMerged`, and without `replace` `ContractNotFound`.
    """
    settings = await get_settings(session)
    faults: list[FieldError] = []
    copy = read_contract(body, contract_id, settings.zone, faults)
    row = await repository.lock_contract(session, contract_id)
    if row is None and not replace:
        raise ContractNotFound(contractId=contract_id)
    if faults:
        raise ValidationFailed(faults)
    if copy.customer_id is not None:
        await _refuse_merged(session, copy.customer_id)
    row, fields = await keep_contract(session, copy, Origin.PUSH, utc_now(), replace=replace, actor_id=actor.user_id)
    await write_audit(session, actor, "contract:copy:push", "contract", [Change(row.id, field) for field in fields])


async def delete_customer(session: WriteSession, actor: Actor, customer_id: str) -> None:
    """Softly. Raises `CustomerNotFound`, `CustomerHasContracts`."""
    row = (await repository.lock_customers(session, [customer_id])).get(customer_id)
    if row is None:
        raise CustomerNotFound(customerId=customer_id)
    contracts = (await repository.contracts_of(session, [customer_id]))[customer_id]
    if contracts:
        raise CustomerHasContracts(contractIds=[contract.contract_id for contract in contracts[:100]])
    row.deleted_at = row.modified_at = utc_now()
    row.version += 1
    await session.flush()  # The audit row and the listeners stand after the change.
    await write_audit(session, actor, "customer:copy:delete", "customer", [Change(row.id)])
    await publish(session, CustomerChanged(customer_id, (), actor.user_id, row.modified_at, deleted=True))


async def delete_contract(session: WriteSession, actor: Actor, contract_id: str) -> None:
    """Softly. Raises `ContractNotFound`."""
    row = await repository.lock_contract(session, contract_id)
    if row is None:
        raise ContractNotFound(contractId=contract_id)
    row.deleted_at = row.modified_at = utc_now()
    row.version += 1
    await session.flush()  # The audit row and the listeners stand after the change.
    await write_audit(session, actor, "contract:copy:delete", "contract", [Change(row.id)])
    await publish(
        session, ContractChanged(contract_id, row.customer_id, (), actor.user_id, row.modified_at, deleted=True)
    )


async def _contracts_in(
    session: WriteSession, customer_id: str, body: Mapping[str, Any], faults: list[FieldError]
) -> list[ContractCopy]:
    sent = body.get("contracts")
    if sent is None:
        return []
    if not isinstance(sent, list) or len(sent) > 1000:
        faults.append(FieldError("contracts", "wrong_type", "Send a list of at most 1,000 contracts."))
        return []
    zone = (await get_settings(session)).zone
    found = []
    for index, one in enumerate(sent):
        path = f"contracts.{index}."
        contract_id = str(one.get("id") or "") if isinstance(one, Mapping) else ""
        if not 1 <= len(contract_id) <= 50:
            faults.append(FieldError(f"{path}id", "required", "A contract needs an id of at most 50 characters."))
            continue
        copy = read_contract(one, contract_id, zone, faults, path)
        found.append(ContractCopy(contract_id, customer_id, copy.data, copy.further, copy.raw))
    return found


def _names(row: Customer) -> dict[str, Any]:
    return {"business": row.business, "company": row.company, "lastname": row.lastname}


async def _refuse_unknown_tags(session: WriteSession, tag_ids: Any, row: Customer | None) -> None:
    new = set(tag_ids) - set(row.tag_ids if row is not None else ())
    tags = await load_tags(session, new)
    for tag_id in sorted(new):
        tag = tags.get(tag_id)
        if tag is None or tag.deleted_at is not None or tag.reference != "customer":
            raise UnknownReference(f"Tag {tag_id} is no tag for customers.", field="tags", value=tag_id)


async def _refuse_merged(session: WriteSession, customer_id: str) -> None:
    into = (await repository.merged_into(session, [customer_id])).get(customer_id)
    if into is not None:
        raise CustomerMerged(customerId=customer_id, into=into)
