"""Tickets and messages from elsewhere, many at once, with their own times (worklog.md 2.8)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from assaydesk.domains.conversations import service as conversations
from assaydesk.domains.conversations.attachments import Reference
from assaydesk.domains.conversations.service import ImportedMessage
from assaydesk.domains.customers.service import store_customers
from assaydesk.domains.tickets import service as tickets
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.service import ImportedTicket
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security.actor import SYSTEM
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag

AT = datetime(2024, 6, 10, 9, tzinfo=UTC)


async def _import(session: WriteSession, number: int, tag: int, agent: int, offset: int = 0) -> list[int]:
    await store_customers(session, [{"customer_id": "C-1", "firstname": "Tom"}])
    made = await tickets.insert_imported(
        session,
        SYSTEM,
        [
            ImportedTicket(
                external_ticket_id=f"src:{index}", channel="chat", created_at=AT, status="closed", closed_at=AT,
                customer_id="C-1", tag_ids=[tag], raw_data={"n": index}, subject="Größe", last_customer_message_at=AT,
            )
            for index in range(offset, offset + number)
        ],
    )  # fmt: skip
    messages = [
        message
        for ticket_id in made.values()
        for message in (
            ImportedMessage(
                ticket_id=ticket_id, direction="in", at=AT, body="a\n\nb", from_email_name="Tom",
                raw_data={"made": True},
            ),
            ImportedMessage(
                ticket_id=ticket_id, direction="out", at=AT + timedelta(microseconds=5), body="<p>c</p>", type="html",
                agent_id=agent, files=[Reference("a.pdf", "https://x.example/a.pdf", "application/pdf", "safe")],
            ),
        )
    ]  # fmt: skip
    return await conversations.insert_imported(session, messages)


async def test_given_imported_work_it_stands_there_with_its_own_times(session: WriteSession, as_actor: Any) -> None:
    tag, agent = await make_tag(session, sla_hours=8), await make_profile(session)
    first, second = await _import(session, 1, tag.id, agent.id)
    assert await _import(session, 1, tag.id, agent.id) == []
    await session.commit()
    client = await as_actor()
    ticket_id = await session.scalar(select(Ticket.id))
    ticket = (await client.get(f"/ticket/{ticket_id}", params={"includeRawData": 1})).json()
    assert (ticket["createdAt"], ticket["closedAt"], ticket["dueBy"]) == (
        "2024-06-10 09:00:00", "2024-06-10 09:00:00", "2024-06-10 17:00:00",
    )  # fmt: skip
    assert (ticket["externalTicketId"], ticket["rawData"], ticket["tagIds"]) == ("src:0", {"n": 0}, [tag.id])
    assert (ticket["customerName"], ticket["bodyPlain"]) == ("Tom", "a\n\nb")
    shown = (await client.get(f"/ticket/{ticket_id}/conversation")).json()["conversations"]
    assert [(one["id"], one["bodyPlain"], one["type"]) for one in shown] == [
        (first, "a\n\nb", "text"),
        (second, "c", "html"),
    ]
    assert [file["name"] for file in shown[1]["attachments"]] == ["a.pdf"]
    (wrote,) = (await conversations.customer_messages(session, [ticket_id or 0]))[ticket_id or 0]
    assert (wrote.conversation_id, wrote.at) == (first, AT)
    rows = (await conversations.messages_of(session, [ticket_id or 0]))[ticket_id or 0]
    assert [row.created_at - AT for row in rows] == [timedelta(), timedelta(microseconds=5)]


async def test_given_more_of_it_the_statements_are_the_same(session: WriteSession, engine: Database) -> None:
    tag, agent = await make_tag(session), await make_profile(session)

    async def statements(number: int, offset: int) -> int:
        before = engine.statements
        assert len(await _import(session, number, tag.id, agent.id, offset)) == 2 * number
        return engine.statements - before

    await statements(1, 5000)  # Reads the settings, which the transaction then keeps.
    assert await statements(3, 0) == await statements(200, 1000)


async def test_given_nothing_nothing_happens(session: WriteSession) -> None:
    assert await tickets.insert_imported(session, SYSTEM, []) == {}
    assert await conversations.insert_imported(session, []) == []
    await store_customers(session, [])
