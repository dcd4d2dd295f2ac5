"""Merge, unmerge, split (ticket.md 12)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_message
from tests.factories.tickets import CREATED, make_ticket


@pytest.fixture
async def merger(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["mergeTickets", "readTicket"])


async def _two(session: WriteSession, **second: Any) -> tuple[int, int]:
    target, source = await make_ticket(session), await make_ticket(session, **second)
    await make_message(session, target.id, "One", created_at=CREATED)
    await make_message(session, source.id, "Two", created_at=CREATED + timedelta(hours=1))
    await make_message(session, target.id, "Three", direction="out", created_at=CREATED + timedelta(hours=2))
    await session.commit()
    return target.id, source.id


async def _texts(client: httpx.AsyncClient, ticket_id: int) -> list[str]:
    answer = await client.get(f"/ticket/{ticket_id}/conversation")
    assert answer.status_code == 200, answer.text
    return [one["bodyPlain"] for one in answer.json()["conversations"]]


async def test_given_a_merge_the_messages_stand_in_the_target_in_the_order_of_time(
    merger: httpx.AsyncClient, session: WriteSession
) -> None:
    target, source = await _two(session)
    answer = await merger.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [source]})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["success"], answer.json()["ticket"]["id"]) == (True, target)
    assert await _texts(merger, target) == ["One", "Two", "Three"]
    shown = (await merger.get(f"/ticket/{source}")).json()
    assert (shown["status"], shown["mergedIntoTicketId"]) == ("closed", target)
    assert await _texts(merger, source) == []


async def test_given_a_merged_ticket_writes_are_refused_and_unmerge_brings_it_back(
    as_actor: Any, session: WriteSession
) -> None:
    client = await as_actor()
    target, source = await _two(session)
    await client.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [source]})
    for path, body in (
        (f"/ticket/{source}/conversation/reply", {"body": "Hello"}),
        (f"/ticket/{source}/merge", {"sourceTicketIds": [target]}),
        (f"/ticket/{source}/split", {"conversationIds": [1]}),
        (f"/ticket/{source}/unmerge", {"sourceTicketId": target}),
    ):
        refused = await client.post(path, json=body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ticket_merged"), path
    back = await client.post(f"/ticket/{target}/unmerge", json={"sourceTicketId": source})
    assert back.status_code == 200, back.text
    assert (await _texts(client, target), await _texts(client, source)) == (["One", "Three"], ["Two"])
    shown = (await client.get(f"/ticket/{source}")).json()
    assert (shown["status"], shown["mergedIntoTicketId"]) == ("open", None)
    again = await client.post(f"/ticket/{target}/unmerge", json={"sourceTicketId": source})
    assert (again.status_code, again.json()["error"]["details"]["fields"][0]["path"]) == (422, "sourceTicketId")


async def test_given_a_chain_each_link_can_be_taken_out_again(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor()
    middle, first = await _two(session, status="closed", closed_at=datetime(2024, 6, 13, tzinfo=UTC))
    last = (await make_ticket(session)).id
    await session.commit()
    assert (await client.post(f"/ticket/{middle}/merge", json={"sourceTicketIds": [first]})).status_code == 200
    assert (await client.post(f"/ticket/{last}/merge", json={"sourceTicketIds": [middle]})).status_code == 200
    assert await _texts(client, last) == ["One", "Two", "Three"]
    assert (await client.post(f"/ticket/{last}/unmerge", json={"sourceTicketId": middle})).status_code == 200
    assert await _texts(client, middle) == ["One", "Two", "Three"]
    assert (await client.post(f"/ticket/{middle}/unmerge", json={"sourceTicketId": first})).status_code == 200
    assert await _texts(client, first) == ["Two"]
    assert (await client.get(f"/ticket/{first}")).json()["status"] == "closed"


async def test_given_two_messages_of_one_outside_id_both_survive_and_come_back(
    merger: httpx.AsyncClient, session: WriteSession
) -> None:
    target, source = (await make_ticket(session)).id, (await make_ticket(session)).id
    for ticket_id in (target, source):
        await make_message(session, ticket_id, f"in {ticket_id}", external_conversation_id="m-1")
    await session.commit()
    assert (await merger.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [source]})).status_code == 200
    assert len(await _texts(merger, target)) == 2
    assert (await merger.post(f"/ticket/{target}/unmerge", json={"sourceTicketId": source})).status_code == 200
    answer = (await merger.get(f"/ticket/{source}/conversation")).json()["conversations"]
    assert [one["externalConversationId"] for one in answer] == ["m-1"]


async def test_given_an_open_source_a_closed_target_opens(merger: httpx.AsyncClient, session: WriteSession) -> None:
    closed = {"status": "closed", "closed_at": datetime(2024, 6, 13, tzinfo=UTC)}
    target, source = (await make_ticket(session, **closed)).id, (await make_ticket(session)).id
    still = (await make_ticket(session, **closed)).id
    other = (await make_ticket(session, **closed)).id
    await session.commit()
    opened = await merger.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [source]})
    assert opened.json()["ticket"]["status"] == "open"
    kept = await merger.post(f"/ticket/{still}/merge", json={"sourceTicketIds": [other]})
    assert kept.json()["ticket"]["status"] == "closed"


async def test_given_other_customers_a_merge_needs_force(merger: httpx.AsyncClient, session: WriteSession) -> None:
    target = (await make_ticket(session, customer_id="C-1")).id
    source = (await make_ticket(session, customer_id="C-2")).id
    unknown = (await make_ticket(session)).id
    await session.commit()
    refused = await merger.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [unknown, source]})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "different_customers")
    assert (await merger.get(f"/ticket/{unknown}")).json()["mergedIntoTicketId"] is None
    forced = await merger.post(f"/ticket/{target}/merge", json={"sourceTicketIds": [unknown, source], "force": True})
    assert forced.status_code == 200, forced.text


async def test_given_wrong_sources_nothing_changes(merger: httpx.AsyncClient, session: WriteSession) -> None:
    target, source = await _two(session)
    merged = (await make_ticket(session, merged_into_ticket_id=target)).id
    await session.commit()
    path = f"/ticket/{target}/merge"
    for ids, code, where in (
        ([target], "validation_failed", "sourceTicketIds.0"),
        ([source, source], "validation_failed", "sourceTicketIds.1"),
        ([source, merged], "validation_failed", "sourceTicketIds.1"),
        ([source, 99_999_999], "unknown_reference", "sourceTicketIds.1"),
        ([], "validation_failed", "sourceTicketIds"),
        (list(range(1, 22)), "validation_failed", "sourceTicketIds"),
    ):
        answer = await merger.post(path, json={"sourceTicketIds": ids})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code), ids
        assert answer.json()["error"]["details"]["fields"][0]["path"] == where
    assert await _texts(merger, source) == ["Two"]


async def test_given_a_split_the_messages_make_a_ticket_of_their_own(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor()
    ticket = await make_ticket(session, subject="Two matters", customer_id="C-1", customer_legitimation=30)
    kept = await make_message(session, ticket.id, "My bill", created_at=CREATED)
    later = CREATED + timedelta(days=1)
    moved = await make_message(session, ticket.id, "And my meter", created_at=later, message_id="<m@x.example>")
    await session.commit()
    answer = await client.post(f"/ticket/{ticket.id}/split", json={"conversationIds": [moved.id], "subject": "Meter"})
    assert answer.status_code == 200, answer.text
    new = answer.json()["ticket"]
    assert (new["previousTicketId"], new["subject"], new["customerId"]) == (ticket.id, "Meter", "C-1")
    assert (new["customerLegitimation"], new["createdAt"]) == (30, "2024-06-13 07:00:00")
    assert (await _texts(client, ticket.id), await _texts(client, new["id"])) == (["My bill"], ["And my meter"])
    alone = await client.post(f"/ticket/{ticket.id}/split", json={"conversationIds": [kept.id]})
    assert (alone.status_code, alone.json()["error"]["code"]) == (422, "validation_failed")
    bare = await client.post(
        f"/ticket/{new['id']}/split", json={"conversationIds": [moved.id, kept.id], "copyCustomer": False}
    )
    assert [fault["path"] for fault in bare.json()["error"]["details"]["fields"]] == ["conversationIds.1"]


async def test_given_a_draft_or_a_mail_under_way_a_split_is_refused(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor()
    ticket = await make_ticket(session)
    await make_message(session, ticket.id)
    draft = await make_message(session, ticket.id, "Draft", direction="out", is_draft=True)
    queued = await make_message(session, ticket.id, "Queued", direction="out", delivery_status="queued")
    await session.commit()
    answer = await client.post(f"/ticket/{ticket.id}/split", json={"conversationIds": [draft.id, queued.id]})
    faults = answer.json()["error"]["details"]["fields"]
    assert [fault["path"] for fault in faults] == ["conversationIds.0", "conversationIds.1"]


@pytest.mark.parametrize(
    ("word", "body"),
    [("merge", {"sourceTicketIds": [1]}), ("unmerge", {"sourceTicketId": 1}), ("split", {"conversationIds": [1]})],
)
async def test_given_no_right_or_no_ticket_it_is_refused(
    as_actor: Any, session: WriteSession, word: str, body: dict[str, Any]
) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    reader = await as_actor(permissions=["readTicket"])
    refused = await reader.post(f"/ticket/{ticket.id}/{word}", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    assert (await reader.post(f"/ticket/99999999/{word}", json=body)).status_code == 404
