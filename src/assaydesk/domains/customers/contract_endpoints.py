"""Contracts and the dry run of legitimation (ticket.md 8.1, 8.4)."""

from typing import Annotated, Any

from fastapi import Body, Query
from starlette.responses import Response

from assaydesk.domains.customers import service
from assaydesk.domains.customers.deps import (
    ContractId,
    ContractToWrite,
    IncludeRawData,
    Manager,
    OpenDoors,
    Reader,
    VisibleContract,
)
from assaydesk.domains.customers.errors import ContractNotFound, CustomerMerged, ErpFailed
from assaydesk.domains.customers.schemas import (
    ContractFound,
    ContractRead,
    ContractWrite,
    Legitimation,
    LegitimationRequest,
)
from assaydesk.domains.customers.types import Message
from assaydesk.kit.jsontext import json_dumps
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Boolean, DocumentedAs, Done

router = Router("contract", prefix="/contract")

Attribute = Annotated[str | None, Query(max_length=200)]


@router.get(
    "/search",
    operation_id="searchContracts",
    response_model=list[ContractFound],
    responses=errors(PermissionDenied, ValidationFailed),
)
async def search_contracts(
    session: Reads,
    _: Reader,
    paging: Paging,
    include_raw_data: IncludeRawData,
    contract_id: Annotated[str | None, Query(alias="contractId", max_length=50)] = None,
    customer_id: Annotated[str | None, Query(alias="customerId", max_length=50)] = None,
    firstname: Attribute = None,
    lastname: Attribute = None,
    fullname: Attribute = None,
    birthday: Annotated[str | None, Query(max_length=50, description="YYYY-MM-DD or DD.MM.YYYY.")] = None,
    company: Attribute = None,
    email: Attribute = None,
    meter_number: Annotated[str | None, Query(alias="meterNumber", max_length=200)] = None,
    address: Attribute = None,
    postal_code: Annotated[str | None, Query(alias="postalCode", max_length=20)] = None,
    city: Attribute = None,
) -> Response:
    """Contracts by attributes, at least one of them, best first.

    `similarity` (0 to 100) is the share of the given attributes that match; names, companies, addresses, cities and
    meter numbers may also be near. Contracts that match nothing are left out.
    """
    given = {
        "contractId": contract_id, "customerId": customer_id, "firstname": firstname, "lastname": lastname,
        "fullname": fullname, "birthday": birthday, "company": company, "email": email, "meterNumber": meter_number,
        "address": address, "postalCode": postal_code, "city": city,
    }  # fmt: skip
    rows, total = await service.find_contracts(
        session,
        {name: value for name, value in given.items() if value is not None},
        limit=paging.limit,
        offset=paging.offset,
        include_raw_data=include_raw_data,
    )
    return json_answer(rows, total=total)


@router.post(
    "/legitimation/preview",
    operation_id="previewLegitimation",
    response_model=Legitimation,
    responses=errors(PermissionDenied, ValidationFailed),
)
async def preview_legitimation(actor: Manager, doors: OpenDoors, body: LegitimationRequest) -> Response:
    """What the rules of legitimation would say of a message. Nothing is written.

    The channel picks the rules: those of conversations for `chat` and `phone`, those of writing for all others.
    """
    raw = "" if body.raw_data is None else json_dumps(body.raw_data)
    verdict = await service.preview_legitimation(
        doors,
        channel=body.channel,
        customer_id=body.customer_id or None,
        contract_id=body.contract_id or None,
        message=Message(body.from_, (body.subject or "", body.body_plain or "", raw)),
        lang=actor.lang,
    )
    return json_answer(
        {
            "legitimationLevel": verdict.level,
            "legitimationMessage": verdict.message,
            "detectionLog": list(verdict.log),
        }
    )


@router.get(
    "/{contractId}",
    operation_id="getContractById",
    response_model=ContractRead,
    responses=errors(PermissionDenied, ContractNotFound, ValidationFailed, ErpFailed),
)
async def get_contract(
    contract_id: VisibleContract,
    doors: OpenDoors,
    include_raw_data: IncludeRawData,
    refresh: Annotated[Boolean, Query(description="Read it anew from the operator's system first.")] = False,
) -> Response:
    """One contract. With `refresh` a failure of the operator's system is answered, else the copy is served."""
    await service.freshen_contract(doors, contract_id, refresh=refresh)
    async with doors.database.read() as session:
        return json_answer(await service.read_contract(session, contract_id, include_raw_data=include_raw_data))


@router.put(
    "/{contractId}",
    operation_id="putContract",
    response_model=ContractRead,
    responses=errors(PermissionDenied, ValidationFailed, CustomerMerged),
)
async def put_contract(
    session: Writes,
    contract_id: ContractId,
    actor: Manager,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(ContractWrite)],
) -> Response:
    """Create or replace the copy of a contract.

    Keys that are not documented are kept in `additionalData` and `rawData`. Without `customerId` a placeholder customer
    is made.
    """
    await service.push_contract(session, actor, contract_id, body, replace=True)
    return json_answer(await service.read_contract(session, contract_id))


@router.patch(
    "/{contractId}",
    operation_id="updateContract",
    response_model=ContractRead,
    responses=errors(PermissionDenied, ContractNotFound, ValidationFailed, CustomerMerged),
)
async def update_contract(
    session: Writes,
    contract_id: ContractToWrite,
    actor: Manager,
    body: Annotated[dict[str, Any], Body(), DocumentedAs(ContractWrite)],
) -> Response:
    """Change what is sent; null clears. `additionalData` is merged on its first level, null removes a key."""
    await service.push_contract(session, actor, contract_id, body, replace=False)
    return json_answer(await service.read_contract(session, contract_id))


@router.delete(
    "/{contractId}",
    operation_id="deleteContract",
    response_model=Done,
    responses=errors(PermissionDenied, ContractNotFound, ValidationFailed),
)
async def delete_contract(session: Writes, contract_id: ContractToWrite, actor: Manager) -> Done:
    """Delete the copy softly."""
    await service.delete_contract(session, actor, contract_id)
    return Done(success=True)
