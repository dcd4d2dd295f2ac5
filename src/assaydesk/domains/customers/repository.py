"""Reading and writing single customers and contracts."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from assaydesk.domains.customers.models import Contract, Customer, LookupResult
from assaydesk.platform.db.session import ReadSession, WriteSession


async def customers(session: ReadSession, customer_ids: Collection[str]) -> dict[str, Customer]:
    """By the ids that were asked for; one that was merged leads to its target."""
    wanted = set(customer_ids)
    if not wanted:
        return {}
    query = select(Customer).where(Customer.customer_id.in_(wanted), Customer.deleted_at.is_(None))
    found = {row.customer_id: row for row in await session.scalars(query)}
    missing = wanted - found.keys()
    if missing:
        source, target = aliased(Customer), aliased(Customer)
        merged = (
            select(source.customer_id, target)
            .join(target, target.id == source.merged_into_id)
            .where(source.customer_id.in_(missing), target.deleted_at.is_(None))
            .order_by(source.id)
        )
        found |= {row[0]: row[1] for row in await session.execute(merged)}
    return found


async def customers_by_row(session: ReadSession, ids: Collection[int]) -> dict[int, Customer]:
    """Living customers by the id of their row."""
    query = select(Customer).where(Customer.id.in_(set(ids)), Customer.deleted_at.is_(None))
    return {row.id: row for row in await session.scalars(query)} if ids else {}


async def contracts_by_row(session: ReadSession, ids: Collection[int]) -> dict[int, Contract]:
    """Contracts by the id of their row."""
    query = select(Contract).where(Contract.id.in_(set(ids)))
    return {row.id: row for row in await session.scalars(query)} if ids else {}


async def merged_sources(session: ReadSession, target_id: int) -> list[Customer]:
    """Rows that were merged into this one."""
    return list(
        await session.scalars(select(Customer).where(Customer.merged_into_id == target_id).order_by(Customer.id))
    )


async def lock_customers(session: WriteSession, customer_ids: Collection[str]) -> dict[str, Customer]:
    """Living ones, held until the end of the transaction, in the order of their ids."""
    query = select(Customer).where(Customer.customer_id.in_(set(customer_ids)), Customer.deleted_at.is_(None))
    rows = await session.scalars(
        query.order_by(Customer.id).with_for_update().execution_options(populate_existing=True)
    )
    return {row.customer_id: row for row in rows}


async def merged_into(session: ReadSession, customer_ids: Collection[str]) -> dict[str, str]:
    """Id of a merged customer -> id of the one it leads to; those that live again are left out."""
    source, target, again = aliased(Customer), aliased(Customer), aliased(Customer)
    alive = select(again.id).where(again.customer_id == source.customer_id, again.deleted_at.is_(None)).exists()
    query = (
        select(source.customer_id, target.customer_id)
        .join(target, target.id == source.merged_into_id)
        .where(source.customer_id.in_(set(customer_ids)), ~alive)
    )
    return {row[0]: row[1] for row in await session.execute(query)}


async def redirect(session: WriteSession, source_ids: Collection[int], target_id: int) -> None:
    """Earlier merges lead to the end of the chain."""
    await session.execute(
        update(Customer).where(Customer.merged_into_id.in_(set(source_ids))).values(merged_into_id=target_id)
    )


async def add_customers(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep copies; what is known already is left alone."""
    if rows:
        query = insert(Customer).values(list(rows))
        await session.execute(
            query.on_conflict_do_nothing(
                index_elements=[Customer.customer_id], index_where=Customer.deleted_at.is_(None)
            )
        )


async def contracts(session: ReadSession, contract_ids: Collection[str]) -> dict[str, Contract]:
    """Living contracts by id."""
    if not contract_ids:
        return {}
    query = select(Contract).where(Contract.contract_id.in_(set(contract_ids)), Contract.deleted_at.is_(None))
    return {row.contract_id: row for row in await session.scalars(query)}


async def lock_contract(session: WriteSession, contract_id: str) -> Contract | None:
    query = select(Contract).where(Contract.contract_id == contract_id, Contract.deleted_at.is_(None))
    found: Contract | None = await session.scalar(query.with_for_update().execution_options(populate_existing=True))
    return found


async def add_contracts(session: WriteSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep copies; what is known already is left alone."""
    if rows:
        query = insert(Contract).values(list(rows))
        await session.execute(
            query.on_conflict_do_nothing(
                index_elements=[Contract.contract_id], index_where=Contract.deleted_at.is_(None)
            )
        )


async def contracts_of(
    session: ReadSession, customer_ids: Collection[str], *, deleted: bool = False
) -> dict[str, list[Contract]]:
    """Contracts by customer, oldest first; `deleted`: those too."""
    found: dict[str, list[Contract]] = {customer_id: [] for customer_id in customer_ids}
    if found:
        query = select(Contract).where(Contract.customer_id.in_(list(found)))
        if not deleted:
            query = query.where(Contract.deleted_at.is_(None))
        for row in await session.scalars(query.order_by(Contract.id)):
            found[str(row.customer_id)].append(row)
    return found


async def move_contracts(session: WriteSession, sources: Collection[str], target: str, now: datetime) -> list[str]:
    """Give the contracts of some customers to another one; answers their ids."""
    moved = await session.scalars(
        update(Contract)
        .where(Contract.customer_id.in_(set(sources)), Contract.deleted_at.is_(None))
        .values(customer_id=target, modified_at=now, version=Contract.version + 1)
        .returning(Contract.contract_id)
    )
    return sorted(moved)


async def by_email(session: ReadSession, emails: Collection[str], limit: int = 20) -> list[tuple[str, str | None]]:
    """(customer id, contract id or None) of those who have one of the addresses on file."""
    wanted = sorted({email.strip().lower() for email in emails if email.strip()})
    if not wanted:
        return []
    people = select(Customer.customer_id).where(func.lower(Customer.email).in_(wanted), Customer.deleted_at.is_(None))
    agreed = select(Contract.customer_id, Contract.contract_id).where(
        func.lower(Contract.email).in_(wanted), Contract.deleted_at.is_(None), Contract.customer_id.is_not(None)
    )
    found: list[tuple[str, str | None]] = [
        (one, None) for one in await session.scalars(people.order_by(Customer.id).limit(limit))
    ]
    found += [(str(row[0]), row[1]) for row in await session.execute(agreed.order_by(Contract.id).limit(limit))]
    return found


async def by_phone(session: ReadSession, key: str, limit: int = 20) -> list[str]:
    """Ids of customers who have the phone number on file."""
    query = select(Customer.customer_id).where(Customer.phone_key == key, Customer.deleted_at.is_(None))
    return list(await session.scalars(query.order_by(Customer.id).limit(limit)))


async def customers_with_tag(session: ReadSession, tag_id: int) -> list[int]:
    query = select(Customer.id).where(Customer.tag_ids.contains([tag_id]), Customer.deleted_at.is_(None))
    return list(await session.scalars(query.limit(100)))


async def kept_answer(session: ReadSession, function: str, input_hash: str, since: datetime) -> LookupResult | None:
    """What was answered to the same question since then."""
    query = select(LookupResult).where(
        LookupResult.function == function, LookupResult.input_hash == input_hash, LookupResult.fetched_at > since
    )
    found: LookupResult | None = await session.scalar(query)
    return found


async def keep_answer(session: WriteSession, function: str, input_hash: str, answer: Any, now: datetime) -> None:
    row = {"function": function, "input_hash": input_hash, "answer": answer, "fetched_at": now}
    query = insert(LookupResult).values(row)
    await session.execute(query.on_conflict_do_update(index_elements=["function", "input_hash"], set_=row))


async def drop_answers(session: WriteSession, before: datetime | None = None) -> None:
    """Forget what was answered, or only what is older."""
    query = delete(LookupResult)
    await session.execute(query if before is None else query.where(LookupResult.fetched_at < before))


async def deleted_before(session: WriteSession, moment: datetime, limit: int) -> tuple[list[Customer], list[Contract]]:
    """Rows whose time to be restored is over. Merged customers stay, for they lead somewhere."""
    people = select(Customer).where(
        Customer.deleted_at < moment, or_(Customer.merged_into_id.is_(None), Customer.anonymised_at.is_(None))
    )
    agreed = select(Contract).where(Contract.deleted_at < moment)
    customers_found = await session.scalars(people.order_by(Customer.id).limit(limit).with_for_update(skip_locked=True))
    contracts_found = await session.scalars(agreed.order_by(Contract.id).limit(limit).with_for_update(skip_locked=True))
    return list(customers_found), list(contracts_found)


async def leads_here(session: ReadSession, ids: Collection[int]) -> set[int]:
    """Those of the customers that others were merged into."""
    query = select(Customer.merged_into_id).where(Customer.merged_into_id.in_(set(ids))).distinct()
    return {one for one in await session.scalars(query) if one is not None}


async def remove(session: WriteSession, rows: Sequence[Customer | Contract]) -> None:
    """For good."""
    for row in rows:
        await session.delete(row)
    await session.flush()  # The next search for old rows must not find them again.
