"""History and activity of a ticket (ticket.md 2.8, 2.13)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from assaydesk.domains.settings.models import Subchannel
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.tags import make_tag
from tests.factories.tickets import CREATED, make_ticket


@pytest.fixture
async def reader(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["readTicket"])


async def test_given_others_of_the_contract_they_are_the_history_newest_first(
    reader: httpx.AsyncClient, session: WriteSession, shared_spec: Path
) -> None:
    box = Subchannel(channel="email", name="Service")
    session.add(box)
    await session.flush()
    one = await make_ticket(session, contract_id="V-1", customer_id="C-1")
    older = await make_ticket(session, contract_id="V-1", created_at=CREATED - timedelta(days=2), status="closed")
    newer = await make_ticket(
        session, contract_id="V-1", created_at=CREATED + timedelta(days=2), subchannel_id=box.id, channel="chat"
    )
    await make_ticket(session, customer_id="C-1")
    await session.commit()
    answer = (await reader.get(f"/ticket/{one.id}/history")).json()
    assert_same_shape(example(shared_spec, "getTicketHistory.response"), answer, leave_out=["history.url"])
    assert (answer["total"], answer["totalOpenedTickets"]) == (2, 1)
    assert [entry["id"] for entry in answer["history"]] == [newer.id, older.id]
    assert answer["history"][0] == {
        "id": newer.id, "type": "ticket", "channel": "chat", "subChannel": "Service", "status": "open",
        "subject": newer.subject, "url": None, "createdAt": 1718348400,
    }  # fmt: skip
    paged = (await reader.get(f"/ticket/{one.id}/history", params={"limit": 1, "offset": 1})).json()
    assert [entry["id"] for entry in paged["history"]] == [older.id]


@pytest.mark.parametrize(
    ("own", "same", "other"),
    [
        (
            {"customer_id": "C-5"},
            {"customer_id": "C-5", "from_address": "b@x.example"},
            {"from_address": "a@x.example"},
        ),
        ({"from_address": "Ann@x.example"}, {"from_address": "ann@X.example"}, {"from_address": "bo@x.example"}),
        ({"from_address": None}, {}, {"from_address": None}),
    ],
)
async def test_given_no_contract_the_customer_counts_then_the_sender(
    reader: httpx.AsyncClient, session: WriteSession, own: Any, same: Any, other: Any
) -> None:
    ticket = await make_ticket(session, **({"from_address": "a@x.example"} | own))
    alike = [(await make_ticket(session, **same)).id] if same else []
    await make_ticket(session, **other)
    await session.commit()
    answer = (await reader.get(f"/ticket/{ticket.id}/history")).json()
    assert [entry["id"] for entry in answer["history"]] == alike


async def test_given_changes_the_activity_tells_them_to_people_and_programs(
    as_actor: Any, session: WriteSession
) -> None:
    tag = await make_tag(session, name="Meter")
    ticket = await make_ticket(session)
    await session.commit()
    client = await as_actor(permissions=["readTicket", "updateTicket"])
    changed = await client.patch(f"/ticket/{ticket.id}", json={"status": "closed", "tagIds": [tag.id]})
    assert changed.status_code == 200, changed.text
    await client.patch(f"/ticket/{ticket.id}", json={"agentId": client.actor_id, "priority": "high"})
    answer = (await client.get(f"/ticket/{ticket.id}/activity")).json()
    assert (answer["total"], answer["limit"], answer["offset"]) == (2, 100, 0)
    newest, oldest = answer["activities"]
    assert newest["changes"]["agentId"] == {"old": None, "new": client.actor_id}
    assert (newest["userId"], newest["type"]) == (client.actor_id, "changed")
    assert {"label": "Responsible", "value": f"– → {newest['userName']}"} in newest["details"]
    assert oldest["changes"]["status"] == {"old": "open", "new": "closed"}
    assert {"label": "Tags", "value": "– → Meter"} in oldest["details"]
    assert oldest["text"].startswith("Changed: ")
    assert oldest["createdAt"].endswith("Z")
    assert (await client.get(f"/ticket/{ticket.id}/activity?type=merged")).json()["total"] == 0


async def test_given_a_german_reader_the_words_are_german(as_actor: Any, session: WriteSession) -> None:
    client = await as_actor(permissions=["readTicket", "updateTicket"])
    await client.patch("/profile", json={"lang": "de"})
    ticket = await make_ticket(session)
    await session.commit()
    await client.patch(f"/ticket/{ticket.id}", json={"priority": "high"})
    [line] = (await client.get(f"/ticket/{ticket.id}/activity")).json()["activities"]
    assert (line["text"], line["details"]) == (
        "Geändert: Priorität", [{"label": "Priorität", "value": "medium → high"}]
    )  # fmt: skip


async def test_given_a_hundred_lines_the_number_of_statements_stays(
    as_actor: Any, session: WriteSession, database: Database
) -> None:
    client = await as_actor(permissions=["readTicket", "updateTicket"])
    counts = []
    for lines in (1, 30):
        ticket = await make_ticket(session)
        await session.commit()
        for number in range(lines):
            await client.patch(f"/ticket/{ticket.id}", json={"subject": f"Subject {number}"})
        before = database.statements
        assert (await client.get(f"/ticket/{ticket.id}/activity")).json()["total"] == lines
        counts.append(database.statements - before)
    assert counts[0] == counts[1]


@pytest.mark.parametrize("word", ["history", "activity"])
async def test_given_no_right_or_no_ticket_it_is_refused(as_actor: Any, session: WriteSession, word: str) -> None:
    ticket = await make_ticket(session)
    await session.commit()
    outsider = await as_actor(permissions=["readTemplates"])
    assert (await outsider.get(f"/ticket/{ticket.id}/{word}")).status_code == 404
    reader = await as_actor(permissions=["readTicket"])
    assert (await reader.get(f"/ticket/99999999/{word}")).status_code == 404
    for query in ("limit=0", "offset=-1", "limit=x"):
        assert (await reader.get(f"/ticket/{ticket.id}/{word}?{query}")).status_code == 422
