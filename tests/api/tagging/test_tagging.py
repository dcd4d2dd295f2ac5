"""POST /tag/detect, POST /tag/{id}/test (tags.md 3)."""

from typing import Any

import httpx
import pytest

from assaydesk.platform.db.session import WriteSession
from tests.factories.conversations import make_message
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket

METER = ["My meter reading is 4711", "Where do I enter the meter reading?", "Der Zählerstand beträgt 815"]
ASKS = {"type": "skill", "tag_routing": True, "assignment": ["assignByAI"], "detection_details": {"examples": METER}}


@pytest.fixture
async def manager(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["manageTags"])


async def test_given_a_text_the_tags_are_named_and_nothing_is_stored(
    manager: httpx.AsyncClient, session: WriteSession
) -> None:
    meter = await make_tag(session, name="Meter", **ASKS)
    chat = await make_tag(session, name="Chat", type="other", assignment=["assignByChannel"], channels=["chat"])
    other = await make_tag(session, name="Other", type="skill", tag_routing=True, properties=["defaultSkill"])
    await make_tag(session, name="Off", visibility="disabled", assignment=["assignByChannel"], channels=["chat"])
    await session.commit()
    asked = {"text": "Where do I enter the meter reading?", "channel": "chat"}
    answer = await manager.post("/tag/detect", json=asked)
    assert answer.status_code == 200, answer.text
    found = {one["id"]: one for one in answer.json()["tags"]}
    assert found.keys() == {meter.id, chat.id}
    assert found[chat.id] == {"id": chat.id, "name": "Chat", "confidence": 1.0, "method": "assignByChannel"}
    assert found[meter.id]["confidence"] >= 0.6
    plain = await manager.post("/tag/detect", json={"text": "Vielen Dank für Ihre Hilfe.", "channel": "email"})
    assert [(one["id"], one["method"]) for one in plain.json()["tags"]] == [(other.id, "defaultSkill")]


async def test_given_the_model_is_off_only_rules_detect(as_actor: Any, session: WriteSession) -> None:
    await make_tag(session, name="Meter", **ASKS)
    await session.commit()
    client = await as_actor(permissions=["manageTags", "updateClientSettings", "readClientSettings"])
    await client.put("/settings/offlineAiEnabled", json={"value": False})
    answer = await client.post("/tag/detect", json={"text": METER[0]})
    assert answer.json()["tags"] == []


async def test_given_test_tickets_precision_and_recall_are_told_and_kept(
    manager: httpx.AsyncClient, session: WriteSession
) -> None:
    ids = []
    for text in ("My meter reading is 4711", "Something else entirely, thank you", "The meter reading is 99"):
        ticket = await make_ticket(session, subject=None)
        await make_message(session, ticket.id, text)
        ids.append(ticket.id)
    cases = {"ticketIds": [ids[0], ids[1], 99999999], "negativeTicketIds": [ids[2]]}
    tag = await make_tag(session, name="Meter", **ASKS, test_case=cases)
    await session.commit()
    answer = await manager.post(f"/tag/{tag.id}/test")
    assert answer.status_code == 200, answer.text
    rows = answer.json()["tickets"]
    assert [(row["ticketId"], row["expected"]) for row in rows] == [(ids[0], True), (ids[1], True), (ids[2], False)]
    assert [row["detected"] for row in rows][:2] == [True, False]
    assert answer.json()["recall"] == 0.5
    kept = (await manager.get(f"/tag/{tag.id}")).json()["testCase"]
    assert (kept["lastResult"]["recall"], kept["ticketIds"]) == (0.5, cases["ticketIds"])


@pytest.mark.parametrize("body", [{}, {"text": "a", "ticketId": 1}, {"text": ""}, {"text": "a", "channel": "fax"}])
async def test_given_a_wrong_body_it_is_refused(manager: httpx.AsyncClient, body: dict[str, Any]) -> None:
    answer = await manager.post("/tag/detect", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed")


async def test_given_no_right_or_no_row_it_is_refused(as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session)
    await session.commit()
    other = await as_actor(permissions=["readTicket"])
    assert (await other.post("/tag/detect", json={"text": "a"})).status_code == 403
    assert (await other.post(f"/tag/{tag.id}/test")).status_code == 403
    assert (await other.post("/tag/99999999/test")).status_code == 404
    manager = await as_actor(permissions=["manageTags"])
    unknown = await manager.post("/tag/detect", json={"ticketId": 99999999})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "unknown_reference")


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"detectionDetails": {"threshold": 2}}, "detectionDetails.threshold"),
        ({"detectionDetails": {"combine": "xor"}}, "detectionDetails.combine"),
        ({"detectionDetails": {"examples": "one"}}, "detectionDetails.examples"),
        ({"detectionDetails": {"examples": ["x"] * 51}}, "detectionDetails.examples"),
        ({"detectionDetails": {"exampleTicketIds": ["x"]}}, "detectionDetails.exampleTicketIds"),
        ({"detectionDetails": {"conditions": {"all": [{"field": "a"}]}}}, "detectionDetails.conditions.all.0.operator"),
        ({"testCase": {"ticketIds": [0]}}, "testCase.ticketIds"),
    ],
)
async def test_given_wrong_rules_a_tag_is_refused(
    manager: httpx.AsyncClient, session: WriteSession, body: dict[str, Any], path: str
) -> None:
    tag = await make_tag(session)
    await session.commit()
    for answer in (
        await manager.patch(f"/tag/{tag.id}", json=body),
        await manager.post("/tag", json={"name": "New", "reference": "ticket", "type": "skill"} | body),
    ):
        assert answer.status_code == 422, answer.text
        assert [fault["path"] for fault in answer.json()["error"]["details"]["fields"]] == [path]
