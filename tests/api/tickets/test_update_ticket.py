"""GET and PATCH of one ticket, and its customer (ticket.md 2.5, 2.6, 8.1)."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.schemas import TicketUpdated
from assaydesk.domains.tickets.service import log_activity
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.customers import make_customer
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket


@pytest.fixture
async def ticket_id(session: WriteSession) -> int:
    ticket = await make_ticket(session, raw_data={"secret": 1})
    await session.commit()
    return ticket.id


async def test_given_the_documented_example_the_full_ticket_is_answered(
    as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    client = await as_actor()
    answer = await client.patch(f"/ticket/{TICKET}", json=example(shared_spec, "updateTicket.request"))
    assert answer.status_code == 200, answer.text
    body = answer.json()
    TicketUpdated.model_validate(body)
    assert_same_shape(
        example(shared_spec, "bulkUpdateTickets.request")[0],
        body["ticket"],
        leave_out=["agent.password", "assignedAgents.password", "workedOnBy.password", "tags.properties"],
        free=["customer.contracts"],
    )
    assert (body["ticket"]["contractId"], body["ticket"]["tagIds"]) == ("376189", [1])
    assert body["ticket"]["dueBy"] == "2021-01-01 12:00:00"
    for path, name in (("byTicketId/376189", "ByTicketId"), ("byCustomerId/83771", "ByCustomerId")):
        customer = (await client.get(f"/customer/{path}")).json()
        documented = example(shared_spec, f"getCustomer{name}.response")
        assert_same_shape(documented, customer, leave_out=["contracts.customerId"])
        assert (customer["id"], customer["phone"]) == (83771, 49123456789)
        assert customer["emailMatches"] == (name == "ByTicketId")
        assert customer["contracts"][0]["customerId"] == "83771"


async def test_given_the_version_that_was_read_a_newer_ticket_is_409(
    as_actor: Any, session: WriteSession, ticket_id: int
) -> None:
    client = await as_actor()
    header = {"If-Unmodified-Since-Version": "1"}
    assert (await client.patch(f"/ticket/{ticket_id}", json={"subject": "a"}, headers=header)).status_code == 200
    await log_activity(session, ticket_id, "identified", at=utc_now())  # A step that changes no field is no change.
    await session.commit()
    stale = await client.patch(f"/ticket/{ticket_id}", json={"subject": "b"}, headers=header)
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "stale_object")
    details = stale.json()["error"]["details"]
    assert details["version"] == 2
    (change,) = details["changes"]
    assert (change["userId"], change["changes"]["subject"]["new"]) == (client.actor_id, "a")
    bad = await client.patch(f"/ticket/{ticket_id}", json={}, headers={"If-Unmodified-Since-Version": "soon"})
    assert bad.status_code == 422
    assert (await client.patch(f"/ticket/{ticket_id}", json={"subject": "c"})).json()["ticket"]["version"] == 3


async def test_given_unknown_and_read_only_keys_they_are_named(as_actor: Any, ticket_id: int) -> None:
    client = await as_actor()
    body = {"id": 9, "version": 9, "colour": 1, "tags": [{"id": 3}], "workedOnBy": [{"id": 3}], "createdAt": "x"}
    answer = await client.patch(f"/ticket/{ticket_id}", json=body)
    assert answer.status_code == 200
    assert set(answer.headers["X-Ignored-Fields"].split(", ")) == set(body)
    assert answer.json()["ticket"]["version"] == 1


async def test_given_the_whole_ticket_back_nothing_changes(as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session, sla_hours=8, priority="high")
    customer = await make_customer(session)
    ticket = await make_ticket(session, customer_id=customer.customer_id, customer_legitimation=20)
    await session.commit()
    client = await as_actor()
    first = (await client.patch(f"/ticket/{ticket.id}", json={"addTagIds": [tag.id]})).json()["ticket"]
    assert first["dueBy"] is not None
    again = (await client.patch(f"/ticket/{ticket.id}", json=first)).json()["ticket"]
    assert again == first


async def test_given_pending_without_a_date_the_code_says_so(as_actor: Any, ticket_id: int) -> None:
    client = await as_actor()
    answer = await client.patch(f"/ticket/{ticket_id}", json={"status": "pending"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "pending_requires_due_by")
    older = (await client.patch(f"/ticket/{ticket_id}", json={"status": "waitingOnCustomer"})).json()["ticket"]
    assert (older["status"], older["dueByWasSetManually"]) == ("pending", True)
    closed = (await client.patch(f"/ticket/{ticket_id}", json={"status": "resolved"})).json()["ticket"]
    assert closed["status"] == "closed"
    assert closed["closedAt"] is not None


async def test_given_unknown_references_they_are_422(as_actor: Any, ticket_id: int) -> None:
    client = await as_actor()
    answer = await client.patch(f"/ticket/{ticket_id}", json={"agentId": 99_999, "tagIds": [99_999]})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "unknown_reference")
    assert {field["path"] for field in error["details"]["fields"]} == {"agentId", "tagIds"}


async def test_given_skills_the_match_is_told(as_actor: Any, session: WriteSession) -> None:
    held, missing = await make_tag(session, tag_routing=True), await make_tag(session, tag_routing=True)
    fits, other = await make_ticket(session, tags=[held.id]), await make_ticket(session, tags=[held.id, missing.id])
    await session.commit()
    client = await as_actor()
    assert (await client.get(f"/ticket/{other.id}")).json()["agentSkillsMatch"] is True
    await session.execute(
        update(Profile).where(Profile.id == client.actor_id).values(settings={"skills": {"tagIds": [held.id]}})
    )
    await session.commit()
    assert (await client.get(f"/ticket/{fits.id}")).json()["agentSkillsMatch"] is True
    assert (await client.get(f"/ticket/{other.id}")).json()["agentSkillsMatch"] is False


async def test_given_raw_data_it_needs_a_right_of_its_own(as_actor: Any, ticket_id: int) -> None:
    reader = await as_actor(permissions=["readTicket"])
    assert "rawData" not in (await reader.get(f"/ticket/{ticket_id}")).json()
    denied = await reader.get(f"/ticket/{ticket_id}", params={"includeRawData": 1})
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, "readRawData")
    assert (await reader.get("/ticket/99999", params={"includeRawData": 1})).status_code == 404
    allowed = await as_actor(permissions=["readTicket", "readRawData"])
    shown = await allowed.get(f"/ticket/{ticket_id}", params={"includeRawData": 1})
    assert shown.json()["rawData"] == {"secret": 1}


async def test_given_the_order_of_checks_each_answers_in_its_turn(
    anonymous: httpx.AsyncClient, as_actor: Any, ticket_id: int
) -> None:
    path = f"/ticket/{ticket_id}"
    assert (await anonymous.patch(path, json={})).status_code == 401
    assert (await anonymous.get(path)).status_code == 401
    nobody = await as_actor(permissions=[])
    for method in ("GET", "PATCH"):
        hidden = await nobody.request(method, path, json={"status": 3} if method == "PATCH" else None)
        assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "ticket_not_found")
    assert (await nobody.get(f"/customer/byTicketId/{ticket_id}")).status_code == 404
    assert (await nobody.get("/customer/byCustomerId/C-1")).json()["error"]["code"] == "customer_not_found"
    reader = await as_actor(permissions=["readTicket"])
    assert (await reader.patch(path, json={"status": 3})).status_code == 403
    assert (await reader.get("/ticket/0")).status_code == 422
    assert (await reader.get("/ticket/99999")).json()["error"]["details"]["ticketId"] == 99999
    editor = await as_actor(permissions=["updateTicket"])
    assert (await editor.get(path)).status_code == 200
    assert (await editor.patch(path, json={"status": 3})).status_code == 422
    assert (await editor.patch(path, json=[])).status_code == 422


async def test_given_no_customer_the_ticket_has_none(as_actor: Any, ticket_id: int, session: WriteSession) -> None:
    client = await as_actor()
    answer = await client.get(f"/customer/byTicketId/{ticket_id}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "customer_not_found")
    customer = await make_customer(session, company="Muster GmbH", business=True)
    await session.commit()
    linked = (await client.patch(f"/ticket/{ticket_id}", json={"customerId": customer.customer_id})).json()["ticket"]
    assert (linked["customerName"], linked["customerLegitimation"]) == ("Muster GmbH", 30)
    assert linked["customer"]["id"] == customer.customer_id
    detached = (await client.patch(f"/ticket/{ticket_id}", json={"customerId": None})).json()["ticket"]
    assert (detached["customer"], detached["customerLegitimation"]) == (None, 0)
    assert detached["customerName"] == "Tom Mustermann"
