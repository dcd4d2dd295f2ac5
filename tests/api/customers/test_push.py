"""PUT, PATCH and DELETE of customers and contracts (ticket.md 8.1)."""

from typing import Any

import pytest
from sqlalchemy import select

from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.factories.customers import make_customer
from tests.factories.tags import make_tag


@pytest.fixture
async def manager(as_actor: Any) -> Any:
    return await as_actor(permissions=["manageCustomers"])


async def test_given_the_documented_contract_it_comes_back_as_it_was_sent(
    manager: Any, as_actor: Any, shared_spec: Any
) -> None:
    sent = example(shared_spec, "getContractById.response")
    answer = await manager.put("/contract/746839", json=sent)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert {key: shown[key] for key in sent} == sent
    again = (await manager.put("/contract/746839", json={**sent, "ownKey": 5, "signupDate": "2022-08-22"})).json()
    assert (await manager.patch("/contract/746839", json={"monthlyDeposit": 60, "vatRate": None})).status_code == 200
    reader = await as_actor(permissions=["readCustomers", "readRawData"])
    raw = (await reader.get("/contract/746839?includeRawData=1")).json()["rawData"]
    assert (raw["ownKey"], raw["monthlyDeposit"], raw["iban"]) == (5, 60, sent["iban"])
    assert (again["additionalData"], again["signupDate"]) == ({"ownKey": 5}, 1661126400)
    assert "X-Ignored-Fields" not in answer.headers
    customer = (await manager.get("/customer/byContractId/746839")).json()
    assert (customer["id"], customer["lastname"], customer["phone"]) == (123, "Doe", 491721041689)


async def test_given_the_documented_customer_it_comes_back_with_its_contracts(
    manager: Any, session: WriteSession, shared_spec: Any
) -> None:
    tag = await make_tag(session, reference="customer", name="VIP", color="green")
    await session.commit()
    sent = example(shared_spec, "getCustomerByCustomerId.response")
    sent["tags"] = [{"id": tag.id, "color": "green", "name": "VIP"}]
    answer = await manager.put("/customer/83771", json={**sent, "segment": "A"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Ignored-Fields"] == "emailMatches"
    shown = answer.json()
    assert {key: shown[key] for key in sent if key not in ("emailMatches", "contracts", "additionalData")} == {
        key: value for key, value in sent.items() if key not in ("emailMatches", "contracts", "additionalData")
    }
    assert shown["additionalData"] == {"segment": "A"}
    assert [(one["id"], one["customerId"]) for one in shown["contracts"]] == [(746839, "83771")]


async def test_given_a_put_what_is_missing_is_gone_and_a_patch_changes_only_what_is_sent(manager: Any) -> None:
    await manager.put("/customer/C-1", json={"lastname": "Roth", "firstname": "Eva", "phone": 491, "a": 1, "b": 2})
    patched = (await manager.patch("/customer/C-1", json={"email": "eva@post.example", "b": None, "c": 3})).json()
    assert (patched["firstname"], patched["email"], patched["phone"]) == ("Eva", "eva@post.example", "491")
    assert patched["additionalData"] == {"a": 1, "c": 3}
    assert (await manager.patch("/customer/C-1", json={"firstname": None})).json()["firstname"] is None
    replaced = (await manager.put("/customer/C-1", json={"lastname": "Roth"})).json()
    assert (replaced["email"], replaced["additionalData"]) == (None, {})
    await manager.put("/contract/V-1", json={"customerId": "C-1", "productName": "Basis", "x": 1})
    contract = (await manager.patch("/contract/V-1", json={"status": "active", "y": 2})).json()
    assert (contract["productName"], contract["status"], contract["customerId"]) == ("Basis", "active", "C-1")
    assert contract["additionalData"] == {"x": 1, "y": 2}
    replaced = (
        await manager.put("/contract/V-1", json={"status": "ended", "erpUrls": [{"url": "u", "icon": "i"}]})
    ).json()
    assert (replaced["productName"], replaced["customerId"]) == (None, "contract:V-1")
    assert replaced["erpUrls"] == [{"url": "u", "logo": "i"}]


async def test_given_deletions_rows_leave_and_contracts_hold_their_customer(
    manager: Any, session: WriteSession
) -> None:
    await manager.put("/contract/V-1", json={"customerId": "C-1", "lastname": "Roth"})
    refused = await manager.delete("/customer/C-1")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "customer_has_contracts")
    assert refused.json()["error"]["details"]["contractIds"] == ["V-1"]
    assert (await manager.delete("/contract/V-1")).json() == {"success": True}
    assert (await manager.get("/contract/V-1")).status_code == 404
    assert (await manager.delete("/contract/V-1")).status_code == 404
    assert (await manager.delete("/customer/C-1")).json() == {"success": True}
    for call in (manager.get("/customer/byCustomerId/C-1"), manager.delete("/customer/C-1"),
                 manager.patch("/customer/C-1", json={}), manager.get("/customer/byContractId/V-1")):  # fmt: skip
        assert (await call).json()["error"]["code"] == "customer_not_found"
    actions = set(await session.scalars(select(audit_entries.c.action)))
    assert {"contract:copy:push", "contract:copy:delete", "customer:copy:delete"} <= actions


@pytest.mark.parametrize(
    ("path", "body", "paths"),
    [
        ("customer/C-1", {}, ["lastname"]),
        ("customer/C-1", {"business": True, "lastname": "A"}, ["company"]),
        ("customer/C-1", {"id": "C-2", "lastname": "A"}, ["id"]),
        ("customer/C-1", {"lastname": ["A"], "business": "maybe"}, ["business", "lastname"]),
        ("customer/C-1", {"lastname": "A", "tags": ["x"]}, ["tags.0"]),
        ("customer/C-1", {"lastname": "A", "contracts": [{}, {"id": 1, "vatRate": "x"}]},
         ["contracts.0.id", "contracts.1.vatRate"]),
        ("contract/V-1", {"signupDate": "soon", "business": 7, "id": 9}, ["business", "id", "signupDate"]),
        ("contract/V-1", {"customerId": "x" * 51}, ["customerId"]),
        ("contract/V-1", {"erpUrls": "u", "agentPreview": {}}, ["agentPreview", "erpUrls"]),
    ],
)  # fmt: skip
async def test_given_faults_all_are_named(manager: Any, path: str, body: Any, paths: list[str]) -> None:
    answer = await manager.put(f"/{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert {fault["path"] for fault in answer.json()["error"]["details"]["fields"]} >= set(paths)


async def test_given_unknown_tags_it_is_refused(manager: Any, session: WriteSession) -> None:
    other = await make_tag(session)
    await session.commit()
    answer = await manager.put("/customer/C-1", json={"lastname": "A", "tags": [other.id]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_missing_rights_each_is_refused_in_its_turn(
    as_actor: Any, anonymous: Any, session: WriteSession
) -> None:
    await make_customer(session, customer_id="C-1", contracts=[{"id": "V-1"}])
    await session.commit()
    reader, nobody = await as_actor(permissions=["readCustomers"]), await as_actor(permissions=["readTicket"])
    for method, path in (
        ("PATCH", "/customer/C-1"), ("DELETE", "/customer/C-1"), ("PATCH", "/contract/V-1"),
        ("DELETE", "/contract/V-1"), ("POST", "/customer/C-1/merge"),
    ):  # fmt: skip
        assert (await anonymous.request(method, path, json={})).status_code == 401
        assert (await nobody.request(method, path, json={})).status_code == 404
        assert (await reader.request(method, path, json={"x": 1})).status_code == 403
    for method, path in (
        ("PUT", "/customer/C-1"), ("PUT", "/contract/V-1"), ("GET", "/customer/duplicates"),
        ("POST", "/contract/legitimation/preview"),
    ):  # fmt: skip
        assert (await anonymous.request(method, path, json={})).status_code == 401
        assert (await reader.request(method, path, json={})).status_code == 403
    for path in ("/contract/V-1", "/customer/byContractId/V-1"):
        assert (await anonymous.get(path)).status_code == 401
        assert (await nobody.get(path)).status_code == 404
        assert (await reader.get(path)).status_code == 200
    assert (await reader.get("/contract/V-1?includeRawData=1")).status_code == 403
    raw = await as_actor(permissions=["readCustomers", "readRawData"])
    assert (await raw.get("/contract/V-1?includeRawData=1")).status_code == 200
