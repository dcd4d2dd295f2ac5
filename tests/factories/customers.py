"""Rows of customers."""

from itertools import count
from typing import Any

from assaydesk.domains.customers.models import Customer
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)


async def make_customer(session: WriteSession, **values: Any) -> Customer:
    """Tom Mustermann, tom@example.com."""
    number = next(_numbers)
    customer = Customer(
        **{"customer_id": f"C-{number}", "firstname": "Tom", "lastname": "Mustermann", "email": "tom@example.com"}
        | values
    )
    session.add(customer)
    await session.flush()
    return customer
