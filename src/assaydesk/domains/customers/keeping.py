"""Keeping copies of contracts and customers: rows from what was read."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from assaydesk.domains.customers import repository
from assaydesk.domains.customers.copies import (
    contract_columns,
    customer_from_contract,
    placeholder_id,
    split_contract,
)
from assaydesk.domains.customers.events import ContractChanged, CustomerChanged
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.types import ContractCopy, CustomerCopy, Origin
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import publish
from assaydesk.platform.schema import camel

COLUMNS: Final = ("business", "company", "firstname", "lastname", "address", "phone", "email")
_CONTRACT_COLUMNS: Final = (
    "firstname", "lastname", "company", "email", "birthday", "meter_number", "address", "postal_code", "city",
)  # fmt: skip


async def keep_contract(
    session: WriteSession,
    copy: ContractCopy,
    origin: Origin,
    now: datetime,
    *,
    replace: bool = True,
    actor_id: int | None = None,
) -> tuple[Contract, list[str]]:
    """Make or change the copy; answers the row and the names of what changed. `replace` False: only what was sent.

    The customer of the contract exists afterwards, if only as far as the contract tells.
    """
    row = await repository.lock_contract(session, copy.contract_id)
    data, further = dict(copy.data), dict(copy.further)
    customer_id = copy.customer_id
    if row is not None and not replace:
        data = {**row.data, **data}
        further = {**row.additional_data, **further}
        customer_id = customer_id if customer_id is not None else row.customer_id
    data = {key: value for key, value in data.items() if value is not None}
    further = {key: value for key, value in further.items() if value is not None}
    customer_id = customer_id or placeholder_id(copy.contract_id)
    customer_id = (await repository.merged_into(session, [customer_id])).get(customer_id, customer_id)
    values: dict[str, Any] = {
        "customer_id": customer_id,
        "data": data,
        "additional_data": further,
        **contract_columns(data, further),
    }
    fields: list[str] = []
    if row is None:
        row = Contract(contract_id=copy.contract_id, raw_data=copy.raw, origin=origin, created_at=now, modified_at=now)
        for name, value in values.items():
            setattr(row, name, value)
        session.add(row)
        fields = ["id"]
    else:
        old = {**row.data, "customerId": row.customer_id, "additionalData": row.additional_data}
        new = {**data, "customerId": customer_id, "additionalData": further}
        fields = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
        if fields:
            for name, value in values.items():
                setattr(row, name, value)
            row.version += 1
            row.modified_at = now
        is_part = not replace and isinstance(copy.raw, dict)  # What is sent as a part pushes nothing out.
        row.raw_data = {**(row.raw_data or {}), **copy.raw} if is_part else copy.raw
        row.origin = origin
    row.fetched_at = now if origin is Origin.ERP else row.fetched_at
    await _know_customer(session, customer_id, copy.contract_id, data, further, now)
    await session.flush()  # Whoever reads on needs the row and its generated keys.
    if fields:
        await publish(session, ContractChanged(copy.contract_id, customer_id, tuple(fields), actor_id, now))
    return row, fields


async def _know_customer(
    session: WriteSession,
    customer_id: str,
    contract_id: str,
    data: Mapping[str, Any],
    further: Mapping[str, Any],
    now: datetime,
) -> None:
    """Nobody may be linked to a contract who does not exist; what only contracts tell follows them."""
    columns = customer_from_contract(contract_id, data, further)
    found = (await repository.customers(session, [customer_id])).get(customer_id)
    if found is None:
        row = {"customer_id": customer_id, "origin": Origin.CONTRACT, "created_at": now, "modified_at": now, **columns}
        await repository.add_customers(session, [row])
    elif found.origin == Origin.CONTRACT:
        for name, value in columns.items():
            if value is not None:
                setattr(found, name, value)


async def keep_customer(
    session: WriteSession,
    copy: CustomerCopy,
    origin: Origin,
    now: datetime,
    *,
    replace: bool = True,
    actor_id: int | None = None,
) -> tuple[Customer, list[str]]:
    """Make or change the copy; answers the row and the names of what changed. `replace` False: only what was sent."""
    row = (await repository.lock_customers(session, [copy.customer_id])).get(copy.customer_id)
    values = dict(copy.columns)
    further = dict(copy.further)
    if replace:
        values = {**dict.fromkeys(COLUMNS), "business": False, "tag_ids": [], **values}
        if origin is Origin.ERP and row is not None:
            # The desk's own tags; the outside system does not know them.
            values["tag_ids"] = row.tag_ids
    elif row is not None:
        further = {key: value for key, value in {**row.additional_data, **further}.items() if value is not None}
    values["business"] = bool(values["business"]) if "business" in values else (row.business if row else False)
    values["additional_data"] = further
    if row is None:
        row = Customer(
            customer_id=copy.customer_id, tag_ids=[], contracts=[], origin=origin, created_at=now, modified_at=now
        )
        session.add(row)
        fields = ["id"]
    else:
        fields = sorted(camel(name) for name, value in values.items() if getattr(row, name) != value)
        if fields:
            row.version += 1
            row.modified_at = now
        row.origin = origin
    for name, value in values.items():
        setattr(row, name, value)
    row.fetched_at = now if origin is Origin.ERP else row.fetched_at
    await session.flush()  # Whoever reads on needs the row and its generated keys.
    if fields:
        await publish(session, CustomerChanged(copy.customer_id, tuple(fields), actor_id, now))
    return row, fields


async def store_customers(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep copies: columns of `customers` by name, `customer_id` among them, and `contracts` in their wire form.

    What is known already is left alone.
    """
    now = utc_now()
    people: list[dict[str, Any]] = []
    agreed: dict[str, dict[str, Any]] = {}
    for row in rows:
        people.append({name: value for name, value in row.items() if name != "contracts"})
        for sent in row.get("contracts") or ():
            contract_id = str(sent.get("id", ""))[:50]
            if contract_id:
                agreed.setdefault(contract_id, _contract_row(contract_id, row["customer_id"], sent, now))
    await repository.add_customers(session, people)
    await repository.add_contracts(session, list(agreed.values()))


def _contract_row(contract_id: str, customer_id: str, sent: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    data, further = split_contract(sent)
    data = {key: value for key, value in data.items() if value is not None}
    further = {key: value for key, value in further.items() if value is not None}
    return {
        "contract_id": contract_id, "customer_id": customer_id, "data": data, "additional_data": further,
        "raw_data": sent.get("rawData"), "created_at": now, "modified_at": now, **contract_columns(data, further),
    }  # fmt: skip


def columns_of(row: Customer, names: Collection[str] = COLUMNS) -> dict[str, Any]:
    """Columns of a customer by name."""
    return {name: getattr(row, name) for name in names}
