"""Guards and row loaders of customers and contracts."""

from typing import Annotated

from fastapi import Depends, Path, Query

from assaydesk.domains.customers import service
from assaydesk.domains.customers.errors import ContractNotFound, CustomerNotFound
from assaydesk.domains.customers.lookups import Doors
from assaydesk.integrations.web.opening import web_of
from assaydesk.platform.errors import PermissionDenied
from assaydesk.platform.http.sessions import Context, Writes
from assaydesk.platform.schema import Boolean
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require, verdicts

_VIEWERS = (Permission.READ_CUSTOMERS, Permission.MANAGE_CUSTOMERS)

Reader = Annotated[Actor, Depends(Require(*_VIEWERS))]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_CUSTOMERS))]
CustomerId = Annotated[str, Path(alias="customerId", min_length=1, max_length=50)]
ContractId = Annotated[str, Path(alias="contractId", min_length=1, max_length=50)]


async def doors(context: Context) -> Doors:
    """Where look-ups find the database and the web."""
    return Doors(context.database, web_of(context.config, context.ports))


OpenDoors = Annotated[Doors, Depends(doors)]


async def visible_customer(actor: Reader, customer_id: CustomerId) -> str:
    """Who may not see customers at all learns nothing about one (conventions.md 3)."""
    if not actor.has(*_VIEWERS):
        raise CustomerNotFound(customerId=customer_id)
    return customer_id


async def visible_contract(actor: Reader, contract_id: ContractId) -> str:
    """The same for contracts."""
    if not actor.has(*_VIEWERS):
        raise ContractNotFound(contractId=contract_id)
    return contract_id


async def customer_to_write(session: Writes, customer_id: Annotated[str, Depends(visible_customer)]) -> str:
    """A customer that exists; else 404."""
    await service.read_customer(session, customer_id)
    return customer_id


async def contract_to_write(session: Writes, contract_id: Annotated[str, Depends(visible_contract)]) -> str:
    """A contract that exists; else 404."""
    await service.read_contract(session, contract_id)
    return contract_id


async def include_raw_data(
    actor: Reader, wanted: Annotated[Boolean, Query(alias="includeRawData", description="Needs readRawData.")] = False
) -> bool:
    """A right that only this parameter needs; answered after the row was found."""
    if wanted and not actor.has(Permission.READ_RAW_DATA):
        current = verdicts.get()
        if current is not None and current.denied is None:
            current.denied = PermissionDenied(Permission.READ_RAW_DATA)
    return wanted


VisibleCustomer = Annotated[str, Depends(visible_customer)]
VisibleContract = Annotated[str, Depends(visible_contract)]
CustomerToWrite = Annotated[str, Depends(customer_to_write)]
ContractToWrite = Annotated[str, Depends(contract_to_write)]
IncludeRawData = Annotated[bool, Depends(include_raw_data)]
