"""POST /ticket: a ticket with its first message (ticket.md 2.3)."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.tickets.schemas import TicketRead
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.examples import make_example_rows
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

MAIL = {"channel": "email", "from": "tom@example.com", "fromName": "Tom", "subject": "Meter", "body": "<p>4,711</p>"}


@pytest.fixture
async def creator(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["createTicket"])


async def _messages(as_actor: Any, ticket_id: int) -> list[dict[str, Any]]:
    reader = await as_actor(permissions=["readTicket"])
    return (await reader.get(f"/ticket/{ticket_id}/conversation")).json()["conversations"]  # type: ignore[no-any-return]


async def test_given_the_documented_example_the_ticket_is_answered(
    creator: httpx.AsyncClient, as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    answer = await creator.post("/ticket", json=example(shared_spec, "createTicket.request"))
    assert answer.status_code == 200, answer.text
    assert "X-Ignored-Fields" not in answer.headers
    ticket = answer.json()
    TicketRead.model_validate(ticket)
    assert_same_shape(
        example(shared_spec, "bulkUpdateTickets.request")[0],
        ticket,
        leave_out=["tags.properties", "attachments.extractionData"],
    )
    assert (ticket["createdAt"], ticket["dueBy"], ticket["dueByWasSetManually"]) == (
        "2021-01-01 00:00:00",
        "2021-01-07 00:00:00",
        True,
    )
    assert (ticket["priority"], ticket["tagIds"], ticket["subchannelId"]) == ("low", [54], 2)
    assert (ticket["body"], ticket["bodyPlain"]) == ("<p>Ticket body</p><p></p>", "Ticket body")
    assert ticket["attachments"][0]["url"] == "https://my-server.com/my-image.png"
    (message,) = await _messages(as_actor, ticket["id"])
    assert (message["direction"], message["createdAt"]) == ("in", 1609459200)


async def test_given_tags_the_due_dates_follow(creator: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session, sla_hours=8, priority="urgent")
    await session.commit()
    body = MAIL | {"tags": [tag.id], "createdAt": "2024-06-10T09:00:00Z"}
    ticket = (await creator.post("/ticket", json=body)).json()
    assert (ticket["dueBy"], ticket["firstResponseDueBy"]) == ("2024-06-10 17:00:00", "2024-06-10 13:00:00")
    assert (ticket["priority"], ticket["version"], ticket["customerName"]) == ("urgent", 1, "Tom")


async def test_given_a_known_outside_id_the_ticket_is_updated(
    creator: httpx.AsyncClient, as_actor: Any, session: WriteSession
) -> None:
    first = (await creator.post("/ticket", json=MAIL | {"externalTicketId": "X-1", "status": "closed"})).json()
    assert (first["status"], first["customerLegitimation"]) == ("closed", 0)
    same = (await creator.post("/ticket", json=MAIL | {"externalTicketId": "X-1", "priority": "high"})).json()
    assert (same["id"], same["priority"], same["status"]) == (first["id"], "high", "closed")
    assert len(await _messages(as_actor, first["id"])) == 1
    more = (await creator.post("/ticket", json=MAIL | {"externalTicketId": "X-1", "body": "And?"})).json()
    assert (more["id"], more["status"], more["closedAt"]) == (first["id"], "open", None)
    assert [message["bodyPlain"] for message in await _messages(as_actor, first["id"])] == ["4,711", "And?"]
    closed = (
        await creator.post("/ticket", json=MAIL | {"externalTicketId": "X-1", "body": "!", "status": "closed"})
    ).json()
    assert closed["status"] == "closed"
    target = await make_ticket(session)
    await make_ticket(session, external_ticket_id="X-2", merged_into_ticket_id=target.id)
    await session.commit()
    merged = await creator.post("/ticket", json=MAIL | {"externalTicketId": "X-2"})
    assert (merged.status_code, merged.json()["error"]["code"]) == (409, "ticket_merged")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"channel": None}, [("channel", "not_allowed")]),
        ({"subject": None, "body": " "}, [("subject", "required")]),
        ({"from": None}, [("from", "required")]),
        ({"direction": "out"}, [("to", "required")]),
        ({"direction": "out", "to": ["nobody"]}, [("to.0", "bad_format")]),
        ({"createdAt": "yesterday", "dueBy": "x"}, [("createdAt", "bad_format"), ("dueBy", "bad_format")]),
        ({"priority": "huge"}, [("priority", "not_allowed")]),
        ({"attachments": [{"name": "x", "base64": "a?"}]}, [("attachments.0.base64", "bad_format")]),
        ({"body": "x" * 1_000_001}, [("body", "too_long")]),
        ({"process": "sometimes"}, [("process", "not_allowed")]),
    ],
)
async def test_given_faults_they_are_named(creator: httpx.AsyncClient, changes: Any, faults: Any) -> None:
    answer = await creator.post("/ticket", json=MAIL | changes)
    assert answer.status_code == 422, answer.text
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["details"]["fields"]] == faults


@pytest.mark.parametrize("changes", [{"tags": [99_999]}, {"subchannelId": 99_999}, {"templateId": 1}])
async def test_given_unknown_references_they_are_422(creator: httpx.AsyncClient, changes: Any) -> None:
    answer = await creator.post("/ticket", json=MAIL | changes)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "unknown_reference")


async def test_given_pending_without_a_date_it_is_refused(creator: httpx.AsyncClient) -> None:
    answer = await creator.post("/ticket", json=MAIL | {"status": "pending"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "pending_requires_due_by")
    older = await creator.post("/ticket", json=MAIL | {"status": "waitingOnCustomer"})
    assert older.json()["status"] == "pending"


@pytest.mark.parametrize("process", ["batch", "realtime", "false", False])
async def test_given_process_it_is_accepted_in_query_and_body(creator: httpx.AsyncClient, process: Any) -> None:
    assert (await creator.post("/ticket", json=MAIL | {"process": process})).status_code == 200
    query = {"process": str(process).lower()}
    assert (await creator.post("/ticket", params=query, json=MAIL)).status_code == 200


async def test_given_only_a_subject_there_is_no_message(creator: httpx.AsyncClient, as_actor: Any) -> None:
    ticket = (await creator.post("/ticket", json={"channel": "phone", "subject": "Missed call"})).json()
    assert (ticket["body"], ticket["attachments"], ticket["customerName"]) == (None, [], None)
    assert await _messages(as_actor, ticket["id"]) == []


async def test_given_an_outgoing_ticket_the_caller_wrote_it(as_actor: Any) -> None:
    sender = await as_actor(permissions=["createTicket", "sendWithoutApproval"])
    body = {"channel": "email", "direction": "out", "to": ["tom@example.com"], "subject": "Your meter", "body": "Hi"}
    ticket = (await sender.post("/ticket", json=body)).json()
    (message,) = await _messages(as_actor, ticket["id"])
    assert (message["agentId"], message["direction"], message["isDraft"]) == (sender.actor_id, "out", False)
    assert (ticket["sender"]["id"], ticket["responderId"]) == (sender.actor_id, sender.actor_id)
    assert ticket["replyRecipients"] == {"to": ["tom@example.com"], "cc": [], "bcc": []}
    learner = await as_actor(permissions=["createTicket"])
    draft = (await learner.post("/ticket", json=body)).json()
    (message,) = await _messages(as_actor, draft["id"])
    assert (message["isDraft"], draft["responderId"]) == (True, None)


async def test_given_an_idempotency_key_there_is_one_ticket(creator: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "once"}
    ids = {(await creator.post("/ticket", json=MAIL, headers=headers)).json()["id"] for _ in range(2)}
    assert len(ids) == 1


async def test_given_no_token_or_right_it_is_401_or_403(
    anonymous: httpx.AsyncClient, as_actor: Any, session: WriteSession
) -> None:
    assert (await anonymous.post("/ticket", json=MAIL)).status_code == 401
    reader = await as_actor(permissions=["readTicket"])
    answer = await reader.post("/ticket", json={})
    assert (answer.status_code, answer.json()["error"]["details"]["permission"]) == (403, "createTicket")
    private = await make_tag(session, visibility="private")
    await session.commit()
    creator = await as_actor(permissions=["createTicket"])
    tagged = await creator.post("/ticket", json=MAIL | {"tags": [private.id]})
    assert (tagged.status_code, tagged.json()["error"]["details"]["permission"]) == (403, "manageTags")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"from": "Tom Mustermann <tom@example.com>"}, ("tom@example.com", "Tom Mustermann")),
        ({"from": '"Mustermann, Tom" <tom@example.com>', "fromName": "Tom"}, ("tom@example.com", "Tom")),
        ({"from": "<tom@example.com>"}, ("tom@example.com", None)),
        ({"from": "tom@example.com"}, ("tom@example.com", None)),
        ({"from": "window <3>"}, ("window <3>", None)),
    ],
)
async def test_given_a_sender_with_name_and_address_they_are_kept_apart(
    as_actor: Any, sent: dict[str, str], expected: tuple[str, str | None]
) -> None:
    client = await as_actor()
    made = (await client.post("/ticket", json={"channel": "email", "subject": "s", "body": "b"} | sent)).json()
    assert (made["from"], made["fromName"]) == expected
    path = f"/ticket/{made['id']}/conversation/store"
    stored = (await client.post(path, json={"body": "b"} | sent)).json()["conversation"]
    assert (stored["fromEmail"], stored["fromEmailName"]) == expected
