"""Customers and contracts: copies of the master data. The public face of the domain."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from assaydesk.domains.customers import repository
from assaydesk.domains.customers.anonymise import anonymise_customer, wipe_customers
from assaydesk.domains.customers.errors import (
    ContractNotFound,
    CustomerHasContracts,
    CustomerMerged,
    CustomerNotFound,
    ErpFailed,
)
from assaydesk.domains.customers.keeping import store_customers
from assaydesk.domains.customers.legitimation import SYNCHRONOUS, legitimate
from assaydesk.domains.customers.lookups import (
    Doors,
    freshen_contract,
    freshen_customer,
    look_up_by_fields,
    look_up_by_text,
)
from assaydesk.domains.customers.merge import merge_customers
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.search import find_contracts, find_customers, find_duplicates
from assaydesk.domains.customers.types import Known, Message, Verdict
from assaydesk.domains.customers.view import contract_json, customer_json, customer_name, known_answers, known_facts
from assaydesk.domains.customers.writing import delete_contract, delete_customer, push_contract, push_customer
from assaydesk.domains.settings.service import InstanceSettings, get_settings
from assaydesk.domains.tags.service import tags_as_json
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.security.actor import SYSTEM

__all__ = [
    "ContractNotFound", "CustomerHasContracts", "CustomerMerged", "CustomerNotFound", "Doors", "ErpFailed",
    "anonymise_customer", "customer_name", "customers_as_json", "delete_contract", "delete_customer",
    "find_contracts", "find_customers", "find_duplicates", "freshen_contract", "freshen_customer", "load_contracts",
    "load_customers", "look_up_by_fields", "look_up_by_text", "merge_customers", "push_contract", "push_customer",
    "read_contract", "read_customer", "store_customers",
]  # fmt: skip

_BATCH: Final = 500


async def load_customers(session: ReadSession, customer_ids: Collection[str]) -> dict[str, Customer]:
    """Customers by the outside ids that were asked for; one that was merged leads to its target."""
    return await repository.customers(session, customer_ids)


async def load_contracts(session: ReadSession, contract_ids: Collection[str]) -> dict[str, Contract]:
    """Contracts by their outside ids."""
    return await repository.contracts(session, contract_ids)


async def customers_of_contracts(session: ReadSession, contract_ids: Collection[str]) -> dict[str, str]:
    """Contract id -> customer id, of contracts whose customer is known."""
    found = await repository.contracts(session, contract_ids)
    return {key: row.customer_id for key, row in found.items() if row.customer_id is not None}


async def customers_by_email(session: ReadSession, emails: Collection[str]) -> list[tuple[str, str | None]]:
    """(customer id, contract id or None) of those who have one of the addresses on file."""
    return await repository.by_email(session, emails)


async def customers_by_phone(session: ReadSession, key: str) -> list[str]:
    """Ids of customers with a phone number; `key` as `kit.folding.phone_key` makes it."""
    return await repository.by_phone(session, key)


async def contracts_of_customers(session: ReadSession, customer_ids: Collection[str]) -> dict[str, list[str]]:
    """Ids of contracts by customer, oldest first."""
    found = await repository.contracts_of(session, customer_ids)
    return {key: [row.contract_id for row in rows] for key, rows in found.items()}


async def customers_as_json(
    session: ReadSession, customers: Mapping[str, Customer], senders: Mapping[str, str | None] | None = None
) -> dict[str, dict[str, Any]]:
    """Wire forms by the keys given. `senders`: the same keys -> the address that wrote."""
    tags = await tags_as_json(session, {tag for row in customers.values() for tag in row.tag_ids})
    contracts = await repository.contracts_of(session, {row.customer_id for row in customers.values()})
    known = senders or {}
    return {
        key: customer_json(row, contracts[row.customer_id], tags, sender=known.get(key))
        for key, row in customers.items()
    }


async def read_customer(session: ReadSession, customer_id: str, *, sender: str | None = None) -> dict[str, Any]:
    """One customer with contracts. Raises `CustomerNotFound`."""
    found = await load_customers(session, [customer_id])
    if not found:
        raise CustomerNotFound(customerId=customer_id)
    return (await customers_as_json(session, found, {customer_id: sender}))[customer_id]


async def read_customer_of_contract(session: ReadSession, contract_id: str) -> dict[str, Any]:
    """The customer who has the contract. Raises `CustomerNotFound`."""
    customer_id = (await customers_of_contracts(session, [contract_id])).get(contract_id)
    if customer_id is None:
        raise CustomerNotFound("No customer with this contract is known.", contractId=contract_id)
    return await read_customer(session, customer_id)


async def read_contract(session: ReadSession, contract_id: str, *, include_raw_data: bool = False) -> dict[str, Any]:
    """One contract. Raises `ContractNotFound`."""
    row = (await repository.contracts(session, [contract_id])).get(contract_id)
    if row is None:
        raise ContractNotFound(contractId=contract_id)
    return contract_json(row, include_raw_data=include_raw_data)


async def customers_with_tag(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """Up to a hundred customers that carry each tag."""
    return {tag_id: await repository.customers_with_tag(session, tag_id) for tag_id in tag_ids}


async def known_of(session: ReadSession, customer_id: str | None, contract_id: str | None) -> Known | None:
    """What the copies know of a customer and a contract; None when there is neither.

    The customer of the contract counts when no other is named.
    """
    contract = (await repository.contracts(session, [contract_id])).get(contract_id) if contract_id else None
    wanted = customer_id or (contract.customer_id if contract is not None else None)
    customer = (await repository.customers(session, [wanted])).get(wanted) if wanted else None
    if contract is not None and customer is not None and contract.customer_id != customer.customer_id:
        contract = None if customer_id else contract
    return known_facts(customer, contract)


def judge_legitimation(
    settings: InstanceSettings, channel: str, known: Known | None, message: Message, *, lang: str = "en"
) -> Verdict:
    """The level by the rules of the channel's kind: in a conversation, or in writing (ticket.md 8.4)."""
    rule = (
        settings.customer_legitimation_rule_sync_channels
        if channel in SYNCHRONOUS
        else settings.customer_legitimation_rule_async_channels
    )
    return legitimate(rule, known, message, lang=lang)


async def preview_legitimation(
    doors: Doors,
    *,
    channel: str,
    customer_id: str | None,
    contract_id: str | None,
    message: Message,
    lang: str = "en",
) -> Verdict:
    """What the rules would say of a message. Writes nothing; what the operator's system knows better counts."""
    dry = replace(doors, keep=False)
    log: list[str] = []
    contract = customer = None
    try:
        if contract_id is not None:
            contract = await freshen_contract(dry, contract_id)
        if customer_id is not None:
            customer = await freshen_customer(dry, customer_id, with_contracts=False)
    except ErpFailed as failure:
        log.append(f"{failure.details['function']}: {failure.details['reason']}")
    async with doors.database.read() as session:
        settings = await get_settings(session)
        known = await known_of(session, customer_id, contract_id)
    if contract is not None or customer is not None:
        known = known_answers(contract, customer) or known
    verdict = judge_legitimation(settings, channel, known, message, lang=lang)
    return replace(verdict, log=(*log, *verdict.log))


async def purge_deleted(session: WriteSession) -> int:
    """Remove for good what was deleted long enough ago; answers how many rows went, at most a batch.

    A merged customer stays as an empty row that leads to its target.
    """
    settings = await get_settings(session)
    now = utc_now()
    people, agreed = await repository.deleted_before(
        session, now - timedelta(days=settings.soft_delete_retention_days), _BATCH
    )
    leading = await repository.leads_here(session, [row.id for row in people])
    emptied = [row for row in people if row.merged_into_id is not None or row.id in leading]
    wipe_customers([row for row in emptied if row.anonymised_at is None], now)
    removed = [row for row in people if row not in emptied]
    await write_audit(session, SYSTEM, "customer:copy:purge", "customer", [Change(row.id) for row in people])
    await write_audit(session, SYSTEM, "contract:copy:purge", "contract", [Change(row.id) for row in agreed])
    await repository.remove(session, [*removed, *agreed])
    return len(people) + len(agreed)


async def drop_old_answers(session: WriteSession) -> None:
    """Forget answers of look-ups that are no longer valid."""
    settings = await get_settings(session)
    await repository.drop_answers(session, utc_now() - timedelta(seconds=max(settings.contract_cache_seconds, 60)))
