"""Removing a person from the copies: what stays are ids, business facts and times (platform.md 9)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.customers import repository
from assaydesk.domains.customers.copies import as_texts
from assaydesk.domains.customers.errors import CustomerNotFound
from assaydesk.domains.customers.events import CustomerAnonymised
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.kit.clock import utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.security.actor import Actor

MARK: Final = "xxxx xxxx"
_IMPERSONAL: Final = frozenset({
    "status", "statusCode", "statusCodeTitle", "energy", "energyTypeId", "energySubTypeId", "signupDate", "startDate",
    "endDate", "productId", "productName", "productCode", "campaignId", "salesChannelId", "vatRate", "basePrice",
    "workingPrice", "business", "gridOperatorName", "gridOperatorCode", "tabPreview",
})  # fmt: skip
"""Keys of a contract that say nothing about a person."""


async def anonymise_customer(session: WriteSession, actor: Actor, customer_id: str) -> None:
    """Irreversibly remove the person from a customer's copy, its contracts, kept answers and merged rows.

    Raises `CustomerNotFound`. Twice is once.
    """
    row = (await repository.lock_customers(session, [customer_id])).get(customer_id)
    if row is None:
        raise CustomerNotFound(customerId=customer_id)
    now = utc_now()
    sources = await repository.merged_sources(session, row.id)
    contracts = (await repository.contracts_of(session, [customer_id], deleted=True))[customer_id]
    wipe_customers([row, *sources], now)
    wipe_contracts(contracts, now)
    # Answers are kept by a hash of the question; whose they are cannot be told, and they can be asked for again.
    await repository.drop_answers(session)
    await session.flush()  # The audit row and the listeners stand after the change.
    await write_audit(session, actor, "customer:copy:anonymise", "customer", [Change(row.id)])
    kept = {contract.contract_id: contract.contract_id for contract in contracts}
    await publish(session, CustomerAnonymised(customer_id, kept, now))


def wipe_customers(rows: Iterable[Customer], now: datetime) -> None:
    """Names, addresses and everything free; the id and the tags stay."""
    for row in rows:
        row.firstname = row.phone = row.email = row.address = None
        row.lastname, row.company = (None, MARK) if row.business else (MARK, None)
        row.additional_data = {}
        row.contracts = []
        row.anonymised_at = row.modified_at = now
        row.version += 1


def wipe_contracts(rows: Iterable[Contract], now: datetime) -> None:
    """The facts of the business stay, without any text that could name somebody."""
    for row in rows:
        row.data = {key: _plain(value) for key, value in row.data.items() if key in _IMPERSONAL}
        row.additional_data = {}
        row.raw_data = None
        row.firstname = row.lastname = row.company = row.email = row.birthday = None
        row.meter_number = row.address = row.postal_code = row.city = None
        row.modified_at = now
        row.version += 1


def _plain(value: Any) -> Any:
    """Addresses of mails can stand in any text."""
    return as_texts(value, lambda text: MARK if "@" in text else text)
