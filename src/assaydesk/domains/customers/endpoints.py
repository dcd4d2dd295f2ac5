"""Customers (ticket.md 8.1)."""

from typing import Annotated, Any

from fastapi import Body, Query
from starlette.responses import Response

from assaydesk.domains.customers import service
from assaydesk.domains.customers.checks import ignored_keys
from assaydesk.domains.customers.contract_endpoints import router as contract_router
from assaydesk.domains.customers.deps import (
    CustomerId,
    CustomerToWrite,
    Manager,
    OpenDoors,
    Reader,
    VisibleContract,
    VisibleCustomer,
)
from assaydesk.domains.customers.errors import (
    ContractNotFound,
    CustomerHasContracts,
    CustomerMerged,
    CustomerNotFound,
    ErpFailed,
)
from assaydesk.domains.customers.schemas import (
    CustomerFound,
    CustomerRead,
    CustomersMerged,
    CustomerWrite,
    Duplicates,
    MergeRequest,
)
from assaydesk.platform.errors import PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import DocumentedAs, Done
from assaydesk.platform.security.require import note_ignored

router = Router("customer", prefix="/api/mind")

PUSH_ERRORS = (PermissionDenied, ValidationFailed, UnknownReference, CustomerMerged)


@router.get(
    "/customer/search",
    operation_id="searchCustomers",
    response_model=list[CustomerFound],
    responses=errors(PermissionDenied, ValidationFailed),
)
async def search_customers(
    _: Reader,
    doors: OpenDoors,
    paging: Paging,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words, a number, an address.")],
) -> Response:
    """Customers by first name, last name, company, contract id, customer id, e-mail or phone, best first.

    Typing errors, accents and umlauts make little difference. When a look-up by text is set up, what it finds is
    shown too; while that system is down, the copies alone are searched.
    """
    first: list[str] = []
    try:
        first = await service.look_up_by_text(doors, q.strip()) or []
        for customer_id in first:
            await service.freshen_customer(doors, customer_id, with_contracts=False)
    except ErpFailed:
        # Already logged; whoever searches is served from the copies.
        pass
    async with doors.database.read() as session:
        rows, total = await service.find_customers(session, q, limit=paging.limit, offset=paging.offset, first=first)
    return json_answer(rows, total=total)


@router.get(
    "/customer/duplicates",
    operation_id="listDuplicateCustomers",
    response_model=Duplicates,
    responses=errors(PermissionDenied, CustomerNotFound, ValidationFailed),
)
async def list_duplicates(
    session: Reads,
    _: Manager,
    paging: Paging,
    customer_id: Annotated[
        str | None, Query(alias="customerId", min_length=1, max_length=50, description="Only pairs with this one.")
    ] = None,
    min_similarity: Annotated[int, Query(alias="minSimilarity", ge=0, le=100)] = 80,
) -> Response:
    """Pairs of customers that are probably one: same e-mail, same phone, or nearly the same name at one address."""
    pairs, total = await service.find_duplicates(
        session, customer_id=customer_id, min_similarity=min_similarity, limit=paging.limit, offset=paging.offset
    )
    return json_answer({"pairs": pairs, "total": total, "limit": paging.limit, "offset": paging.offset})


@router.get(
    "/customer/byCustomerId/{customerId}",
    operation_id="getCustomerByCustomerId",
    response_model=CustomerRead,
    responses=errors(CustomerNotFound, ValidationFailed, ErpFailed),
)
async def get_customer_by_customer_id(customer_id: VisibleCustomer, doors: OpenDoors) -> Response:
    """The customer with contracts. A merged customer leads to the one it was merged into.

    The copy is read anew from the operator's system when it is old; while that is down, the copy is served.
    """
    await service.freshen_customer(doors, customer_id)
    async with doors.database.read() as session:
        return json_answer(await service.read_customer(session, customer_id))


@router.get(
    "/customer/byContractId/{contractId}",
    operation_id="getCustomerByContractId",
    response_model=CustomerRead,
    responses=errors(CustomerNotFound, ContractNotFound, ValidationFailed, ErpFailed),
)
async def get_customer_by_contract_id(contract_id: VisibleContract, doors: OpenDoors) -> Response:
    """The customer who has the contract, with all contracts."""
    await service.freshen_contract(doors, contract_id)
    async with doors.database.read() as session:
        customer_id = (await service.customers_of_contracts(session, [contract_id])).get(contract_id)
    if customer_id is not None:
        await service.freshen_customer(doors, customer_id)
    async with doors.database.read() as session:
        return json_answer(await service.read_customer_of_contract(session, contract_id))


@router.put(
    "/customer/{customerId}", operation_id="putCustomer", response_model=CustomerRead, responses=errors(*PUSH_ERRORS)
)
async def put_customer(
    session: Writes,
    customer_id: CustomerId,
    actor: Manager,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(CustomerWrite)],
) -> Response:
    """Create or replace the copy of a customer.

    Keys that are not documented are kept in `additionalData`. `contracts` are kept as contracts of this customer; those
    that are not named stay. `tags` are tags or their ids.
    """
    await service.push_customer(session, actor, customer_id, body, replace=True)
    note_ignored(ignored_keys(body))
    return json_answer(await service.read_customer(session, customer_id))


@router.patch(
    "/customer/{customerId}",
    operation_id="updateCustomer",
    response_model=CustomerRead,
    responses=errors(*PUSH_ERRORS, CustomerNotFound),
)
async def update_customer(
    session: Writes,
    customer_id: CustomerToWrite,
    actor: Manager,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(CustomerWrite)],
) -> Response:
    """Change what is sent; null clears. `additionalData` is merged on its first level, null removes a key."""
    await service.push_customer(session, actor, customer_id, body, replace=False)
    note_ignored(ignored_keys(body))
    return json_answer(await service.read_customer(session, customer_id))


@router.delete(
    "/customer/{customerId}",
    operation_id="deleteCustomer",
    response_model=Done,
    responses=errors(PermissionDenied, CustomerNotFound, CustomerMerged, CustomerHasContracts, ValidationFailed),
)
async def delete_customer(session: Writes, customer_id: CustomerToWrite, actor: Manager) -> Done:
    """Delete the copy softly. A customer with contracts cannot be deleted."""
    await service.delete_customer(session, actor, customer_id)
    return Done(success=True)


@router.post(
    "/customer/{customerId}/merge",
    operation_id="mergeCustomers",
    response_model=CustomersMerged,
    responses=errors(PermissionDenied, CustomerNotFound, ValidationFailed, UnknownReference),
)
async def merge_customers(
    session: Writes, customer_id: CustomerToWrite, actor: Manager, body: MergeRequest
) -> Response:
    """Merge duplicates into this customer.

    Contracts, tickets and additional data move here; this customer's own values win. The sources are deleted softly
    and lead here in look-ups.
    """
    await service.merge_customers(session, actor, customer_id, body.source_customer_ids)
    return json_answer({"success": True, "customer": await service.read_customer(session, customer_id)})


router.include_router(contract_router)
