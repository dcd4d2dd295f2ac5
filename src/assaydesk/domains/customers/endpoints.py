"""Customers (ticket.md 8.1)."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.responses import Response

from assaydesk.domains.customers import service
from assaydesk.domains.customers.schemas import CustomerRead
from assaydesk.domains.customers.service import CustomerNotFound
from assaydesk.platform.errors import ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("customer", prefix="/api/mind/customer")

Reader = Annotated[Actor, Depends(Require(Permission.READ_CUSTOMERS))]


async def visible_customer(
    actor: Reader, customer_id: Annotated[str, Path(alias="customerId", min_length=1, max_length=50)]
) -> str:
    """Who may not see customers at all learns nothing about one (conventions.md 3)."""
    if not actor.has(Permission.READ_CUSTOMERS):
        raise CustomerNotFound(customerId=customer_id)
    return customer_id


@router.get(
    "/byCustomerId/{customerId}",
    operation_id="getCustomerByCustomerId",
    response_model=CustomerRead,
    responses=errors(CustomerNotFound, ValidationFailed),
)
async def get_customer_by_customer_id(
    session: Reads, customer_id: Annotated[str, Depends(visible_customer)]
) -> Response:
    """The customer with contracts, as the desk keeps them."""
    return json_answer(await service.read_customer(session, customer_id))
