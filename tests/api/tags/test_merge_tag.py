"""POST /tag/{id}/merge (tags.md 3)."""

from typing import Any

import httpx
import pytest

from assaydesk.domains.customers.models import Customer
from assaydesk.platform.db.session import WriteSession
from tests.factories.tags import make_tag
from tests.factories.tickets import make_ticket


@pytest.fixture
async def manager(as_actor: Any) -> httpx.AsyncClient:
    return await as_actor(permissions=["manageTags", "deleteTag", "readTicket"])


async def test_given_a_merge_everything_goes_over(manager: httpx.AsyncClient, session: WriteSession) -> None:
    old = await make_tag(
        session, name="Bill", detection_details={"examples": ["a", "b"]}, test_case={"ticketIds": [1], "lastResult": {}}
    )
    new = await make_tag(
        session, name="Invoice", sla_hours=1, priority="high", detection_details={"examples": ["b"], "threshold": 0.5}
    )
    child = await make_tag(session, name="Reminder", parent_id=old.id)
    open_one = await make_ticket(session, tags=[old.id])
    both = await make_ticket(session, tags=[old.id, new.id], status="closed", closed_at=old.modified_at)
    session.add(Customer(customer_id="C-77", tag_ids=[old.id, new.id]))
    await session.commit()
    answer = await manager.post(f"/tag/{old.id}/merge", json={"into": new.id})
    assert (answer.status_code, answer.json()) == (200, {"success": True, "moved": 3}), answer.text
    shown = (await manager.get(f"/ticket/{open_one.id}")).json()
    assert (shown["tagIds"], shown["priority"]) == ([new.id], "high")
    assert shown["dueBy"] is not None
    assert (await manager.get(f"/ticket/{both.id}")).json()["tagIds"] == [new.id]
    assert (await manager.get(f"/tag/{old.id}")).status_code == 404
    kept = (await manager.get(f"/tag/{new.id}")).json()
    assert (kept["detectionDetails"]["examples"], kept["detectionDetails"]["threshold"]) == (["b", "a"], 0.5)
    assert kept["testCase"]["ticketIds"] == [1]
    assert (await manager.get(f"/tag/{child.id}")).json()["parent"] == new.id
    activity = (await manager.get(f"/ticket/{open_one.id}/activity")).json()["activities"]
    assert activity[0]["changes"]["tagIds"] == {"old": [old.id], "new": [new.id]}


async def test_given_a_wrong_target_it_is_refused(manager: httpx.AsyncClient, session: WriteSession) -> None:
    root = await make_tag(session, name="Root")
    child = await make_tag(session, name="Child", parent_id=root.id)
    contract = await make_tag(session, name="Contract", reference="contract")
    disabled = await make_tag(session, name="Disabled", visibility="disabled")
    clash = await make_tag(session, name="Clash")
    await make_tag(session, name="child", parent_id=clash.id)
    await session.commit()
    path = f"/tag/{root.id}/merge"
    for into in (root.id, child.id, contract.id, disabled.id):
        answer = await manager.post(path, json={"into": into})
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), into
    assert (await manager.post(path, json={"into": 99999999})).json()["error"]["code"] == "unknown_reference"
    assert (await manager.post(path, json={"into": clash.id})).json()["error"]["code"] == "name_taken"
    assert (await manager.get(f"/tag/{child.id}")).json()["parent"] == root.id


async def test_given_no_right_it_is_refused(as_actor: Any, session: WriteSession) -> None:
    tag = await make_tag(session)
    await session.commit()
    client = await as_actor(permissions=["manageTags"])
    assert (await client.post(f"/tag/{tag.id}/merge", json={"into": 1})).status_code == 403
    assert (await client.post("/tag/99999999/merge", json={"into": 1})).status_code == 404
