"""POST /ticket/search, GET /tickets, GET /ticket/stats (ticket.md 2.1, 2.2, 2.14, 6.5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import update

from assaydesk.domains.conversations.models import Attachment
from assaydesk.domains.tickets.models import Ticket
from assaydesk.domains.tickets.search.fields import KEYS, ORDERS
from assaydesk.domains.tickets.search.schemas import TicketPage, TicketStats
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_draft, make_message
from tests.factories.profiles import make_profile
from tests.factories.search import make_found
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

DAY = datetime(2024, 6, 12, 8, 0, tzinfo=UTC)


@pytest.fixture
async def reader(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["readTicket"])


async def page(client: httpx.AsyncClient, *filters: dict[str, Any], **body: Any) -> dict[str, Any]:
    answer = await client.post("/ticket/search", json={"filters": list(filters)} | body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ids(client: httpx.AsyncClient, *filters: dict[str, Any], **body: Any) -> list[int]:
    return [ticket["id"] for ticket in (await page(client, *filters, **body))["tickets"]]


def one_of(key: str, *values: Any) -> dict[str, Any]:
    return {"key": key, "comparator": "in", "values": list(values)}


async def test_without_a_body_all_tickets_by_id(reader: httpx.AsyncClient, session: WriteSession) -> None:
    made = [(await make_ticket(session, subject=f"No {n}")).id for n in range(3)]
    await make_ticket(session, deleted_at=DAY)
    await session.commit()
    answer = (await reader.post("/ticket/search")).json()
    assert [ticket["id"] for ticket in answer["tickets"]] == made
    assert {key: answer[key] for key in ("total", "totalIsExact", "limit", "offset", "nextCursor", "success")} == {
        "total": 3, "totalIsExact": True, "limit": 100, "offset": 0, "nextCursor": None, "success": True
    }  # fmt: skip
    TicketPage.model_validate(answer)
    assert not {"body", "bodyPlain", "bodyClean", "attachments", "template", "workitem"} & answer["tickets"][0].keys()
    assert answer["tickets"][0]["customer"] == {"tagIds": [], "tags": []}
    assert (await page(reader, offset=50))["tickets"] == []
    assert (await page(reader, offset=50))["total"] == 3


async def test_who_may_search(as_actor: Any, anonymous: httpx.AsyncClient) -> None:
    other = await as_actor(permissions=["updateTicket"])
    for method, path in (("POST", "/ticket/search"), ("GET", "/tickets"), ("GET", "/ticket/stats")):
        assert (await anonymous.request(method, path)).status_code == 401
        assert (await other.request(method, path)).status_code == 403


async def test_every_key_finds_its_ticket(reader: httpx.AsyncClient, as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session, name="Billing")
    user = await make_profile(session)
    await make_ticket(session, customer_legitimation=20)
    ticket = await make_ticket(
        session, tags=[tag.id], status="pending", priority="urgent", channel="chat", direction="out", sentiment="angry",
        spam_status="manual_clean", agent_id=user.id, assigned_agent_ids=[user.id], customer_id="C-1", contract_id="77",
        external_ticket_id="X-1", ai_support_level="bot", language="Deutsch", language_code="de", is_escalated=True,
        is_customer_active=True, from_address="ida@post.example", subject="Meter 100%", modified_at=DAY, closed_at=DAY,
        due_by=DAY, first_response_due_by=DAY, last_customer_message_at=DAY, auto_execute_at=DAY, created_at=DAY,
        customer_legitimation=10,
    )  # fmt: skip
    await make_draft(session, ticket.id, user.id)
    message = await make_message(session, ticket.id)
    session.add(Attachment(id="a1", conversation_id=message.id, name="x.pdf"))
    await session.commit()
    values = {
        "id": ticket.id, "status": "pending", "priority": "urgent", "channel": "chat", "direction": "out",
        "sentiment": "angry", "spamStatus": "manual_clean", "agentId": user.id, "assignedAgentId": str(user.id),
        "customerId": "C-1", "contractId": 77, "externalTicketId": "X-1", "aiSupportLevel": "bot",
        "language": "Deutsch",
        "languageCode": "de", "isEscalated": True, "isCustomerActive": "yes", "from": "ida@post.example",
        "subject": "Meter 100%", "tagId": tag.id, "hasDraft": True, "hasAttachment": True, "customerLegitimation": 10,
        **dict.fromkeys(
            ("modifiedAt", "closedAt", "dueBy", "firstResponseDueBy", "lastCustomerMessageAt", "autoExecuteAt",
             "createdAt"),
            "2024-06-12 08:00:00",
        ),
    }  # fmt: skip
    for key, value in values.items():
        assert await ids(reader, {"key": key, "comparator": "equal", "value": value}) == [ticket.id], key
        assert ticket.id not in await ids(reader, {"key": f"t.{key}", "comparator": "notEqual", "value": value}), key
    assert values.keys() | {"q", "subchannelId", "workedOnById", "aiAgentId"} == set(KEYS)
    for key in ("subchannelId", "workedOnById", "aiAgentId"):
        assert await ids(reader, one_of(key, 1)) == []
    assert await ids(reader, one_of("status", "waitingOnCustomer")) == [ticket.id]
    assert await ids(reader, {"key": "subject", "comparator": "contains", "value": "100%"}) == [ticket.id]
    agent = await as_actor(profile=user.id)
    for key in ("agentId", "assignedAgentId"):
        assert await ids(agent, one_of(key, "me")) == [ticket.id]
    assert (await reader.get(f"/ticket/{ticket.id}/ping")).status_code == 200
    assert await ids(reader, one_of("workedOnById", "me")) == [ticket.id]


async def test_dates_relative_to_now(reader: httpx.AsyncClient, session: WriteSession) -> None:
    now = datetime.now(UTC)
    old = await make_ticket(session, created_at=now - timedelta(days=8), due_by=now + timedelta(hours=1))
    new = await make_ticket(session, created_at=now - timedelta(minutes=20), due_by=now + timedelta(days=3))
    await session.commit()
    assert await ids(reader, {"key": "createdAt", "comparator": "greater", "value": "-7d"}) == [new.id]
    assert await ids(reader, {"key": "createdAt", "comparator": "between", "from": "-30m", "to": "now"}) == [new.id]
    assert await ids(reader, {"key": "dueBy", "comparator": "less", "value": "+2h"}) == [old.id]
    day = {"key": "createdAt", "comparator": "between", "from": "today", "to": "today"}
    assert old.id not in await ids(reader, day)
    for wrong in ("-7y", "soon", "7d"):
        body = {"filters": [{"key": "createdAt", "comparator": "less", "value": wrong}]}
        assert (await reader.post("/ticket/search", json=body)).status_code == 422


async def test_faults_are_named(reader: httpx.AsyncClient) -> None:
    unknown = await reader.post("/ticket/search", json={"filters": [one_of("nope", 1)]})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_filter_key")
    assert unknown.json()["error"]["details"]["allowedKeys"] == list(KEYS)
    order = await reader.post("/ticket/search", json={"orderByField": "body"})
    assert (order.status_code, order.json()["error"]["details"]["allowedKeys"]) == (422, list(ORDERS))
    several = [one_of("id", "x"), {"key": "q", "comparator": "contains", "value": "?"}, one_of("status", "done")]
    answer = await reader.post("/ticket/search", json={"filters": several})
    assert {one["path"] for one in answer.json()["error"]["details"]["fields"]} == {
        "filters.0.values", "filters.1.value", "filters.2.values"
    }  # fmt: skip
    for body in ({"limit": 0}, {"limit": 1001}, {"offset": -1}, {"ticketScope": "mine"}, {"orderByDirection": "up"}):
        assert (await reader.post("/ticket/search", json=body)).status_code == 422


async def test_sql_in_any_text_is_text(reader: httpx.AsyncClient, session: WriteSession) -> None:
    await make_found(session, "harmless")
    await session.commit()
    for evil in ("'; drop table tickets; --", "1) or (1=1", "\\'; select 1", "%' or '1'='1", "a\0b"):
        for key in KEYS:
            body = {"filters": [{"key": key, "comparator": "equal", "value": evil}]}
            assert (await reader.post("/ticket/search", json=body)).status_code in (200, 422), (key, evil)
        for name in ("orderByField", "orderByDirection", "cursor", "ticketScope"):
            assert (await reader.post("/ticket/search", json={name: evil})).status_code == 422
    assert (await page(reader))["total"] == 1


async def test_pages_lose_and_double_no_row(reader: httpx.AsyncClient, session: WriteSession) -> None:
    when = [None, DAY, DAY + timedelta(seconds=1), DAY + timedelta(microseconds=1)]
    made = [
        await make_found(
            session, "Rechnung " * (n % 3 + 1), subject=[None, "Same", "Other"][n % 3], due_by=when[n % 4],
            priority=["low", "urgent", "medium"][n % 3], created_at=DAY + timedelta(hours=n // 5),
            is_escalated=n % 2 == 0, closed_at=when[n % 3],
        )
        for n in range(11)
    ]  # fmt: skip
    await session.commit()
    word = {"key": "q", "comparator": "contains", "value": "rechnung"}
    narrowed = [word, one_of("priority", "low", "urgent", "medium")]
    varied = ("id", "createdAt", "dueBy", "subject", "closedAt")
    lists: list[tuple[list[Any], str]] = [([], name) for name in ORDERS if name != "relevance"]
    lists += [(filters, name) for filters in ([word], narrowed) for name in (*varied, "relevance")]
    for filters, field in lists:
        for direction in ("asc", "desc") if field in varied else ("desc",):
            order = {"orderByField": field, "orderByDirection": direction}
            whole = await ids(reader, *filters, **order)
            assert sorted(whole) == made, field
            walked: list[int] = []
            cursor = None
            while not walked or cursor is not None:
                part = await page(reader, *filters, limit=4, cursor=cursor, **order)
                walked += [ticket["id"] for ticket in part["tickets"]]
                assert part["total"] == len(made)
                cursor = part["nextCursor"]
            assert walked == whole, (field, direction, bool(filters))
            parts = [await ids(reader, *filters, limit=5, offset=start, **order) for start in (0, 5, 10)]
            assert [one for part in parts for one in part] == whole, (field, direction, bool(filters))
    due = [ticket["dueBy"] for ticket in (await page(reader, orderByField="dueBy", orderByDirection="desc"))["tickets"]]
    assert due == sorted((one for one in due if one), reverse=True) + [None] * due.count(None)
    ranks = {"low": 0, "medium": 1, "urgent": 3}
    priorities = [ticket["priority"] for ticket in (await page(reader, orderByField="priority"))["tickets"]]
    assert priorities == sorted(priorities, key=ranks.__getitem__)


async def test_a_cursor_keeps_its_place_and_belongs_to_its_list(
    reader: httpx.AsyncClient, session: WriteSession
) -> None:
    made = [(await make_ticket(session, created_at=DAY + timedelta(hours=n))).id for n in range(4)]
    await session.commit()
    order = {"orderByField": "createdAt", "orderByDirection": "desc", "limit": 2}
    first = await page(reader, **order)
    newer = await make_ticket(session, created_at=DAY + timedelta(days=2))
    await session.execute(update(Ticket).where(Ticket.id == made[2]).values(deleted_at=DAY))
    await session.commit()
    assert await ids(reader, cursor=first["nextCursor"], **order) == [made[1], made[0]]
    assert (await ids(reader, **order))[0] == newer.id
    cursor = first["nextCursor"]
    for body in (
        {"orderByField": "id"}, {"orderByDirection": "asc"}, {"filters": [one_of("id", 1)]}, {"cursor": cursor[:-3]},
        {"cursor": "AAAA"}, {"cursor": "ü"}, {"cursor": ""},
    ):  # fmt: skip
        answer = await reader.post("/ticket/search", json=order | {"cursor": cursor} | body)
        assert answer.status_code == 422, body
        assert answer.json()["error"]["details"]["fields"][0]["code"] == "bad_format"


async def test_the_backlog_restriction(as_actor: Any, session: WriteSession) -> None:
    wanted, hidden = await make_tag(session, name="Wanted"), await make_tag(session, name="Hidden")
    user = await make_profile(
        session, permissions=["readTicket"],
        settings={"limitTicketBacklogAccess": True, "ticketBacklogRequiredTagIds": [wanted.id],
                  "ticketBacklogExcludedTagIds": [hidden.id]},
    )  # fmt: skip
    shown = await make_ticket(session, tags=[wanted.id])
    both = await make_ticket(session, tags=[wanted.id, hidden.id])
    none = await make_found(session, "Zähler")
    await session.commit()
    client = await as_actor(profile=user.id)
    assert await ids(client) == [shown.id]
    assert await ids(client, one_of("id", both.id, none)) == [both.id, none]
    assert await ids(client, {"key": "q", "comparator": "contains", "value": "zähler"}) == [none]
    assert (await client.get("/ticket/stats")).json()["open"] == 1
    assert (await client.get("/tickets")).json()["total"] == 1


async def test_the_routing_view(as_actor: Any, session: WriteSession) -> None:
    skill = await make_tag(session, name="Gas", tag_routing=True)
    other = await make_tag(session, name="Strom", tag_routing=True)
    user = await make_profile(session, settings={"skills": {"tagIds": [skill.id], "channels": ["email", "chat"]}})
    human = {"ai_support_level": "human", "channel": "email"}
    fitting = await make_ticket(session, tags=[skill.id], **human)
    plain = await make_ticket(session, **human)
    await make_ticket(session, tags=[skill.id, other.id], **human)
    await make_ticket(session, spam_status="auto_spam", **human)
    await make_ticket(session, status="closed", **human)
    await make_ticket(session, ai_support_level="human", channel="phone")
    await make_ticket(session, agent_id=(await make_profile(session)).id, **human)
    mine = await make_ticket(session, agent_id=user.id, **human)
    await session.commit()
    client = await as_actor(profile=user.id, permissions=["readTicket"])
    expected = [fitting.id, plain.id, mine.id]
    assert await ids(client, ticketScope="skills") == expected
    assert [one["id"] for one in (await client.post("/ticket/search?ticketScope=skills")).json()["tickets"]] == expected
    assert [one["id"] for one in (await client.get("/tickets?ticketScope=skills")).json()["tickets"]] == expected


async def test_the_query_string(reader: httpx.AsyncClient, session: WriteSession) -> None:
    first = await make_ticket(session, channel="chat", sentiment=None)
    second = await make_ticket(session, channel="phone", sentiment="angry")
    await session.commit()
    for query, expected in (
        ("filters[0][key]=channel&filters[0][comparator]=in&filters[0][values][]=chat", [first.id]),
        ("filters[1][key]=sentiment&filters[1][comparator]=in&filters[1][values][0]=null", [first.id]),
        ('filters=[{"key":"t.channel","comparator":"equal","value":"phone"}]', [second.id]),
        ("orderByField=t.id&orderByDirection=desc&limit=1", [second.id]),
    ):
        answer = await reader.get(f"/tickets?{query}")
        assert [ticket["id"] for ticket in answer.json()["tickets"]] == expected, answer.text
    for query in ("filters=nope", "filters[0][comparator]=in", "filters=[1]", "limit=0"):
        assert (await reader.get(f"/tickets?{query}")).status_code == 422, query


async def test_statements_do_not_grow_with_the_page(
    reader: httpx.AsyncClient, session: WriteSession, database: Database
) -> None:
    tag = await make_tag(session)
    for _ in range(12):
        ticket = await make_ticket(session, tags=[tag.id], customer_id="C-1")
        await make_message(session, ticket.id)
    await session.commit()
    sent = []
    for limit in (2, 11):
        before = database.statements
        assert len(await ids(reader, limit=limit)) == limit
        sent.append(database.statements - before)
    assert sent[0] == sent[1] <= 27


async def test_stats(reader: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session)
    now = datetime.now(UTC)
    user = await make_profile(session)
    await make_ticket(session, tags=[tag.id], due_by=now - timedelta(hours=1), channel="chat", created_at=now)
    draft = await make_ticket(session, is_escalated=True, agent_id=user.id, priority="urgent", channel="email")
    await make_draft(session, draft.id, user.id)
    await make_ticket(session, status="closed", closed_at=now, tags=[tag.id], spam_status="auto_spam")
    await make_ticket(session, status="pending", due_by=now + timedelta(days=1))
    await session.commit()
    stats = (await reader.get("/ticket/stats")).json()
    TicketStats.model_validate(stats)
    assert stats == {
        "success": True, "open": 2, "pending": 1, "closed": 1, "closedToday": 1, "createdToday": stats["createdToday"],
        "overdue": 1, "escalated": 1, "unassigned": 1, "drafts": 1, "spam": 1, "byChannel": {"chat": 1, "email": 1},
        "byPriority": {"medium": 1, "urgent": 1}, "byTag": [{"tagId": tag.id, "open": 1}],
    }  # fmt: skip
    only = (
        await reader.get("/ticket/stats?filters[0][key]=channel&filters[0][comparator]=equal&filters[0][value]=chat")
    ).json()
    assert (only["open"], only["overdue"]) == (1, 1)
    assert (await reader.get('/ticket/stats?filters=[{"key":"x","comparator":"in"}]')).status_code == 422
