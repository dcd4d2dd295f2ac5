"""Every column of every export against a table that was worked out by hand (ticket.md 10, worklog.md 9)."""

from typing import Any

import pytest

from assaydesk.platform.db.session import WriteSession
from tests.conftest import ClientMaker
from tests.factories.exports import Desk, make_desk
from tests.factories.worklogs import set_settings

RIGHTS = ["exportData", "readTicket", "worklogViewAll", "readAnyUserProfile"]


@pytest.fixture
async def desk(session: WriteSession) -> Desk:
    made = await make_desk(session)
    await set_settings(session, timezone="Europe/Berlin", defaultDateExportFormat="json")
    await session.commit()
    return made


def ticket_row(desk: Desk) -> dict[str, Any]:
    """The closed ticket; times in Berlin, two hours ahead of UTC."""
    return {
        "id": desk.closed,
        "channel": "email",
        "direction": "in",
        "status": "closed",
        "priority": "high",
        "contractId": "=1+1",
        "customerId": "CU-42",
        "customerLegitimation": 20,
        "topic": "Billing",
        "subTopic": "Payment reminder",
        "allTags": "Billing, Payment reminder",
        "incomingMessages": 2,
        "outgoingMessages": 1,
        "internalMessages": 1,
        "manualWorkEntries": 1,
        "createdAt": "2024-06-12 11:00:00",
        "closedAt": "2024-06-13 13:00:00",
        "modifiedAt": "2024-06-13 13:00:00",
        "dueBy": "2024-06-13 14:00:00",
        "lastMessageAt": "2024-06-12 17:30:00",
        "lastCustomerMessageAt": "2024-06-12 16:00:00",
        "secondsSinceLastCustomerMessage": 21 * 3600,
        "secondsToClose": 26 * 3600,
        "secondsClosedAfterSLA": -3600,
        "email": "anna@lumen.example",
        "rawData": '{"shop": 7}',
    }


def worklog_row(desk: Desk) -> dict[str, Any]:
    """Pending from Wednesday 17:00 to Thursday 10:30 in Berlin: within working hours that is 09:00 to 10:30."""
    return {
        "date": "2024-06-12 17:10:00",
        "name": "Anna Beck",
        "ticketId": desk.closed,
        "conversationId": desk.messages[2],
        "userId": desk.anna,
        "action": "statusAction",
        "duration": 206,
        "durationAfterWork": 0,
        "reOpened": 1,
        "status": "closed",
        "aiAgent": None,
        "topic": "Billing",
        "subTopic": "Payment reminder",
        "allTags": "Billing, Payment reminder",
        "tags": '["Billing", "Payment reminder"]',
        "channel": "email",
        "department": "Customer care",
        "teams": '["Customer care"]',
        "email": "anna@lumen.example",
        "rawData": '{"shop": 7}',
        "aiAutomationLevel": 2,
        "customerIdentifiedCorrectly": None,
        "tagsIdentifiedCorrectly": None,
        "textAssistanceAccuracy": 0.81,
        "aiAgentsUsed": '["Billing bot"]',
        "skippedTicket": 0,
        "netSecondsClosedAfterSLA": -3600,
        "closingDateForSLA": "2024-06-13 13:00:00",
        "statusActionDetail": "pending",
        "pendingDueBy": "2024-06-20 10:00:00",
        "pendingSeconds": 63_000,
        "netPendingSeconds": 5400,
        "firstPendingAt": "2024-06-12 17:00:00",
        "userWorklogId": desk.worklog,
        "timesSetToOpen": 2,
    }


@pytest.mark.parametrize("path", ["reporting_tickets", "ticket"])
async def test_tickets(as_actor: ClientMaker, desk: Desk, path: str) -> None:
    client = await as_actor(permissions=RIGHTS)
    rows = (await client.get(f"/export/{path}", params={"orderByField": "t.id", "orderByDirection": "asc"})).json()
    assert rows[0] == ticket_row(desk)
    assert list(rows[0]) == list(ticket_row(desk))
    untouched = rows[1]
    assert untouched["id"] == desk.open
    assert (untouched["topic"], untouched["allTags"], untouched["incomingMessages"]) == (None, "", 0)
    assert [untouched[name] for name in ("closedAt", "secondsToClose", "secondsClosedAfterSLA")] == [None] * 3


async def test_messages(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    rows = (await client.get("/export/reporting_messages", params={"orderByDirection": "asc"})).json()
    assert [(row["conversationId"], row["direction"]) for row in rows[:3]] == [
        (desk.messages[0], "in"), (desk.messages[1], "in"), (desk.messages[2], "out"),
    ]  # fmt: skip
    assert [row["direction"] for row in rows[3:]] == ["internal"]
    assert rows[0] == {
        "ticketId": desk.closed,
        "conversationId": desk.messages[0],
        "channel": "email",
        "direction": "in",
        "createdAt": "2024-06-12 11:00:00",
        "rawData": '{"mail": 1}',
    }


async def test_worklogs(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    rows = (await client.get("/export/reporting_worklog")).json()
    assert rows == [worklog_row(desk)]
    assert list(rows[0]) == list(worklog_row(desk))


async def test_users(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    filters = {"filters[0][key]": "email", "filters[0][comparator]": "eq", "filters[0][value]": "anna@lumen.example"}
    [row] = (await client.get("/export/users", params=filters)).json()
    assert row.pop("createdAt")
    assert row == {
        "id": desk.anna, "name": "Anna Beck", "email": "anna@lumen.example", "type": "user", "role": row["role"],
        "teams": "Customer care", "lastSeen": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("key", "comparator", "value", "found"),
    [
        ("netPendingSeconds", "equal", 5400, 1),
        ("netPendingSeconds", "equal", 5401, 0),
        ("pendingSeconds", "greater", 60_000, 1),
        ("department", "startsWith", "customer", 1),
        ("topic", "equal", "Billing", 1),
        ("timesSetToOpen", "equal", 2, 1),
        ("duration", "less", 206, 0),
        ("aiAgent", "isNull", None, 1),
        ("status", "equal", "open", 0),
    ],
)
async def test_any_column_of_worklogs_filters_and_orders(
    as_actor: ClientMaker, desk: Desk, key: str, comparator: str, value: Any, found: int
) -> None:
    client = await as_actor(permissions=RIGHTS)
    one = {"filters[0][key]": key, "filters[0][comparator]": comparator, "orderByField": key}
    if value is not None:
        one["filters[0][value]"] = str(value)
    answer = await client.get("/export/reporting_worklog", params=one)
    assert answer.status_code == 200, answer.text
    assert len(answer.json()) == found


@pytest.mark.parametrize("path", ["reporting_tickets", "reporting_messages", "reporting_worklog", "users", "surveys"])
async def test_every_column_can_be_ordered_by(as_actor: ClientMaker, desk: Desk, path: str) -> None:
    client = await as_actor(permissions=[*RIGHTS, "readSurveys"])
    answer = await client.get(f"/export/{path}", params={"orderByField": "nothing"})
    assert answer.json()["error"]["code"] == "unknown_filter_key"
    for name in answer.json()["error"]["details"]["allowedKeys"]:
        ordered = await client.get(f"/export/{path}", params={"orderByField": name, "orderByDirection": "asc"})
        assert ordered.status_code == 200, (name, ordered.text)


async def test_keys_of_the_ticket_search_filter_too(as_actor: ClientMaker, desk: Desk) -> None:
    client = await as_actor(permissions=RIGHTS)
    params = [
        ("filters[0][key]", "t.createdAt"), ("filters[0][comparator]", "between"), ("filters[0][from]", "2024-06-12"),
        ("filters[0][to]", "2024-06-12"), ("filters[1][key]", "t.sentiment"), ("filters[1][comparator]", "in"),
        ("filters[1][values][]", "neutral"), ("filters[1][values][]", "null"), ("filters[2][key]", "outgoingMessages"),
        ("filters[2][comparator]", ">="), ("filters[2][value]", "1"),
    ]  # fmt: skip
    rows = (await client.get("/export/ticket", params=params)).json()
    assert [row["id"] for row in rows] == [desk.closed]
    as_text = '[{"key": "channel", "comparator": "equal", "value": "chat"}]'
    rows = (await client.get("/export/ticket", params={"filters": as_text})).json()
    assert [row["id"] for row in rows] == [desk.open]


async def test_pseudonyms(as_actor: ClientMaker, session: WriteSession, desk: Desk) -> None:
    await set_settings(session, reportingPrivacyLevel="pseudonym")
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    [worklog] = (await client.get("/export/reporting_worklog")).json()
    expected = worklog_row(desk) | {"name": "Quiet Otter", "email": None}
    del expected["rawData"]
    assert worklog == expected
    [ticket, _] = (await client.get("/export/ticket", params={"orderByDirection": "asc"})).json()
    assert ticket["email"] is None
    assert "rawData" not in ticket
    assert "rawData" not in (await client.get("/export/reporting_messages")).json()[0]
    hidden = {"filters[0][key]": "email", "filters[0][comparator]": "contains", "filters[0][value]": "anna"}
    assert (await client.get("/export/reporting_worklog", params=hidden)).json() == []


async def test_anonymous(as_actor: ClientMaker, session: WriteSession, desk: Desk) -> None:
    await set_settings(session, reportingPrivacyLevel="anonymous")
    await session.commit()
    client = await as_actor(permissions=RIGHTS)
    [worklog] = (await client.get("/export/reporting_worklog")).json()
    assert (worklog["name"], worklog["email"], worklog["userId"], worklog["duration"]) == (None, None, None, 206)
    users = (await client.get("/export/users")).json()
    assert {(user["id"], user["name"], user["email"]) for user in users} == {(None, None, None)}
    by_agent = {"filters[0][key]": "agentId", "filters[0][comparator]": "eq", "filters[0][value]": str(desk.anna)}
    assert (await client.get("/export/ticket", params=by_agent)).status_code == 422
