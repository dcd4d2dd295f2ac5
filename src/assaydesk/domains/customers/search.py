"""Finding customers and contracts (ticket.md 8.1)."""

from collections.abc import Mapping
from typing import Any, Final

from assaydesk.domains.customers import queries, repository
from assaydesk.domains.customers.copies import birthday_of
from assaydesk.domains.customers.errors import CustomerNotFound
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.view import contract_json, customer_json, found_json, outside_id
from assaydesk.domains.tags.service import tags_as_json
from assaydesk.kit.folding import phone_key, words_of
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.errors import FieldError, ValidationFailed

LONGEST: Final = 200
_MOST_WORDS: Final = 12
_PHONE_CHARACTERS: Final = frozenset("0123456789 +-/().\u00a0")


async def find_customers(
    session: ReadSession, q: str, *, limit: int, offset: int, first: list[str] | None = None
) -> tuple[list[dict[str, Any]], int]:
    """Customers by name, company, e-mail, phone, customer or contract id, best first, and how many there are.

    Typing errors, accents and umlauts make little difference. `first`: ids that the operator's own search found; those
    that are known here and not found otherwise stand before the others.
    """
    # What stands behind the sign of an address is shared by many.
    words = words_of(q.partition("@")[0]).split()[:_MOST_WORDS]
    digits = phone_key(q) if set(q) <= _PHONE_CHARACTERS else None
    ids, total = await queries.search_customers(session, q=q, words=words, phone=digits, limit=limit, offset=offset)
    rows = await repository.customers_by_row(session, ids)
    found = [rows[one] for one in ids if one in rows]
    if first and offset == 0:
        more = await repository.customers(session, first)
        known = {row.id for row in found}
        ahead = [row for row in dict.fromkeys(more[one] for one in first if one in more) if row.id not in known]
        found, total = [*ahead, *found][:limit], total + len(ahead)
    contracts = await repository.contracts_of(session, [row.customer_id for row in found])
    return [found_json(row, [contract.contract_id for contract in contracts[row.customer_id]]) for row in found], total


async def find_contracts(
    session: ReadSession, given: Mapping[str, str], *, limit: int, offset: int, include_raw_data: bool = False
) -> tuple[list[dict[str, Any]], int]:
    """Contracts by attributes, best first, with the share that matches, and how many there are.

    Raises `ValidationFailed` when no attribute is given.
    """
    sought = {name: value.strip() for name, value in given.items() if value.strip()}
    if not sought:
        raise ValidationFailed([FieldError("contractId", "required", "Give at least one attribute to search by.")])
    if "birthday" in sought:
        day = birthday_of({"birthday": sought["birthday"]})
        if day is None:
            raise ValidationFailed([FieldError("birthday", "bad_format", "Write the day as YYYY-MM-DD.")])
        sought["birthday"] = day
    found = await queries.search_contracts(session, sought, limit=limit, offset=offset)
    rows: dict[int, Contract] = await repository.contracts_by_row(session, [one for one, _ in found.rows])
    shown = [
        {
            "id": outside_id(rows[one].contract_id),
            "similarity": similarity,
            "contract": contract_json(rows[one], include_raw_data=include_raw_data),
        }
        for one, similarity in found.rows
        if one in rows
    ]
    return shown, found.total


async def find_duplicates(
    session: ReadSession, *, customer_id: str | None, min_similarity: int, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """Pairs of customers that are probably one, likeliest first, and how many there are. Raises `CustomerNotFound`."""
    customer: int | None = None
    if customer_id is not None:
        row = (await repository.customers(session, [customer_id])).get(customer_id)
        if row is None:
            raise CustomerNotFound(customerId=customer_id)
        customer = row.id
    pairs, total = await queries.duplicates(
        session, customer=customer, least=min_similarity, limit=limit, offset=offset
    )
    rows: dict[int, Customer] = await repository.customers_by_row(
        session, [one for pair in pairs for one in (pair.first_id, pair.second_id)]
    )
    tags = await tags_as_json(session, {tag for row in rows.values() for tag in row.tag_ids})
    contracts = await repository.contracts_of(session, [row.customer_id for row in rows.values()])
    return [
        {
            "customers": [
                customer_json(rows[one], contracts[rows[one].customer_id], tags)
                for one in (pair.first_id, pair.second_id)
            ],
            "similarity": pair.similarity,
            "reasons": list(pair.reasons),
        }
        for pair in pairs
    ], total
