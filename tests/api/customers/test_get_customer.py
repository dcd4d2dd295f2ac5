"""GET /customer/byCustomerId (ticket.md 8.1, conventions.md 6)."""

from typing import Any

import httpx
import pytest

from assaydesk.domains.customers.schemas import CustomerRead
from assaydesk.platform.db.session import WriteSession
from tests.factories.customers import make_customer
from tests.factories.tags import make_tag


async def test_given_a_customer_all_keys_are_there(as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session, reference="customer", color="green")
    contract = {"id": "K-7", "customerId": 5, "phone": "0301234567", "ownKey": 1}
    await make_customer(session, customer_id="007", phone="+4930123", tag_ids=[tag.id], contracts=[contract])
    await session.commit()
    client = await as_actor(permissions=["readCustomers"])
    customer = (await client.get("/customer/byCustomerId/007")).json()
    CustomerRead.model_validate(customer)
    assert (customer["id"], customer["phone"], customer["emailMatches"]) == ("007", "+4930123", False)
    assert customer["tags"] == [{"id": tag.id, "color": "green", "name": tag.name}]
    (shown,) = customer["contracts"]
    assert (shown["id"], shown["customerId"], shown["phone"], shown["energy"]) == ("K-7", "007", "0301234567", None)
    assert shown["additionalData"] == {"ownKey": 1}


@pytest.mark.parametrize(
    ("stored", "shown"), [("0", 0), ("83771", 83771), ("083", "083"), ("9" * 16, "9" * 16), ("C-1", "C-1")]
)
async def test_given_an_outside_id_it_is_a_number_when_it_looks_like_one(
    as_actor: Any, session: WriteSession, stored: str, shown: Any
) -> None:
    await make_customer(session, customer_id=stored)
    await session.commit()
    client = await as_actor(permissions=["readCustomers"])
    assert (await client.get(f"/customer/byCustomerId/{stored}")).json()["id"] == shown


async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession
) -> None:
    await make_customer(session, customer_id="C-1")
    await make_customer(session, customer_id="C-2", deleted_at=(await make_tag(session)).modified_at)
    await session.commit()
    assert (await anonymous.get("/customer/byCustomerId/C-1")).status_code == 401
    hidden = await (await as_actor(permissions=["readTicket"])).get("/customer/byCustomerId/C-1")
    assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "customer_not_found")
    reader = await as_actor(permissions=["readCustomers"])
    for missing in ("C-2", "C-9"):
        assert (await reader.get(f"/customer/byCustomerId/{missing}")).status_code == 404
    assert (await reader.get(f"/customer/byCustomerId/{'x' * 51}")).status_code == 422
