"""Duplicates and their merging (ticket.md 8.1)."""

from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.domains.customers.models import Contract, Customer
from assaydesk.domains.customers.schemas import CustomersMerged, Duplicates
from assaydesk.domains.customers.service import anonymise_customer
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.worklogs.models import Worklog
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.customers import make_customer
from tests.factories.tickets import make_ticket


@pytest.fixture
async def manager(as_actor: Any) -> Any:
    return await as_actor(permissions=["manageCustomers", "readTicket", "readCustomers"])


async def test_given_duplicates_they_are_told_with_their_reasons(manager: Any, session: WriteSession) -> None:
    here = "Lindenallee 7, 04999 Grünfeld"
    await make_customer(session, customer_id="A", email="tom@a.example", phone="030 1234567", address=here)
    await make_customer(session, customer_id="B", email="TOM@a.example", phone="+49 30 1234567", address=None)
    await make_customer(
        session, customer_id="C", firstname="Thom", email=None, phone=None, address="Linden-Allee 7 04999 Gruenfeld"
    )
    await make_customer(session, customer_id="D", firstname="Ida", lastname="Kern", email="ida@a.example", address=here)
    await make_customer(
        session, customer_id="E", firstname="Ida", lastname="Kern", email="x@a.example", address="Weg 9"
    )
    await session.commit()
    answer = (await manager.get("/customer/duplicates?minSimilarity=60")).json()
    Duplicates.model_validate(answer)
    pairs = {tuple(one["id"] for one in pair["customers"]): pair for pair in answer["pairs"]}
    assert list(pairs) == [("A", "B"), ("A", "C")]
    assert (pairs["A", "B"]["similarity"], pairs["A", "B"]["reasons"]) == (100, ["email", "phone"])
    assert pairs["A", "C"]["reasons"] == ["name+address"]
    assert answer["total"] == 2
    one = (await manager.get("/customer/duplicates?minSimilarity=60&customerId=C")).json()
    assert one["pairs"] == [pairs["A", "C"]]
    page = (await manager.get("/customer/duplicates?minSimilarity=60&limit=1&offset=1")).json()
    assert (page["pairs"], page["total"]) == ([pairs["A", "C"]], 2)
    assert (await manager.get("/customer/duplicates?customerId=Z")).status_code == 404
    assert (await manager.get("/customer/duplicates?minSimilarity=101")).status_code == 422


async def test_given_random_people_similarity_is_the_same_from_either_side(manager: Any, session: WriteSession) -> None:
    random = Random(11)
    for number in range(40):
        await make_customer(
            session, customer_id=f"R-{number}", firstname=random.choice(("Tom", "Thomas", "Ann", None)),
            lastname=random.choice(("Roth", "Rodt", "Müller", "Mueller")), phone=random.choice((None, "0301234567")),
            email=random.choice((None, "a@x.example", "b@x.example", f"{number}@x.example")),
            address=random.choice((None, "Weg 9, 04999 Ort", "Am Weg 9, 04999 Ort")),
        )  # fmt: skip
    await session.commit()
    path = "/customer/duplicates?minSimilarity=0&limit=1000"
    every = (await manager.get(path)).json()["pairs"]
    found = {tuple(one["id"] for one in pair["customers"]): (pair["similarity"], pair["reasons"]) for pair in every}
    assert len(found) == len(every) > 20
    assert all(1 <= similarity <= 100 for similarity, _ in found.values())
    assert not any((second, first) in found for first, second in found)
    for number in (0, 7, 39):
        own = (await manager.get(f"{path}&customerId=R-{number}")).json()["pairs"]
        assert {
            tuple(one["id"] for one in pair["customers"]): (pair["similarity"], pair["reasons"]) for pair in own
        } == {pair: value for pair, value in found.items() if f"R-{number}" in pair}


async def test_given_a_merge_everything_moves_and_the_sources_lead_on(manager: Any, session: WriteSession) -> None:
    await make_customer(
        session, customer_id="T", email=None, additional_data={"a": 1, "b": None}, contracts=[{"id": "V-1"}]
    )
    await make_customer(
        session, customer_id="S1", email="one@x.example", additional_data={"a": 2, "b": 2}, contracts=[{"id": "V-2"}]
    )
    await make_customer(session, customer_id="S2", additional_data={"b": 3, "c": 3}, contracts=[{"id": "V-3"}])
    ticket = await make_ticket(session, customer_id="S1", contract_id="V-2", customer_legitimation=30)
    await session.commit()
    body = {"sourceCustomerIds": ["S1", "S2"]}
    answer = await manager.post("/customer/T/merge", json=body)
    assert answer.status_code == 200, answer.text
    CustomersMerged.model_validate(answer.json())
    customer = answer.json()["customer"]
    assert (customer["email"], customer["additionalData"]) == ("one@x.example", {"a": 1, "b": 2, "c": 3})
    assert [one["id"] for one in customer["contracts"]] == ["V-1", "V-2", "V-3"]
    for path in ("byCustomerId/S1", "byCustomerId/S2", "byContractId/V-3", f"byTicketId/{ticket.id}"):
        assert (await manager.get(f"/customer/{path}")).json()["id"] == "T"
    assert [one["id"] for one in (await manager.get("/customer/search?q=S1")).json()] == ["T"]
    row = await session.execute(select(Ticket).where(Ticket.id == ticket.id).execution_options(populate_existing=True))
    moved = row.scalar_one()
    assert (moved.customer_id, moved.customer_legitimation, moved.version) == ("T", 30, 2)
    line = await session.scalar(select(TicketChange).where(TicketChange.ticket_id == ticket.id))
    assert line is not None
    assert line.changes == {"customerId": {"old": "S1", "new": "T"}}
    assert (await session.scalars(select(Worklog))).all() == []
    fields = {(row.field, str(row.new_value)) for row in await session.execute(select(audit_entries))}
    assert ("mergedInto", "T") in fields
    again = await manager.post("/customer/T/merge", json=body)
    assert (again.status_code, again.json()["error"]["code"]) == (422, "validation_failed")


async def test_given_a_chain_every_old_id_leads_to_its_end(manager: Any, session: WriteSession) -> None:
    for customer_id in ("A", "B", "C"):
        await make_customer(session, customer_id=customer_id)
    await session.commit()
    for target, source in (("B", "A"), ("C", "B")):
        assert (
            await manager.post(f"/customer/{target}/merge", json={"sourceCustomerIds": [source]})
        ).status_code == 200
    assert (await manager.get("/customer/byCustomerId/A")).json()["id"] == "C"
    pushed = await manager.put("/customer/A", json={"lastname": "Again"})
    assert (pushed.status_code, pushed.json()["error"]["code"]) == (409, "customer_merged")
    contract = await manager.put("/contract/V-9", json={"customerId": "A"})
    assert contract.json()["error"]["details"]["into"] == "C"


@pytest.mark.parametrize(
    ("sources", "code"),
    [(["A"], "validation_failed"), (["B", "B"], "validation_failed"), (["Z"], "unknown_reference"),
     ([], "validation_failed"), ([f"X-{n}" for n in range(21)], "validation_failed")],
)  # fmt: skip
async def test_given_bad_sources_nothing_is_merged(
    manager: Any, session: WriteSession, sources: list[str], code: str
) -> None:
    await make_customer(session, customer_id="A")
    await make_customer(session, customer_id="B")
    await session.commit()
    answer = await manager.post("/customer/A/merge", json={"sourceCustomerIds": sources})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert (await manager.get("/customer/byCustomerId/B")).json()["id"] == "B"


async def test_given_an_anonymised_customer_nothing_of_the_person_is_left(manager: Any, session: WriteSession) -> None:
    secret = {"lastname": "Zachariasson", "email": "z@zach.example", "phone": "0309876543", "address": "Geheimweg 5"}
    contract = {
        "id": "V-1", "lastname": "Zachariasson", "iban": "DE89370400440532013000", "deliveryAddress": "Geheimweg 5",
        "productName": "Basis", "notes": "Zachariasson", "rawData": {"x": "Zachariasson"},
    }  # fmt: skip
    await make_customer(session, customer_id="S", **secret)
    await make_customer(session, customer_id="T", additional_data={"n": "Zachariasson"}, contracts=[contract], **secret)
    await session.commit()
    await manager.post("/customer/T/merge", json={"sourceCustomerIds": ["S"]})
    await anonymise_customer(session, SYSTEM, "T")
    await session.commit()
    customer = await manager.get("/customer/byCustomerId/S")
    assert (customer.json()["lastname"], customer.json()["contracts"][0]["productName"]) == ("xxxx xxxx", "Basis")
    stored = [str(tuple(row)) for row in await session.execute(select(Customer.__table__))]
    stored += [str(tuple(row)) for row in await session.execute(select(Contract.__table__))]
    audit = [str(tuple(row)) for row in await session.execute(select(audit_entries))]
    for text in (customer.text, *audit, *stored):
        assert not any(word in text for word in ("Zacharias", "zach.example", "Geheimweg", "9876543", "DE8937"))
