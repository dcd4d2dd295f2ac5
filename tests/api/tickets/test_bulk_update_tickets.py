"""PATCH /ticket: all or none, every fault at once, one set of statements (ticket.md 2.4)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from assaydesk.domains.tickets.events import PresenceEnded, TicketsChanged
from assaydesk.domains.tickets.models import Ticket, TicketChange, TicketTag
from assaydesk.domains.tickets.schemas import TicketRead
from assaydesk.platform import events
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from tests.contract.examples import example
from tests.contract.shape import assert_same_shape
from tests.factories.examples import TICKET, make_example_rows
from tests.factories.profiles import make_profile
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket, make_tickets

DUE = "2099-07-01 08:00:00"


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The events of this test; other domains hear nothing."""
    seen: list[Any] = []

    async def hear(_: WriteSession, event: Any) -> None:
        seen.append(event)

    for kind in (TicketsChanged, PresenceEnded):
        monkeypatch.setitem(events._handlers, kind, [hear])
    return seen


@pytest.fixture
async def agent(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["updateTicket"])


async def _tickets(session: WriteSession, number: int, **values: Any) -> list[int]:
    ids = await make_tickets(session, number, **values)
    await session.commit()
    return ids


async def _row(session: WriteSession, ticket_id: int) -> Ticket:
    query = select(Ticket).where(Ticket.id == ticket_id).execution_options(populate_existing=True)
    return (await session.scalars(query)).one()


async def test_given_the_documented_example_it_runs_as_it_stands(
    as_actor: Any, session: WriteSession, shared_spec: Path
) -> None:
    await make_example_rows(session, shared_spec)
    client = await as_actor()
    sent = example(shared_spec, "bulkUpdateTickets.request")
    answer = await client.patch("/ticket", json=sent)
    assert (answer.status_code, answer.json()) == (200, example(shared_spec, "bulkUpdateTickets.response"))
    ignored = answer.headers["X-Ignored-Fields"].split(", ")
    assert {"from", "to", "channel", "body", "createdAt", "customer", "agent", "tags", "workedOnBy"} <= set(ignored)
    assert not {"status", "priority", "dueBy", "subchannelId", "assignedAgentIds"} & set(ignored)

    ticket = (await client.get(f"/ticket/{TICKET}")).json()
    TicketRead.model_validate(ticket)
    passwords = ["agent.password", "assignedAgents.password", "workedOnBy.password"]
    newer_forms = ["customer.contracts.customerId", "tags.properties"]
    assert_same_shape(sent[0], ticket, leave_out=passwords + newer_forms)
    for key in ("subchannelId", "sentiment", "autoExecuteAt", "isCustomerActive", "priority", "status", "summary"):
        assert ticket[key] == sent[0][key], key
    for key in ("dueBy", "firstResponseDueBy", "customerId", "contractId", "template", "assignedAgentIds", "agentId"):
        assert ticket[key] == sent[0][key], key


async def test_given_every_writable_field_it_is_stored(as_actor: Any, session: WriteSession) -> None:
    tag, other = await make_tag(session), await make_tag(session)
    user = await make_profile(session)
    (ticket_id,) = await _tickets(session, 1)
    client = await as_actor()
    sent = {
        "externalTicketId": "X-1", "sentiment": "angry", "language": "German", "languageCode": "de",
        "autoExecuteAt": "2099-01-01T00:00:00Z", "aiSupportLevel": "human", "spamStatus": "manual_clean",
        "isCustomerActive": True, "priority": "urgent", "status": "pending", "summary": "s", "subject": "t",
        "isEscalated": True, "firstResponseDueBy": "2099-01-02 00:00:00", "dueBy": DUE, "customerId": "C-9",
        "contractId": "K-9", "partnerId": 5, "customerLegitimation": 30, "responderId": user.id, "agentId": user.id,
        "assignedAgentIds": [user.id], "additionalData": {"a": {"b": 1}}, "template": "<p>%MESSAGE%</p>",
        "tagIds": [tag.id, other.id],
    }  # fmt: skip
    answer = await client.patch("/ticket", json=[{"id": ticket_id, "rawData": {"r": 1}, **sent}])
    assert answer.status_code == 200, answer.text
    assert "X-Ignored-Fields" not in answer.headers
    ticket = (await client.get(f"/ticket/{ticket_id}", params={"includeRawData": "true"})).json()
    assert {key: ticket[key] for key in sent} == sent | {"tagIds": sorted(sent["tagIds"])}  # type: ignore[type-var]
    assert (ticket["rawData"], ticket["version"], ticket["dueByWasSetManually"]) == ({"r": 1}, 2, True)


async def test_given_one_fault_nothing_changes(agent: httpx.AsyncClient, session: WriteSession) -> None:
    ids = await _tickets(session, 3)
    body = [{"id": ids[0], "priority": "high"}, {"id": ids[1], "status": "closed"}, {"id": ids[2], "status": "pending"}]
    answer = await agent.patch("/ticket", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "pending_requires_due_by")
    assert [field["path"] for field in answer.json()["error"]["details"]["fields"]] == ["2.status"]
    assert [(row.version, row.status, row.priority) for row in [await _row(session, one) for one in ids]] == [
        (1, "open", "medium")
    ] * 3
    assert await session.scalar(select(func.count()).select_from(TicketChange)) == 0


async def test_given_faults_of_all_kinds_all_are_named_at_once(agent: httpx.AsyncClient, session: WriteSession) -> None:
    tag = await make_tag(session)
    ids = await _tickets(session, 5)
    body = [
        {"id": ids[0], "priority": "huge", "status": None, "tagIds": [99_999]},
        {"id": ids[1], "status": "pending"},
        {"id": ids[2], "dueBy": "next week", "subchannelId": 77, "isEscalated": "perhaps"},
        {"id": ids[3], "tagIds": [tag.id], "addTagIds": [tag.id], "assignedAgentIds": ["x"]},
        {"id": ids[4], "dueBy": 99_999_999_999, "externalTicketId": "x" * 256, "due_by": True},
    ]
    answer = await agent.patch("/ticket", json=body)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (422, "validation_failed")
    assert [(field["path"], field["code"]) for field in error["details"]["fields"]] == [
        ("0.priority", "not_allowed"),
        ("0.status", "not_allowed"),
        ("0.tagIds", "unknown"),
        ("1.status", "required"),
        ("2.isEscalated", "wrong_type"),
        ("2.dueBy", "bad_format"),
        ("2.subchannelId", "unknown"),
        ("3.assignedAgentIds.0", "wrong_type"),
        ("3.addTagIds", "not_allowed"),
        ("4.externalTicketId", "too_long"),
        ("4.dueBy", "out_of_range"),
    ]


async def test_given_unknown_and_hidden_ids_they_are_named_before_faults(
    agent: httpx.AsyncClient, session: WriteSession
) -> None:
    (known,) = await _tickets(session, 1)
    (gone,) = await _tickets(session, 1, deleted_at=datetime(2024, 1, 1, tzinfo=UTC))
    body = [{"id": known, "status": "nonsense"}, {"id": 999_999}, {"id": gone}, {"id": 999_999}]
    answer = await agent.patch("/ticket", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "ticket_not_found")
    assert answer.json()["error"]["details"]["ids"] == [999_999, gone]


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"id": 1}, "body", "wrong_type"),
        ([{"status": "open"}], "0.id", "required"),
        ([{"id": "x"}], "0.id", "wrong_type"),
        ([{"id": 0}], "0.id", "out_of_range"),
        ([{"id": True}], "0.id", "wrong_type"),
        ([3], "0", "wrong_type"),
        ([{"id": 1}] * 1001, "body", "too_long"),
    ],
)
async def test_given_a_body_that_names_no_tickets_it_is_422(
    agent: httpx.AsyncClient, body: Any, path: str, code: str
) -> None:
    answer = await agent.patch("/ticket", json=body)
    assert answer.status_code == 422, answer.text
    assert [(f["path"], f["code"]) for f in answer.json()["error"]["details"]["fields"]] == [(path, code)]


@pytest.mark.parametrize("content", [b"[{", b'[{"id": 1, "additionalData": {"a": 1e400}}]', b'[{"id": "\xff"}]'])
async def test_given_no_json_it_is_malformed(agent: httpx.AsyncClient, content: bytes) -> None:
    answer = await agent.patch("/ticket", content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "malformed_json")


async def test_given_an_empty_array_nothing_happens(agent: httpx.AsyncClient, published: list[Any]) -> None:
    assert (await agent.patch("/ticket", json=[])).json() == {"success": True}
    assert published == []


async def test_given_one_id_twice_the_items_act_in_order(
    agent: httpx.AsyncClient, session: WriteSession, published: list[Any]
) -> None:
    (one,) = await _tickets(session, 1)
    body = [
        {"id": one, "status": "closed", "subject": "a"},
        {"id": str(one), "status": "open", "subject": "b"},
        {"id": one, "subject": "b"},
    ]
    assert (await agent.patch("/ticket", json=body)).status_code == 200
    row = await _row(session, one)
    assert (row.status, row.subject, row.closed_at, row.version) == ("open", "b", None, 3)
    lines = (await session.scalars(select(TicketChange).order_by(TicketChange.id))).all()
    assert [(line.version, line.changes["status"]["new"]) for line in lines] == [(2, "closed"), (3, "open")]
    (event,) = published
    assert [change.fields["status"] for change in event.changes] == [("open", "closed"), ("closed", "open")]


async def test_given_changes_one_event_tells_all_of_them(
    agent: httpx.AsyncClient, session: WriteSession, published: list[Any]
) -> None:
    tag = await make_tag(session, sla_hours=8)
    ids = await _tickets(session, 3)
    body: list[dict[str, Any]] = [
        {"id": ids[0], "status": "closed", "addTagIds": [tag.id]},
        {"id": ids[1], "status": "open", "priority": "medium"},
        {"id": ids[2], "status": "pending", "dueBy": DUE, "workedOnBy": None},
    ]
    answer = await agent.patch("/ticket", params={"trackTime": "false"}, json=body)
    assert answer.status_code == 200
    changed, left = published
    assert [(change.ticket_id, change.version) for change in changed.changes] == [(ids[0], 2), (ids[2], 2)]
    assert [change.by_hand for change in changed.changes] == [{"status", "tag_ids"}, {"status"}]
    assert changed.changes[0].fields["tag_ids"] == ((), (tag.id,))
    assert {"closed_at", "due_by"} <= changed.changes[0].fields.keys()
    assert (changed.track_time, changed.actor_id) == (False, agent.actor_id)  # type: ignore[attr-defined]
    assert (left.ticket_ids, left.user_id) == ((ids[2],), agent.actor_id)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("query", "tracked"),
    [({}, True), ({"trackTime": "true"}, True), ({"trackTime": 0}, False), ({"timeTracking": "no"}, False)],
)
async def test_given_the_switch_time_tracking_is_told(
    agent: httpx.AsyncClient, session: WriteSession, published: list[Any], query: Any, tracked: bool
) -> None:
    (one,) = await _tickets(session, 1)
    await agent.patch("/ticket", params=query, json=[{"id": one, "status": "closed"}])
    assert [event.track_time for event in published] == [tracked]
    assert (await agent.patch("/ticket", params={"trackTime": "maybe"}, json=[])).status_code == 422


async def test_given_tags_who_set_them_is_kept(agent: httpx.AsyncClient, session: WriteSession) -> None:
    old, new = await make_tag(session), await make_tag(session)
    ticket = await make_ticket(session, tags=[old.id])
    await session.commit()
    assert (await agent.patch("/ticket", json=[{"id": ticket.id, "tags": [new.id]}])).status_code == 200
    (pair,) = (await session.scalars(select(TicketTag).where(TicketTag.ticket_id == ticket.id))).all()
    assert (pair.tag_id, pair.set_by, pair.set_by_user_id) == (new.id, "user", agent.actor_id)  # type: ignore[attr-defined]


async def test_given_an_outside_id_of_another_ticket_it_is_409(agent: httpx.AsyncClient, session: WriteSession) -> None:
    first, second = await _tickets(session, 2)
    (holder,) = await _tickets(session, 1, external_ticket_id="X-1")
    taken = await agent.patch("/ticket", json=[{"id": first, "externalTicketId": "X-1"}])
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "external_ticket_id_taken")
    assert taken.json()["error"]["details"]["ticketId"] == holder
    body = [{"id": first, "externalTicketId": "X-2"}, {"id": second, "externalTicketId": "X-2"}]
    assert (await agent.patch("/ticket", json=body)).status_code == 409
    assert (await agent.patch("/ticket", json=[{"id": holder, "externalTicketId": "X-1"}])).status_code == 200


async def test_given_a_merged_ticket_nothing_is_written(agent: httpx.AsyncClient, session: WriteSession) -> None:
    target, other = await _tickets(session, 2)
    (merged,) = await _tickets(session, 1, merged_into_ticket_id=target)
    answer = await agent.patch("/ticket", json=[{"id": other, "subject": "x"}, {"id": merged, "subject": "x"}])
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ticket_merged")
    assert answer.json()["error"]["details"]["ids"] == [merged]
    assert (await _row(session, other)).version == 1


@pytest.mark.parametrize(
    ("item", "right"),
    [
        ({"spamStatus": "manual_spam"}, "markSpam"),
        ({"agentId": "other"}, "assignTickets"),
        ({"tagIds": "private"}, "manageTags"),
    ],
)
async def test_given_a_missing_right_for_a_value_it_is_403(
    agent: httpx.AsyncClient, session: WriteSession, item: dict[str, Any], right: str
) -> None:
    private = await make_tag(session, visibility="private")
    other = await make_profile(session)
    ids = await _tickets(session, 2)
    values = {"other": other.id, "private": [private.id]}
    body = [{"id": ids[0], "priority": "nonsense"}, {"id": ids[1]} | {k: values.get(v, v) for k, v in item.items()}]
    answer = await agent.patch("/ticket", json=body)
    assert (answer.status_code, answer.json()["error"]["details"].get("permission")) == (403, right)


async def test_given_no_token_or_right_it_is_401_or_403(anonymous: httpx.AsyncClient, as_actor: Any) -> None:
    assert (await anonymous.patch("/ticket", json=[])).status_code == 401
    reader = await as_actor(permissions=["readTicket"])
    answer = await reader.patch("/ticket", json=[{"id": "x"}])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "permission_denied")


async def test_given_a_hundred_times_the_tickets_the_statements_are_the_same(
    agent: httpx.AsyncClient, session: WriteSession, engine: Database, published: list[Any]
) -> None:
    tags = [(await make_tag(session, sla_hours=hours)).id for hours in (4, 8)]

    async def statements(number: int) -> int:
        ids = await _tickets(session, number, due_by=None)
        body = [{"id": one, "status": "closed", "priority": "high", "tagIds": tags, "summary": str(one)} for one in ids]
        before = engine.statements
        answer = await agent.patch("/ticket", json=body)
        assert answer.status_code == 200, answer.text
        return engine.statements - before

    assert await statements(10) == await statements(1000) <= 20
    assert {len(event.changes) for event in published} == {10, 1000}
