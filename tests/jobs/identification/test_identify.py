"""Who wrote a ticket (ticket.md 8.2, 8.3)."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from assaydesk.domains.identification.models import Identification
from assaydesk.domains.identification.service import customer_identified_correctly
from assaydesk.domains.identification.tasks import retry
from assaydesk.domains.tickets.models import Ticket, TicketChange
from assaydesk.domains.tickets.service import ImportedTicket, insert_imported
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.customers import make_customer
from tests.factories.erp import connect, erp, web
from tests.servers.erp_server import ErpServer

__all__ = ["erp", "web"]

MAIL: dict[str, Any] = {
    "channel": "email",
    "from": "tom@post.example",
    "subject": "Question",
    "body": "When?",
    "to": ["a@lumen.example"],
}


@pytest.fixture
async def desk(as_actor: Any, session: WriteSession, web: Any) -> Any:
    await make_customer(
        session, customer_id="C-10001", firstname="Tom", lastname="Roth", email="tom@post.example",
        phone="+49 30 1234567", contracts=[{"id": "LE-471234", "lastname": "Roth", "email": "other@post.example"}],
    )  # fmt: skip
    await make_customer(session, customer_id="C-20002", firstname="Ida", lastname="Kern", email="ida@post.example")
    await session.commit()
    return await as_actor()


async def arrive(desk: Any, run_jobs: Any, **mail: Any) -> dict[str, Any]:
    answer = await desk.post("/ticket", json={**MAIL, **mail})
    assert answer.status_code == 200, answer.text
    assert "identification.identify" in await run_jobs() or answer.json()["customerLegitimation"] >= 20
    ticket: dict[str, Any] = (await desk.get(f"/ticket/{answer.json()['id']}")).json()
    return ticket


def linked(ticket: dict[str, Any]) -> tuple[Any, Any, int]:
    return ticket["customerId"], ticket["contractId"], ticket["customerLegitimation"]


async def steps_of(session: WriteSession, ticket_id: int, kind: str = "identification") -> list[Any]:
    query = select(TicketChange.details).where(TicketChange.ticket_id == ticket_id, TicketChange.kind == kind)
    return list(await session.scalars(query.order_by(TicketChange.id)))


@pytest.mark.parametrize(
    ("mail", "result"),
    [
        ({}, ("C-10001", "LE-471234", 10)),
        ({"body": "Best, Roth"}, ("C-10001", "LE-471234", 20)),
        ({"from": "x@y.example", "body": "Contract LE-471234"}, ("C-10001", "LE-471234", 10)),
        ({"from": "x@y.example", "body": "LE-471234. Tom Roth"}, ("C-10001", "LE-471234", 20)),
        ({"from": "x@y.example", "subject": "C-20002"}, ("C-20002", None, 10)),
        ({"from": "x@y.example", "body": "Write to ida@post.example"}, ("C-20002", None, 10)),
        ({"from": "x@y.example", "body": "tom@post.example or ida@post.example"}, (None, None, 0)),
        ({"from": "other@post.example"}, ("C-10001", "LE-471234", 10)),
        ({"from": "nobody@y.example"}, (None, None, 0)),
        ({"channel": "phone", "from": "030 1234567", "body": "It is Roth"}, ("C-10001", "LE-471234", 20)),
        ({"contractId": "LE-471234"}, ("C-10001", "LE-471234", 30)),
    ],
)  # fmt: skip
async def test_given_a_message_its_writer_is_found(
    desk: Any, run_jobs: Any, session: WriteSession, mail: dict[str, Any], result: Any
) -> None:
    ticket = await arrive(desk, run_jobs, **mail)
    assert linked(ticket) == result
    assert len(await steps_of(session, ticket["id"])) == (0 if result[2] == 30 else 1)


async def test_given_a_found_writer_every_step_stands_in_the_activity(desk: Any, run_jobs: Any) -> None:
    ticket = await arrive(desk, run_jobs, body="Best, Roth")
    assert ticket["customerName"] == "Tom Roth"
    answer = (await desk.get(f"/ticket/{ticket['id']}/activity")).json()
    line = next(one for one in answer["activities"] if one["type"] == "identification")
    labels = {one["label"]: one["value"] for one in line["details"]}
    assert line["text"] == "Customer looked for"
    assert labels["Sender"] == "customer C-10001, contract LE-471234"
    assert labels["Result"] == "level 20"


async def test_given_no_question_of_a_customer_nothing_is_looked_for(
    desk: Any, run_jobs: Any, session: WriteSession
) -> None:
    out = await desk.post("/ticket", json={**MAIL, "direction": "out", "to": ["tom@post.example"]})
    spam = await desk.post("/ticket", json=MAIL)
    await desk.patch(f"/ticket/{spam.json()['id']}", json={"spamStatus": "manual_spam"})
    await run_jobs()
    assert linked((await desk.get(f"/ticket/{out.json()['id']}")).json()) == (None, None, 0)
    assert linked((await desk.get(f"/ticket/{spam.json()['id']}")).json()) == (None, None, 0)
    await desk.patch(f"/ticket/{spam.json()['id']}", json={"spamStatus": "manual_clean"})
    await run_jobs()
    assert linked((await desk.get(f"/ticket/{spam.json()['id']}")).json()) == ("C-10001", "LE-471234", 10)


async def test_given_a_later_message_it_may_tell_more(desk: Any, run_jobs: Any, session: WriteSession) -> None:
    ticket = await arrive(desk, run_jobs)
    store = f"/ticket/{ticket['id']}/conversation/store"
    await desk.post(store, json={"direction": "in", "from": "tom@post.example", "body": "My contract: LE-471234"})
    await run_jobs()
    assert linked((await desk.get(f"/ticket/{ticket['id']}")).json()) == ("C-10001", "LE-471234", 20)
    await desk.post(store, json={"direction": "in", "from": "tom@post.example", "body": "Thanks"})
    assert "identification.identify" not in await run_jobs()
    assert len(await steps_of(session, ticket["id"])) == 2


@pytest.mark.parametrize("decision", [{"customerId": "C-20002"}, {"customerId": None}])
async def test_given_a_decision_of_a_person_it_stays_and_counts_as_a_correction(
    desk: Any, run_jobs: Any, session: WriteSession, decision: Any
) -> None:
    ticket = await arrive(desk, run_jobs)
    await desk.patch(f"/ticket/{ticket['id']}", json=decision)
    await desk.post(
        f"/ticket/{ticket['id']}/conversation/store", json={"direction": "in", "body": "LE-471234 Tom Roth"}
    )
    await run_jobs()
    after = (await desk.get(f"/ticket/{ticket['id']}")).json()
    wanted = ("C-20002", None, 30) if decision["customerId"] else (None, None, 0)
    assert linked(after) == wanted
    assert await steps_of(session, ticket["id"], "identificationCorrected") == [
        {"customerId": "C-10001", "contractId": "LE-471234"}
    ]
    assert await customer_identified_correctly(session, [ticket["id"], 0]) == {ticket["id"]: 0, 0: None}


async def test_given_that_a_person_accepts_it_is_right(desk: Any, run_jobs: Any, session: WriteSession) -> None:
    ticket = await arrive(desk, run_jobs)
    await desk.patch(f"/ticket/{ticket['id']}", json={"customerLegitimation": 30})
    assert linked((await desk.get(f"/ticket/{ticket['id']}")).json()) == ("C-10001", "LE-471234", 30)
    assert await customer_identified_correctly(session, [ticket["id"]]) == {ticket["id"]: 1}


async def test_given_a_number_by_pattern_the_erp_is_asked(
    desk: Any, run_jobs: Any, session: WriteSession, erp: ErpServer
) -> None:
    search = {"contractPatterns": [r"VN-\d+"], "senderLookup": False}
    await connect(session, erp, customerDeterministicSearch=search)
    ticket = await arrive(desk, run_jobs, body="VN-1001, Eva Roth")
    assert linked(ticket) == ("K-1", "VN-1001", 20)


async def test_given_the_operators_search_its_answer_counts(
    desk: Any, run_jobs: Any, session: WriteSession, erp: ErpServer
) -> None:
    await connect(
        session, erp, searchContractByFieldsExecutor=erp.executor("/fields"),
        customerDeterministicSearch={"enabled": False},
    )  # fmt: skip
    erp.answers["/fields"] = {"contractId": "VN-1001", "customerId": "K-1", "customerLegitimation": 15}
    ticket = await arrive(desk, run_jobs)
    assert linked(ticket) == ("K-1", "VN-1001", 15)
    assert erp.asked[0].body == {"email": "tom@post.example", "ticketId": ticket["id"]}
    erp.answers["/fields"] = [{"contractId": "VN-1001"}, {"contractId": "VN-1002"}]
    assert linked(await arrive(desk, run_jobs, **{"from": "second@post.example"})) == (None, None, 0)


async def test_given_an_erp_that_is_down_it_is_asked_again_after_1_5_and_15_minutes(
    desk: Any, run_jobs: Any, session: WriteSession, erp: ErpServer, runtime: Any
) -> None:
    search = {"contractPatterns": [r"VN-\d+"], "senderLookup": False}
    await connect(session, erp, customerDeterministicSearch=search, contractCacheSeconds=0)
    erp.answers.update({"/contract": 500})
    ticket = await arrive(desk, run_jobs, body="VN-1001")
    waits = []
    for _ in range(4):
        row = (await session.execute(select(Identification).execution_options(populate_existing=True))).scalar_one()
        if row.due_at is None:
            break
        waits.append((row.due_at - row.at) / timedelta(minutes=1))
        await retry.function(runtime)
        assert await run_jobs() == []  # Its time has not come.
        await session.execute(update(Identification).values(due_at=Identification.at))
        await session.commit()
        await retry.function(runtime)
        assert await run_jobs() == ["identification.identify"]
    assert waits == [1, 5, 15]
    assert linked((await desk.get(f"/ticket/{ticket['id']}")).json()) == (None, None, 0)
    erp.answers["/contract"] = {
        "id": "VN-1001", "customerId": "K-1", "business": False, "lastname": "Roth", "company": None
    }  # fmt: skip
    await desk.post(f"/ticket/{ticket['id']}/conversation/store", json={"direction": "in", "body": "Hello?"})
    assert [one["result"] for one in await steps_of(session, ticket["id"])][-1] == "no further try"


async def test_given_imported_history_nobody_is_looked_for(desk: Any, run_jobs: Any, session: WriteSession) -> None:
    made = await insert_imported(
        session, SYSTEM,
        [ImportedTicket(external_ticket_id="x", channel="email", created_at=utc_now(), from_address=MAIL["from"])],
    )  # fmt: skip
    await session.commit()
    assert "identification.identify" not in await run_jobs()
    assert await session.scalar(select(Ticket.customer_legitimation).where(Ticket.id == made["x"])) == 0
