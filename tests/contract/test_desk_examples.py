"""Documented requests of the desk as they stand, and the keys and JSON types of the documented answers.

Examples that a domain's own tests use are not repeated here.
"""

import base64
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.conversations import make_message
from tests.factories.erp import connect, erp, web
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.exports import make_desk
from tests.factories.tags import make_tag
from tests.factories.templates import make_wrapper
from tests.factories.tickets import make_ticket
from tests.servers.erp_server import ErpServer

__all__ = ["erp", "web"]

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor()


@pytest.fixture
async def rows(session: WriteSession, shared_spec: Path) -> None:
    await make_example_rows(session, shared_spec)


def _ok(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("rows")
async def test_the_documented_search_finds_tickets_without_their_texts(
    admin: httpx.AsyncClient, shared_spec: Path
) -> None:
    found = _ok(await admin.post("/ticket/search", json=example(shared_spec, "searchTickets.request")))
    assert [ticket["id"] for ticket in found["tickets"]] == [TICKET]
    left_out = {"body", "bodyPlain", "bodyClean", "attachments", "template", "workitem", "customer"}
    documented = example(shared_spec, "bulkUpdateTickets.request")
    passwords = {f"{user}.password" for user in ("agent", "assignedAgents", "workedOnBy")}
    # What a tag is marked with is a list in the newer documentation.
    assert_same_shape(documented, found["tickets"], leave_out=left_out | passwords | {"tags.properties"})
    assert left_out & found["tickets"][0].keys() == {"customer"}
    assert found["tickets"][0]["customer"].keys() == {"tagIds", "tags"}


async def test_the_documented_call_for_the_next_ticket(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    ticket = await make_ticket(session, ai_support_level="human")
    await session.commit()
    sent = example(shared_spec, "getLatestTicket.request")
    # `ticketId` counts only for the other directions, so that it need not exist.
    assert _ok(await admin.post("/ticket/getLatest", json=sent)) == {"success": True, "ticketId": ticket.id}
    assert _ok(await admin.get("/ticket/getLatest", params=sent))["ticketId"] == ticket.id


async def test_the_routing_is_explained_in_the_documented_form(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    await make_ticket(session, ai_support_level="human", due_by=NOW + timedelta(days=1))
    await make_ticket(session, ai_support_level="human")
    await session.commit()
    path = f"/profile/{admin.actor_id}/routing"  # type: ignore[attr-defined]
    whole = _ok(await admin.get(path))
    assert_same_shape(example(shared_spec, "explainUserRouting.response"), whole)
    assert (len(whole["details"]), whole["total"]) == (2, 2)
    assert [row["id"] for row in whole["details"]] == whole["routingPriority"]
    short = _ok(await admin.get(path, params={"limit": 1}))
    documented = example(shared_spec, "explainUserRoutingShort.response")
    assert_same_shape(documented, short)
    assert (short.keys(), short["details"][0].keys()) == (documented.keys(), documented["details"][0].keys())
    queue = _ok(await admin.get("/agents/queue"))
    assert_same_shape(example(shared_spec, "getAgentQueue.response"), queue)


@pytest.mark.usefixtures("rows")
async def test_customers_and_contracts_have_the_documented_form(admin: httpx.AsyncClient, shared_spec: Path) -> None:
    customer = _ok(await admin.get("/customer/byContractId/746839"))
    # In the example the contract names another customer than the one it stands under.
    assert_same_shape(example(shared_spec, "getCustomerByContractId.response"), customer)
    found = _ok(await admin.get("/contract/search", params={"contractId": "746839"}))
    assert_same_shape(example(shared_spec, "searchContracts.response"), found)
    assert (len(found), found[0]["similarity"]) == (1, 100)


@pytest.mark.usefixtures("rows")
async def test_the_documented_answer_to_a_survey_is_taken(
    admin: httpx.AsyncClient, anonymous: httpx.AsyncClient, shared_spec: Path
) -> None:
    sent = example(shared_spec, "submitSurvey.request")
    assert (await anonymous.post(f"/survey/ticket-{TICKET}", json=sent)).status_code == 401
    answer = _ok(await admin.post(f"/survey/ticket-{TICKET}", json=sent))
    assert answer == {"success": True, "id": answer["id"]}
    (kept,) = _ok(await admin.get("/survey", params={"ticketId": TICKET}))["surveys"]
    assert (kept["answerStars"], kept["answerText"], kept["scale"]) == (5, None, 5)


@pytest.mark.usefixtures("rows")
async def test_the_documented_template_is_made_read_and_tried(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    sent = example(shared_spec, "createTemplate.request")
    refused = await admin.post("/template", json=sent)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "unknown_reference")
    wrapper = await make_wrapper(session, html="<p>Hallo {{contract.firstName}},</p>%MESSAGE%<p>Viele Grüße</p>")
    tag = await make_tag(session, name="Meter reading")
    example_ticket = await make_ticket(session)
    await session.commit()
    sent |= {"tagId": tag.id, "emailTemplateId": wrapper.id, "exampleTicketIds": [example_ticket.id]}
    made = _ok(await admin.post("/template", json=sent))
    assert_same_shape(example(shared_spec, "createTemplate.response"), made)
    assert {key: made[key] for key in sent if key != "attachments"} == {
        key: value for key, value in sent.items() if key != "attachments"
    }
    single = _ok(await admin.get(f"/template/{made['id']}"))
    assert_same_shape(example(shared_spec, "getTemplate.response"), single)
    assert single["mergedTemplate"] == single["template"].replace("%MESSAGE%", single["message"])
    (file,) = single["attachments"]
    content = await admin.get(file["url"].removeprefix("/api/mind"))
    assert content.content == base64.b64decode(sent["attachments"][0]["base64"])
    listed = _ok(await admin.get("/template"))
    assert_same_shape(example(shared_spec, "listTemplates.response"), listed)
    assert "template" not in listed["templates"][0]
    text = example(shared_spec, "previewTemplate.request")["templateText"]
    tried = _ok(
        await admin.post("/template/preview", json={"templateText": text, "ticketId": TICKET, "contractId": 746839})
    )
    assert_same_shape(example(shared_spec, "previewTemplate.response"), tried)
    assert tried["variables"]["contract"]["id"] == 746839


@pytest.mark.parametrize("name", ["exportReportingTickets", "exportReportingWorklog"])
async def test_the_documented_export_is_answered(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path, name: str
) -> None:
    desk = await make_desk(session)
    await session.commit()
    request = example(shared_spec, f"{name}.request")
    answer = await admin.request(request["method"], request["path"], params=request["query"])
    assert (answer.status_code, answer.json()) == (200, [])  # The values of the example fit no row of this desk.
    query = {"format": "json", "orderByField": request["query"]["orderByField"]}
    found = _ok(await admin.request(request["method"], request["path"], params=query))
    documented = example(shared_spec, f"{name}.response")
    assert_same_shape(documented, found)
    assert {tuple(row) for row in found} == {tuple(documented[0])}
    assert desk.closed in {row.get("ticketId", row.get("id")) for row in found}


async def test_exported_messages_have_the_documented_columns(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    ticket = await make_ticket(session)
    await make_message(session, ticket.id)
    await session.commit()
    found = _ok(await admin.get("/export/reporting_messages", params={"format": "json"}))
    documented = example(shared_spec, "exportReportingMessages.response")
    assert_same_shape(documented, found)
    assert [key for key in found[0] if key != "rawData"] == list(documented[0])


async def test_every_error_has_the_documented_form(admin: httpx.AsyncClient, shared_spec: Path) -> None:
    documented = example(shared_spec, "errorBody.response")
    for answer in (
        await admin.get("/ticket/99999999"),
        await admin.get("/nowhere"),
        await admin.put("/ticket/1"),
        await admin.post("/ticket", json={}),
        await admin.post("/ticket", content="{", headers={"Content-Type": "application/json"}),
        await admin.post("/ticket", content="a,b", headers={"Content-Type": "text/csv"}),
    ):
        assert answer.status_code >= 400
        assert_same_shape(documented, answer.json(), leave_out=["error.details.invalidReferences"])
        assert answer.json()["error"]["details"]["txId"] == answer.headers["X-Transaction-Id"]


async def test_the_event_of_a_changed_ticket_carries_the_documented_data(
    admin: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    documented = example(shared_spec, "ticketUpdatedEvent.request")
    _ok(await admin.patch(f"/ticket/{ticket.id}", json=documented["changes"]))
    (event,) = _ok(await admin.post("/event/search", json={}))["events"]
    assert event["data"] == documented | {"userId": admin.actor_id, "ticketId": ticket.id}  # type: ignore[attr-defined]


async def test_the_operators_functions_get_the_documented_questions(
    as_actor: ClientMaker, session: WriteSession, erp: ErpServer, web: Any, shared_spec: Path
) -> None:
    erp.answers["/search"] = example(shared_spec, "customerFreeTextExecutor.response")
    await connect(session, erp, searchCustomerByTextExecutor=erp.executor("/search"))
    reader = await as_actor(permissions=["readCustomers"])
    asked = {name: example(shared_spec, f"{name}Executor.request") for name in ("contractById", "customerById")}
    words = example(shared_spec, "customerFreeTextExecutor.request")
    await reader.get(f"/contract/{asked['contractById']['contractId']}")
    await reader.get(f"/customer/byCustomerId/{asked['customerById']['customerId']}")
    await reader.get("/customer/search", params={"q": words["q"], "limit": 10})
    assert [one.body for one in erp.asked][:3] == [*asked.values(), words]
    loaded = [one.body for one in erp.asked][3:]
    assert loaded == [{"customerId": found["id"]} for found in erp.answers["/search"]]
