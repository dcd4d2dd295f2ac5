"""Customers: copies of the master data. The public face of the domain."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.customers.models import Customer
from assaydesk.domains.customers.view import customer_json, customer_name
from assaydesk.domains.tags.service import tags_as_json
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import NotFound

__all__ = [
    "CustomerNotFound",
    "customer_name",
    "customers_as_json",
    "load_customers",
    "read_customer",
    "store_customers",
]


class CustomerNotFound(NotFound):
    """404: nobody of this id, or nobody linked to the ticket."""

    default_message = "There is no such customer."


async def load_customers(session: ReadSession, customer_ids: Collection[str]) -> dict[str, Customer]:
    """Customers by their outside ids."""
    if not customer_ids:
        return {}
    query = select(Customer).where(Customer.customer_id.in_(set(customer_ids)), Customer.deleted_at.is_(None))
    return {row.customer_id: row for row in await session.scalars(query)}


async def customers_as_json(
    session: ReadSession, customers: Mapping[str, Customer], senders: Mapping[str, str | None] | None = None
) -> dict[str, dict[str, Any]]:
    """Wire forms by outside id. `senders`: outside id -> the address that wrote."""
    tags = await tags_as_json(session, {tag for row in customers.values() for tag in row.tag_ids})
    known = senders or {}
    return {key: customer_json(row, tags, sender=known.get(key)) for key, row in customers.items()}


async def read_customer(session: ReadSession, customer_id: str, *, sender: str | None = None) -> dict[str, Any]:
    """One customer with contracts. Raises `CustomerNotFound`."""
    found = await load_customers(session, [customer_id])
    if not found:
        raise CustomerNotFound(customerId=customer_id)
    return (await customers_as_json(session, found, {customer_id: sender}))[customer_id]


async def store_customers(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep copies: columns of `customers` by name, `customer_id` among them. What is known already is left alone."""
    if rows:
        query = insert(Customer).values(list(rows))
        await session.execute(
            query.on_conflict_do_nothing(
                index_elements=[Customer.customer_id], index_where=Customer.deleted_at.is_(None)
            )
        )


async def customers_with_tag(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """Up to a hundred customers that carry each tag."""
    found: dict[int, list[int]] = {}
    for tag_id in tag_ids:
        query = select(Customer.id).where(Customer.tag_ids.contains([tag_id]), Customer.deleted_at.is_(None))
        found[tag_id] = list(await session.scalars(query.limit(100)))
    return found


async def replace_tag(session: WriteSession, tag_id: int, into: int) -> int:
    """Give every customer with a tag the other one; answers how many there were."""
    other = func.array_remove(Customer.tag_ids, tag_id)
    tag_ids = case((Customer.tag_ids.contains([into]), other), else_=func.array_append(other, into))
    changed = update(Customer).where(Customer.tag_ids.contains([tag_id])).values(tag_ids=tag_ids)
    return len((await session.execute(changed.returning(Customer.id))).all())
