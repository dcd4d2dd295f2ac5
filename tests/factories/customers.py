"""Rows of customers and contracts."""

from itertools import count
from typing import Any

from assaydesk.domains.customers.copies import contract_columns, split_contract
from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.platform.db.session import WriteSession

_numbers = count(1)


async def make_customer(session: WriteSession, *, contracts: Any = (), **values: Any) -> Customer:
    """Tom Mustermann, tom@example.com. `contracts` are in their wire form."""
    number = next(_numbers)
    customer = Customer(
        **{"customer_id": f"C-{number}", "firstname": "Tom", "lastname": "Mustermann", "email": "tom@example.com"}
        | values
    )
    session.add(customer)
    await session.flush()
    for sent in contracts:
        await make_contract(session, customer=customer, **sent)
    return customer


async def make_contract(session: WriteSession, *, customer: Customer | None = None, **sent: Any) -> Contract:
    """A contract in its wire form, `V-1` and so on unless it has an `id`."""
    data, further = split_contract(sent)
    contract = Contract(
        contract_id=str(sent.get("id", f"V-{next(_numbers)}")),
        customer_id=customer.customer_id if customer is not None else sent.get("customerId"),
        data=data,
        additional_data=further,
        raw_data=sent.get("rawData"),
        **contract_columns(data, further),
    )
    session.add(contract)
    await session.flush()
    return contract
