"""The operator's look-ups over HTTP (platform.md 7.1, ticket.md 8.1)."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from assaydesk.domains.customers.models import Contract, Customer, LookupResult
from assaydesk.domains.customers.service import drop_old_answers
from assaydesk.platform.db.session import WriteSession
from tests.factories.customers import make_contract, make_customer
from tests.factories.erp import CONTRACT, connect, erp, web
from tests.servers.erp_server import ErpServer

__all__ = ["erp", "web"]


@pytest.fixture
async def reader(as_actor: Any, web: Any) -> Any:
    return await as_actor(permissions=["readCustomers", "readRawData", "manageCustomers"])


async def test_given_a_contract_of_the_erp_it_is_read_once_and_kept(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(session, erp, contractCacheSeconds=900)
    first = await reader.get("/contract/VN-1001?includeRawData=true")
    assert first.status_code == 200, first.text
    shown = first.json()
    assert (shown["lastname"], shown["additionalData"]["meterType"]) == ("Roth", "digital")
    assert shown["rawData"] == CONTRACT
    assert (await reader.get("/contract/VN-1001?includeRawData=true")).json() == shown
    assert [(one.path, one.body) for one in erp.asked] == [("/contract", {"contractId": "VN-1001"})]
    assert (await reader.get("/contract/VN-1001?refresh=true")).status_code == 200
    assert len(erp.asked) == 2
    assert (await reader.get("/contract/VN-2")).json()["error"]["code"] == "contract_not_found"
    assert (await reader.get("/contract/VN-2")).status_code == 404
    assert len(erp.asked) == 3  # That nobody knows it is kept too.


async def test_given_a_customer_of_the_erp_the_contracts_come_along(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(session, erp)
    customer = (await reader.get("/customer/byCustomerId/K-1")).json()
    assert (customer["id"], customer["additionalData"]) == ("K-1", {"segment": "A"})
    assert [one["id"] for one in customer["contracts"]] == ["VN-1001"]
    assert (await reader.get("/customer/byContractId/VN-1001")).json() == customer
    assert [one.path for one in erp.asked] == ["/customer", "/contract"]
    assert (await reader.get("/customer/byCustomerId/K-2")).status_code == 404


async def test_given_an_erp_that_is_down_the_copy_is_served_but_a_refresh_fails(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(session, erp, contractCacheSeconds=0)
    await reader.get("/customer/byCustomerId/K-1")
    erp.answers.update({"/contract": 503, "/customer": 503})
    assert (await reader.get("/contract/VN-1001")).json()["lastname"] == "Roth"
    assert (await reader.get("/customer/byCustomerId/K-1")).json()["lastname"] == "Roth"
    failed = await reader.get("/contract/VN-1001?refresh=true")
    assert (failed.status_code, failed.json()["error"]["code"]) == (502, "erp_failed")
    assert failed.json()["error"]["details"]["function"] == "contractById"
    assert (await reader.get("/contract/VN-9")).status_code == 502
    asked = len(erp.asked)
    assert (await reader.get("/contract/VN-8")).status_code == 502
    assert len(erp.asked) == asked  # It has just failed: nobody waits for it again so soon.


@pytest.mark.parametrize(
    "bad",
    [
        {"id": "VN-1001"}, {**CONTRACT, "id": "VN-2"}, {**CONTRACT, "lastname": None}, [CONTRACT], "text", b"no json",
        {**CONTRACT, "business": True}, {**CONTRACT, "business": "x"}, {**CONTRACT, "customerId": "x" * 51},
        {**CONTRACT, "endDate": "never"}, {**CONTRACT, "vatRate": []}, 500,
    ],
)  # fmt: skip
async def test_given_an_answer_that_breaks_the_rules_it_counts_as_a_failure(
    reader: Any, session: WriteSession, erp: ErpServer, bad: Any
) -> None:
    await connect(session, erp)
    erp.answers["/contract"] = bad
    answer = await reader.get("/contract/VN-1001?refresh=true")
    assert (answer.status_code, answer.json()["error"]["code"]) == (502, "erp_failed")
    assert await session.scalar(select(func.count()).select_from(Contract)) == 0


async def test_given_a_private_address_that_nobody_opened_it_is_not_called(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(session, erp, sandboxAllowedPrivateHosts=["127.0.0.1:1"])
    answer = await reader.get("/contract/VN-1001")
    assert answer.status_code == 502
    assert "network" in answer.json()["error"]["details"]["reason"]
    assert erp.asked == []


async def test_given_placeholders_and_headers_the_request_is_made_of_them(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    executor = erp.executor("/v/{{tenant}}/{{contractId}}", method="GET", headers={"X-Key": "k-{{tenant}}"})
    executor["request"]["query"] = {"id": "{{contractId}}"}
    executor["parameters"] = {"tenant": "t1"}
    await connect(session, erp, searchContractByIdExecutor=executor)
    await reader.get("/contract/a%20b%26c")
    (asked,) = erp.asked
    assert asked.path == "/v/t1/a%20b%26c?id=a+b%26c"
    assert (asked.headers["x-key"], asked.body) == ("k-t1", None)


async def test_given_a_search_of_the_erp_its_finds_come_first(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await make_customer(session, customer_id="C-7", firstname="Eva", lastname="Rot")
    await connect(session, erp, searchCustomerByTextExecutor=erp.executor("/find"))
    erp.answers["/find"] = [{"id": "K-1"}]
    assert [one["id"] for one in (await reader.get("/customer/search?q=eva rot")).json()] == ["C-7", "K-1"]
    assert erp.asked[0].body == {"q": "eva rot", "limit": 10, "offset": 0}
    assert [one["id"] for one in (await reader.get("/customer/search?q=nickname")).json()] == ["K-1"]
    erp.answers["/find"] = 500
    assert [one["id"] for one in (await reader.get("/customer/search?q=eva")).json()] == ["C-7", "K-1"]


async def test_given_only_contracts_the_customer_is_made_of_them(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(session, erp, searchCustomerByIdExecutor=None)
    erp.answers["/contract"] = lambda sent: {**CONTRACT, "id": sent["contractId"], "customerId": None}
    customer = (await reader.get("/customer/byContractId/VN-5")).json()
    assert (customer["id"], customer["lastname"], customer["email"]) == ("contract:VN-5", "Roth", "eva@post.example")


async def test_given_a_pushed_contract_that_is_young_the_erp_is_not_asked(
    reader: Any, session: WriteSession, erp: ErpServer
) -> None:
    await make_contract(session, id="VN-1001", lastname="Pushed")
    await connect(session, erp)
    assert (await reader.get("/contract/VN-1001")).json()["lastname"] == "Pushed"
    assert erp.asked == []


async def test_given_old_answers_they_are_forgotten(reader: Any, session: WriteSession, erp: ErpServer) -> None:
    await connect(session, erp)
    await reader.get("/contract/VN-1001")
    await session.execute(
        update(LookupResult).values(fetched_at=LookupResult.fetched_at - func.make_interval(0, 0, 0, 1))
    )
    await drop_old_answers(session)
    assert await session.scalar(select(func.count()).select_from(LookupResult)) == 0


@pytest.mark.parametrize(
    "bad",
    ["myFunction", {"type": "sourceCode", "code": "print(1)"}, {"type": "apiCall"},
     {"type": "apiCall", "request": {"url": "ftp://erp.example"}}],
)  # fmt: skip
async def test_given_an_executor_that_cannot_be_run_the_setting_is_refused(as_actor: Any, bad: Any) -> None:
    admin = await as_actor(permissions=["updateClientSettings"])
    answer = await admin.put("/settings/searchContractByIdExecutor", json={"value": bad})
    if answer.status_code == 405:
        answer = await admin.post("/settings", json={"searchContractByIdExecutor": bad})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), answer.text


async def test_given_a_dry_run_nothing_is_written(reader: Any, session: WriteSession, erp: ErpServer) -> None:
    await connect(session, erp)
    body = {"channel": "email", "contractId": "VN-1001", "from": "EVA@post.example", "subject": "VN-1001"}
    answer = await reader.post("/contract/legitimation/preview", json=body)
    assert answer.json()["legitimationLevel"] == 20, answer.text
    for table in (Contract, Customer, LookupResult):
        assert await session.scalar(select(func.count()).select_from(table)) == 0
